"""What every measurement takes: a network, the texts, and networks that were never trained."""

import argparse
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from phonecase.insight.networks import untrained
from phonecase.insight.texts import Texts
from phonecase.model import CharLM
from phonecase.training import Recipe


def add_network(parser: argparse.ArgumentParser) -> None:
    """The options that name a network and the text that it is measured on."""
    parser.add_argument("--weights", type=Path, required=True, help="weights of train.py")
    parser.add_argument("--validation", type=Path, required=True, help="the text kept back, to measure on")
    parser.add_argument("--vocab", type=Path, required=True, help="the characters, from build_vocab.py")


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """The options that name all of them."""
    add_network(parser)
    parser.add_argument(
        "--settings", required=True, metavar="JSON", help="the recipe that the weights are of"
    )
    parser.add_argument("--train", type=Path, required=True, help="the training text, to learn rules from")


@dataclass(frozen=True, eq=False)
class Inputs:
    """A network, the texts, and networks that were never trained."""

    model: CharLM
    recipe: Recipe
    texts: Texts

    @classmethod
    def of(cls, args: argparse.Namespace) -> Self:
        """Read what a command line names. Raises UserError for what isn't there, or isn't that."""
        texts = Texts.load(args.train, args.validation, args.vocab)
        return cls(CharLM.load(args.weights), Recipe.from_json(args.settings), texts)

    @cached_property
    def fit(self) -> NDArray[np.int64]:
        """The characters that rules are learned on.  # (T + 1,)"""
        return self.texts.numbers(self.texts.fit)

    @cached_property
    def test(self) -> NDArray[np.int64]:
        """The characters that they are scored on.  # (T' + 1,)"""
        return self.texts.numbers(self.texts.test)

    @cached_property
    def untrained(self) -> list[CharLM]:
        """The networks as training finds them."""
        return untrained(self.recipe, self.fit, self.test, len(self.texts.vocabulary))
