"""The order that nobody can beat, with its proof: branch and cut for the travelling salesman.

`proof` says what a proof is and checks it; `relaxation` finds lower bounds, by cuts of its own and of `mod2`;
`tours` finds short tours.
"""

import heapq
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from phonecase.ordering.bounds import (
    Choices,
    Cut,
    Distances,
    Prices,
    bound,
    bound_of_all,
    reduced_costs,
    tour_distances,
    useful_edges,
)
from phonecase.ordering.core import Certificate
from phonecase.ordering.proof import SCALE, Edge, read_proof, shortest_length
from phonecase.ordering.registry import Found, Proven, strategy
from phonecase.ordering.units import Matrix, Units

if TYPE_CHECKING:
    from phonecase.ordering.relaxation import Relaxation

log = logging.getLogger(__name__)

Tour = npt.NDArray[np.int64]  # (n,)
Neighbours = npt.NDArray[np.int64]  # (n, NEIGHBOURS), or fewer
Cities = npt.NDArray[np.int64]  # (edges,), an end of each
Floats = npt.NDArray[np.float64]  # (edges,)
Rounds = Annotated[int, Field(ge=1)]
TimeLimit = Annotated[float, Field(gt=0)] | None  # seconds

NEIGHBOURS = 8  # of each city, that searches and the first relaxation consider
KICKS = 10  # of the first local search, for each city
BOUND_SHARE = 0.6  # of the time left, at most, for the first relaxation
KICKS_AT_ONCE = 1000  # before it looks at the clock
FINE = 64  # parts of a character in which the local search counts
PRICED_AT_ONCE = 1000  # edges
PRICED = 1e-6  # an edge is left out for good if its reduced cost is above −this
MOST_EDGES = 100  # for each city; if more may be useful, branching would not end
TRIED = 8  # edges to branch on


@strategy(optimises="similarity")
def optimal(units: Units, *, rounds: Rounds = 1000, time_limit: TimeLimit = None) -> Found:
    """The true maximum of the similarity, with a proof.

    If that many rounds (linear programs) don't prove it, it is the best order found so far, and the
    certificate says how far from the optimum it can be at most. So it is if a time limit (in seconds, for
    the search) comes first; but then order and certificate depend on how fast the machine happens to be.
    """
    deadline = np.inf if time_limit is None else time.monotonic() + time_limit
    search = _Search(tour_distances(units), rounds, deadline)
    search.run()
    after = int(np.flatnonzero(search.tour == len(units))[0]) + 1
    order = np.roll(search.tour, -after)[:-1]  # the path begins and ends at the additional city
    return Proven(units.upright(order), search.certificate(units))


@strategy(signed=True, optimises="similarity")
def optimal_signed(units: Units, *, rounds: Rounds = 1000, time_limit: TimeLimit = None) -> Found:
    """The true maximum where rows may be negated as well, with a proof: `optimal` on |s|."""
    return optimal(units, rounds=rounds, time_limit=time_limit)


@dataclass(order=True)
class _Part:
    """The tours that agree with some choices, the best lower bound known for them, and the prices for it.

    Of parts with the same bound, the newest comes first: that leads to a tour soonest.
    """

    rank: tuple[int, int]  # its bound rounded up, for lengths are integers, and which part is the newest
    bound: float = field(compare=False)  # in 1 / SCALE
    choices: Choices = field(compare=False)
    prices: Prices = field(compare=False)
    edge: Edge | None = field(default=None, compare=False)  # that it is split by
    halves: list["_Part"] = field(default_factory=list, compare=False)  # with it and without it

    def leaves(self) -> list["_Part"]:
        """The parts that it is split into in the end."""
        return [leaf for half in self.halves for leaf in half.leaves()] or [self]

    def to_json(self, number: Mapping[int, int]) -> dict[str, Any]:
        """As a certificate has it, which numbers the cuts anew."""
        if self.edge is None:
            return self.prices.to_json(number)
        having, lacking = (half.to_json(number) for half in self.halves)
        return {"edge": list(self.edge), "with": having, "without": lacking}


