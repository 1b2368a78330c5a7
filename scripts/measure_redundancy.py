"""Measure how much the units hold between them, beside networks that were never trained."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import up
from phonecase.insight.redundancy import measure_redundancy

log = logging.getLogger("phonecase.measure_redundancy")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_inputs(result)
    result.add_argument("--out", type=Path, required=True, help="the findings (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the texts, write how much its units hold."""
    inputs = Inputs.of(args)
    found, *controls = (
        measure_redundancy(up(each, inputs.fit[:-1]), up(each, inputs.test[:-1]))
        for each in (inputs.model, *inputs.untrained)
    )
    write_facts(args.out, {"trained": found, "untrained": controls})
    log.info(
        "%d different states of %d; at most %.1f bits", found["distinct"], found["states"], found["tree"]
    )


if __name__ == "__main__":
    run(parser(), main)
