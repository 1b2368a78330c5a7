"""Tours stay tours, what a search says that it gained is gained, and few cities get their shortest tour."""

import itertools
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordering.cases import greatest_similarity, process
from phonecase.ordering.bounds import tour_distances
from phonecase.ordering.units import Units

Ints = npt.NDArray[np.integer[Any]]


def length(d: Ints, tour: Ints) -> int:
    """Edge by edge, and back to the start."""
    cities = tour.tolist()
    return sum(int(d[a, b]) for a, b in itertools.pairwise([*cities, cities[0]]))


def edges(tour: Ints) -> set[frozenset[int]]:
    cities = tour.tolist()
    return {frozenset(edge) for edge in itertools.pairwise([*cities, cities[0]])}


def problem(n: int, seed: int) -> tuple[Ints, Ints, Ints]:
    """Symmetric distances, some below 0 as prices of the cities can make them, near cities and a tour."""
    rng = np.random.default_rng(seed)
    d = np.triu(rng.integers(-5, 30, (n, n)), 1)
    d += d.T
    near = np.array([[c for c in np.argsort(d[city], kind="stable") if c != city][:6] for city in range(n)])
    return d, near, rng.permutation(n)


@settings(deadline=None)
@given(n=st.integers(3, 12), seed=st.integers(0, 2**32))
def test_joined_takes_every_edge_that_it_can(n: int, seed: int) -> None:
    from phonecase.ordering.tours import joined

    rng = np.random.default_rng(seed)
    some = [(a, b) for a, b in itertools.combinations(range(n), 2) if rng.random() < 0.5]
    i, j = rng.permutation(np.array(some, np.int64).reshape(-1, 2)).T
    tour = joined(n, i, j)
    assert sorted(tour.tolist()) == list(range(n))
    pieces = [{city} for city in range(n)]
    degree = [0] * n
    for a, b in zip(i.tolist(), j.tolist(), strict=True):
        one, other = (next(piece for piece in pieces if city in piece) for city in (a, b))
        if max(degree[a], degree[b]) < 2 and one is not other:
            pieces = [piece for piece in pieces if piece is not one and piece is not other] + [one | other]
            degree[a], degree[b] = degree[a] + 1, degree[b] + 1
            assert {a, b} in edges(tour)


@settings(deadline=None, max_examples=300)
@given(n=st.integers(8, 40), seed=st.integers(0, 2**32), data=st.data())
def test_a_chain_of_moves_gains_what_it_says_and_can_be_undone(
    n: int, seed: int, data: st.DataObject
) -> None:
    from phonecase.ordering.tours import DEPTH, _lin_kernighan, _undo

    d, near, before = problem(n, seed)
    tour, place = before.copy(), np.argsort(before)
    touched, journal = np.empty(5 * DEPTH, np.int64), np.zeros(1000, np.int64)
    gain = _lin_kernighan(d, near, tour, place, data.draw(st.integers(0, n - 1)), touched, journal)
    assert sorted(tour.tolist()) == list(range(n))
    assert place[tour].tolist() == list(range(n))
    assert length(d, before) - length(d, tour) == gain >= 0
    assert set().union(*(edges(before) ^ edges(tour))) <= set(touched.tolist())
    _undo(tour, place, journal, 0)
    assert edges(tour) == edges(before)


@settings(deadline=None)
@given(n=st.integers(3, 40), seed=st.integers(0, 2**32), kicks=st.integers(0, 100))
def test_a_search_leaves_a_tour_of_the_length_that_it_returns(n: int, seed: int, kicks: int) -> None:
    from phonecase.ordering.tours import iterated_local_search

    d, near, before = problem(n, seed)
    found = []
    for _ in range(2):  # the same seed, the same tour
        tour = before.copy()
        assert iterated_local_search(d, near, tour, kicks, seed=3) == length(d, tour) <= length(d, before)
        assert sorted(tour.tolist()) == list(range(n))
        found.append(tour.tolist())
    assert found[0] == found[1]


@pytest.mark.parametrize("seed", range(20))
def test_the_shortest_tour_of_few_cities_is_found(seed: int) -> None:
    from phonecase.ordering.tours import iterated_local_search

    passage = process(T=40, H=11, seed=seed)
    T, H = passage.shape
    d = tour_distances(Units(passage)).astype(np.int32)
    near = np.array([[c for c in np.argsort(d[city], kind="stable") if c != city] for city in range(H + 1)])
    shortest = iterated_local_search(d, near, np.arange(H + 1), 300, seed=0)
    assert T * (H - 1) - 2 * shortest == greatest_similarity(passage, signed=False)


def test_prices_of_cities_leave_tours_in_their_order() -> None:
    """A city's price takes the same from every tour, twice: so `optimal` may search by what is left."""
    d, _, tour = problem(40, 0)
    prices = np.random.default_rng(1).integers(-100, 100, 40)
    priced = d - prices[:, None] - prices
    assert length(priced, tour) == length(d, tour) - 2 * prices.sum()
