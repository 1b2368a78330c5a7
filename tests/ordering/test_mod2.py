"""Cuts by equations modulo 2: all are violated by a half, and count what the verifier counts."""

import itertools
from functools import reduce

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordering.cases import process
from phonecase.ordering import proof
from phonecase.ordering.bounds import Cut, tour_distances
from phonecase.ordering.units import Units


@settings(deadline=None)
@given(st.lists(st.integers(0, 255), max_size=10))
def test_solutions_are_columns_that_add_up_to_1_modulo_2(columns: list[int]) -> None:
    from phonecase.ordering.mod2 import _solutions

    sums = [
        reduce(int.__xor__, chosen, 0)
        for count in range(len(columns) + 1)
        for chosen in itertools.combinations(columns, count)
    ]
    solutions = list(_solutions(columns))
    assert all(reduce(int.__xor__, [columns[k] for k in solution]) == 1 for solution in solutions)
    assert any(solutions) == (1 in sums)


@settings(deadline=None)
@given(n=st.integers(3, 7), data=st.data())
def test_a_cut_counts_as_the_verifier_does(n: int, data: st.DataObject) -> None:
    some = st.sets(st.integers(0, n - 1), min_size=1, max_size=n - 1)
    cities, teeth = data.draw(some), data.draw(st.lists(some, max_size=4, unique_by=tuple))
    inside = np.isin(np.arange(n), list(cities))
    cut = Cut(inside, frozenset(tuple(sorted(tooth)) for tooth in teeth))
    known = proof._read_cut(cut.to_json(), n)
    assert cut.most == known.most()
    for i, j in itertools.permutations(range(n), 2):
        assert cut.counts(np.array([i]), np.array([j])).tolist() == [known.counts(i).get(j, 0)]
        if known.counts(i).get(j, 0):
            assert {i, j} <= set(cut.cities.tolist())


@settings(deadline=None)
@given(n=st.integers(3, 10), seed=st.integers(0, 2**32))
def test_tight_sets_are_crossed_twice(n: int, seed: int) -> None:
    """The weights are those of two or more tours laid over each other."""
    from phonecase.ordering.mod2 import tight_sets

    rng = np.random.default_rng(seed)
    tours = rng.integers(2, 5)
    x: dict[tuple[int, int], float] = {}
    for tour in [rng.permutation(n).tolist() for _ in range(tours)]:
        for a, b in itertools.pairwise([*tour, tour[0]]):
            x[min(a, b), max(a, b)] = x.get((min(a, b), max(a, b)), 0) + 1 / tours
    i, j = np.array(list(x)).T
    sets = tight_sets(n, i, j, np.array(list(x.values())))
    for inside in sets:
        assert 1 < inside.sum() < n - 1
        assert sum(w for (a, b), w in x.items() if inside[a] != inside[b]) == pytest.approx(2)


def test_fractional_tours_of_units_violate_such_cuts_and_then_are_longer() -> None:
    from phonecase.ordering.mod2 import mod2_cuts
    from phonecase.ordering.relaxation import TINY, Relaxation, violated_cuts

    d = tour_distances(Units(process(H=200, seed=4)))
    n = len(d)
    i, j = np.nonzero(np.triu(d <= np.sort(d, axis=1)[:, [12]], 1))
    edges = {*zip(i.tolist(), j.tolist(), strict=True), *((c, n - 1) for c in range(n - 1))}
    relaxation = Relaxation(d, edges, rounds=1000)
    while True:
        shortest = relaxation.solve(np.inf)
        cuts = [
            cut for cut in violated_cuts(n, relaxation.i, relaxation.j, relaxation.values) if not cut.teeth
        ]
        if not cuts:
            break
        for cut in cuts:
            relaxation.add_cut(cut)
    used = relaxation.values > TINY
    i, j, x = relaxation.i[used], relaxation.j[used], relaxation.values[used]
    found = mod2_cuts(n, i, j, x)
    assert found
    for cut in found:
        assert cut.counts(i, j) @ x == pytest.approx(cut.most + 0.5, abs=0.01)
        relaxation.add_cut(cut)
    longer = relaxation.solve(np.inf)
    assert shortest is not None
    assert longer is not None
    assert longer > shortest + 0.1
