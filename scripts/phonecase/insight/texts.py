"""The texts that insight is taken from: rules are learned on the one, and hold or not on the other."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Self

import numpy as np
from numpy.typing import NDArray

from phonecase.corpus import Vocabulary
from phonecase.errors import UserError
from phonecase.files import read_text
from phonecase.insight.features import Feature, find_features, frequent_words

FIT = 200_000  # characters at the training text's end, of which rules are learned
TEST = 100_000  # characters of the text kept back, of which they are scored: all of Romans is 50,220
SHORTEST = 2_000  # characters of either
OTHERS = 19  # other texts whose features show what chance gives: 1 in 20 is the least probability


def read_training(path: Path) -> str:
    """The text to train on, as split_by_book.py leaves it. Raises UserError for anything else."""
    return read_text(path, "split_by_book.py").removesuffix("\n")


def read_kept_back(path: Path) -> str:
    """What is read here of the text kept back. Raises UserError like `read_training`."""
    return read_training(path)[: TEST + 1]


@dataclass(frozen=True, eq=False)
class Texts:
    """Text to train on and text kept back, as a network's scripts read them."""

    train: str
    test: str
    """of the text kept back, what is read here"""
    vocabulary: Vocabulary

    @classmethod
    def load(cls, train: Path, validation: Path, vocab: Path) -> Self:
        """Read the files of split_by_book and build_vocab. Raises UserError when a text is too short."""
        read = {train: read_training(train), validation: read_kept_back(validation)}
        for path, text in read.items():
            if len(text) < SHORTEST:
                raise UserError(f"{path}: {len(text)} characters are too few; insight takes {SHORTEST:,}")
        return cls(read[train], read[validation][: len(read[train])], Vocabulary.load(vocab))

    @property
    def fit(self) -> str:
        """What rules are learned on."""
        return self.train[-FIT - 1 :]

    def numbers(self, text: str) -> NDArray[np.int64]:
        """Its characters' numbers."""
        return self.vocabulary.encode(text)

    def features(self, text: str) -> list[Feature]:
        """Its features."""
        return find_features(text, self.vocabulary, self.words)

    @cached_property
    def words(self) -> list[str]:
        """Those that have features of their own."""
        return frequent_words(self.train)

    def others(self) -> Sequence[str]:
        """Other texts as long as the one kept back: stretches of the training text, apart from each other."""
        length = len(self.test)
        many = min(OTHERS, len(self.train) // length)
        places = [i * (len(self.train) - length) // max(many - 1, 1) for i in range(many)]
        return [self.train[place : place + length] for place in places]
