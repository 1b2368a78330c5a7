"""Take states from a file of your own: a table or a two-coloured picture."""

import argparse
import logging
from pathlib import Path

import numpy as np

from phonecase.console import run
from phonecase.states import States, write_states
from phonecase.states.own import MODEL, OwnStates, read_own_states

log = logging.getLogger("phonecase.import_states")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument(
        "--settings", required=True, help='JSON: {"file": "a.png", "rows": 128, "columns": 274}'
    )
    result.add_argument("--passage", required=True, help="its name, for the file's metadata")
    result.add_argument("--out", type=Path, required=True, help="states file (Parquet) to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the file, write its states; what isn't known of them stays empty."""
    settings = OwnStates.from_json(args.settings)
    units = read_own_states(settings)
    T, H = units.shape
    states = States(
        text=" " * T,
        units=units,
        surprise=np.full(T, np.nan, np.float32),
        places=[("", 0, 0)] * T,
        metadata={"model": MODEL, "passage": args.passage, "reference": settings.file.name},
    )
    write_states(args.out, states)
    log.info("%s: %d characters × %d units", settings.file, T, H)


if __name__ == "__main__":
    run(parser(), main)
