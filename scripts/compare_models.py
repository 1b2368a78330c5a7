"""Compare the orders of a passage over several models: the models' comparisons → means and spreads."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

import pandas as pd

from phonecase.ordering.comparing import MEASURED, over_models, write_tables
from phonecase.tables import read_made

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
    spread = f" ± {best['similarity_spread']:,.0f}" if best["models"] > 1 else ""
    log.info(
        "%d models: of their orders, %s is best: similarity %s%s on average",
        len(args.tables),
        best["order"],
        f"{best['similarity']:,.0f}",
        spread,
    )


def _read(path: Path) -> pd.DataFrame:
    table: pd.DataFrame = read_made(path, "compare_orders.py", ["order", *MEASURED]).to_pandas()
    return table


if __name__ == "__main__":
    run(parser(), main)
