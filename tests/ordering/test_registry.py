"""What holds for every strategy, and how settings are checked."""

import itertools
import subprocess
import sys
from random import Random
from typing import Annotated, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field

from ordering.cases import FEW_TRIES, process, states
from phonecase.errors import UserError
from phonecase.ordering import STRATEGIES, check_settings, order_units, registry, similarity
from phonecase.ordering.core import States
from phonecase.ordering.registry import Found, strategy
from phonecase.ordering.units import Units

every_strategy = pytest.mark.parametrize("name", STRATEGIES)
few = settings(deadline=None, max_examples=15)


@every_strategy
@few
@given(passage=states())
def test_every_order_has_each_unit_once(name: str, passage: States) -> None:
    ordering = order_units(passage, name, **FEW_TRIES.get(name, {}))
    assert sorted(ordering.permutation.tolist()) == list(range(passage.shape[1]))
    assert ordering.permutation.dtype == np.int32
    assert ordering.signs.dtype == np.int8
    if name != "optimal_signed":
        assert (ordering.signs == 1).all()


@every_strategy
@few
@given(passage=states(), random=st.randoms())
def test_the_same_rows_give_the_same_picture(name: str, passage: States, random: Random) -> None:
    if name == "identity":  # it shows the units by their numbers
        return
    numbers = random.sample(range(passage.shape[1]), passage.shape[1])
    same_picture(name, passage, passage[:, numbers])


@every_strategy
@few
@given(passage=states(), random=st.randoms())
def test_the_same_rows_give_the_same_picture_whatever_their_signs(
    name: str, passage: States, random: Random
) -> None:
    numbers = random.sample(range(passage.shape[1]), passage.shape[1])
    signs = np.array(random.choices([-1, 1], k=passage.shape[1]), np.int8)
    other = passage * signs if name == "identity" else (passage * signs)[:, numbers]
    same_picture(name, passage, other, signed=True)


@every_strategy
@pytest.mark.parametrize("signed", [False, True])
def test_a_passage_of_many_units_has_one_picture_too(name: str, signed: bool) -> None:
    passage = process(T=60, H=50)
    rng = np.random.default_rng(0)
    signs = rng.choice(np.array([-1, 1], np.int8), 50) if signed or name == "optimal_signed" else 1
    other = passage * signs if name == "identity" else (passage * signs)[:, rng.permutation(50)]
    same_picture(name, passage, other, **({"signed": True} if signed else {}))


def same_picture(name: str, passage: States, other: States, **chosen: Any) -> None:
    one, again = (
        order_units(p, name, **FEW_TRIES.get(name, {}), **chosen).shown(p) for p in (passage, other)
    )
    np.testing.assert_array_equal(one, again)


@given(states(), st.randoms(use_true_random=False))
def test_signs_are_those_of_the_documentation(passage: States, random: Random) -> None:
    """Row by row: that of the row before if it is similar to that, else the other; then the two overall."""
    H = passage.shape[1]
    order = list(range(H))
    random.shuffle(order)
    units = Units(passage, signed=True)
    seen = units.seen.tolist()
    signs = [seen[order[0]]]
    for before, unit in itertools.pairwise(order):
        product = signs[-1] * int(passage[:, before].astype(int) @ passage[:, unit].astype(int))
        tied = seen[unit] if signs[-1] == seen[before] else -seen[unit]
        signs.append(1 if product > 0 else -1 if product < 0 else tied)
    picture = passage[:, order].astype(int) * signs
    if picture.sum() < 0 or (picture.sum() == 0 and picture[0, 0] < 0):
        signs = [-sign for sign in signs]
    assert units.signs(np.array(order)).tolist() == signs


def test_of_equal_choices_the_rows_decide() -> None:
    """At equal means, rows stand by their first character, then the next; equal ones by number."""
    passage = np.array([[1, -1, 1], [-1, 1, -1], [-1, 1, -1], [1, -1, 1]], np.int8)
    assert order_units(passage, "mean").permutation.tolist() == [1, 0, 2]


@pytest.mark.parametrize("name", ["two_opt", "optimal", "leaf", "spectral", "bar", "anti_robinson"])
@few
@given(passage=states())
def test_where_the_direction_is_free_the_means_ascend(name: str, passage: States) -> None:
    ordering = order_units(passage, name, **FEW_TRIES.get(name, {}))
    means = passage.sum(axis=0, dtype=int)[ordering.permutation]
    rows = np.arange(len(means))
    assert rows @ means >= rows @ means[::-1]


