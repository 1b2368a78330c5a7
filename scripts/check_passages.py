"""Look for every passage in the text, before anything is trained, and say what each is."""

import argparse
import json
import logging
from pathlib import Path

from phonecase import console
from phonecase.corpus import OwnWords, Vocabulary, find_passage, join, read_verses
from phonecase.errors import UserError

log = logging.getLogger("phonecase.check_passages")


def main(args: argparse.Namespace) -> None:
    """Say what each passage is, or a line for each that isn't there."""
    text = read_verses(args.table)
    vocabulary = Vocabulary.of(join(text) + "\n")
    faults = []
    for name, setting in json.loads(args.settings).items():
        try:
            words = OwnWords.checked(setting, f"passages.{name}") if isinstance(setting, dict) else setting
            found = find_passage(name, words, text, vocabulary)
        except UserError as error:
            faults.append(str(error))
        else:
            log.info("%s: %s, %d characters", name, found.reference, len(join(found.verses)))
    if faults:
        raise UserError("\n".join(faults))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--table", type=Path, required=True, metavar="TSV", help="the text that fetch_kjv.py made"
    )
    parser.add_argument(
        "--settings",
        required=True,
        metavar="JSON",
        help="""the passages by name: {"romans": "Romans 1:16-17", "vow": {"text": "..."}}""",
    )
    return parser


if __name__ == "__main__":
    console.run(parser(), main)
