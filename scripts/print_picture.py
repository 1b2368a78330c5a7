"""Draw a passage's states in one order and style for print: PNG, TIFF, SVG, PDF, and proofs of the case."""

from phonecase.console import run

import argparse
import json
from pathlib import Path

from phonecase.art import Printing, Style
from phonecase.art.prints import add_print_options, write_prints
from phonecase.ordering import read_order_for
from phonecase.states import read_states


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--states", type=Path, required=True, help="states file of extract_states.py")
    result.add_argument("--order", type=Path, required=True, help="order file of order_rows.py")
    add_print_options(result)
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states and their order, write every format."""
    style, printing = Style.from_json(args.style), Printing.from_json(args.print)
    states = read_states(args.states)
    order = read_order_for(args.order, states.units)
    write_prints(args.out, states, order, style, printing, {"config": json.loads(args.config)})


if __name__ == "__main__":
    run(parser(), main)
