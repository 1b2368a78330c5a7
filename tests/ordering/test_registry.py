"""What holds for every strategy, and how settings are checked."""

import itertools
import subprocess
import sys
from typing import Annotated

import numpy as np
import pytest
from hypothesis import given, settings
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
@given(passage=states())
def test_signs_make_the_best_of_an_order(name: str, passage: States) -> None:
    ordering = order_units(passage, name, signed=True, **FEW_TRIES.get(name, {}))
    rows = passage.T[ordering.permutation].astype(int)
    assert similarity(passage, ordering) == sum(abs(int(a @ b)) for a, b in itertools.pairwise(rows))
    assert ordering.signs.sum() > 0 or (ordering.signs.sum() == 0 and ordering.signs[0] == 1)


@every_strategy
@few
@given(passage=states())
def test_negating_units_does_not_change_a_signed_order(name: str, passage: States) -> None:
    if name == "random" or (passage.sum(axis=0) == 0).any():  # at mean 0, either sign is as good
        return
    turned = passage * np.where(np.arange(passage.shape[1]) % 2 == 0, 1, -1).astype(np.int8)
    tries = FEW_TRIES.get(name, {})
    one, other = (order_units(p, name, signed=True, **tries) for p in (passage, turned))
    assert one.permutation.tolist() == other.permutation.tolist()


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

    known = registry.STRATEGIES
    assert known["every_nth"].summary == "Every nth unit, then the next ones"
    assert not known["every_nth"].randomised
    assert order_units(process(T=5, H=5), "every_nth", n=3).permutation.tolist() == [0, 3, 1, 4, 2]
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
