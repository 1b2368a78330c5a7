"""Put all that a run made on one page: pictures, tables, models, and the explorer of each."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.explorer.gallery import Gallery, Grid, gallery
from phonecase.files import read_json, write_text
from phonecase.ordering import read_order_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.gallery")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--shown", required=True, metavar="JSON", help="models, grids, orders and styles")
    result.add_argument("--results", type=Path, default=Path("results"), help="default: %(default)s")
    result.add_argument("--out", type=Path, required=True, help="page (HTML) to write, in that folder")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the states, the scores of their orders and the models' summaries, write the page."""
    shown = Gallery.from_json(args.shown)
    grids = []
    for model, passage in shown.grids:
        states = read_states(args.results / "states" / model / f"{passage}.parquet")
        files = {name: args.results / "orders" / model / passage / f"{name}.parquet" for name in shown.orders}
        scores = {name: read_order_for(file, states.units).similarity for name, file in files.items()}
        bits = states.metadata.get("bits_per_character")
        about = (
            "a grid of your own"
            if states.own
            else f"read by {model}" + (f" at {bits:.2f} bits a character" if bits is not None else "")
        )
        units, characters = states.units.shape
        grids.append(Grid(states.reference, about, characters, units, scores))
    summaries = {
        model: read_json(args.results / "models" / model / "summary.json", "train.py", "validation_bits")
        for model in shown.models
    }
    write_text(args.out, gallery(shown, grids, summaries, args.results))
    log.info(
        "%s: grids: %d, orders: %d, styles: %d",
        args.out,
        len(grids),
        len(shown.orders),
        len(shown.styles),
    )


if __name__ == "__main__":
    run(parser(), main)
