"""Put all orders in all styles on one sheet."""

from phonecase.console import run

import argparse
import json
import logging
from pathlib import Path

from phonecase.art import Style, contact_sheet, write_png
from phonecase.ordering import read_order_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.contact_sheet")
SCREEN_DPI = 96


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--orders", type=Path, nargs="+", required=True, help="order files, a row for each")
    result.add_argument("--styles", required=True, help="JSON: a list of [name, style], a column for each")
    result.add_argument("--out", type=Path, required=True, help="PNG to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and all orders, draw the sheet."""
    states = read_states(args.states)
    orderings = {path.stem: read_order_for(path, states.units).ordering for path in args.orders}
    styles = {name: Style.model_validate(style) for name, style in json.loads(args.styles)}
    title = states.reference if states.own else f"{states.reference}, model {states.metadata['model']}"
    sheet = contact_sheet(states, orderings, styles, title=title)
    write_png(args.out, sheet, dpi=SCREEN_DPI)
    log.info("%s: %d orders × %d styles", args.out, len(orderings), len(styles))


if __name__ == "__main__":
    run(parser(), main)
