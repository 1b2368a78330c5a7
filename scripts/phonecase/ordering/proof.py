"""The proof that no order is better, and the program that checks it: sums of integers, nothing trusted.

An order is a path through the H units; with one more city, number H, at distance 0 of all, it is a tour of
n = H + 1 cities. The distance of two units is the number of the T characters in which they differ (or in
which one differs from the other's negative, if rows may be negated and that is less). So

    similarity = T (H − 1) − 2 · the tour's length,

and what no tour is shorter than says what no order is more similar than. Two facts hold for each tour:

* Every city has two of its edges.
* Within a set of cities, neither none nor all of them, it has fewer edges than there are cities: as many
  would close a circle.

A cut is such a set S with teeth, which are such sets, too. Without teeth it counts the edges within S, and
a tour has |S| − 1 of them at most. With teeth, facts are added up, halved and rounded down: a tour's edges
at the cities of S, each as often as it has ends there, and those within the teeth, each as often as it is
within one, are 2|S| + Σ (|tooth| − 1) at most. The cut counts an edge

    ⌊(its ends in S + the teeth that it is within) / 2⌋ times.

So what it counts is at most half of that sum, and a whole number: |S| + ⌊Σ (|tooth| − 1) / 2⌋ at most.

Now give each city any price u_i, each cut any price w_k ≥ 0, and let an edge i-j cost

    r_ij = d_ij − u_i − u_j + Σ w_k (the times that k counts it).

Then a tour is at least as long as 2 Σ u_i − Σ w_k (the most that k can count) + Σ r_ij over its
edges, and these cost no less than Σ min(0, r_ij) over all edges. That is the bound. A tour that uses an edge
of cost r > 0 is longer by r, so those that are shorter than the order at hand do without some edges. If they
aren't ruled out yet, they are split into those with an edge and those without it, as often as it takes, and
each part has prices of its own.

A solver found the prices. Nothing of it is needed here: the rest of this module is all that checks them.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from reprlib import repr  # noqa: A004  (what is wrong may be long)
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from phonecase.ordering.core import Ordering, States

SCALE = 2**20  # prices and costs are integers, in these parts of a character

Edge = tuple[int, int]  # two cities, the smaller first
Distance = Callable[[int, int], int]  # of the two cities of an edge


class Cut(NamedTuple):
    """A set of cities with its teeth."""

    cities: frozenset[int]
    teeth: list[frozenset[int]]

    def counts(self, i: int) -> dict[int, int]:
        """How often it counts the edges from city i to others (and to itself, which is none)."""
        twice = Counter(j for tooth in self.teeth if i in tooth for j in tooth)
        if i in self.cities:
            twice.update(twice.keys() - self.cities)
            twice.update(dict.fromkeys(self.cities, 2))
        else:
            twice.update(twice.keys() & self.cities)
        return {j: count // 2 for j, count in twice.items()}

    def most(self) -> int:
        """What a tour may have of the edges that it counts."""
        beside = sum(len(tooth) - 1 for tooth in self.teeth)
        return len(self.cities) + (beside // 2 if self.teeth else -1)


class Prices(NamedTuple):
    """Those of all cities, and of some cuts."""

    cities: list[int]
    cuts: list[tuple[Cut, int]]


class Part(NamedTuple):
    """The tours that have some edges (true) and do without others (false), and the prices for them."""

    chosen: dict[Edge, bool]
    prices: Prices


class Proof(NamedTuple):
    """Prices for all tours, and if these aren't enough, the parts of the tours shorter than the order's."""

    cuts: list[Cut]
    root: Prices
    parts: list[Part]


def verify(states: "States", ordering: "Ordering") -> int:
    """The bound on the similarity of every order that this one's certificate proves.

    The order is optimal if the bound is its similarity. Raises ValueError if it has no certificate, or one
    that does not prove exactly what it states.
    """
    order, signs = ordering.permutation.tolist(), ordering.signs.tolist()
    return check(states.tolist(), order, signs, ordering.certificate)


def check(states: list[list[int]], permutation: list[int], signs: list[int], certificate: Any) -> int:
    """`verify`, for plain lists: T rows of H states; row r shows unit permutation[r] with sign signs[r]."""
    T, H = len(states), len(permutation)
    score = similarity(states, permutation, signs)
    _demand(certificate is not None, "the order has no certificate")
    names = ("bound", "gap", "signed", "cuts", "parts", "proof")
    bound, gap, signed, cuts, parts, values = _fields(certificate, *names)
    _demand(type(signed) is bool, f"`signed` is true or false, not {repr(signed)}")
    _demand(signed or -1 not in signs, "rows are negated, but the certificate is about orders without that")
    proof = read_proof(values, H + 1)
    proven = T * (H - 1) - 2 * shortest_length(states, signed, (T * (H - 1) - score) // 2, proof)
    for name, stated, true in (
        ("bound", bound, proven),
        ("gap", gap, proven - score),
        ("number of cuts", cuts, len(proof.cuts)),
        ("number of parts", parts, len(proof.parts)),
    ):
        _demand(_integer(stated) == true, f"the certificate's {name} is {true}, not {stated}")
    return proven


def similarity(states: list[list[int]], permutation: list[int], signs: list[int]) -> int:
    """The dot products of neighbouring rows, added up; ValueError if there is no such order."""
    H = len(permutation)
    _demand(len(states) > 0 and all(_are_signs(row, H) for row in states), f"states are {H} a row, −1 or +1")
    _demand(sorted(map(_integer, permutation)) == list(range(H)), "an order names every unit once")
    _demand(_are_signs(signs, H), f"an order of {H} units has {H} signs, −1 or +1")
    rows = [[sign * row[unit] for row in states] for unit, sign in zip(permutation, signs, strict=True)]
    return sum(a * b for row, below in pairwise(rows) for a, b in zip(row, below, strict=True))


def in_words(score: int, bound: int) -> str:
    """What a proven bound says of an order of this similarity."""
    if score == bound:
        return "proven: no order has more"
    hundredths = 10_000 * score // bound if bound > 0 else 0  # of a per cent, rounded down
    share = f"; it has at least {hundredths / 100:.2f}% of the best possible" if hundredths > 0 else ""
    return f"proven: no order has more than {bound:,}{share}"


def shortest_length(states: list[list[int]], signed: bool, length: int, proof: Proof) -> int:
    """What no tour is shorter than, by this proof; at most `length`, which is that of some tour."""
    T, n = len(states), len(states[0]) + 1
    # A unit's states as the bits of one integer, all at once: adding bit to bit takes the square of the time.
    rows = [int("".join("1" if row[unit] == 1 else "0" for row in states), 2) for unit in range(n - 1)]

    def distance(i: int, j: int) -> int:
        if j == n - 1:  # the city that makes a path a tour; i < j
            return 0
        apart = (rows[i] ^ rows[j]).bit_count()
        return min(apart, T - apart) if signed else apart

    edges: list[Iterable[int]] = [range(i + 1, n) for i in range(n)]  # i-j for each i and each j in edges[i]
    least = lower_bound(distance, edges, proof.root, {})
    if proof.parts:
        spare = SCALE * (length - 1) - least  # an edge that costs more is in no tour shorter than `length`
        for i in range(n):
            cost = costs(distance, i, edges[i], proof.root)
            edges[i] = [j for j, r in cost.items() if max(0, r) <= spare]
        least = min(lower_bound(distance, edges, prices, chosen) for chosen, prices in proof.parts)
    return min(length, -(-least // SCALE))  # lengths are integers: rounded up


def lower_bound(
    distance: Distance, edges: Sequence[Iterable[int]], prices: Prices, chosen: dict[Edge, bool]
) -> int:
    """What no tour of these edges that has, or has not, the chosen ones is shorter than, in 1 / SCALE."""
    total = 2 * sum(prices.cities) - sum(price * cut.most() for cut, price in prices.cuts)
    for i, others in enumerate(edges):
        here = {b: used for (a, b), used in chosen.items() if a == i}
        cost = costs(distance, i, [*others, *here], prices)
        for b, used in here.items():
            r = cost.pop(b)
            total += r if used else 0
        total += sum(r for r in cost.values() if r < 0)
    return total


def costs(distance: Distance, i: int, others: Iterable[int], prices: Prices) -> dict[int, int]:
    """For each of some cities j > i, what the edge i-j costs, in 1 / SCALE."""
    u = prices.cities
    cost = {j: SCALE * distance(i, j) - u[i] - u[j] for j in others}
    for cut, price in prices.cuts:
        for j, times in cut.counts(i).items():
            if j in cost:
                cost[j] += times * price
    return cost


def read_proof(values: Any, n: int) -> Proof:
    """A proof about n cities from JSON values; ValueError says what is wrong with them."""
    cuts, root, tree = _fields(values, "cuts", "root", "tree")
    known = [_read_cut(cut, n) for cut in _list(cuts)]
    parts = []
    waiting: list[tuple[Any, dict[Edge, bool]]] = [] if tree is None else [(tree, {})]
    while waiting:
        node, chosen = waiting.pop()
        if isinstance(node, dict) and "edge" in node:
            edge, having, lacking = _fields(node, "edge", "with", "without")
            i, j = _read_edge(edge, n)
            _demand((i, j) not in chosen, f"the tours with edge {i}-{j} or without it are split by it again")
            waiting += [(having, {**chosen, (i, j): True}), (lacking, {**chosen, (i, j): False})]
        else:
            parts.append(Part(chosen, _read_prices(node, known, n)))
    return Proof(known, _read_prices(root, known, n), parts)


def _read_cut(values: Any, n: int) -> Cut:
    cities, teeth = _fields(values, "cities", "teeth")
    return Cut(_read_set(cities, n), [_read_set(tooth, n) for tooth in _list(teeth)])


def _read_set(values: Any, n: int) -> frozenset[int]:
    cities = frozenset(_integer(city, 0, n - 1) for city in _list(values))
    _demand(len(cities) == len(values), "a set names a city twice")
    _demand(0 < len(cities) < n, "a set is neither none of the cities nor all")
    return cities


def _read_edge(values: Any, n: int) -> Edge:
    _demand(len(_list(values)) == 2, f"an edge has two cities, not {repr(values)}")
    i = _integer(values[0], 0, n - 2)
    return i, _integer(values[1], i + 1, n - 1)


def _read_prices(values: Any, known: list[Cut], n: int) -> Prices:
    cities, cuts = _fields(values, "cities", "cuts")
    _demand(len(_list(cities)) == n, f"there is a price for each of {n} cities, not for {len(cities)}")
    prices = []
    for pair in _list(cuts):
        _demand(len(_list(pair)) == 2, f"a cut's number and its price are two, not {repr(pair)}")
        prices.append((known[_integer(pair[0], 0, len(known) - 1)], _integer(pair[1], 0)))
    return Prices([_integer(price) for price in cities], prices)


def _fields(values: Any, *names: str) -> list[Any]:
    """The values of an object that has these fields and no others."""
    right = type(values) is dict and set(values) == set(names)
    _demand(right, f"a part of the certificate has not the fields {', '.join(names)}")
    return [values[name] for name in names]


def _list(values: Any) -> list[Any]:
    _demand(type(values) is list, f"the certificate has {repr(values)} where a list should be")
    return values  # type: ignore[no-any-return]


def _are_signs(values: Any, count: int) -> bool:
    return len(_list(values)) == count and all(type(value) is int and value in (-1, 1) for value in values)


def _integer(value: Any, least: int | None = None, most: int | None = None) -> int:
    """An integer (true and 1.0 are none) within limits."""
    right = type(value) is int and (least is None or least <= value) and (most is None or value <= most)
    limits = "" if least is None else f" from {least} on" if most is None else f" from {least} to {most}"
    _demand(right, f"the certificate has {repr(value)} where an integer{limits} should be")
    return int(value)


def _demand(right: bool, otherwise: str) -> None:
    if not right:
        raise ValueError(otherwise)
