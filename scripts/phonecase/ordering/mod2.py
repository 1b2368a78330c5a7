"""Maximally violated mod-2 cuts, as Caprara, Fischetti and Letchford separate them (Mathematical Programming
87, 2000).

A cut with teeth is half of a sum of facts about tours, rounded down (`proof` says which). A fractional tour
violates it by all that rounding can take away, a half, if it fulfils each of those facts with equality, has
each of its edges in the sum an even number of times, and what it may have is odd. So these cuts are the
solutions of linear equations modulo 2: one for each edge, in an unknown for each city and for each tight set,
which is one that holds one edge less than it has cities. Combs are among them, with teeth of any size.

Cities joined by whole edges, those of value 1, are a path. Tight sets are made up of paths, for one that
parts a path adds nothing; and the whole edges, tight sets themselves, make even what is odd along a path.
"""

from collections.abc import Iterator

import numpy as np

from phonecase.ordering.bounds import Cut
from phonecase.ordering.kernels import Bools, Floats, Ints, compiled

TINY = 1e-6  # values nearer to 0 than this are 0
VIOLATED = 1e-3  # by less than a half, due to rounding
LARGEST = 24  # paths in a tight set


def mod2_cuts(n: int, i: Ints, j: Ints, x: Floats) -> list[Cut]:
    """Cuts that a fractional tour, which uses the edges i-j by x > 0, violates by a half; the smallest first.

    No set of cities may be crossed less than twice.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    whole = x > 1 - TINY
    graph = coo_array((np.ones(whole.sum()), (i[whole], j[whole])), shape=(n, n))
    count, path = connected_components(graph, directed=False)
    a, b = i[~whole], j[~whole]
    ends = np.unique([a, b])
    sets = tight_sets(count, path[a], path[b], x[~whole])  # (sets, count)
    sets = sets[np.sort(np.unique(sets, axis=0, return_index=True)[1])]
    sets = sets[np.argsort(sets.sum(axis=1), kind="stable")]
    columns = [_column((a == end) | (b == end), bool(np.sum(path == path[end]) > 1)) for end in ends]
    columns += [_column(inside[path[a]] & inside[path[b]], inside.sum() % 2 == 0) for inside in sets]
    cuts = []
    for chosen in _solutions(columns):
        at_end = np.zeros(len(ends), np.bool_)
        at_end[[k for k in chosen if k < len(ends)]] = True
        inside = (np.bincount(path[ends], ~at_end, count) == 0)[path]  # a path is, if both its ends are
        inside[ends] = at_end
        if 2 * inside.sum() > n:
            inside = ~inside  # two edges at each city make it the same
        cut = Cut(inside, frozenset(_cities(sets[k - len(ends)][path]) for k in chosen if k >= len(ends)))
        odd = whole & (cut.halves(i, j) % 2 == 1)
        edges = zip(i[odd].tolist(), j[odd].tolist(), strict=True)
        cut = Cut(inside, cut.teeth.symmetric_difference(edges))
        if inside.any() and cut.counts(i, j) @ x > cut.most + 0.5 - VIOLATED:
            cuts.append(cut)
    return sorted(cuts, key=lambda cut: int(cut.inside.sum()) + sum(map(len, cut.teeth)))


def _column(edges: Bools, odd: bool) -> int:
    """A fact, modulo 2: what a tour may have in bit 0, then the edges that it counts."""
    bits = int.from_bytes(np.packbits(edges, bitorder="little").tobytes(), "little")
    return bits << 1 | int(odd)


def _solutions(columns: list[int]) -> Iterator[list[int]]:
    """Columns whose sum modulo 2 is 1, that is, odd in bit 0 and even elsewhere: one for each that is
    dependent on those before, apart from bit 0."""
    pivots: dict[int, tuple[int, int]] = {}  # by the highest bit: a sum of columns, and of which
    for k, column in enumerate(columns):
        used = 1 << k
        while column.bit_length() in pivots:
            other, its = pivots[column.bit_length()]
            column ^= other
            used ^= its
        if column > 1:
            pivots[column.bit_length()] = column, used
        elif column == 1:
            yield [k for k in range(used.bit_length()) if used >> k & 1]


def _cities(inside: Bools) -> tuple[int, ...]:
    return tuple(np.flatnonzero(inside).tolist())


@compiled
def tight_sets(n: int, i: Ints, j: Ints, x: Floats) -> Bools:
    """Sets that are crossed twice and no more, some more than once.  # (sets, n)

    Each grows from one of n points, by the point that is tied to it most by the edges i-j of weight x. All
    edges at a point weigh 2.
    """
    begin = np.zeros(n + 1, np.int64)  # of each point's edges in `other`, `weight`
    for e in range(len(x)):
        begin[i[e] + 1] += 1
        begin[j[e] + 1] += 1
    begin = np.cumsum(begin)
    end = begin[:-1].copy()
    other, weight = np.empty(2 * len(x), np.int64), np.empty(2 * len(x))
    for e in range(len(x)):
        for p, q in ((i[e], j[e]), (j[e], i[e])):
            other[end[p]], weight[end[p]] = q, x[e]
            end[p] += 1
    sets = np.zeros((n * LARGEST, n), np.bool_)
    count = 0
    for start in range(n):
        inside, tied = np.zeros(n, np.bool_), np.zeros(n)
        border = np.empty(n, np.int64)
        reached = 0
        last, crossed = start, 2.0
        for size in range(1, min(LARGEST, n - 2) + 1):
            inside[last] = True
            if size > 1 and crossed < 2 + TINY:
                sets[count] = inside
                count += 1
            for e in range(begin[last], begin[last + 1]):
                p = other[e]
                if tied[p] == 0:
                    border[reached] = p
                    reached += 1
                tied[p] += weight[e]
            last = -1
            for p in border[:reached]:
                if not inside[p] and (last < 0 or tied[p] > tied[last]):
                    last = p
            if last < 0:
                break
            crossed += 2 - 2 * tied[last]
    return sets[:count]
