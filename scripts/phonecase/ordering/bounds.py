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


class Cut(NamedTuple):
    """A set of cities, and edges with one end in it: an odd number of teeth, or none."""

    inside: npt.NDArray[np.bool_]  # (n,)
    teeth: frozenset[Edge]

    @property
    def most(self) -> int:
        """How many of the edges within the set and the teeth a tour may have."""
        size = int(np.count_nonzero(self.inside))
        return size + len(self.teeth) // 2 if self.teeth else size - 1

    def to_json(self) -> dict[str, Any]:
        """As a certificate has it."""
        teeth = [list(edge) for edge in sorted(self.teeth)]
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
    """What every edge costs, in 1 / SCALE.  # (n, n)"""
    r = SCALE * d - prices.cities[:, None] - prices.cities
    if prices.cuts:
        w = np.array(list(prices.cuts.values()), np.float64)
        inside = np.array([cuts[k].inside for k in prices.cuts], np.float64)  # (cuts, n)
        r += (inside.T * w) @ inside
        for k, w_k in prices.cuts.items():
            for i, j in cuts[k].teeth:
                r[i, j] += w_k
                r[j, i] += w_k
    return r


def base(prices: Prices, cuts: Sequence[Cut]) -> float:
    """The bound if no edge costs less than nothing, in 1 / SCALE."""
    return 2 * float(prices.cities.sum()) - sum(cuts[k].most * w for k, w in prices.cuts.items())


def bound(
    d: Distances, prices: Prices, cuts: Sequence[Cut], useful: npt.NDArray[np.bool_], choices: Choices
) -> float:
    """A lower bound, in 1 / SCALE, on tours that use only useful edges and agree with the choices."""
    r = reduced_costs(d, prices, cuts)
    gain = np.where(useful, np.minimum(r, 0), 0)
    gain[np.tril_indices_from(gain)] = 0
    for (i, j), used in choices.items():
        gain[i, j] = r[i, j] if used else 0
    return base(prices, cuts) + float(gain.sum())


def useful_edges(d: Distances, prices: Prices, cuts: Sequence[Cut], length: int) -> npt.NDArray[np.bool_]:
    """The edges that a tour shorter than `length` may use: any other makes it longer.  # (n, n)"""
    r = reduced_costs(d, prices, cuts)
    everywhere = np.ones(d.shape, np.bool_)
    useful: npt.NDArray[np.bool_] = bound(d, prices, cuts, everywhere, {}) + np.maximum(r, 0) <= SCALE * (
        length - 1
    )
    return useful


def tour_distances(units: Units) -> Distances:
    """The distances of the units, and of the city that ties the path's ends together.  # (H + 1, H + 1)"""
    return np.pad(units.distance.astype(np.float64), (0, 1))
