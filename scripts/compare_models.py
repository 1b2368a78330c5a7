"""Compare the orders of a passage over several models: the models' comparisons → means and spreads."""

import argparse
import logging
from pathlib import Path

import pandas as pd

from phonecase import console
from phonecase.errors import UserError
from phonecase.ordering.comparing import over_models, write_tables

log = logging.getLogger("phonecase.compare_models")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument(
        "--tables",
        type=Path,
        nargs="+",
        required=True,
        help="tables of compare_orders.py (parquet), one a model",
    )
    for form in ("parquet", "csv", "markdown"):
        result.add_argument(f"--{form}", type=Path, help=f"write the table as {form}")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the tables, and write the one of their means and spreads."""
    table = over_models([_read(path) for path in args.tables])
    write_tables(table, parquet=args.parquet, csv=args.csv, reading=args.markdown)
    best = table.iloc[0]
    log.info(
        "%d models: of their orders, %s is best: similarity %s ± %s on average",
        len(args.tables),
        best["order"],
        f"{best['similarity']:,.0f}",
        f"{best['similarity_spread']:,.0f}",
    )


def _read(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_parquet(path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except ValueError as error:  # as are pyarrow's
        raise UserError(f"{path}: not a table as compare_orders.py writes them ({error})") from None
    if not {"order", "similarity"} <= set(table):
        raise UserError(f"{path}: not a table as compare_orders.py writes them: it has no orders")
    return table


if __name__ == "__main__":
    console.run(parser(), main)
