"""Put a trained network into a web page of its own: to read, to write to, and to ask."""

from phonecase.console import run

import argparse
import json
import logging
from pathlib import Path

from phonecase.art import Print, Style
from phonecase.corpus import Vocabulary
from phonecase.explorer import about, page
from phonecase.explorer.known import sentences
from phonecase.files import read_json, write_text
from phonecase.model import read_weights
from phonecase.ordering import read_order_for
from phonecase.states import read_states

log = logging.getLogger("phonecase.explore")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    result.add_argument("--summary", type=Path, required=True, help="summary of train.py")
    result.add_argument("--vocab", type=Path, required=True, help="vocabulary of build_vocab.py")
    result.add_argument("--states", type=Path, nargs="+", required=True, help="states files, one a passage")
    result.add_argument(
        "--orders",
        type=Path,
        nargs="+",
        required=True,
        help="order files; the folder of each has its passage's name",
    )
    result.add_argument("--styles", required=True, help="JSON: a list of [name, style]")
    result.add_argument("--print", default="{}", help='JSON: {"cell": 7, "dpi": 300}')
    result.add_argument("--corpus", required=True, help="what the network read, in a word or two")
    result.add_argument("--units", type=Path, help="what describe_units.py found out about them")
    result.add_argument("--flips", type=Path, help="and flip_bits.py")
    result.add_argument("--out", type=Path, required=True, help="page (HTML) to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and what the run found of it, write the page."""
    passages = []
    for path in args.states:
        states = read_states(path)
        orders = {
            file.stem: read_order_for(file, states.units)
            for file in args.orders
            if file.parent.name == path.stem
        }
        passages.append((states, orders))
    summary = read_json(args.summary, "train.py", "settings", "validation_bits", "characters", "parameters")
    styles = {name: Style.model_validate(style) for name, style in json.loads(args.styles)}
    data = about(
        read_weights(args.weights),
        summary,
        Vocabulary.load(args.vocab),
        passages,
        styles,
        Print.from_json(args.print),
        sentences(args.units, args.flips, args.weights) if args.units and args.flips else {},
    )
    lines = [
        f"The network has {summary['parameters']:,} weights, learned from {summary['characters']:,} "
        f"characters, and pays {summary['validation_bits']:.2f} bits for a character that it never saw."
    ]
    html = page(data, args.corpus, lines)
    write_text(args.out, html)
    log.info("%s: %s, %.1f MB", args.out, data["model"], len(html.encode()) / 1e6)


if __name__ == "__main__":
    run(parser(), main)
