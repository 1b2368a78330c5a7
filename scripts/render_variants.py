"""Draw a passage's states in one style and every order: landscape and portrait PNGs at the size of print."""

from phonecase.console import run

import argparse
import json
import logging
from itertools import product
from pathlib import Path
from typing import Any, get_args

from phonecase.art import Orientation, Print, Style
from phonecase.art.fitting import remarks, size_in_words
from phonecase.art.kept import Kept
from phonecase.art.layout import lay_out_bare
from phonecase.art.png import write_page_png
from phonecase.art.told import picture_of
from phonecase.ordering import read_order_for, states_hash
from phonecase.states import read_states

log = logging.getLogger("phonecase.render_variants")
SUFFIXES: dict[Orientation, str] = {"landscape": ".png", "portrait": ".portrait.png"}


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files of order_rows.py")
    result.add_argument("--style", required=True, help='JSON: {"colours": ["#FEF7E9", "#0040A1"]}')
    result.add_argument("--name", required=True, help="the style's name, which the pictures' files have")
    result.add_argument("--print", default="{}", help='JSON: {"cell": 7, "dpi": 300}')
    result.add_argument(
        "--config", default="{}", help="JSON: the settings that make these pictures, for their metadata"
    )
    result.add_argument(
        "--out",
        type=Path,
        required=True,
        help="folder to write to: ORDER/NAME.png and ORDER/NAME.portrait.png",
    )
    result.add_argument(
        "--kept", type=Path, help="folder to keep pictures in, and to take unchanged ones from"
    )
    result.add_argument("--code", default="", help="with --kept: what the pictures' code is, in any words")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and their orders, draw all pictures that aren't there as they should be."""
    style = Style.from_json(args.style)
    size = Print.from_json(args.print)
    states = read_states(args.states)
    config = json.loads(args.config)
    T, H = states.units.shape
    for remark in remarks(T, H, size):  # before any work
        log.info("%s: %s", args.name, remark)
    fixed = [args.code, states_hash(states.units)]
    kept, drawn, taken = Kept(args.kept), 0, 0
    orders = {path.stem: read_order_for(path, states.units) for path in args.orders}
    for (name, order), orientation in product(orders.items(), get_args(Orientation)):
        layout = lay_out_bare(H, T, dpi=size.dpi, orientation=orientation, cell=size.cell)
        printing = size.model_dump() | {"orientation": orientation}
        origin = {"config": _of_one(config, name, orientation)}
        picture = picture_of(layout, states, order, style, printing, origin)
        rows = [order.ordering.permutation.tolist(), order.ordering.signs.tolist()]
        source = json.dumps([*fixed, picture.title, picture.origin, *rows], sort_keys=True)
        target = args.out / name / f"{args.name}{SUFFIXES[orientation]}"
        if kept.take(target, source):
            taken += 1
        else:
            write_page_png(target, picture)
            kept.keep(target, source)
            drawn += 1
    kept.drop_others()
    pictures = f"{drawn} pictures drawn" + (f", {taken} as before" if taken else "")
    width, height = (size_in_words(cells * size.cell, size.dpi) for cells in (T, H))
    log.info("%s: %s, %s × %s at %d DPI", args.name, pictures, width, height, size.dpi)


def _of_one(config: dict[str, Any], order: str, orientation: Orientation) -> dict[str, Any]:
    """Of the settings that make the pictures in every order those that make one of them."""
    if not config:
        return {}
    return config | {
        "orders": {order: config["orders"][order]},
        "favourite": config["favourite"] | {"order": order},
        "print": config["print"] | {"orientation": orientation},
    }


if __name__ == "__main__":
    run(parser(), main)
