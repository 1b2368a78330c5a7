"""The post's orders, each against a slow and literal version of its definition, in plain Python."""

import cmath
import itertools
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from scipy.optimize import dual_annealing

from ordering.cases import process, states
from phonecase.ordering import STRATEGIES, order_units
from phonecase.ordering.core import States

Floats = npt.NDArray[np.float64]
Rows = list[list[int]]


def dot(a: list[int], b: list[int]) -> int:
    return sum(x * y for x, y in zip(a, b, strict=True))


def mean(rows: Rows, unit: int) -> int:
    """T times the mean."""
    return sum(rows[unit])


def identity(rows: Rows) -> list[int]:
    return list(range(len(rows)))


def by_mean(rows: Rows) -> list[int]:
    return sorted(range(len(rows)), key=lambda unit: mean(rows, unit))


def fft(rows: Rows) -> list[int]:
    def key(unit: int) -> float:
        T = len(rows[unit])
        m = mean(rows, unit) / T
        sizes = [
            abs(sum((x - m) * cmath.exp(-2j * cmath.pi * f * t / T) for t, x in enumerate(rows[unit])))
            for f in range(T)
        ]
        slowness = sum(f * size for f, size in enumerate(sizes)) / T
        if abs(m) == 1:
            return m * float("inf")
        return 0.0 if m == 0 else float(f"{(1 if m > 0 else -1) / slowness:.11e}")

    return sorted(range(len(rows)), key=key)


def nearest(rows: Rows) -> list[int]:
    order = [min(range(len(rows)), key=lambda unit: mean(rows, unit))]
    while len(order) < len(rows):
        left = [unit for unit in range(len(rows)) if unit not in order]
        order.append(max(left, key=lambda unit: dot(rows[unit], rows[order[-1]])))
    return order


def nearest_two_ended(rows: Rows) -> list[int]:
    order = [max(range(len(rows)), key=lambda unit: 1 - (mean(rows, unit) / len(rows[unit])) ** 2)]
    prepend = True
    while len(order) < len(rows):
        left = [unit for unit in range(len(rows)) if unit not in order]
        if prepend:
            order = [max(left, key=lambda unit: dot(rows[unit], rows[order[0]])), *order]
        else:
            order = [*order, max(left, key=lambda unit: dot(rows[unit], rows[order[-1]]))]
        prepend = not prepend
    return order


def insertion(rows: Rows) -> list[int]:
    units = list(range(len(rows)))
    if len(units) == 1:
        return units
    low = min(units, key=lambda unit: mean(rows, unit))
    high = max((unit for unit in units if unit != low), key=lambda unit: mean(rows, unit))
    order = [low, high]
    for new in sorted(units, key=lambda unit: abs(mean(rows, unit))):
        if new not in order:
            gains = [
                dot(rows[left], rows[new]) + dot(rows[new], rows[right]) - dot(rows[left], rows[right])
                for left, right in itertools.pairwise(order)
            ]
            order.insert(gains.index(max(gains)) + 1, new)
    return order


def two_opt(rows: Rows) -> list[int]:
    def score(order: list[int]) -> int:
        return sum(dot(rows[a], rows[b]) for a, b in itertools.pairwise(order))

    order = by_mean(rows)
    improved = True
    while improved:
        improved = False
        for i in range(len(order)):
            for j in range(i + 1, len(order)):
                turned = order[:i] + order[i : j + 1][::-1] + order[j + 1 :]
                if score(turned) > score(order):
                    order, improved = turned, True
    return order


LITERAL: dict[str, Callable[[Rows], list[int]]] = {
    "identity": identity,
    "mean": by_mean,
    "fft": fft,
    "nearest": nearest,
    "nearest_two_ended": nearest_two_ended,
    "insertion": insertion,
    "two_opt": two_opt,
}


def literally(name: str, passage: States) -> list[int]:
    """What the definition makes of the units, sorted by their rows (except for `identity`)."""
    rows = passage.T.tolist()
    numbers = sorted(range(len(rows)), key=lambda unit: rows[unit] if name != "identity" else unit)
    return [numbers[unit] for unit in LITERAL[name]([rows[unit] for unit in numbers])]


@pytest.mark.parametrize("name", LITERAL)
@settings(deadline=None, max_examples=50)
@given(passage=states())
def test_order_is_its_literal_definition(name: str, passage: States) -> None:
    assert order_units(passage, name).permutation.tolist() == literally(name, passage)


@pytest.mark.parametrize("name", LITERAL)
def test_order_is_its_literal_definition_on_a_passage(name: str) -> None:
    passage = process(T=40, H=25)
    assert order_units(passage, name).permutation.tolist() == literally(name, passage)


def test_annealed_is_its_literal_definition() -> None:
    rows = sorted(process(T=20, H=8).T.tolist())
    passage = np.array(rows, np.int8).T
    T, H = passage.shape
    ascending = sorted(mean(rows, unit) / T for unit in range(H))

    def energy(weights: Floats) -> float:
        order = sorted(range(H), key=lambda unit: float(weights[unit]))
        apart = [(1 - dot(rows[a], rows[b]) / T) ** 2 for a, b in itertools.pairwise(order)]
        uneven: list[float] = [
            (mean(rows, unit) / T - m) ** 2 for unit, m in zip(order, ascending, strict=True)
        ]
        return float(3 * sum(apart) / len(apart) + sum(uneven) / len(uneven))

    found = dual_annealing(
        energy,
        [(0.0, 1.0)] * H,
        maxfun=3000,
        maxiter=3000,
        no_local_search=True,
        rng=np.random.default_rng(5),
    )
    ordering = order_units(passage, "annealed", seed=5, evaluations=1000)
    assert ordering.permutation.tolist() == sorted(range(H), key=lambda unit: float(found.x[unit]))


def test_all_orders_of_the_post_are_there() -> None:
    assert {*LITERAL, "annealed", "random"} <= set(STRATEGIES)
