"""Put a network's units in the order of a picture, so that its states are the picture's rows."""

from phonecase.console import run

import argparse
from pathlib import Path

from phonecase.errors import UserError
from phonecase.model import CharLM
from phonecase.ordering import permuted, read_ordering


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    result.add_argument("--order", type=Path, required=True, help="order file of order_rows.py")
    result.add_argument("--out", type=Path, required=True, help="weights to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the order, write the network again."""
    model, ordering = CharLM.load(args.weights), read_ordering(args.order)
    try:
        permuted(model, ordering).save(args.out)
    except ValueError as error:
        raise UserError(f"{args.order}: {error}, which {args.weights} is") from None


if __name__ == "__main__":
    run(parser(), main)
