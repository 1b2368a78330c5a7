"""Put what was found out about a network's units into its page."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.errors import UserError
from phonecase.explorer.known import sentences, with_sentences
from phonecase.files import read_text, write_text
from phonecase.insight.facts import write_facts

log = logging.getLogger("phonecase.tell_page")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--page", type=Path, required=True, help="page of explore.py (HTML), to write anew")
    result.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    result.add_argument(
        "--units", type=Path, required=True, help="what describe_units.py found out about them"
    )
    result.add_argument("--flips", type=Path, required=True, help="what flip_bits.py found out about them")
    result.add_argument("--out", type=Path, required=True, help="what the page says of each unit (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read what is known and the page, write the page."""
    known = sentences(args.units, args.flips, args.weights)
    html = read_text(args.page, "explore.py")
    try:
        told = with_sentences(html, known)
    except UserError as error:
        raise UserError(f"{args.page}: {error}") from None
    if told != html:
        write_text(args.page, told)
    write_facts(args.out, {str(unit): sentence for unit, sentence in known.items()})
    log.info("%s: sentences about %d units", args.page, len(known))


if __name__ == "__main__":
    run(parser(), main)
