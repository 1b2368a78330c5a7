"""Check the proof that comes with an order: states, order → what is proven, or that the proof fails.

Nothing is taken on trust but Python, pyarrow, which reads the files, and what starts each of our scripts
(`phonecase/console.py`): who has read this script and `phonecase/ordering/proof.py` has read all that checks.
"""

from phonecase.console import run

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from phonecase.errors import UserError
from phonecase.ordering.proof import check, in_words, similarity


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="the states (parquet)")
    result.add_argument("--order", type=Path, required=True, help="the order of these states (parquet)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read both files, see that they belong together, check the proof and say what it proves."""
    (states,) = read(args.states, columns=["state"])
    row, permutation, signs, states_sha256, stated, certificate = read(
        args.order, columns=["row", "unit", "sign"], facts=["states_sha256", "similarity", "certificate"]
    )
    try:
        score = similarity(states, permutation, signs)
        if row != list(range(len(row))):
            raise ValueError("its rows are not numbered from 0 on")
        if states_sha256 != states_hash(states):
            raise ValueError("it orders other states than these")
        if stated != score:
            raise ValueError(f"it states a similarity of {stated}, but has {score}")
        words = "it has no proof"
        if certificate is not None:
            bound = check(states, permutation, signs, certificate)
            negated = "with any rows negated" if certificate["signed"] else "without negated rows"
            words = f"{in_words(score, bound)} ({negated}; bound {bound:,}, gap {bound - score:,})"
    except ValueError as error:
        raise UserError(f"{args.order}: {error}") from None
    print(f"{args.order}: similarity {score:,}; {words}")


def read(path: Path, columns: list[str], facts: list[str] | None = None) -> list[Any]:
    """Columns of a Parquet file as lists, and values from the JSON text in its metadata."""
    try:
        with parquet.ParquetFile(path, page_checksum_verification=True) as file:
            table = file.read()
        known = json.loads(table.schema.metadata[b"phonecase"])
        return [table[name].to_pylist() for name in columns] + [known[name] for name in facts or []]
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (OSError, KeyError, TypeError, ValueError, RecursionError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: not a file with {', '.join(columns + (facts or []))} ({error})") from None


def states_hash(states: list[list[int]]) -> str:
    """SHA-256 of the states' shape and bytes."""
    shape = (len(states), len(states[0]))
    return hashlib.sha256(
        str(shape).encode() + bytes(value & 255 for row in states for value in row)
    ).hexdigest()


if __name__ == "__main__":
    run(parser(), main)
