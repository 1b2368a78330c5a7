"""Have numba compile what the orders need; it keeps that, and each order's own job starts at once.

`make` runs this beside the first training, whose own compiling leaves a core idle. It takes a core only where
nobody else wants it.
"""

from phonecase.console import run

import argparse
import os

import numpy as np

from phonecase.ordering import STRATEGIES, order_units


def main(args: argparse.Namespace) -> None:
    """Order a grid by every strategy: one that is small, and hard enough for `optimal` to need all it has."""
    os.nice(10)
    states = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (40, 64))
    for strategy in STRATEGIES:
        order_units(states, strategy)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    return argparse.ArgumentParser(description=__doc__)


if __name__ == "__main__":
    run(parser(), main)
