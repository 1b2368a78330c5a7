"""The optimum is the optimum, and its proof holds and can be checked."""

import copy
import itertools
import json
import time
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.ordering import order_units, similarity
from phonecase.ordering.core import States
from phonecase.ordering.proof import SCALE, bound, tour_distances, verify
from phonecase.ordering.units import Units


@pytest.mark.parametrize("signed", [False, True])
@settings(deadline=None, max_examples=50)
@given(passage=states(most_units=6))
def test_nothing_is_better_among_all_orders(signed: bool, passage: States) -> None:
    ordering = order_units(passage, "optimal", signed=signed)
    s = Units(passage, signed).similarity.tolist()
    best = max(
        sum(s[a][b] for a, b in itertools.pairwise(order))
        for order in itertools.permutations(range(passage.shape[1]))
    )
    assert similarity(passage, ordering) == best
    assert ordering.certificate is not None
    assert ordering.certificate["bound"] == best
    assert ordering.certificate["gap"] == 0
    assert verify(passage, ordering) == best


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_128_units_are_proven_in_two_seconds(signed: bool, seed: int) -> None:
    order_units(process(T=50, H=30), "optimal")  # compile
    passage = process(seed=seed)
    start = time.perf_counter()
    ordering = order_units(passage, "optimal", signed=signed)
    assert time.perf_counter() - start < 6  # on a busy machine
    assert verify(passage, ordering) == similarity(passage, ordering)
    others = [
        order_units(passage, name, signed=signed) for name in ("nearest", "insertion", "two_opt", "leaf")
    ]
    assert max(similarity(passage, other) for other in others) <= similarity(passage, ordering)


@pytest.mark.slow
@pytest.mark.parametrize("H", [256, 512])
def test_more_units_are_proven_too(H: int) -> None:
    passage = process(H=H)
    ordering = order_units(passage, "optimal")
    assert verify(passage, ordering) == similarity(passage, ordering)


@pytest.mark.slow
def test_4096_units_are_within_a_hundredth_of_the_bound_in_the_time_allowed() -> None:
    passage = process(H=4096)
    limit = 30.0
    start = time.perf_counter()
    ordering = order_units(passage, "optimal", time_limit=limit)
    assert time.perf_counter() - start < 1.2 * limit
    certificate = ordering.certificate
    assert certificate is not None
    T, H = passage.shape
    length = (T * (H - 1) - similarity(passage, ordering)) // 2  # of the path
    assert certificate["gap"] / 2 < 0.01 * length
    assert verify(passage, ordering) == certificate["bound"]


def test_a_time_limit_leaves_an_honest_gap() -> None:
    passage = process()
    ordering = order_units(passage, "optimal", time_limit=1e-3)
    certificate = ordering.certificate
    assert certificate is not None
    assert certificate["gap"] == certificate["bound"] - similarity(passage, ordering) > 0
    assert verify(passage, ordering) == certificate["bound"]
    assert certificate["bound"] >= similarity(passage, order_units(passage, "optimal"))


def test_the_proof_survives_json() -> None:
    passage = process(T=60, H=40)
    ordering = order_units(passage, "optimal")
    again = replace(ordering, certificate=json.loads(json.dumps(ordering.certificate)))
    assert verify(passage, again) == similarity(passage, ordering)


def test_a_false_proof_is_found_out() -> None:
    passage = process(T=60, H=40)
    ordering = order_units(passage, "optimal")
    assert ordering.certificate is not None

    too_good = copy.deepcopy(ordering.certificate)
    too_good["bound"] -= 2
    with pytest.raises(ValueError, match="proves no better bound"):
        verify(passage, replace(ordering, certificate=too_good))

    wrong_cuts: list[Any] = [[[0], [[1, 2]]], [[0, 1], [[0, 2], [0, 3]]], [list(range(41)), []], [[], []]]
    for wrong in wrong_cuts:
        no_cut = copy.deepcopy(ordering.certificate)
        no_cut["proof"]["cuts"].append(wrong)
        with pytest.raises(ValueError, match="holds for no tour"):
            verify(passage, replace(ordering, certificate=no_cut))

    with pytest.raises(ValueError, match="no certificate"):
        verify(passage, replace(ordering, certificate=None))


def test_a_proof_is_about_its_own_states() -> None:
    passage = process(T=60, H=40)
    ordering = order_units(passage, "optimal")
    with pytest.raises(ValueError, match="proves no better bound"):
        verify(np.ones_like(passage), ordering)


def test_that_there_is_no_such_tour_is_proven_too() -> None:
    from phonecase.ordering.relaxation import Relaxation

    d = tour_distances(Units(process(T=60, H=12)))
    n = len(d)
    relaxation = Relaxation(d, itertools.combinations(range(n), 2))
    choices = {(0, 1): True, (0, 2): True, (0, 3): True}  # three edges at a city
    relaxation.choose(choices)
    deadline = time.monotonic() + 60
    assert relaxation.tighten(np.inf, deadline) == np.inf
    everywhere = np.ones((n, n), np.bool_)
    longest = n * d.max()
    assert bound(d, relaxation.multipliers(), relaxation.cuts, everywhere, choices) > SCALE * longest
