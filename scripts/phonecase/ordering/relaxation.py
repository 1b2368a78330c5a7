"""The linear relaxation of the travelling salesman problem, on HiGHS, and the cuts that tighten it.

`proof` says how often a cut counts an edge e, c_e times, and how much of that a tour may have. Every city has
two edges, and so those of a tour have 2|S| ends in the cut's set S. Therefore the same is said by

    Σ (ends of e in S − 2 c_e) x_e ≥ 2|S| − 2 · the most that it may have,

of fewer edges. Without teeth it is Σ x_e ≥ 2 over those that cross; if the teeth are an odd number of these,
it is Σ x_e (those that are no teeth) + Σ (1 − x_e) (teeth) ≥ 1: a tour crosses a set an even number of times,
and at least twice.
"""

import time
from collections.abc import Iterable
from typing import Any

import highspy
import numpy as np
import numpy.typing as npt

from phonecase.ordering.bounds import Choices, Cut, Distances, Prices
from phonecase.ordering.kernels import Bools, Floats, Ints, compiled
from phonecase.ordering.mod2 import mod2_cuts
from phonecase.ordering.proof import SCALE, Edge

TINY = 1e-6  # values nearer to 0 than this are 0
VIOLATED = 1e-3  # a cut is worth adding if it is violated by more
CUTS_AT_ONCE = 100
PATIENCE = 6  # rounds of cuts that don't lengthen a fractional tour
PIVOTS_AT_ONCE = 10_000  # before it looks at the clock
STRETCHES = 100  # of so many pivots, for one linear program at most
RAY = 10  # times the longest tour: what to multiply a proof of infeasibility with


class Relaxation:
    """Fractional tours: some edges, two at each city, and the cuts found so far.

    `values` are those of the last solution, one for each edge in `i`, `j`. At most `rounds` more
    are looked for.
    """

    def __init__(self, d: Distances, edges: Iterable[Edge], cuts: Iterable[Cut] = (), *, rounds: int) -> None:
        self.d, self.rounds = d, rounds
        self.cuts: list[Cut] = []
        self.i = self.j = np.empty(0, np.int64)
        self.values = np.empty(0)
        self._highs: Any = highspy.Highs()  # type: ignore[no-untyped-call]
        self._highs.setOptionValue("output_flag", False)
        self._highs.setOptionValue("threads", 1)
        self._highs.setOptionValue("presolve", "off")  # each solution starts from the last one
        self._highs.setOptionValue("simplex_iteration_limit", PIVOTS_AT_ONCE)
        for _ in range(len(d)):
            self._highs.addRow(2.0, 2.0, 0, np.empty(0, np.int32), np.empty(0))
        self.add_edges(edges)
        for cut in cuts:
            self.add_cut(cut)

    def add_edges(self, edges: Iterable[Edge]) -> None:
        """Let tours use these edges too."""
        i, j = np.array(sorted(edges), np.int64).reshape(-1, 2).T
        each = np.arange(len(i))
        columns: list[Ints] = [each, each]
        rows: list[Ints] = [i, j]
        factors = [np.ones(len(i)), np.ones(len(i))]
        for k, cut in enumerate(self.cuts, start=len(self.d)):
            counted, values = _row(cut, i, j)
            columns.append(counted)
            rows.append(np.full(len(counted), k))
            factors.append(values)
        column = np.concatenate(columns)
        by_column = np.argsort(column, kind="stable")
        self._highs.addCols(
            len(i),
            self.d[i, j],
            np.zeros(len(i)),
            np.ones(len(i)),
            len(column),
            np.searchsorted(column[by_column], each).astype(np.int32),
            np.concatenate(rows)[by_column].astype(np.int32),
            np.concatenate(factors)[by_column],
        )
        self.i, self.j = np.append(self.i, i), np.append(self.j, j)
        self.values = np.append(self.values, np.zeros(len(i)))

    def add_cut(self, cut: Cut) -> None:
        """Tighten the relaxation."""
        counted, factors = _row(cut, self.i, self.j)
        self._highs.addRow(
            float(2 * (np.count_nonzero(cut.inside) - cut.most)),
            highspy.kHighsInf,
            len(counted),
            counted.astype(np.int32),
            factors,
        )
        self.cuts.append(cut)

    def choose(self, choices: Choices) -> None:
        """Make edges part of all tours, or of none; all others are free."""
        lower, upper = np.zeros(len(self.i)), np.ones(len(self.i))
        for edge, used in choices.items():
            (upper if not used else lower)[self._place(edge)] = float(used)
        self._highs.changeColsBounds(len(self.i), np.arange(len(self.i), dtype=np.int32), lower, upper)

    def _place(self, edge: Edge) -> int:
        return int(np.flatnonzero((self.i == edge[0]) & (self.j == edge[1]))[0])

    def solve(self, deadline: float) -> float | None:
        """The shortest fractional tour's length; inf if there is none, None if a limit is reached first."""
        if self.rounds == 0:
            return None
        self.rounds -= 1
        for _ in range(STRETCHES):
            self._highs.run()  # goes on where it stopped
            if self._highs.getModelStatus() != highspy.HighsModelStatus.kIterationLimit:
                break
            if time.monotonic() > deadline:
                return None
        status = self._highs.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return np.inf
        if status != highspy.HighsModelStatus.kOptimal:
            return None
        self.values = np.array(self._highs.getSolution().col_value)
        return float(self._highs.getInfo().objective_function_value)

    def tighten(self, enough: float, deadline: float) -> float | None:
        """Solve, and add cuts until the length is `enough`, they no longer help or a limit is reached;
        returns as `solve`."""
        lengths: list[float] = []
        while True:
            length = self.solve(deadline)
            if length is None or length >= enough:
                return length
            lengths.append(length)
            torn = ((self.values > TINY) & (self.values < 1 - TINY)).any()
            if torn and len(lengths) > PATIENCE and length - lengths[-PATIENCE - 1] < VIOLATED:
                return length
            if self.rounds == 0 or time.monotonic() > deadline:
                return None
            cuts = violated_cuts(len(self.d), self.i, self.j, self.values)
            if not cuts:
                return length
            for cut in cuts:
                self.add_cut(cut)

    def prices(self) -> Prices:
        """The last solution's dual values; those of the proof of infeasibility, if it was infeasible.

        The value v of a cut's row is 2v for what the cut counts, and v for each city of its set.
        """
        if self._highs.getModelStatus() == highspy.HighsModelStatus.kInfeasible:
            _, _, ray = self._highs.getDualRay()
            duals = np.array(ray)
            duals *= RAY * len(self.d) * self.d.max() / max(np.abs(duals).max(), TINY)
        else:
            duals = np.array(self._highs.getSolution().row_dual)
        rounded = np.rint(duals * SCALE)
        cities, rows = np.split(rounded, [len(self.d)])
        cuts = {k: int(v) for k, v in enumerate(rows) if v > 0}
        for k, v in cuts.items():
            cities[self.cuts[k].inside] += v
        return Prices(cities, {k: 2 * v for k, v in cuts.items()})

    def tour(self) -> npt.NDArray[np.int64] | None:
        """The last solution as a tour, if it is one."""
        used = self.values > 1 - TINY
        if np.count_nonzero(self.values > TINY) != len(self.d) or np.count_nonzero(used) != len(self.d):
            return None
        beside: list[list[int]] = [[] for _ in self.d]
        for i, j in zip(self.i[used].tolist(), self.j[used].tolist(), strict=True):
            beside[i].append(j)
            beside[j].append(i)
        tour = [0, beside[0][0]]
        while len(tour) < len(self.d):
            one, other = beside[tour[-1]]
            tour.append(other if one == tour[-2] else one)
        return np.array(tour) if len(set(tour)) == len(tour) else None


