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


BAR, AR_EVENTS = 0, 1  # the criteria that `anneal` and its helpers know
HOT, COLD = 5.0, 0.05


@compiled
def anneal(criterion: int, d: Ints, order: Ints, reach: int, moves: int, seed: int) -> int:
    """Lower a criterion of an order, in place, by simulated annealing; returns the change.

    A move takes a unit out and puts it in elsewhere, first anywhere, in the end beside where it was; the
    temperature falls from `HOT` to `COLD` times the mean change of swapping two neighbours at the start.
    """
    np.random.seed(seed)
    H = len(order)
    scale = 1.0
    for p in range(H - 1):
        scale += abs(_swap_change(criterion, d, order, p, reach)) / (H - 1)
    total = 0
    for move in range(moves):
        done = move / moves
        temperature = scale * HOT * (COLD / HOT) ** done
        p = np.random.randint(H)
        farthest = max(1, int((H - 1) * (1 - done) ** 2))
        q = p + (2 * np.random.randint(2) - 1) * np.random.randint(1, farthest + 1)
        if 0 <= q < H:
            change = _walk(criterion, d, order, p, q, reach)
            if change <= 0 or np.random.random() < np.exp(-change / temperature):
                total += change
            else:
                _move(order, q, p)
    improved = True
    while improved:
        improved = False
        for unit in range(H):
            change = _move_to_best(criterion, d, order, unit, reach)
            total += change
            improved |= change < 0
    return total


@compiled
def _move_to_best(criterion: int, d: Ints, order: Ints, unit: int, reach: int) -> int:
    """Put a unit where the criterion is least; returns the change."""
    start = 0
    while order[start] != unit:
        start += 1
    p, change, best, least = start, 0, start, 0
    for step, end in ((1, len(order) - 1), (-1, 0)):
        while p != end:
            change += _walk(criterion, d, order, p, p + step, reach)
            p += step
            if change < least:
                best, least = p, change
        if step == 1:
            change += _walk(criterion, d, order, p, start, reach)
            p = start
    _move(order, p, best)
    return least


@compiled
def _walk(criterion: int, d: Ints, order: Ints, p: int, q: int, reach: int) -> int:
    """Move a unit from row p to row q, swapping neighbours; returns the criterion's change."""
    total: int = 0
    step = 1 if q > p else -1
    while p != q:
        total += _swap_change(criterion, d, order, min(p, p + step), reach)
        order[p], order[p + step] = order[p + step], order[p]
        p += step
    return total


@compiled
def _move(order: Ints, p: int, q: int) -> None:
    """Move a unit from row p to row q."""
    unit = order[p]
    step = 1 if q > p else -1
    while p != q:
        order[p] = order[p + step]
        p += step
    order[q] = unit


@compiled
def _swap_change(criterion: int, d: Ints, order: Ints, p: int, reach: int) -> int:
    """How a criterion changes if rows p and p + 1 change places."""
    H = len(order)
    a, b = order[p], order[p + 1]
    total: int = 0
    if criterion == BAR:  # b comes nearer to the rows before, a to those behind
        for r in range(max(0, p - reach), p):
            total += d[b, order[r]] - d[a, order[r]]
        for r in range(p + 2, min(H, p + 2 + reach)):
            total += d[a, order[r]] - d[b, order[r]]
    else:  # only the triples of a, b and another one change
        ab = d[a, b]
        for r in range(H):
            if r < p or r > p + 1:
                to_a, to_b = d[a, order[r]], d[b, order[r]]
                change = (to_b > to_a) * 1 - (to_a > to_b) * 1 + (ab > to_a) * 1 - (ab > to_b) * 1
                total += change if r < p else -change
    return total
