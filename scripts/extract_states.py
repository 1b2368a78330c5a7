"""Feed a passage to a trained network and keep its states, one row a character."""

from phonecase.console import run

import argparse
import logging
from dataclasses import replace
from pathlib import Path

from phonecase.corpus import OwnWords, Vocabulary, find_passage, read_verses
from phonecase.files import sha256_of
from phonecase.model import CharLM
from phonecase.states import extract, write_states

log = logging.getLogger("phonecase.extract_states")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    result.add_argument("--vocab", type=Path, required=True, help="vocabulary of build_vocab.py")
    result.add_argument("--table", type=Path, required=True, help="table of verses of fetch_kjv.py")
    result.add_argument("--model", required=True, help="the model's name, for the file's metadata")
    result.add_argument("--passage", required=True, help="the passage's name, for the file's metadata")
    result.add_argument(
        "--reference",
        required=True,
        help="""the passage, as in 'Romans 1:16-17' or 'moby.txt:120-131'; or words of your own as JSON,
        {"text": ...} or {"file": ...}, also with "unknown": "nearest" or "skip", for other characters""",
    )
    result.add_argument("--out", type=Path, required=True, help="states file (Parquet) to write")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the network and the passage, write the states."""
    vocabulary = Vocabulary.load(args.vocab)
    setting = OwnWords.from_json(args.reference) if args.reference.startswith("{") else args.reference
    reference, verses = find_passage(args.passage, setting, read_verses(args.table), vocabulary)
    states = extract(CharLM.load(args.weights), vocabulary, verses)
    origin = {
        "model": args.model,
        "passage": args.passage,
        "reference": reference,
        "weights_sha256": sha256_of(args.weights),
    }
    write_states(args.out, replace(states, metadata=origin | states.metadata))
    log.info(
        "%s: %d characters × %d units, %.3f bits per character",
        reference,
        *states.units.shape,
        states.metadata["bits_per_character"],
    )


if __name__ == "__main__":
    run(parser(), main)
