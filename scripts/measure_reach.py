"""Measure how long a network remembers: what its past is worth, and what erases it."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.corpus import Vocabulary
from phonecase.files import sha256_of
from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import add_network
from phonecase.insight.networks import bits_of_text
from phonecase.insight.reach import measure_reach
from phonecase.insight.texts import read_kept_back
from phonecase.insight.worth import reach
from phonecase.model import CharLM

APART = 16  # characters from one place to the next

log = logging.getLogger("phonecase.measure_reach")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_network(result)
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the text kept back, write how long it remembers."""
    model, vocabulary = CharLM.load(args.weights), Vocabulary.load(args.vocab)
    test = vocabulary.encode(read_kept_back(args.validation))
    found = measure_reach(model, test, vocabulary.characters, APART)
    found["bits"] = bits_of_text(model, test)
    found["weights_sha256"] = sha256_of(args.weights)
    write_facts(args.out, found)
    log.info("%.3f bits per character, of %.0f characters' past", found["bits"], reach(found["fresh"]))


if __name__ == "__main__":
    run(parser(), main)
