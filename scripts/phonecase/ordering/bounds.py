"""The bound of `proof` on arrays of floats, for the solver; what it finds counts once `proof` confirms it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phonecase.ordering.proof import SCALE, Edge
from phonecase.ordering.units import Units

Choices = dict[Edge, bool]  # edges that a part of the tours has, or has not
Distances = npt.NDArray[np.float64]  # (n, n), integers
Ints = npt.NDArray[np.integer[Any]]


class Cut(NamedTuple):
    """A set of cities with its teeth."""

    inside: npt.NDArray[np.bool_]  # (n,)
    teeth: frozenset[tuple[int, ...]]  # cities of each, in ascending order

    @property
    def most(self) -> int:
        """What a tour may have of what it counts."""
        size = int(np.count_nonzero(self.inside))
        return size + sum(len(tooth) - 1 for tooth in self.teeth) // 2 if self.teeth else size - 1

    @property
    def cities(self) -> Ints:
        """Those in the set or a tooth, which are ends of all edges that it counts."""
        named = self.inside.copy()
        named[[city for tooth in self.teeth for city in tooth]] = True
        return np.flatnonzero(named)

    def halves(self, i: Ints, j: Ints) -> Ints:
        """The ends that edges i-j have in the set and the teeth around them."""
        halves = self.inside[i].astype(np.int64) + self.inside[j]
        for tooth in self.teeth:
            around = np.zeros(len(self.inside), np.bool_)
            around[list(tooth)] = True
            halves += around[i] & around[j]
        return halves

    def counts(self, i: Ints, j: Ints) -> Ints:
        """How often it counts edges i-j."""
        return self.halves(i, j) // 2

    def to_json(self) -> dict[str, Any]:
        """As a certificate has it."""
        teeth = [list(tooth) for tooth in sorted(self.teeth)]
        return {"cities": np.flatnonzero(self.inside).tolist(), "teeth": teeth}


@dataclass(frozen=True)
class Prices:
    """One for each city, and those of the cuts that are not 0, by the cut's number; in 1 / SCALE."""

    cities: npt.NDArray[np.float64]  # (n,), integers
    cuts: dict[int, int]

    def to_json(self, number: Mapping[int, int]) -> dict[str, Any]:
        """As a certificate has them, which numbers the cuts anew."""
        return {
            "cities": [int(u) for u in self.cities],
            "cuts": [[number[k], w] for k, w in sorted(self.cuts.items())],
        }


def reduced_costs(d: Distances, prices: Prices, cuts: Sequence[Cut]) -> Distances:
    """What every edge costs, in 1 / SCALE, with 0 for what is none.  # (n, n)"""
    r = SCALE * d - prices.cities[:, None] - prices.cities
    for k, w in prices.cuts.items():
        cities = cuts[k].cities
        r[np.ix_(cities, cities)] += w * cuts[k].counts(cities[:, None], cities)
    np.fill_diagonal(r, 0)
    return r


def _base(prices: Prices, cuts: Sequence[Cut]) -> float:
    """The bound if no edge costs less than nothing, in 1 / SCALE."""
    return 2 * float(prices.cities.sum()) - sum(cuts[k].most * w for k, w in prices.cuts.items())


def bound_of_all(prices: Prices, cuts: Sequence[Cut], r: Distances) -> float:
    """A lower bound, in 1 / SCALE, on all tours; `r` are the edges' reduced costs."""
    return _base(prices, cuts) + float(np.minimum(r, 0).sum()) / 2  # which has each of them twice


def bound(d: Distances, prices: Prices, cuts: Sequence[Cut], i: Ints, j: Ints, choices: Choices) -> float:
    """A lower bound, in 1 / SCALE, on tours that use only edges i-j and agree with choices among these."""
    r = SCALE * d[i, j] - prices.cities[i] - prices.cities[j]
    for k, w in prices.cuts.items():
        r += w * cuts[k].counts(i, j)
    gain = np.minimum(r, 0)
    for (a, b), used in choices.items():
        chosen = (i == a) & (j == b)
        gain[chosen] = r[chosen] if used else 0
    return _base(prices, cuts) + float(gain.sum())


def useful_edges(d: Distances, prices: Prices, cuts: Sequence[Cut], length: int) -> npt.NDArray[np.bool_]:
    """The edges that a tour shorter than `length` may use: any other makes it longer.  # (n, n)"""
    r = reduced_costs(d, prices, cuts)
    useful: npt.NDArray[np.bool_] = bound_of_all(prices, cuts, r) + np.maximum(r, 0) <= SCALE * (length - 1)
    return useful


def tour_distances(units: Units) -> Distances:
    """The distances of the units, and of the city that ties the path's ends together.  # (H + 1, H + 1)"""
    return np.pad(units.distance.astype(np.float64), (0, 1))
