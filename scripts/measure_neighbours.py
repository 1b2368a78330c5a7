"""Measure whether orders put units together that are of one kind, beside orders by chance; name every row."""

from phonecase.console import run

import argparse
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa

from phonecase.errors import UserError
from phonecase.insight.facts import write_facts
from phonecase.insight.neighbours import nearness
from phonecase.ordering import SavedOrder, read_order
from phonecase.tables import numbers, read_made, write_table

KNOWN = ("mean", "flip_rate", "feature", "explained", "balanced_accuracy", "sentence")  # of the units

log = logging.getLogger("phonecase.measure_neighbours")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--units", type=Path, required=True, help="table of describe_units.py")
    result.add_argument("--flips", type=Path, required=True, help="table of flip_bits.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files of order_rows.py")
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    result.add_argument("--rows", type=Path, required=True, help="what each order's rows are (Parquet)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read what is known of the units, and their orders; write how near like units are."""
    told = read_made(args.units, "describe_units.py", ["unit", *KNOWN])
    flips = read_made(args.flips, "flip_bits.py", ["cost"])
    measures = {
        name: numbers(table[name])
        for table, name in ((told, "mean"), (told, "flip_rate"), (told, "explained"), (flips, "cost"))
    }
    orders = {path.stem: read_order(path) for path in sorted(args.orders)}
    for path in args.orders:
        if (units := len(orders[path.stem].ordering.permutation)) != len(told):
            raise UserError(f"{path}: it orders other units: {units}, and there are {len(told)}")
    near = nearness(
        {name: np.asarray(each, np.float64) for name, each in measures.items()},
        {name: order.ordering.permutation for name, order in orders.items()},
    )
    write_facts(args.out, {"orders": near})
    write_table(args.rows, pa.concat_tables(rows_of(orders, told.append_column("cost", flips["cost"]))))
    log.info("%d orders of %d units", len(orders), len(told))


def rows_of(orders: Mapping[str, SavedOrder], units: pa.Table) -> Iterator[pa.Table]:
    """What is known of the unit that each row of the picture shows, the most similar order first."""
    for name, order in sorted(orders.items(), key=lambda named: -named[1].similarity):
        shown = units.take(pa.array(order.ordering.permutation))
        own = {"order": [name] * len(shown), "row": range(len(shown)), "unit": shown["unit"]}
        negated = {"negated": order.ordering.signs < 0}
        yield pa.table(own | negated | {key: shown[key] for key in (*KNOWN, "cost")})


if __name__ == "__main__":
    run(parser(), main)
