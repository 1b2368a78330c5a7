"""Draw how training went: bits per character against characters read and against time."""

from phonecase.console import run

import argparse
from pathlib import Path

from phonecase.tables import read_numbers
from phonecase.training import draw_learning_curve

COLUMNS = ("characters", "seconds", "train_bits", "validation_bits")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--history", type=Path, required=True, help="history of train.py (Parquet)")
    result.add_argument("--png", type=Path, required=True, help="picture to write")
    result.add_argument("--svg", type=Path, required=True, help="the same, to scale")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the history, draw the curve."""
    history = read_numbers(args.history, "train.py", COLUMNS)
    draw_learning_curve(history, png=args.png, svg=args.svg)


if __name__ == "__main__":
    run(parser(), main)
