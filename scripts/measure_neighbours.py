"""Measure whether orders put units together that are of one kind, beside orders by chance."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

import numpy as np

from phonecase.errors import UserError
from phonecase.insight.facts import write_facts
from phonecase.insight.neighbours import nearness
from phonecase.ordering import read_ordering
from phonecase.tables import numbers, read_made

log = logging.getLogger("phonecase.measure_neighbours")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--units", type=Path, required=True, help="table of describe_units.py")
    result.add_argument("--flips", type=Path, required=True, help="table of flip_bits.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files of order_rows.py")
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read what is known of the units, and their orders; write how near like units are."""
    told = read_made(args.units, "describe_units.py", ["mean", "flip_rate", "explained"])
    flips = read_made(args.flips, "flip_bits.py", ["cost"])
    measures = {
        name: numbers(table[name])
        for table, name in ((told, "mean"), (told, "flip_rate"), (told, "explained"), (flips, "cost"))
    }
    orders = {path.stem: read_ordering(path).permutation for path in sorted(args.orders)}
    for path in args.orders:
        if len(orders[path.stem]) != len(told):
            raise UserError(
                f"{path}: it orders other units: {len(orders[path.stem])}, and there are {len(told)}"
            )
    rows = nearness({name: np.asarray(each, np.float64) for name, each in measures.items()}, orders)
    write_facts(args.out, {"orders": rows})
    log.info("%d orders of %d units", len(rows), len(told))


if __name__ == "__main__":
    run(parser(), main)