def _row(cut: Cut, i: Ints, j: Ints) -> tuple[Ints, Floats]:
    """Which of the edges i-j are in a cut's row, and their factors there."""
    factors = cut.inside[i].astype(np.int64) + cut.inside[j] - 2 * cut.counts(i, j)
    counted = np.flatnonzero(factors)
    return counted, factors[counted].astype(np.float64)


def violated_cuts(n: int, i: Ints, j: Ints, values: Floats) -> list[Cut]:
    """Cuts that a fractional tour violates, the most violated first; none only if it obeys all sets' cuts
    without teeth."""
    used = values > TINY
    i, j, x = i[used], j[used], values[used]
    cuts = _violated(_promising_sets(n, i, j, x), i, j, x)
    if not any(not cut.teeth for cut in cuts):
        narrow = _violated(_minimum_cuts(n, i, j, x), i, j, x)
        cuts = narrow or mod2_cuts(n, i, j, x) + cuts
    return cuts[:CUTS_AT_ONCE]


def _promising_sets(n: int, i: Ints, j: Ints, x: Floats) -> npt.NDArray[np.bool_]:
    """The sets that grow when cities are joined by falling x, and those that edges neither used nor
    unused hold together.  # (sets, n)"""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    sets = [growing_sets(n, i, j, np.argsort(-x, kind="stable"))]
    for least in (TINY, 0.1, 0.3):
        torn = (x > least) & (x < 1 - least)
        graph = coo_array((np.ones(torn.sum()), (i[torn], j[torn])), shape=(n, n))
        count, label = connected_components(graph, directed=False)
        sets.append(label == np.arange(count)[:, None])
    return np.concatenate(sets)


def _minimum_cuts(n: int, i: Ints, j: Ints, x: Floats) -> npt.NDArray[np.bool_]:
    """Sets that are crossed less than twice, if there are any.  # (sets, n)

    Cities joined by a whole edge are one for this: a set that parts them is no better than one that does not.
    """
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    whole = x > 1 - TINY
    graph = coo_array((np.ones(whole.sum()), (i[whole], j[whole])), shape=(n, n))
    count, label = connected_components(graph, directed=False)
    weight = np.zeros((count, count))
    np.add.at(weight, (label[i], label[j]), x)
    weight += weight.T
    np.fill_diagonal(weight, 0)
    return narrow_cuts(weight, 2 - VIOLATED)[:, label]


