"""What a network's measurements come to in a number: its reach, and how much counting it is worth."""

import math
from collections.abc import Iterable, Sequence

NOTHING = 0.01  # bits per character that are taken for none
LADDERS = {"kneser_ney": "Kneser-Ney", "witten_bell": "Witten-Bell"}
"""The ways of counting that `ngrams.ladder` knows, and their names."""


def reach(fresh: Sequence[tuple[float, float]]) -> float:
    """After how many characters a fresh start is as good as all of the past.

    `fresh` is what `measure_reach` found: bits that are paid more after 1, 2, ... characters, with their
    standard errors. The first of them below 0.01 counts. Infinite if none is.
    """
    found = first(mean < NOTHING for mean, _ in fresh)
    return math.inf if found is None else found + 1


def worth(bits: float, ladder: Sequence[float]) -> float:
    """How many characters of context n-grams take to pay as little, as a fraction between two of them.

    `ladder` has the bits per character with 0, 1, ... characters of context. 0 for more bits than the first
    pays, infinite for fewer than any pays.
    """
    found = first(each <= bits for each in ladder)
    if found is None:
        return math.inf
    if found == 0:
        return 0
    above, below = ladder[found - 1], ladder[found]
    return found - (bits - below) / (above - below)


def first(flags: Iterable[bool]) -> int | None:
    """The place of the first that is true."""
    return next((place for place, flag in enumerate(flags) if flag), None)
