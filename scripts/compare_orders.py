"""Compare all orders of a passage: states, orders → table and figure."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.art import comparison_sheet
from phonecase.errors import UserError
from phonecase.files import atomic, read_json
from phonecase.ordering import read_orders_for
from phonecase.ordering.comparing import compare, scores, write_tables
from phonecase.states import read_states

log = logging.getLogger("phonecase.compare_orders")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="the states (parquet)")
    result.add_argument(
        "--orders",
        type=Path,
        nargs="+",
        required=True,
        help="the orders (parquet); an order's name is its file's",
    )
    result.add_argument(
        "--reports",
        type=Path,
        nargs="+",
        default=[],
        help="their reports of the same names (JSON), for the seconds",
    )
    for form in ("parquet", "csv", "markdown"):
        result.add_argument(f"--{form}", type=Path, help=f"write the table as {form}")
    result.add_argument("--figure", type=Path, help="draw all orders side by side (PNG)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read everything, compare, and write what was asked for."""
    states = read_states(args.states)
    orders = read_orders_for(args.orders, states.units)
    seconds = {path.stem: _seconds(path) for path in args.reports}
    if others := seconds.keys() - orders.keys():
        raise UserError(f"there is a report of {min(others)}, but no order of that name")
    table = compare(states.units, orders, seconds, names=states.names)
    write_tables(table, parquet=args.parquet, csv=args.csv, reading=args.markdown)
    if args.figure:
        with atomic(args.figure) as path:
            orderings = {name: order.ordering for name, order in orders.items()}
            sheet = comparison_sheet(states.units, orderings, scores(table, orders), title=states.reference)
            sheet.save(path)
    best = table.iloc[0]
    shown = f"; the table: {args.markdown}" if args.markdown else ""
    log.info(
        "%s: of %d orders, %s is best: similarity %s%s",
        states.reference,
        len(orders),
        best["order"],
        f"{best['similarity']:,.0f}",
        shown,
    )


def _seconds(report: Path) -> float:
    """How long it took to find an order. Raises UserError when its report has no such number."""
    seconds = read_json(report, "order_rows.py", "seconds")["seconds"]
    if not isinstance(seconds, int | float):
        raise UserError(f"{report}: its seconds are no number, but {seconds!r}")
    return seconds


if __name__ == "__main__":
    run(parser(), main)
