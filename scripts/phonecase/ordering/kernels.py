"""The loops that Python is too slow for, compiled by numba.

Imported inside the functions that need them, for numba itself takes half a second to import. Compiled
code is kept on disk, so that the next process starts at full speed.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt
from numba import njit

F = TypeVar("F", bound=Callable[..., Any])
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer[Any]]
Floats = npt.NDArray[np.float64]


def compiled(function: F) -> F:
    """Compile on first use; keep the result on disk unless no folder for it can be written."""
    try:
        return cast(F, njit(cache=True)(function))
    except RuntimeError:  # numba found nowhere to keep it
        return cast(F, njit(function))


@compiled
def annealing_energy(weights: Floats, penalty: Floats, means: Floats, sorted_means: Floats) -> float:
    """What `annealed` minimises, of the order in which the weights ascend."""
    order = np.argsort(weights, kind="mergesort")
    energy = 0.0
    for r in range(len(order)):
        energy += (means[order[r]] - sorted_means[r]) ** 2 / len(order)
        if r > 0:
            energy += penalty[order[r - 1], order[r]]
    return energy


@compiled
def two_opt_sweeps(order: Ints, s: Ints) -> None:
    """Reverse stretches of an open path, in place, wherever that makes neighbours more similar."""
    H = len(order)
    improved = True
    while improved:
        improved = False
        for i in range(H - 1):
            for j in range(i + 1, H):
                gain = 0
                if i > 0:
                    gain += s[order[i - 1], order[j]] - s[order[i - 1], order[i]]
                if j < H - 1:
                    gain += s[order[i], order[j + 1]] - s[order[j], order[j + 1]]
                if gain > 0:
                    order[i : j + 1] = order[i : j + 1][::-1].copy()
                    improved = True


@compiled
def count_ar_events(d: Ints) -> int:
    """The anti-Robinson events of a matrix of distances in 0..T, in O(H² log T).

    Seen from each row, walking away on either side: how many of the distances passed are larger than the
    present one. A Fenwick tree counts them.
    """
    H = len(d)
    size = d.max() + 1
    events = 0
    tree = np.zeros(size + 1, np.int64)  # over distances, largest first, from 1
    for i in range(H):
        for step in (-1, 1):
            tree[:] = 0
            j = i + step
            while 0 <= j < H:
                node = size - d[i, j] - 1  # the last of those that are larger
                while node > 0:
                    events += tree[node]
                    node -= node & -node
                node = size - d[i, j]
                while node <= size:
                    tree[node] += 1
                    node += node & -node
                j += step
    return events
