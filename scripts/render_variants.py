"""Draw a passage's states in one order and one style: a landscape and a portrait PNG at the size of print."""

import argparse
import logging
from pathlib import Path

from phonecase.art import Orientation, Print, Style, render, size_in_mm, write_png
from phonecase.console import run
from phonecase.ordering import read_ordering
from phonecase.states import read_states

log = logging.getLogger("phonecase.render_variants")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--order", type=Path, required=True, help="order file of order_rows.py")
    result.add_argument("--style", required=True, help='JSON: {"colours": ["#FEF7E9", "#0040A1"]}')
    result.add_argument("--print", default="{}", help='JSON: {"cell": 7, "dpi": 300}')
    result.add_argument("--landscape", type=Path, required=True, help="PNG to write")
    result.add_argument("--portrait", type=Path, required=True, help="PNG to write, turned clockwise")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and their order, draw both pictures."""
    style = Style.from_json(args.style)
    size = Print.from_json(args.print)
    states = read_states(args.states)
    ordering = read_ordering(args.order)
    text = {
        "Title": f"{states.reference}: the hidden states of a recurrent network, a column a character",
        "Software": "phonecase",
    }
    paths: dict[Orientation, Path] = {"landscape": args.landscape, "portrait": args.portrait}
    for orientation, path in paths.items():
        picture = render(states.units, ordering, style, cell=size.cell, orientation=orientation)
        write_png(path, picture, dpi=size.dpi, text=text)
    width, height = (size_in_mm(states.units.shape[axis] * size.cell, size.dpi) for axis in (0, 1))
    log.info("%s: %.1f × %.1f mm at %d DPI", args.landscape, width, height, size.dpi)


if __name__ == "__main__":
    run(parser(), main)
