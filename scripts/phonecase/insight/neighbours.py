"""Whether an order puts units together that are of one kind, held against orders by chance."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

DRAWS = 1000  # orders by chance


def nearness(
    measures: Mapping[str, NDArray[np.float64]], permutations: Mapping[str, NDArray[np.int32]]
) -> list[dict[str, float | str]]:
    """How near neighbours are in each measure of the units, beside orders by chance.

    Args:
        measures: by name, what is known of each unit; (H,).
        permutations: by the order's name, which unit each row shows; (H,).

    A row for each order has how far its neighbours' ranks are apart in each measure, in standard deviations
    of random orders from their mean: −2 and less is nearer than chance brings them, about 0 is chance. Units
    of which the same is known have the same rank; where that is so of all, every order is as good: 0.
    """
    ranks = np.stack([_ranks(each) for each in measures.values()])  # (M, H)
    random = np.random.default_rng(0)
    drawn = np.array([_apart(ranks, random.permutation(ranks.shape[1])) for _ in range(DRAWS)])  # (D, M)
    mean, spread = drawn.mean(0), drawn.std(0)
    differ = spread > 1e-9 * ranks.shape[1]  # but for rounding
    rows: list[dict[str, float | str]] = []
    for name, permutation in permutations.items():
        deviations = np.where(differ, _apart(ranks, permutation) - mean, 0) / np.where(differ, spread, 1)
        rows.append({"order": name, **dict(zip(measures, deviations.tolist(), strict=True))})
    return rows


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each value's place among them, from 1; equal ones have the mean of theirs.  # (H,)"""
    _, which, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (counts.cumsum() - (counts - 1) / 2)[which]
    return ranks


def _apart(ranks: NDArray[np.float64], permutation: NDArray[np.integer]) -> NDArray[np.float64]:
    """How far neighbours' ranks are apart on average, by measure.  # (M,)"""
    apart: NDArray[np.float64] = np.abs(np.diff(ranks[:, permutation], axis=1)).sum(axis=1)
    return apart / max(len(permutation) - 1, 1)
