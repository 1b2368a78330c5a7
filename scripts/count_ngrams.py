"""Count what characters follow which: the bits per character of n-gram models on the text kept back."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.corpus import Vocabulary
from phonecase.insight.facts import write_facts
from phonecase.insight.ngrams import ladder
from phonecase.insight.texts import read_kept_back, read_training

log = logging.getLogger("phonecase.count_ngrams")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--train", type=Path, required=True, help="the text to count in")
    result.add_argument("--validation", type=Path, required=True, help="the text to predict")
    result.add_argument("--vocab", type=Path, required=True, help="the characters, from build_vocab.py")
    result.add_argument("--out", type=Path, required=True, help="bits by characters of context (JSON)")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the texts, write the bits."""
    vocabulary = Vocabulary.load(args.vocab)
    train, test = read_training(args.train), read_kept_back(args.validation)
    bits = ladder(vocabulary.encode(train), vocabulary.encode(test), len(vocabulary))
    write_facts(args.out, bits)
    for name, ladder_ in bits.items():
        log.info("%s: %s", name, ", ".join(f"{k} {each:.3f}" for k, each in enumerate(ladder_)))


if __name__ == "__main__":
    run(parser(), main)
