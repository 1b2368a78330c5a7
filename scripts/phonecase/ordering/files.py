"""An order as a file: a parquet table of rows, with all that is known of it in the file's metadata."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from phonecase.errors import UserError
from phonecase.files import atomic
from phonecase.ordering.core import Ordering, States

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
    """SHA-256 of the states' shape and bytes."""
    return hashlib.sha256(str(states.shape).encode() + states.tobytes()).hexdigest()


def write_order(path: Path, order: SavedOrder) -> None:
    """Write the columns `row` and `unit` (int32) and `sign` (int8), and the facts; same order, same bytes."""
    import pyarrow as pa
    from pyarrow import parquet

    permutation = order.ordering.permutation
    table = pa.table(
        {
            "row": np.arange(len(permutation), dtype=np.int32),
            "unit": permutation.astype(np.int32),
            "sign": order.ordering.signs.astype(np.int8),
        }
    ).replace_schema_metadata({KEY: json.dumps(order.facts(), sort_keys=True)})
    with atomic(path) as temporary:
        parquet.write_table(table, temporary)


def read_order(path: Path) -> SavedOrder:
    """Read an order; a UserError says what is wrong with the file."""
    import pyarrow as pa

    from phonecase.tables import numbers, read_table

    try:
        table = read_table(path).sort_by("row")
        facts = json.loads(table.schema.metadata[KEY])
        ordering = Ordering(
            numbers(table["unit"]).astype(np.int32),
            numbers(table["sign"]).astype(np.int8),
            facts.pop("certificate"),
        )
        return SavedOrder(ordering, **facts)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (pa.ArrowInvalid, KeyError, TypeError, ValueError) as error:
        raise UserError(f"{path}: not an order as order_rows.py writes them ({error})") from None


def read_ordering(path: Path) -> Ordering:
    """Read the order alone."""
    return read_order(path).ordering