@every_strategy
@few
@given(passage=states())
def test_signs_make_the_best_of_an_order(name: str, passage: States) -> None:
    ordering = order_units(passage, name, signed=True, **FEW_TRIES.get(name, {}))
    rows = passage.T[ordering.permutation].astype(int)
    assert similarity(passage, ordering) == sum(abs(int(a @ b)) for a, b in itertools.pairwise(rows))
    shown = ordering.shown(passage)
    assert shown.sum(dtype=int) > 0 or (shown.sum(dtype=int) == 0 and shown[0, 0] == 1)


@every_strategy
def test_a_seed_gives_the_same_order_again(name: str) -> None:
    passage = process(T=50, H=20)
    one, again = (order_units(passage, name, seed=3, **FEW_TRIES.get(name, {})) for _ in range(2))
    assert one.permutation.tolist() == again.permutation.tolist()


def test_seeds_differ() -> None:
    passage = process(T=50, H=20)
    orders = {tuple(order_units(passage, "random", seed=seed).permutation) for seed in range(5)}
    assert len(orders) == 5


def test_defaults_are_filled_in() -> None:
    assert check_settings("identity", {}) == {"signed": False}
    assert check_settings("annealed", {"seed": 7}) == {"evaluations": 100_000, "seed": 7, "signed": False}
    assert check_settings("optimal_signed", {}) == {"rounds": 1000, "time_limit": None, "signed": True}


@pytest.mark.parametrize(
    ("name", "wrong", "complaint"),
    [
        ("insertoin", {}, "unknown strategy 'insertoin'; did you mean 'insertion'?"),
        ("zzz", {}, "unknown strategy 'zzz'; there are: optimal"),
        ("bar", {"restart": 3}, "strategy 'bar' has no setting 'restart'; did you mean 'restarts'?"),
        ("mean", {"restarts": 1}, "strategy 'mean' has no setting 'restarts'; it has: signed"),
        (
            "bar",
            {"restarts": 0},
            "strategy 'bar', setting 'restarts': input should be greater than or equal to 1",
        ),
        ("leaf", {"linkage": "median"}, "setting 'linkage': input should be 'average', 'complete', 'single'"),
        ("mean", {"signed": "yes"}, "setting 'signed': input should be a valid boolean, not 'yes'"),
        ("optimal_signed", {"signed": False}, "setting 'signed': input should be true, not false"),
    ],
)
def test_wrong_settings_are_named(name: str, wrong: dict[str, object], complaint: str) -> None:
    with pytest.raises(UserError) as error:
        check_settings(name, wrong)
    assert complaint.lower() in str(error.value).lower()


def test_wrong_states_are_named() -> None:
    wrong = np.ones((3, 4), np.int8)
    wrong[1, 2] = 0
    with pytest.raises(UserError, match="character 1, unit 2 is 0"):
        order_units(wrong, "mean")
    with pytest.raises(UserError, match="at least 1 × 1"):
        order_units(np.ones((0, 4), np.int8), "mean")


def test_a_strategy_is_a_function_with_a_decorator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "STRATEGIES", STRATEGIES.copy())

    @strategy()
    def every_nth(units: Units, *, n: Annotated[int, Field(ge=1)] = 2) -> Found:
        """Every nth unit, then the next ones.

        And so on.
        """
        return np.argsort(np.arange(len(units)) % n, kind="stable")

    by_rows = np.array(
        [[1, 1, -1, -1, -1], [-1, -1, 1, 1, -1], [1, -1, 1, -1, -1]], np.int8
    )  # last one first

    known = registry.STRATEGIES
    assert known["every_nth"].summary == "Every nth unit, then the next ones"
    assert not known["every_nth"].randomised
    assert order_units(by_rows, "every_nth", n=3).permutation.tolist() == [4, 1, 3, 0, 2]
    with pytest.raises(UserError, match="'n'"):
        order_units(process(T=5, H=5), "every_nth", n=0)
    with pytest.raises(ValueError, match="already"):
        strategy(name="every_nth")(every_nth)


def test_reading_the_registry_imports_nothing_slow() -> None:
    slow = ("scipy", "numba", "highspy", "pandas", "torch", "pyarrow", "matplotlib")
    program = f"import sys, phonecase.ordering; print([m for m in {slow} if m in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert found.stdout.strip() == "[]"
