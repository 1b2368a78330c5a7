"""The optimum is the optimum, and its proof holds and can be checked."""

import itertools
import time
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.ordering import order_units, similarity
from phonecase.ordering.bounds import bound, tour_distances
from phonecase.ordering.core import States
from phonecase.ordering.proof import SCALE, verify
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
@pytest.mark.parametrize(
    ("H", "seed", "shortest", "seconds"),
    [(512, 0, 40_822, 10), (2048, 0, 150_059, 60), (2048, 1, 152_045, 60), (4096, 0, 294_714, 180)],
)
def test_more_units_are_proven_too(H: int, seed: int, shortest: int, seconds: float) -> None:
    """In so many seconds of processor time, with what checks the proof; a fifth of that is usual."""
    passage = process(H=H, seed=seed)
    start = time.process_time()
    ordering = order_units(passage, "optimal")
    assert time.process_time() - start < seconds
    score = similarity(passage, ordering)
    assert verify(passage, ordering) == score
    assert score == len(passage) * (H - 1) - 2 * shortest


@pytest.mark.slow
def test_a_limit_of_time_leaves_4096_units_near_the_optimum() -> None:
    passage = process(H=4096)
    limit = 5.0
    start = time.perf_counter()
    ordering = order_units(passage, "optimal", time_limit=limit)
    assert time.perf_counter() - start < limit + 60  # a step goes on for some time, and the proof is checked
    T, H = passage.shape
    length = (T * (H - 1) - similarity(passage, ordering)) // 2  # of the path
    assert length < 1.01 * 294_714
    assert ordering.certificate is not None
    assert verify(passage, ordering) == ordering.certificate["bound"] >= similarity(passage, ordering)


@pytest.mark.parametrize("limit", [{"time_limit": 1e-3}, {"rounds": 1}, {"rounds": 2}, {"rounds": 3}])
def test_a_limit_leaves_an_honest_gap(limit: dict[str, Any]) -> None:
    passage = process()
    ordering = order_units(passage, "optimal", **limit)
    certificate = ordering.certificate
    assert certificate is not None
    assert certificate["gap"] == certificate["bound"] - similarity(passage, ordering) > 0
    assert verify(passage, ordering) == certificate["bound"]
    assert certificate["bound"] >= similarity(passage, order_units(passage, "optimal"))


@pytest.mark.parametrize("rounds", [1, 5, 30, 100])
def test_a_limit_of_work_gives_the_same_order_and_proof_on_a_busy_machine(
    rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    passage = process(H=256, seed=1)
    one = order_units(passage, "optimal", rounds=rounds)
    now = itertools.count(0, 1e6)
    monkeypatch.setattr(
        time, "monotonic", lambda: float(next(now))
    )  # eleven days between any two looks at it
    other = order_units(passage, "optimal", rounds=rounds)
    assert one.permutation.tolist() == other.permutation.tolist()
    assert one.certificate == other.certificate


def test_that_there_is_no_such_tour_is_proven_too() -> None:
    from phonecase.ordering.relaxation import Relaxation

    d = tour_distances(Units(process(T=60, H=12)))
    n = len(d)
    relaxation = Relaxation(d, itertools.combinations(range(n), 2), rounds=100)
    choices = {(0, 1): True, (0, 2): True, (0, 3): True}  # three edges at a city
    relaxation.choose(choices)
    deadline = time.monotonic() + 60
    assert relaxation.tighten(np.inf, deadline) == np.inf
    longest = n * d.max()
    everywhere = np.triu_indices(n, 1)
    assert bound(d, relaxation.prices(), relaxation.cuts, *everywhere, choices) > SCALE * longest
