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
    of random orders from their mean: −2 and less is nearer than chance brings them, about 0 is chance.
    """
    ranks = np.stack([np.argsort(np.argsort(each, kind="stable")) for each in measures.values()])  # (M, H)
    random = np.random.default_rng(0)
    drawn = np.array([_apart(ranks, random.permutation(ranks.shape[1])) for _ in range(DRAWS)])  # (D, M)
    mean, spread = drawn.mean(0), drawn.std(0)
    return [
        {"order": name, **dict(zip(measures, ((_apart(ranks, each) - mean) / spread).tolist(), strict=True))}
        for name, each in permutations.items()
    ]


def _apart(ranks: NDArray[np.int64], permutation: NDArray[np.integer]) -> NDArray[np.float64]:
    """How far neighbours' ranks are apart on average, by measure.  # (M,)"""
    apart: NDArray[np.float64] = np.abs(np.diff(ranks[:, permutation], axis=1)).mean(axis=1)
    return apart
