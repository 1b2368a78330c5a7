"""Measure what each unit is worth: flip it, follow the flip, and hold the units that are needed least."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

import numpy as np
import pyarrow as pa

from phonecase.files import sha256_of
from phonecase.insight.facts import write_facts
from phonecase.insight.flips import flip_costs, follow, freeze
from phonecase.insight.inputs import Inputs, add_inputs
from phonecase.insight.networks import values
from phonecase.tables import write_table

SHARES = (16, 8, 4, 2)  # of the units that are held: one in so many

log = logging.getLogger("phonecase.flip_bits")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    add_inputs(result)
    result.add_argument("--out", type=Path, required=True, help="a row for each unit (Parquet)")
    result.add_argument("--facts", type=Path, required=True, help="what holds of all of them (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the texts, write what the units are worth."""
    inputs = Inputs.of(args)
    model, H = inputs.model, inputs.model.hidden_size
    known = values(model, inputs.fit[:-1])
    needed, _ = flip_costs(model, known, inputs.fit[1:])  # on the other text, so that the choice is no luck
    cost, error = flip_costs(model, values(model, inputs.test[:-1]), inputs.test[1:])
    costs, alive = follow(model, inputs.test)  # (L + 1, H)
    least, lot = np.argsort(needed, kind="stable").tolist(), np.random.default_rng(0).permutation(H).tolist()
    sizes = [max(H // share, 1) for share in SHARES]
    mean = known.mean(0)
    at = np.where(mean >= 0, 1, -1).astype(np.float32) if model.binary else mean
    held = freeze(model, inputs.test, [order[:size] for order in (least, lot) for size in sizes], at)
    columns = {
        "unit": np.arange(H),
        "cost": cost.round(6),
        "error": error.round(6),
        "cost_in_all": costs.sum(0).round(6),
        "characters": alive.sum(0).round(6),  # that the flip lives, of those followed
    }
    of = {"weights_sha256": sha256_of(args.weights)}
    write_table(args.out, pa.table({name: pa.array(column) for name, column in columns.items()}, metadata=of))
    write_facts(
        args.facts,
        {
            "cost": costs.mean(1).tolist(),
            "alive": alive.mean(1).tolist(),
            "sizes": sizes,
            "least": held[: len(sizes)],
            "lot": held[len(sizes) :],
        },
    )
    log.info(
        "a flip costs %.3f bits at the next character, %.3f to %.3f", cost.mean(), cost.min(), cost.max()
    )


if __name__ == "__main__":
    run(parser(), main)