class _Search:
    """A tour, and a proof that grows until it shows that no tour is shorter.

    At any time, `root` and `tree` prove a bound on all tours: a part that isn't done with has the prices of
    the one that it was split from.
    """

    def __init__(self, d: Distances, rounds: int, deadline: float) -> None:
        self.d, self.rounds, self.deadline = d, rounds, deadline
        self.n = len(d)
        self.tour: Tour = np.arange(self.n)
        self.length = self._measure(self.tour)
        self.cuts: list[Cut] = []
        self.root = Prices(np.zeros(self.n), {})
        self.least = 0.0  # what `root` proves, in 1 / SCALE
        self.searches = 0  # so far, each with a seed of its own
        self.tree: _Part | None = None

    def run(self) -> None:
        """Search until the tour is proven or a limit is reached."""
        from phonecase.ordering.relaxation import Relaxation

        near = _neighbours(self.d)
        i, j = np.repeat(np.arange(self.n), near.shape[1]), near.ravel()
        self._accept(self._joined(i, j, self.d[i, j]))
        edges = set(zip(np.minimum(i, j).tolist(), np.maximum(i, j).tolist(), strict=True))
        edges |= {(i, self.n - 1) for i in range(self.n - 1)} | self._edges_of_tour()
        relaxation = Relaxation(self.d, edges, rounds=self.rounds)
        self._solve_root(relaxation)
        if self._proven():
            return
        self._search_locally(relaxation, KICKS * self.n)
        if self._proven() or relaxation.rounds == 0:
            return
        useful = useful_edges(self.d, self.root, self.cuts, self.length)
        i, j = np.nonzero(np.triu(useful, 1))
        if len(i) > MOST_EDGES * self.n:
            log.info("%d units: too many for a proof; the gap is what is known", self.n - 1)
            return
        pairs = zip(i.tolist(), j.tolist(), strict=True)
        self._branch(Relaxation(self.d, pairs, self.cuts, rounds=relaxation.rounds))

    def certificate(self, units: Units) -> Certificate:
        """What the search proves, as `proof` reads it, and says of it."""
        leaves = self.tree.leaves() if self.tree else []
        used = sorted({k for prices in (self.root, *(leaf.prices for leaf in leaves)) for k in prices.cuts})
        number = {k: new for new, k in enumerate(used)}
        values = {
            "cuts": [self.cuts[k].to_json() for k in used],
            "root": self.root.to_json(number),
            "tree": self.tree.to_json(number) if self.tree else None,
        }
        proof = read_proof(values, self.n)
        shortest = shortest_length(units.states.tolist(), units.signed, self.length, proof)
        return {
            "bound": units.characters * (len(units) - 1) - 2 * shortest,
            "gap": 2 * (self.length - shortest),
            "signed": units.signed,
            "cuts": len(used),
            "parts": len(leaves),
            "proof": values,
        }

    def _solve_root(self, relaxation: "Relaxation") -> None:
        """Bound all tours: find edges that were left out but would help, then cuts and edges, while there are
        any."""
        now = time.monotonic()
        deadline = now + BOUND_SHARE * (self.deadline - now)
        tighten = False
        while True:
            length = relaxation.tighten(np.inf, deadline) if tighten else relaxation.solve(deadline)
            self._accept(relaxation.tour())
            prices = relaxation.prices()
            r = reduced_costs(self.d, prices, relaxation.cuts)
            proven = bound_of_all(prices, relaxation.cuts, r)
            if proven > self.least:
                self.least, self.root, self.cuts = proven, prices, list(relaxation.cuts)
            if length is None:
                return
            r[relaxation.i, relaxation.j] = 0
            i, j = np.nonzero(np.triu(r, 1) < -PRICED * SCALE)
            if len(i) > 0:
                cheapest = np.argsort(r[i, j], kind="stable")[:PRICED_AT_ONCE]
                relaxation.add_edges(zip(i[cheapest].tolist(), j[cheapest].tolist(), strict=True))
            elif not tighten:
                tighten = True
            else:
                log.info(
                    "%d units: no path is shorter than %.2f, one has %d", self.n - 1, length, self.length
                )
                return

    def _branch(self, relaxation: "Relaxation") -> None:
        """Split the tours by edges that they have or have not, a part with the least bound first."""
        self.cuts = relaxation.cuts
        i, j = relaxation.i, relaxation.j
        self.tree = _Part((0, 0), bound(self.d, self.root, self.cuts, i, j, {}), {}, self.root)
        waiting, parts = [self.tree], 1
        while waiting and waiting[0].bound <= SCALE * (self.length - 1):
            part = waiting[0]
            relaxation.choose(part.choices)
            length = relaxation.tighten(self.length - 1 + PRICED, self.deadline)
            prices = relaxation.prices()
            proven = bound(self.d, prices, self.cuts, i, j, part.choices)
            if proven > part.bound:
                part.bound, part.prices = proven, prices
            if length is None:
                return
            heapq.heappop(waiting)
            if np.isfinite(length):
                self._accept(relaxation.tour())
                self._search_locally(relaxation, KICKS_AT_ONCE)
            if part.bound > SCALE * (self.length - 1):
                continue
            part.edge = self._edge_to_split_by(relaxation, part.choices)
            if part.edge is None:
                continue
            least = -int(-part.bound // SCALE)
            for used in (True, False):
                choices = {**part.choices, part.edge: used}
                half = _Part((least, -parts - used), part.bound, choices, part.prices)
                part.halves.append(half)
                heapq.heappush(waiting, half)
            parts += 2

    def _edge_to_split_by(self, relaxation: "Relaxation", choices: Choices) -> Edge | None:
        """Of the edges that are used by about a half, the one whose two parts have the best bounds."""
        torn = np.abs(relaxation.values - 0.5)
        candidates = [int(e) for e in np.argsort(torn, kind="stable")[:TRIED] if torn[e] < 0.5 - PRICED]
        best, chosen = (-np.inf, -np.inf), None
        for e in candidates:
            edge = (int(relaxation.i[e]), int(relaxation.j[e]))
            lengths = []
            for used in (True, False):
                relaxation.choose({**choices, edge: used})
                lengths.append(min(relaxation.solve(self.deadline) or 0, self.length))
            score = (min(lengths), max(lengths))
            if score > best:
                best, chosen = score, edge
            if score[0] > self.length - 1:
                break
        return chosen

    def _joined(self, i: Cities, j: Cities, cost: Floats) -> Tour:
        """The tour that takes the edges i-j of the least cost, wherever it can."""
        from phonecase.ordering.tours import joined

        cheapest = np.argsort(cost, kind="stable")
        return np.array(joined(self.n, i[cheapest], j[cheapest]), np.int64)

    def _search_locally(self, relaxation: "Relaxation", kicks: int) -> None:
        """Improve the tour that takes the edges which a fractional one uses most.

        The cities' prices take the same from each tour's length, but they show which edges are too long for
        where they are: what is left of an edge's length says more of it than the length does (Helsgaun 2000).
        """
        from phonecase.ordering.tours import iterated_local_search

        tour = self._joined(relaxation.i, relaxation.j, -relaxation.values)
        d, near = self._moves
        for _ in range(0, kicks, KICKS_AT_ONCE):
            iterated_local_search(d, near, tour, KICKS_AT_ONCE, self.searches)
            self.searches += 1
            self._accept(tour.copy())
            if self._proven() or time.monotonic() > self.deadline:
                break

    @cached_property
    def _moves(self) -> tuple[Matrix, Neighbours]:
        """What the root's prices leave of the distances, in 1 / FINE, and each city's likely neighbours."""
        near = _neighbours(reduced_costs(self.d, self.root, self.cuts))
        prices = np.rint(self.root.cities * FINE / SCALE)
        d = (FINE * self.d - prices[:, None] - prices).astype(np.int32)
        far = np.take_along_axis(d, near, 1)
        return d, np.take_along_axis(near, np.argsort(far, axis=1, kind="stable"), 1)

    def _accept(self, tour: Tour | None) -> None:
        if tour is not None and (length := self._measure(tour)) < self.length:
            self.tour, self.length = tour, length

    def _measure(self, tour: Tour) -> int:
        return int(self.d[tour, np.roll(tour, 1)].sum())

    def _proven(self) -> bool:
        return self.least > SCALE * (self.length - 1)

    def _edges_of_tour(self) -> set[Edge]:
        ends = zip(self.tour.tolist(), np.roll(self.tour, 1).tolist(), strict=True)
        return {(i, j) if i < j else (j, i) for i, j in ends}


def _neighbours(d: Distances) -> Neighbours:
    """The nearest cities of each, the first of equally near ones."""
    count = min(NEIGHBOURS, len(d) - 1)
    near = np.empty((len(d), count), np.int64)
    for city, row in enumerate(d):
        others = row.copy()
        others[city] = np.inf
        within = np.flatnonzero(others <= np.partition(others, count - 1)[count - 1])
        near[city] = within[np.argsort(others[within], kind="stable")[:count]]
    return near
