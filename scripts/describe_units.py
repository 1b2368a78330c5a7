"""Say of each unit what tells it: its best feature of the text, beside chance and networks never trained."""

from phonecase.console import run

import argparse
import hashlib
import logging
from pathlib import Path

import numpy as np
import pyarrow as pa

from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import up
from phonecase.insight.told import by_the_last
from phonecase.insight.units import describe
from phonecase.tables import write_table

LAST = 6  # characters

log = logging.getLogger("phonecase.describe_units")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_inputs(result)
    result.add_argument("--out", type=Path, required=True, help="a row for each unit (Parquet)")
    result.add_argument("--facts", type=Path, required=True, help="what holds of all of them (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the texts, write what tells the units."""
    inputs = Inputs.of(args)
    texts, fed = inputs.texts, (inputs.fit[:-1], inputs.test[:-1])
    units, *controls = ((up(m, fed[0]), up(m, fed[1])) for m in (inputs.model, *inputs.untrained))
    rows, facts = describe(
        (texts.features(texts.fit), texts.features(texts.test)),
        units,
        controls,
        (texts.features(other) for other in texts.others()),
    )
    last = [
        by_the_last(fed[0], each[0], fed[1], each[1], len(texts.vocabulary), LAST)
        for each in (units, *controls)
    ]
    facts["last"] = [np.median(shares, axis=1).tolist() for shares in last]
    of = {"weights_sha256": hashlib.sha256(args.weights.read_bytes()).hexdigest()}
    write_table(args.out, pa.Table.from_pylist(rows).replace_schema_metadata(of))
    write_facts(args.facts, facts)
    told = sum(row["sentence"] is not None for row in rows)
    log.info("%d of %d units have a sentence", told, len(rows))


if __name__ == "__main__":
    run(parser(), main)
