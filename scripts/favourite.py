"""Draw the favourite for print: of a passage's orders the one that is named, or the best by a measure."""

from phonecase.console import run

import argparse
import json
import logging
from pathlib import Path

from phonecase.art import Favourite, Printing, Style, best_by
from phonecase.art.prints import add_print_options, write_prints
from phonecase.errors import UserError
from phonecase.ordering import read_orders_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.favourite")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files to choose from")
    result.add_argument("--order", required=True, help="'by similarity' or another measure, or a file's name")
    add_print_options(result)
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and their orders, choose one, write every format of it."""
    style = Style.from_json(args.style)
    printing = Printing.from_json(args.print)
    favourite = Favourite(order=args.order)
    states = read_states(args.states)
    orders = read_orders_for(args.orders, states.units)
    orderings = {name: order.ordering for name, order in orders.items()}
    if fault := favourite.fault(orderings):
        raise UserError(fault)
    name = best_by(favourite.measure, states.units, orderings) if favourite.measure else favourite.order
    config = json.loads(args.config)
    if config:
        config |= {
            "orders": {name: config["orders"][name]},
            "favourite": config["favourite"] | {"order": name},
        }
    among = f", the best of {len(orders)} {favourite.order}" if favourite.measure else ""
    log.info("%s: %s%s", args.out, name, among)
    write_prints(args.out, states, orders[name], style, printing, {"config": config})


if __name__ == "__main__":
    run(parser(), main)
