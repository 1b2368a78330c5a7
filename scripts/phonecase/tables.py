"""Parquet files and NumPy arrays, without pandas.

pyarrow's `read_table`, `to_numpy` and `array` import pandas where it is installed. That takes half a second,
longer than most jobs' own work.
"""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray


def read_table(path: Path) -> pa.Table:
    """All of a Parquet file. Raises OSError or `pa.ArrowInvalid` for what is none."""
    with pq.ParquetFile(path) as file:
        return file.read()


def numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of N numbers, none of them null, as (N,); or of N lists of H numbers, as (N, H).

    Raises TypeError for another column.
    """
    array = column.combine_chunks()
    if isinstance(array, pa.FixedSizeListArray):
        return np.from_dlpack(array.flatten()).reshape(len(array), array.type.list_size)
    return np.from_dlpack(array)


def column(array: npt.ArrayLike, dtype: npt.DTypeLike) -> pa.Array:
    """N numbers as a column of the type that they are to have."""
    values = np.ascontiguousarray(array, dtype)
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [None, pa.py_buffer(values)])