def _violated(inside: npt.NDArray[np.bool_], i: Ints, j: Ints, x: Floats) -> list[Cut]:
    """Those of the sets' cuts that are violated, each with its best teeth, the most violated first."""
    n = inside.shape[1]
    size = inside.sum(axis=1)
    inside = np.where((2 * size > n)[:, None], ~inside, inside)[(size > 1) & (size < n - 1)]  # (sets, n)
    crossed, apart, odd_one = crossings(inside, i, j, x)
    found: dict[tuple[bytes, frozenset[Edge]], tuple[float, Cut]] = {}  # a set may come up more than once
    for s in np.flatnonzero((crossed < 2 - VIOLATED) | (apart < 1 - VIOLATED)):
        teeth = np.zeros(len(x), np.bool_)
        if crossed[s] >= 2 - VIOLATED:
            teeth = (inside[s, i] != inside[s, j]) & (x > 0.5)
            if odd_one[s] >= 0:
                teeth[odd_one[s]] ^= True
        edges = frozenset(zip(i[teeth].tolist(), j[teeth].tolist(), strict=True))
        violation = 1 - apart[s] if edges else 2 - crossed[s]
        found[inside[s].tobytes(), edges] = (violation, Cut(inside[s], edges))
    return [cut for _, cut in sorted(found.values(), key=lambda pair: -pair[0])]


@compiled
def crossings(inside: Bools, i: Ints, j: Ints, x: Floats) -> tuple[Floats, Floats, Ints]:
    """How much each set is crossed, how far it is from a tour with teeth, and which edge makes them odd.

    Teeth are the crossing edges used by more than half; if their number is even, the one edge nearest to a
    half changes sides (else −1).  # (sets,) each
    """
    crossed, apart = np.zeros(len(inside)), np.zeros(len(inside))
    odd_one = np.full(len(inside), -1)
    for s in range(len(inside)):
        even, least, nearest = True, np.inf, -1
        for e in range(len(x)):
            if inside[s, i[e]] != inside[s, j[e]]:
                crossed[s] += x[e]
                apart[s] += min(x[e], 1 - x[e])
                even ^= x[e] > 0.5
                if abs(1 - 2 * x[e]) < least:
                    least, nearest = abs(1 - 2 * x[e]), e
        if even:
            apart[s] += least
            odd_one[s] = nearest
    return crossed, apart, odd_one


@compiled
def growing_sets(n: int, i: Ints, j: Ints, order: Ints) -> npt.NDArray[np.bool_]:
    """The sets of cities that arise when edges join them in the given order.  # (sets, n)"""
    label = np.arange(n)
    sets = np.zeros((n, n), np.bool_)
    count = 0
    for e in order:
        a, b = label[i[e]], label[j[e]]
        if a != b:
            for c in range(n):
                if label[c] == b:
                    label[c] = a
                if label[c] == a:
                    sets[count, c] = True
            count += 1
    return sets[:count]


@compiled
def narrow_cuts(weight: Floats, least: float) -> npt.NDArray[np.bool_]:
    """Sets whose cut weighs less than `least`, if there are any.  # (sets, n)

    They come up on the way of Stoer and Wagner's minimum cut, after Padberg and Rinaldi's shrinking: two
    points may be one if their edge weighs half as much as all edges of one of them, for a set that parts them
    is then no narrower than with that one on the other side. `weight` (n, n) is symmetric; it is used up.
    """
    n = len(weight)
    members = np.eye(n).astype(np.bool_)
    there = np.ones(n, np.bool_)
    narrow = np.zeros((2 * n, n), np.bool_)
    count = 0
    degree = weight.sum(axis=1)
    for start in range(n):
        p = start if there[start] else n
        q = 0
        while p < n and q < n:
            if there[q] and q != p and weight[p, q] >= min(degree[p], degree[q]) / 2:
                degree[p] += degree[q] - 2 * weight[p, q]
                _join(weight, members, p, q)
                there[q] = False
                if degree[p] < least:
                    narrow[count] = members[p]
                    count += 1
                q = 0
            else:
                q += 1
    alive = np.flatnonzero(there)
    while len(alive) > 1:
        tied = np.zeros(n)
        waiting = np.zeros(n, np.bool_)
        waiting[alive] = True
        last = before = alive[0]
        waiting[last] = False
        for _ in range(len(alive) - 1):
            for c in alive:
                tied[c] += weight[last, c]
            before = last
            last = -1
            for c in alive:
                if waiting[c] and (last < 0 or tied[c] > tied[last]):
                    last = c
            waiting[last] = False
        if tied[last] < least:
            narrow[count] = members[last]
            count += 1
        _join(weight, members, before, last)
        alive = alive[alive != last]
    return narrow[:count]


@compiled
def _join(weight: Floats, members: npt.NDArray[np.bool_], p: int, q: int) -> None:
    """Let point q be part of point p."""
    members[p] |= members[q]
    weight[p] += weight[q]
    weight[:, p] = weight[p]
    weight[p, p] = 0
    weight[q], weight[:, q] = 0, 0
