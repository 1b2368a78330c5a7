"""Say of each unit what tells it: its best feature of the text, beside chance and networks never trained."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from phonecase.files import sha256_of
from phonecase.insight.facts import write_facts
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import up, values
from phonecase.insight.told import by_the_last
from phonecase.insight.units import describe, describe_values
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
    features = texts.features(texts.fit), texts.features(texts.test)
    networks = (inputs.model, *inputs.untrained)
    units, *controls = ((up(m, fed[0]), up(m, fed[1])) for m in networks)
    rows, facts = describe(features, units, controls, (texts.features(other) for other in texts.others()))

    def by_last(each: tuple[Any, Any]) -> list[float]:
        shares = by_the_last(fed[0], each[0], fed[1], each[1], len(texts.vocabulary), LAST)
        return [float(share) for share in np.median(shares, axis=1)]

    facts["last"] = [by_last(each) for each in (units, *controls)]
    if not inputs.model.binary:
        numbers = [(values(m, fed[0]), values(m, fed[1])) for m in networks]
        more, facts["values"] = describe_values(features, numbers[0], numbers[1:])
        rows = [row | beside for row, beside in zip(rows, more, strict=True)]
        facts["values"]["last"] = [by_last(each) for each in numbers]
    of = {"weights_sha256": sha256_of(args.weights)}
    write_table(args.out, pa.Table.from_pylist(rows).replace_schema_metadata(of))
    write_facts(args.facts, facts)
    told = sum(row["sentence"] is not None for row in rows)
    log.info("%d of %d units have a sentence", told, len(rows))


if __name__ == "__main__":
    run(parser(), main)
