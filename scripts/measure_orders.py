"""Measure how calm or lively a passage's pictures are, in every order and with signs."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.art.measuring import markdown, measure
from phonecase.files import write_text
from phonecase.ordering import read_orders_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.measure_orders")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files of order_rows.py")
    result.add_argument("--csv", type=Path, required=True, help="table to write")
    result.add_argument(
        "--markdown", type=Path, required=True, help="the same for reading, with what it says"
    )
    return result


def main(args: argparse.Namespace) -> None:
    """Read everything, measure, write the table."""
    states = read_states(args.states)
    orders = read_orders_for(args.orders, states.units)
    table = measure(states.units, {name: order.ordering for name, order in orders.items()})
    write_text(args.csv, table.to_csv(index=False))
    write_text(args.markdown, markdown(table))
    log.info("%s: %d pictures measured; the table: %s", states.reference, len(table), args.markdown)


if __name__ == "__main__":
    run(parser(), main)
