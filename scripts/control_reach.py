"""Measure what stands beside a network's reach: what can be read out of it, and networks never trained."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import values
from phonecase.insight.reach import guessed, measure_reach, read_out

LEARNED = 100_000  # characters that a read-out is fitted to

log = logging.getLogger("phonecase.control_reach")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_inputs(result)
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the texts, write what is read out of its states, and untrained networks' reach."""
    inputs = Inputs.of(args)
    vocabulary = inputs.texts.vocabulary
    fed = inputs.fit[-LEARNED - 1 : -1], inputs.test[:-1]
    read_outs = [
        read_out((values(each, fed[0]), values(each, fed[1])), fed, len(vocabulary))
        for each in (inputs.model, *inputs.untrained)
    ]
    reaches = [measure_reach(each, inputs.test, vocabulary.characters) for each in inputs.untrained]
    kept = ("differing", "agreed", "erased")
    found = {
        "read_out": read_outs[0],
        "guessed": guessed(fed, len(vocabulary)),
        "untrained": [
            {name: reach[name] for name in kept} | {"read_out": right}
            for reach, right in zip(reaches, read_outs[1:], strict=True)
        ],
    }
    write_facts(args.out, found)
    log.info("the last character is read out %.0f%% right", 100 * read_outs[0][0])


if __name__ == "__main__":
    run(parser(), main)
