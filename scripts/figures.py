"""Draw the sign, the grid, the stack and the order, as in the post; and calm orders, and the palettes."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.art.figures import draw_calm, draw_grid, draw_ordered, draw_palettes, draw_sign, draw_stack
from phonecase.model import CharLM
from phonecase.ordering import order_units
from phonecase.states import read_states

log = logging.getLogger("phonecase.figures")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    result.add_argument(
        "--states", type=Path, required=True, help="states of a passage, of extract_states.py"
    )
    result.add_argument("--out", type=Path, required=True, help="folder to write to: NAME.png and NAME.svg")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the states, draw each figure in both forms."""
    model, states = CharLM.load(args.weights), read_states(args.states)
    draw_sign(_forms(args.out, "sign"))
    draw_grid(states, _forms(args.out, "grid"))
    draw_stack(model, _forms(args.out, "stack"))
    draw_ordered(states, _forms(args.out, "ordered"))
    draw_calm(states, _forms(args.out, "calm"))
    draw_palettes(states, order_units(states.units, "insertion"), _forms(args.out, "palettes"))
    log.info("%s: six figures, as PNG and SVG", args.out)


def _forms(folder: Path, name: str) -> tuple[Path, Path]:
    return folder / f"{name}.png", folder / f"{name}.svg"


if __name__ == "__main__":
    run(parser(), main)
