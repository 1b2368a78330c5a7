"""Parquet files whose bytes are checked, and NumPy arrays, without pandas.

pyarrow's `read_table`, `to_numpy` and `array` import pandas where it is installed. That takes half a second,
longer than most jobs' own work.
"""

import hashlib
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from phonecase.errors import UserError
from phonecase.files import atomic

_DIGEST = b"phonecase_sha256"  # of what the file's metadata say; its pages have checksums of their own


def write_table(path: Path, table: pa.Table, **options: Any) -> None:
    """Write a Parquet file, atomically, in which `read_table` notices whatever is changed later.

    The options are those of `pyarrow.parquet.write_table`.
    """
    metadata = {**(table.schema.metadata or {}), _DIGEST: _digest(table)}
    with atomic(path) as temporary:
        pq.write_table(
            table.replace_schema_metadata(metadata), temporary, write_page_checksum=True, **options
        )


def read_table(path: Path) -> pa.Table:
    """All of a Parquet file. Raises OSError where it can't be read, `pa.ArrowInvalid` where it is damaged."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
    except (pa.ArrowException, OSError, ValueError, LookupError, TypeError, MemoryError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise pa.ArrowInvalid(str(error).partition("\n")[0]) from error
    metadata = table.schema.metadata or {}
    if _DIGEST in metadata and metadata[_DIGEST] != _digest(table):
        raise pa.ArrowInvalid("it was changed after it was written")
    return table


def read_made(path: Path, maker: str, columns: Collection[str]) -> pa.Table:
    """A Parquet file that a script made, with these columns. Raises `UserError` for anything else."""
    try:
        table = read_table(path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; {maker} makes it") from None
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: not a table ({error}); remove it, and {maker} makes it anew") from None
    if missing := [name for name in columns if name not in table.column_names]:
        raise UserError(f"{path}: it has no column {missing[0]}; remove it, and {maker} makes it anew")
    return table


def read_numbers(path: Path, maker: str, columns: Collection[str]) -> dict[str, NDArray[Any]]:
    """Columns of numbers of a Parquet file that a script made. Raises `UserError` for anything else."""
    table = read_made(path, maker, columns)
    try:
        return {name: numbers(table[name]) for name in columns}
    except TypeError as error:
        raise UserError(f"{path}: {error}; remove it, and {maker} makes it anew") from None


def _digest(table: pa.Table) -> bytes:
    """SHA-256 of how many rows there are, the columns' names and types, and the metadata."""
    columns = [(field.name, _type(field.type)) for field in table.schema]
    metadata = sorted((key, value) for key, value in (table.schema.metadata or {}).items() if key != _DIGEST)
    return hashlib.sha256(repr((len(table), columns, metadata)).encode()).hexdigest().encode()


def _type(kind: pa.DataType) -> str:
    """A type's name, without the name that Parquet has for what is in a list."""
    return f"{kind.value_type}[{kind.list_size}]" if pa.types.is_fixed_size_list(kind) else str(kind)


def numbers(column: pa.ChunkedArray) -> NDArray[Any]:
    """A column of N numbers, none of them null, as (N,); or of N lists of H numbers, as (N, H).

    Raises TypeError for another column.
    """
    array = column.combine_chunks()
    if not isinstance(array, pa.FixedSizeListArray):
        return _numbers(array)
    if array.null_count:
        raise TypeError("not numbers: a list is null")
    size = array.type.list_size  # `flatten` does the same, and imports pyarrow.compute for it: 0.05 s
    return _numbers(array.values.slice(array.offset * size, len(array) * size)).reshape(len(array), size)


def _numbers(array: pa.Array) -> NDArray[Any]:
    if not (pa.types.is_integer(array.type) or pa.types.is_floating(array.type)) or array.null_count:
        raise TypeError(f"not numbers: {array.type}")
    dtype = np.dtype(array.type.to_pandas_dtype())  # which is NumPy's
    return np.frombuffer(array.buffers()[1], dtype, len(array), array.offset * dtype.itemsize)


def column(array: npt.ArrayLike, dtype: npt.DTypeLike, *, known: NDArray[np.bool_] | None = None) -> pa.Array:
    """N numbers as a column of the type that they are to have; where they are not known, it has none."""
    values = np.ascontiguousarray(array, dtype)
    bits = None if known is None else pa.py_buffer(np.packbits(known, bitorder="little"))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [bits, pa.py_buffer(values)])


def words(texts: Sequence[str]) -> pa.StringArray:
    """N texts as a column."""
    encoded = [text.encode() for text in texts]
    ends = np.cumsum([0, *map(len, encoded)]).astype(np.int32)
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(b"".join(encoded)))
