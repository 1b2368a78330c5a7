"""Orders that look beyond neighbours, from the literature on seriation.

They see how much two units differ, not what they do. The criteria are those of `criteria`.
"""

from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field

from phonecase.ordering.core import Permutation
from phonecase.ordering.criteria import band, banded
from phonecase.ordering.registry import Found, strategy
from phonecase.ordering.units import Units

MOVES, FOR_EACH = 128_000, 250  # of simulated annealing: in all at least, and for each unit
ROUNDING = 1e-9  # what may be rounding errors of an eigenvector, relative to its size
Restarts = Annotated[int, Field(ge=1)]
Linkage = Literal["average", "complete", "single", "ward", "weighted"]


@strategy()
def leaf(units: Units, *, linkage: Linkage = "average") -> Found:
    """The leaves of a hierarchical clustering, its branches turned so that neighbours are most similar.

    The tree is scipy's, from the units' distances; for `ward`, from their square roots, which is how far
    apart the rows are in space. Of all the orders that it allows, it is the one of the greatest similarity:
    optimal leaf ordering (Bar-Joseph, Gifford and Jaakkola 2001), turned so that the means ascend.
    """
    if len(units) == 1:
        return np.zeros(1, np.int32)
    from scipy.cluster.hierarchy import linkage as cluster
    from scipy.spatial.distance import squareform

    from phonecase.ordering.leaves import turned

    distance = squareform(np.sqrt(units.distance) if linkage == "ward" else units.distance)
    return units.upright(turned(cluster(distance, linkage)[:, :2].astype(np.int64), units.distance))


@strategy()
def spectral(units: Units) -> Found:
    """By the Fiedler vector: units that agree in many characters are pulled together on a line.

    The eigenvector to the second smallest eigenvalue of the graph's Laplacian in which two units are tied as
    strongly as they have characters in common (Atkins, Boman and Hendrickson 1998). It minimises
    Σ agreement (x_i − x_j)² over real places x. Of several such vectors, it is the one that agrees most with
    the means. The means ascend along the order.
    """
    if len(units) == 1:
        return np.zeros(1, np.int32)
    places = np.round(fiedler(units), 9)  # equal units are ties, in spite of rounding errors
    return units.upright(np.argsort(places, kind="stable"))


def fiedler(units: Units) -> npt.NDArray[np.float64]:
    """The places that minimise Σ agreement (x_i − x_j)², Σ x_i being 0 and Σ x_i² being 1.  # (H,)"""
    T = units.characters
    agreement = (T - units.distance).astype(np.float64)
    # 2T everywhere lifts the constant vector, whose eigenvalue is 0, above all others, which are at most TH
    values, vectors = np.linalg.eigh(np.diag(agreement.sum(axis=1)) - agreement + 2 * T)
    least = vectors[:, values - values[0] < ROUNDING * T * len(units)]
    means = units.sums - units.sums.mean()
    x: npt.NDArray[np.float64] = least @ (means @ least)
    size = np.linalg.norm(x)
    return x / size if size > ROUNDING * np.linalg.norm(means) else least[:, 0]


@strategy(optimises="bar")
def bar(units: Units, *, rng: np.random.Generator, restarts: Restarts = 8) -> Found:
    """The least banded anti-Robinson form that is found: similar rows near each other, not only neighbours.

    By simulated annealing, `restarts` times: from the spectral order and from random ones in turn.
    """
    from phonecase.ordering.kernels import BAR

    return _annealed(units, BAR, rng, restarts)


@strategy(optimises="ar_events")
def anti_robinson(units: Units, *, rng: np.random.Generator, restarts: Restarts = 8) -> Found:
    """The fewest anti-Robinson events that are found: rows grow less alike the farther they are apart.

    By simulated annealing, `restarts` times: from the spectral order and from random ones in turn.
    """
    from phonecase.ordering.kernels import AR_EVENTS

    return _annealed(units, AR_EVENTS, rng, restarts)


def _annealed(units: Units, criterion: int, rng: np.random.Generator, restarts: int) -> Permutation:
    """The best order found, turned so that the means ascend."""
    from phonecase.ordering.kernels import AR_EVENTS, anneal, count_ar_events

    H, d = len(units), units.distance
    reach = min(band(H), H - 1)

    def value(order: Permutation) -> int:
        placed = d[np.ix_(order, order)]
        return int(count_ar_events(placed)) if criterion == AR_EVENTS else banded(placed, reach)

    found = []
    start = spectral(units)
    for run in range(restarts):
        order = np.array(start if run % 2 == 0 else rng.permutation(H), np.int32)  # a copy, which changes
        anneal(criterion, d, order, reach, max(MOVES, FOR_EACH * H), int(rng.integers(2**31)))
        found.append(order)
    return units.upright(min(found, key=value))
