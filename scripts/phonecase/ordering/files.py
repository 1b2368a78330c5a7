"""An order as a file: a parquet table of rows, with all that is known of it in the file's metadata."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError
from phonecase.ordering.core import Ordering, States, similarity

COLUMNS: dict[str, np.dtype[Any]] = {
    "row": np.dtype(np.int32),
    "unit": np.dtype(np.int32),
    "sign": np.dtype(np.int8),
}
KEY = b"phonecase"  # where a parquet file's metadata keep ours, as JSON


@dataclass(frozen=True)
class SavedOrder:
    """An order and how it came about."""

    ordering: Ordering
    strategy: str
    settings: dict[str, Any]
    """with the defaults filled in, and the seed, where the strategy is randomised"""
    similarity: int
    states_sha256: str
    """of the states that it orders (`states_hash`)"""

    def facts(self) -> dict[str, Any]:
        """All but the rows, as JSON values."""
        return {
            "strategy": self.strategy,
            "settings": self.settings,
            "similarity": self.similarity,
            "certificate": self.ordering.certificate,
            "states_sha256": self.states_sha256,
        }


def states_hash(states: States) -> str:
    """SHA-256 of the states' shape and bytes, a byte each."""
    return hashlib.sha256(str(states.shape).encode() + states.astype(np.int8).tobytes()).hexdigest()


def write_order(path: Path, order: SavedOrder) -> None:
    """Write the columns `row`, `unit` and `sign`, and the facts; same order, same bytes."""
    import pyarrow as pa

    from phonecase.tables import column, write_table

    permutation = order.ordering.permutation
    columns: dict[str, npt.NDArray[Any]] = {
        "row": np.arange(len(permutation)),
        "unit": permutation,
        "sign": order.ordering.signs,
    }
    table = pa.table(
        {name: column(values, COLUMNS[name]) for name, values in columns.items()}
    ).replace_schema_metadata({KEY: json.dumps(order.facts(), sort_keys=True)})
    write_table(path, table)


def read_order(path: Path) -> SavedOrder:
    """Read an order; a UserError says what is wrong with the file."""
    import pyarrow as pa

    from phonecase.tables import numbers, read_table

    try:
        table = read_table(path)
        columns = {name: numbers(table[name]) for name in COLUMNS}
        if {name: column.dtype for name, column in columns.items()} != COLUMNS:
            raise ValueError("its columns are not integers")
        if columns["row"].tolist() != list(range(len(table))):
            raise ValueError("its rows are not numbered from 0 on")
        facts = json.loads(table.schema.metadata[KEY])
        ordering = Ordering(columns["unit"], columns["sign"], facts.pop("certificate"))
        if not isinstance(facts["settings"], dict) or not isinstance(facts["settings"]["signed"], bool):
            raise ValueError("its settings don't say whether rows may be negated")
        if (ordering.signs < 0).any() and not facts["settings"]["signed"]:
            raise ValueError("it shows negated rows, which its settings rule out")
        return SavedOrder(ordering, **facts)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: not an order as order_rows.py writes them ({error})") from None


def read_order_for(path: Path, states: States) -> SavedOrder:
    """Read an order of these states; a UserError says if it is one of others, or no order at all."""
    order = read_order(path)
    units = len(order.ordering.permutation)
    if units != states.shape[1]:
        raise UserError(
            f"{path}: it orders other states: {units} units, and these states have {states.shape[1]}"
        )
    if order.states_sha256 != states_hash(states):
        raise UserError(f"{path}: it orders other states than these; make the order again")
    if order.similarity != (score := similarity(states, order.ordering)):
        raise UserError(f"{path}: it states a similarity of {order.similarity}, but has {score}")
    return order


def read_orders_for(paths: Iterable[Path], states: States) -> dict[str, SavedOrder]:
    """Orders of these states by the names of their files. Raises UserError where two have the same."""
    orders: dict[str, SavedOrder] = {}
    for path in paths:
        if path.stem in orders:
            raise UserError(
                f"{path}: another of the orders is called {path.stem}, too; rename one of the files"
            )
        orders[path.stem] = read_order_for(path, states)
    return orders


def read_ordering(path: Path) -> Ordering:
    """Read the order alone."""
    return read_order(path).ordering
