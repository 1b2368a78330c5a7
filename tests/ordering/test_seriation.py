"""`bar` and `anti_robinson`: what their annealing knows of an order, and what it finds."""

import itertools
import time

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ordering.cases import process, states
from phonecase.ordering import order_units
from phonecase.ordering.core import States
from phonecase.ordering.criteria import band, banded, criteria
from phonecase.ordering.kernels import (
    AR_EVENTS,
    BAR,
    _known,
    _move,
    _walk,
    anneal,
    count_ar_events,
)
from phonecase.ordering.units import Units

Order = npt.NDArray[np.integer]
both = pytest.mark.parametrize("criterion", [BAR, AR_EVENTS])
STRATEGY = {BAR: ("bar", "bar"), AR_EVENTS: ("anti_robinson", "ar_events")}  # and what it optimises


def measured(criterion: int, d: Order, order: Order, reach: int) -> int:
    placed = d[np.ix_(order, order)]
    return int(count_ar_events(placed)) if criterion == AR_EVENTS else banded(placed, reach)


@both
@settings(deadline=None, max_examples=100)
@given(passage=states(), reach=st.integers(1, 8), data=st.data())
def test_the_change_of_every_move_is_known(
    criterion: int, passage: States, reach: int, data: st.DataObject
) -> None:
    """After any moves, from any row to any other."""
    d = Units(passage).distance
    H = len(d)
    rows = st.integers(0, H - 1)
    order, changes = np.arange(H, dtype=np.int32), np.zeros(H, np.int64)
    known = _known(criterion, d, order, reach)
    for p, q in data.draw(st.lists(st.tuples(rows, rows), max_size=6)):
        before = measured(criterion, d, order, reach)
        for end in (0, H - 1):
            changes[p] = 0
            _walk(criterion, d, order, known, p, end, reach, changes)
        for r in range(H):
            there = np.insert(np.delete(order, p), r, order[p])
            assert changes[r] == measured(criterion, d, there, reach) - before
        moved = np.insert(np.delete(order, p), q, order[p])
        _move(criterion, d, order, known, p, q, reach)
        assert order.tolist() == moved.tolist()
        np.testing.assert_array_equal(known, _known(criterion, d, order, reach))


@both
@settings(deadline=None, max_examples=20)
@given(passage=states(), seed=st.integers(0, 99))
def test_annealing_says_what_it_has_gained(criterion: int, passage: States, seed: int) -> None:
    d = Units(passage).distance
    reach = min(band(len(d)), len(d) - 1)
    order = np.random.default_rng(seed).permutation(len(d)).astype(np.int32)
    before = measured(criterion, d, order, reach)
    change = anneal(criterion, d, order, reach, 200, seed)
    assert measured(criterion, d, order, reach) == before + change


@both
@settings(deadline=None, max_examples=8)
@given(passage=states(most_units=6))
def test_of_few_units_no_order_is_better(criterion: int, passage: States) -> None:
    strategy, name = STRATEGY[criterion]
    d = Units(passage).distance
    reach = min(band(len(d)), len(d) - 1)
    least = min(
        measured(criterion, d, np.array(order), reach) for order in itertools.permutations(range(len(d)))
    )
    assert criteria(passage, order_units(passage, strategy))[name] == least


@pytest.mark.slow
@pytest.mark.parametrize(
    ("criterion", "seed", "found"),
    [(BAR, 0, 4_342_007), (BAR, 1, 4_313_890), (AR_EVENTS, 0, 183_134), (AR_EVENTS, 1, 182_443)],
)
def test_128_units_as_well_as_at_a_time_when_it_took_longer(criterion: int, seed: int, found: int) -> None:
    """Held against four annealings of 500 moves for each unit."""
    strategy, name = STRATEGY[criterion]
    passage = process(seed=seed)
    assert criteria(passage, order_units(passage, strategy))[name] <= found


@pytest.mark.slow
@both
def test_512_units_take_seconds(criterion: int) -> None:
    strategy, _ = STRATEGY[criterion]
    order_units(process(T=20, H=5), strategy)  # compile
    start = time.process_time()
    order_units(process(H=512), strategy)
    assert time.process_time() - start < 15  # 3 s, on a machine of one's own
