"""Split the text: some books, files or lines to train on, some kept back for validation, a verse a line."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.corpus import Counts, SplitSettings, counts_table, divide, join, read_verses, write_counts
from phonecase.files import write_text

log = logging.getLogger("phonecase.split_by_book")


def main(args: argparse.Namespace) -> None:
    """Write the two parts and their counts, and print these."""
    settings = SplitSettings.from_json(args.settings)
    verses = read_verses(args.table)
    train, validation = divide(verses, settings)
    write_text(args.train, join(train) + "\n")
    write_text(args.validation, join(validation) + "\n")
    counts = [Counts.of("train", train), Counts.of("validation", validation), Counts.of("whole text", verses)]
    write_counts(args.counts, counts)
    log.info("validation: %s", ", ".join(settings.validation or settings.validation_books))
    log.info("%s", counts_table(counts))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--table", type=Path, required=True, metavar="TSV", help="the text that fetch_kjv.py made"
    )
    parser.add_argument("--train", type=Path, required=True, metavar="TXT", help="the verses to train on")
    parser.add_argument("--validation", type=Path, required=True, metavar="TXT", help="the verses kept back")
    parser.add_argument("--counts", type=Path, required=True, metavar="TSV", help="the size of each part")
    parser.add_argument(
        "--settings",
        default="{}",
        metavar="JSON",
        help="""what is kept back: {"validation_books": ["Romans"]} (the default); of a plain text
        {"validation": "5%%"} or {"validation": ["last.txt"]}""",
    )
    return parser


if __name__ == "__main__":
    run(parser(), main)
