"""Measure how long a network remembers: what its past is worth, what erases it, what can be read out."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import bits_of_text, values
from phonecase.insight.reach import guessed, measure_reach, read_out

LEARNED = 100_000  # characters that a read-out is fitted to
OWN, OTHERS = 16, 64  # characters from one place to the next, for the network and for those beside it

log = logging.getLogger("phonecase.measure_reach")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_inputs(result)
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the texts, write how long it remembers."""
    inputs = Inputs.of(args)
    vocabulary = inputs.texts.vocabulary
    fed = inputs.fit[-LEARNED - 1 : -1], inputs.test[:-1]
    networks = (inputs.model, *inputs.untrained)
    found, *controls = (
        measure_reach(each, inputs.test, vocabulary.characters, apart)
        | {"read_out": read_out((values(each, fed[0]), values(each, fed[1])), fed, len(vocabulary))}
        for each, apart in zip(networks, (OWN, *[OTHERS] * len(inputs.untrained)), strict=True)
    )
    found["bits"] = bits_of_text(inputs.model, inputs.test)
    kept = ("differing", "agreed", "erased", "read_out")
    found["untrained"] = [{name: control[name] for name in kept} for control in controls]
    found["guessed"] = guessed(fed, len(vocabulary))
    write_facts(args.out, found)
    log.info(
        "%.3f bits per character; after a fresh start, %.3f more at the 5th",
        found["bits"],
        found["fresh"][4][0],
    )


if __name__ == "__main__":
    run(parser(), main)
