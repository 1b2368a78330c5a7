"""Choose an order for the rows of a picture: states → order."""

from phonecase.console import run

import argparse
import json
import logging
import time
from pathlib import Path

from phonecase.errors import UserError
from phonecase.files import write_text
from phonecase.ordering import (
    STRATEGIES,
    SavedOrder,
    check_settings,
    order_units,
    similarity,
    states_hash,
    write_order,
)
from phonecase.ordering.proof import in_words
from phonecase.states import read_states

log = logging.getLogger("phonecase.order_rows")


def main(args: argparse.Namespace) -> None:
    """Order the units, write the order and the report, and say the score."""
    settings = check_settings(args.strategy, _settings(args.settings))
    read = read_states(args.states)
    states = read.units
    start = time.perf_counter()
    ordering = order_units(states, args.strategy, **settings)
    seconds = time.perf_counter() - start
    score = similarity(states, ordering)
    order = SavedOrder(ordering, args.strategy, settings, score, states_hash(states))
    write_order(args.out, order)
    if args.report:
        rows = {} if read.names is None else {"rows": ordering.named(read.names)}
        report = {**order.facts(), **rows, "seconds": round(seconds, 4)}
        write_text(args.report, json.dumps(report, indent=2) + "\n")
    certificate = ordering.certificate
    proven = f" ({in_words(score, certificate['bound'])})" if certificate else ""
    log.info("%s: similarity %s%s, %.2f s", args.strategy, f"{score:,}", proven, seconds)


def _settings(text: str) -> dict[str, object]:
    try:
        settings = json.loads(text)
    except json.JSONDecodeError as error:
        raise UserError(f"--settings is not JSON: {error}") from None
    if not isinstance(settings, dict):
        raise UserError(f'--settings must be a JSON object such as {{"seed": 1}}, not {text}')
    return settings


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(
        description=__doc__,
        epilog="strategies:\n" + "\n".join(f"  {s.name:<18} {s.summary}" for s in STRATEGIES.values()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    result.add_argument("--states", type=Path, required=True, help="the states (parquet)")
    result.add_argument("--strategy", required=True, help="one of the strategies below")
    result.add_argument(
        "--settings",
        default="{}",
        metavar="JSON",
        help="its settings; docs/orders.md lists them (default: {})",
    )
    result.add_argument("--out", type=Path, required=True, help="the order (parquet)")
    result.add_argument(
        "--report",
        type=Path,
        help="score, certificate, names of the rows, and seconds (JSON), which may differ from run to run",
    )
    return result


if __name__ == "__main__":
    run(parser(), main)
