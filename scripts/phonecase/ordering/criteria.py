"""How good an order is, by the post's score and by those of the literature on seriation.

`d_ij` is the distance of the picture's rows i and j: in how many characters they differ. The measures
that R's package `seriation` has too are defined as there; the manual of its function `criterion` names
their sources.
"""

import inspect
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from phonecase.ordering.core import Ordering, States
from phonecase.ordering.units import Matrix, dot_products

BAND_SHARE = 0.2  # of the rows: how far `bar` looks, as in R's `seriation`


class Grid:
    """A passage's units and what the criteria need of them, worked out once for all of their orders."""

    def __init__(self, states: States) -> None:
        self.states = states  # (T, H)
        self.products = dot_products(states.T)  # (H, H)
        self.bits = np.packbits(states.T > 0, axis=1)  # (H, ⌈T / 8⌉)
        self.flips = int(
            np.count_nonzero(states[1:] != states[:-1])
        )  # from a character to the next, of all units

    def criteria(self, ordering: Ordering, *, best: int | None = None) -> dict[str, float]:
        """All criteria of an order: `similarity`, `share_of_best`, and those of `CRITERIA`.

        `best` is the optimum of the similarity, or a bound on it, where one is known; without it, the share
        is nan, as it is where the optimum is not positive.
        """
        picture = self._picture(ordering)
        T, H = self.states.shape
        score = T * (H - 1) - 2 * colour_changes(picture)
        return {
            "similarity": score,
            "share_of_best": score / best if best is not None and best > 0 else np.nan,
            **{name: criterion.measure(picture) for name, criterion in CRITERIA.items()},
        }

    def _picture(self, ordering: Ordering) -> "Picture":
        units, signs = ordering.permutation, ordering.signs
        T = len(self.states)
        products = self.products[np.ix_(units, units)] * (signs[:, None] * signs)
        bits = self.bits[units] ^ np.where(signs < 0, 0xFF, 0).astype(np.uint8)[:, None]
        bits[:, -1] &= 0xFF << -T % 8 & 0xFF  # what fills the last byte is no character
        return Picture(T, bits, (T - products) // 2, self.flips)


@dataclass(frozen=True)
class Picture:
    """An ordered and signed grid of H units and T characters, and the distances of its rows."""

    characters: int  # T
    bits: npt.NDArray[np.uint8]  # (H, ⌈T / 8⌉), a bit a cell, 1 for +1
    distance: Matrix  # (H, H)
    flips: int  # from a cell to the next in its row

    def __len__(self) -> int:
        return len(self.bits)


@dataclass(frozen=True)
class Criterion:
    """A measure of a picture."""

    name: str
    better: str
    """'larger', 'smaller', or 'same' for what no order changes"""
    measure: Callable[[Picture], float]

    @property
    def description(self) -> str:
        """What it is, with its formula."""
        return " ".join((inspect.getdoc(self.measure) or "").split())


CRITERIA: dict[str, Criterion] = {}


def criteria(states: States, ordering: Ordering, *, best: int | None = None) -> dict[str, float]:
    """All criteria of one order (see `Grid.criteria`)."""
    return Grid(states).criteria(ordering, best=best)


def band(H: int) -> int:
    """How many rows to each side `bar` looks: a fifth of all, at least one."""
    return max(1, int(H * BAND_SHARE))


def banded(distance: Matrix, b: int) -> int:
    """`bar` of a matrix of distances, looking b rows to each side."""
    return sum(
        (b + 1 - k) * int(np.diagonal(distance, k).sum()) for k in range(1, min(b, len(distance) - 1) + 1)
    )


Measure = Callable[[Picture], float]


def _criterion(better: str) -> Callable[[Measure], Measure]:
    def register(measure: Measure) -> Measure:
        CRITERIA[measure.__name__] = Criterion(measure.__name__, better, measure)
        return measure

    return register


@_criterion("smaller")
def colour_changes(picture: Picture) -> int:
    """Cells whose colour differs from the one above: Σ d_i,i+1 = (T(H − 1) − similarity) / 2, the length of
    the path through the rows."""
    return int(np.diagonal(picture.distance, 1).sum())


@_criterion("smaller")
def bar(picture: Picture) -> int:
    """Banded anti-Robinson form: Σ (b + 1 − |i − j|) d_ij over the pairs of rows at most b apart, where b is
    a fifth of the rows: near rows should be similar."""
    return banded(picture.distance, band(len(picture)))


@_criterion("smaller")
def ar_events(picture: Picture) -> int:
    """Anti-Robinson events: how often a row is less like a nearer row than a farther one on the same side,
    Σ over i < j < k of [d_ij > d_ik] + [d_jk > d_ik]."""
    from phonecase.ordering.kernels import count_ar_events

    return int(count_ar_events(picture.distance))


@_criterion("larger")
def inertia(picture: Picture) -> int:
    """Σ d_ij (i − j)² over all i and j: far rows should differ."""
    return int((picture.distance * _squares(picture)).sum())


@_criterion("smaller")
def two_sum(picture: Picture) -> float:
    """Σ (i − j)² / (1 + d_ij) over all i and j: similar rows should be near."""
    return float((_squares(picture) / (1 + picture.distance)).sum())


@_criterion("smaller")
def compressed_bytes(picture: Picture) -> int:
    """The size of the losslessly compressed picture: one bit a cell, each row as its difference from the row
    above, deflated, as a PNG would do it."""
    bits = picture.bits.copy()
    bits[1:] ^= picture.bits[:-1]
    return len(zlib.compress(bits.tobytes(), level=9))


@_criterion("larger")
def run_down(picture: Picture) -> float:
    """The mean length of a stretch of one colour down the columns, in cells."""
    return len(picture) * picture.characters / (picture.characters + colour_changes(picture))


@_criterion("same")
def run_across(picture: Picture) -> float:
    """The mean length of a stretch of one colour along the rows, in cells."""
    return len(picture) * picture.characters / (len(picture) + picture.flips)


def _squares(picture: Picture) -> npt.NDArray[np.int64]:
    places = np.arange(len(picture))
    return (places[:, None] - places) ** 2
