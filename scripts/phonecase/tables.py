"""Parquet files as NumPy arrays, without pandas.

pyarrow's `read_table` and `to_numpy` import pandas where it is installed. That takes longer than to draw a
picture, and each of a hundred pictures has a process of its own.
"""

from pathlib import Path
from typing import Any

import numpy as np
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
