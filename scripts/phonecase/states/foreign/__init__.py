"""Files from elsewhere, read as the tables and pictures that they are.

`arrays` (NumPy, HDF5), `parquet` and `texts` (spreadsheets, R, `savetxt`) read a `table`, perhaps with names;
`pictures` finds the cells of one. The files are foreign: nothing in them is run, and no more is read than a
limit, whatever a header claims.
"""
