"""Draw the favourite: of a passage's orders the one that is named, or the best by a measure."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.art import Favourite, Print, Style, best_by, render, size_in_mm, write_png
from phonecase.errors import UserError
from phonecase.ordering import read_order_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.favourite")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files to choose from")
    result.add_argument("--order", required=True, help="'by similarity' or another measure, or a file's name")
    result.add_argument("--style", required=True, help='JSON: {"colours": ["#FEF7E9", "#0040A1"]}')
    result.add_argument("--print", default="{}", help='JSON: {"cell": 7, "dpi": 300}')
    result.add_argument("--out", type=Path, required=True, help="PNG to write, in portrait")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and their orders, choose one, draw it."""
    style = Style.from_json(args.style)
    size = Print.from_json(args.print)
    favourite = Favourite(order=args.order)
    states = read_states(args.states)
    orderings = {path.stem: read_order_for(path, states.units).ordering for path in args.orders}
    if fault := favourite.fault(orderings):
        raise UserError(fault)
    name = best_by(favourite.measure, states.units, orderings) if favourite.measure else favourite.order
    picture = render(states.units, orderings[name], style, cell=size.cell, orientation="portrait")
    write_png(args.out, picture, dpi=size.dpi, text={"Title": states.title, "Software": "phonecase"})
    width, height = (size_in_mm(pixels, size.dpi) for pixels in picture.size)
    among = f", the best of {len(orderings)} {favourite.order}" if favourite.measure else ""
    log.info("%s: %s%s, %.1f × %.1f mm at %d DPI", args.out, name, among, width, height, size.dpi)


if __name__ == "__main__":
    run(parser(), main)
