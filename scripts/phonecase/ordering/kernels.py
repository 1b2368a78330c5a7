"""The loops that Python is too slow for, compiled by numba.

Imported inside the functions that need them, for numba itself takes half a second to import. Compiled
code is kept on disk, so that the next process starts at full speed.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np
import numpy.typing as npt

from phonecase.compiling import njit

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
HOT, COLD = 15.0, 0.05


@compiled
def anneal(criterion: int, d: Ints, order: Ints, reach: int, moves: int, seed: int) -> int:
    """Lower a criterion of an order, in place, by simulated annealing; returns the change.

    A move takes a unit out and puts it in elsewhere, first anywhere, in the end beside where it was; the
    temperature falls from `HOT` to `COLD` times the mean change of swapping two neighbours at the start.
    """
    np.random.seed(seed)
    H = len(order)
    known = _known(criterion, d, order, reach)
    changes = np.zeros(H, np.int64)
    scale = 1.0
    for p in range(H - 1):
        _walk(criterion, d, order, known, p, p + 1, reach, changes)
        scale += abs(changes[p + 1]) / (H - 1)
    total = 0
    for move in range(moves):
        done = move / moves
        temperature = scale * HOT * (COLD / HOT) ** done
        p = np.random.randint(H)
        farthest = max(1, int((H - 1) * (1 - done) ** 2))
        q = p + (2 * np.random.randint(2) - 1) * np.random.randint(1, farthest + 1)
        if 0 <= q < H:
            _walk(criterion, d, order, known, p, q, reach, changes)
            if changes[q] <= 0 or np.random.random() < np.exp(-changes[q] / temperature):
                total += changes[q]
                _move(criterion, d, order, known, p, q, reach)
    improved = True
    while improved:
        improved = False
        for unit in range(H):
            p = 0
            while order[p] != unit:
                p += 1
            _walk(criterion, d, order, known, p, H - 1, reach, changes)
            _walk(criterion, d, order, known, p, 0, reach, changes)
            changes[p] = 0
            q = p
            for r in range(H):
                if changes[r] < changes[q]:
                    q = r
            if q != p:
                total += changes[q]
                improved = True
                _move(criterion, d, order, known, p, q, reach)
    return total


# What is known of an order, by unit, makes it cheap to let one walk past others. For BAR, known[0, a] and
# known[1, a] are the sums of a's distances to the `reach` rows above and below. For AR events, known[c, a] is
# the change as a passes c on its way down, wherever it comes from; on its way up, it is the opposite.


@compiled
def _known(criterion: int, d: Ints, order: Ints, reach: int) -> Ints:
    H = len(order)
    known = np.zeros((2 if criterion == BAR else H, H), np.int32)
    for p in range(H):
        for q in range(H):
            if criterion == AR_EVENTS and p != q:
                _count(known, d, order[q], order[p], 1 if p < q else -1)
            elif p != q and abs(p - q) <= reach:
                known[0 if p < q else 1, order[q]] += d[order[p], order[q]]
    return known


@compiled
def _count(known: Ints, d: Ints, c: int, x: int, times: int) -> None:
    """Add to known[c, a], for every a, what a unit x above both adds to the events as a passes c."""
    itself = known[c, x]
    for a in range(len(d)):
        ac, ax, cx = d[c, a], d[x, a], d[x, c]
        more = np.int32(cx > ax) - np.int32(ax > cx) + np.int32(ac > ax) - np.int32(ac > cx)
        known[c, a] += np.int32(times) * more
    known[c, x] = itself


@compiled
def _walk(
    criterion: int, d: Ints, order: Ints, known: Ints, p: int, q: int, reach: int, changes: Ints
) -> None:
    """How the criterion would change if row p's unit moved to row r, for each from p to q: `changes[r]`."""
    H = len(order)
    a = order[p]
    step = 1 if q > p else -1
    total: int = 0
    behind, ahead = known[0 if step > 0 else 1], known[1 if step > 0 else 0]  # for BAR: a row's neighbours
    a_behind, a_ahead = behind[a], ahead[a]
    for r in range(p + step, q + step, step):
        c = order[r]
        if criterion == AR_EVENTS:
            total += step * known[c, a]
        else:  # a comes nearer to the rows ahead of them both, c to those behind them both
            near = abs(r - p) <= reach  # a was among the rows behind c
            front, back = r + step * reach, r - step * (reach + 1 if near else reach)
            c_behind = behind[c] - d[a, c] if near else behind[c]
            a_ahead -= d[a, c]
            if 0 <= front < H:
                a_ahead += d[a, order[front]]
            if near and 0 <= back < H:
                c_behind += d[c, order[back]]
            total += c_behind - a_behind + a_ahead - ahead[c]
            a_behind += d[a, c]
            if 0 <= back < H:
                a_behind -= d[a, order[back]]
        changes[r] = total


@compiled
def _move(criterion: int, d: Ints, order: Ints, known: Ints, p: int, q: int, reach: int) -> None:
    """Move row p's unit to row q."""
    H = len(order)
    step = 1 if q > p else -1
    behind, ahead = known[0 if step > 0 else 1], known[1 if step > 0 else 0]
    for r in range(p, q, step):
        a, c = order[r], order[r + step]
        if criterion == AR_EVENTS:
            _count(known, d, c, a, -2 * step)
            _count(known, d, a, c, 2 * step)
        else:
            back, front = r - step * reach, r + step * (reach + 1)
            behind[a] += d[a, c]
            behind[c] -= d[a, c]
            ahead[a] -= d[a, c]
            ahead[c] += d[a, c]
            if 0 <= back < H:
                u = order[back]
                behind[a] -= d[a, u]
                behind[c] += d[c, u]
                ahead[u] += d[c, u] - d[a, u]
            if 0 <= front < H:
                v = order[front]
                ahead[a] += d[a, v]
                ahead[c] -= d[c, v]
                behind[v] += d[a, v] - d[c, v]
        order[r], order[r + step] = c, a
