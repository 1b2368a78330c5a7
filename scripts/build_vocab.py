"""Build the vocabulary: every character of the text and the line break, sorted."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.corpus import Vocabulary, join, read_verses

log = logging.getLogger("phonecase.build_vocab")


def main(args: argparse.Namespace) -> None:
    """Write the vocabulary, and print it."""
    vocabulary = Vocabulary.of(join(read_verses(args.table)) + "\n")
    vocabulary.save(args.out)
    log.info("%d characters: %r", len(vocabulary), vocabulary.characters)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--table", type=Path, required=True, metavar="TSV", help="the text that fetch_kjv.py made"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="JSON", help="the vocabulary to write")
    return parser


if __name__ == "__main__":
    run(parser(), main)
