"""The library behind the workflow: corpus → model → states → orders → art.

Pure functions and classes that know nothing of Snakemake. The scripts beside this package are its
command lines, one for each rule.
"""
