"""Tables in Parquet, as pandas and others write them."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError
from phonecase.states.foreign.table import Table, assemble, check_size, said, tidy


def read_parquet(path: Path) -> Table:
    """The columns of a Parquet file; pandas's index names the rows, or a first column of names."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            check_size(path, (file.metadata.num_rows, file.metadata.num_columns))
            table = file.read()
        pandas = table.schema.pandas_metadata or {}
        kept = [name for name in pandas.get("index_columns", []) if isinstance(name, str)]
        index = [table.column(name).cast(pa.string()).to_pylist() for name in kept]
        columns = [  # a list, as names may repeat
            (name, _parquet_column(path, name, table.column(place)))
            for place, name in enumerate(table.column_names)
            if name not in kept
        ]
    except (OSError, pa.ArrowException, ValueError) as error:
        raise UserError(f"{path}: this is no Parquet file that can be read: {said(error)}") from None
    if not columns:
        raise UserError(f"{path}: this has no columns but an index")
    names = [tidy(name) for name, _ in columns]
    labels = [tidy(" ".join(map(str, parts))) for parts in zip(*index, strict=True)] if index else None
    return assemble(path, [values for _, values in columns], names, labels)


def _parquet_column(path: Path, name: str, column: Any) -> npt.NDArray[Any]:
    """A column's numbers or texts."""
    import pyarrow as pa
    from pyarrow import types

    from phonecase.tables import numbers

    if column.null_count:
        row = column.is_null().to_pylist().index(True)
        raise UserError(f"{path}: column {name!r} has nothing in row {row + 1}")
    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    if types.is_boolean(kind) or types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind):
        return np.array(numbers(column.cast(pa.float64(), safe=False)))
    if types.is_string(kind) or types.is_large_string(kind):
        return np.array([tidy(text) for text in column.cast(pa.string()).to_pylist()], object)
    raise UserError(f"{path}: column {name!r} has values of type {kind}; all should be numbers, or all words")
