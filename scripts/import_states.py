"""Take states from a file of your own: a table or a two-coloured picture."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.states import OwnStates, read_own_states, write_states

log = logging.getLogger("phonecase.import_states")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument(
        "--settings", required=True, help='JSON: {"file": "a.png"} (see `states` in config.yaml)'
    )
    result.add_argument("--passage", required=True, help="its name, for the file's metadata")
    result.add_argument("--out", type=Path, required=True, help="states file (Parquet) to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the file, write its states."""
    states = read_own_states(OwnStates.from_json(args.settings), args.passage)
    write_states(args.out, states)
    log.info("%s: %d units, each a row of the picture, along %d columns", args.out, *states.units.shape[::-1])


if __name__ == "__main__":
    run(parser(), main)
