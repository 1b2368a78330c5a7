"""The post's orders, each against a slow and literal version of its definition, in plain Python."""

import cmath
import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from scipy.optimize import dual_annealing

from ordering.cases import process, states
from phonecase.ordering import STRATEGIES, order_units
from phonecase.ordering.core import States
from phonecase.ordering.units import Units

Floats = npt.NDArray[np.float64]
Order = npt.NDArray[np.integer[Any]]
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

    def ascent(order: list[int]) -> int:
        return sum(row * mean(rows, unit) for row, unit in enumerate(order))

    return max(order, order[::-1], key=lambda order: (ascent(order), -order[0]))


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


def energy_of(rows: Rows) -> Callable[[Order], float]:
    """What `annealed` minimises."""
    T, H = len(rows[0]), len(rows)
    means = np.array([mean(rows, unit) / T for unit in range(H)])
    s = np.array([[dot(a, b) / T for b in rows] for a in rows])

    def energy(order: Order) -> float:
        apart = (1 - s[order[:-1], order[1:]]) ** 2
        return float(3 * apart.mean() + ((means[order] - np.sort(means)) ** 2).mean())

    return energy


def annealed_by_scipy(rows: Rows, evaluations: int, rng: np.random.Generator) -> Order:
    energy = energy_of(rows)

    def of_weights(weights: Floats) -> float:
        return energy(np.argsort(weights, kind="stable"))

    found = dual_annealing(
        of_weights,
        [(0.0, 1.0)] * len(rows),
        maxfun=evaluations,
        maxiter=evaluations,
        no_local_search=True,
        rng=rng,
    )
    return np.argsort(found.x, kind="stable")


def annealed(passage: States, evaluations: int, rng: np.random.Generator) -> Order:
    order = STRATEGIES["annealed"].function(Units(passage), rng=rng, evaluations=evaluations)
    assert isinstance(order, np.ndarray)
    return order


def by_rows(passage: States) -> States:
    """As strategies see the units."""
    return np.array(sorted(passage.T.tolist()), np.int8).T


@pytest.mark.parametrize(("H", "evaluations"), [(8, 3000), (2, 6000), (12, 3000)])
@pytest.mark.parametrize("seed", range(3))
def test_annealed_goes_the_way_of_scipy(H: int, evaluations: int, seed: int) -> None:
    """From the same generator the same order, and it is left as scipy leaves it.

    With two units, so many evaluations are enough to cool down and start again.
    """
    passage = by_rows(process(T=200, H=H))
    one, other = np.random.default_rng(seed), np.random.default_rng(seed)
    order = annealed_by_scipy(passage.T.tolist(), evaluations, one)
    assert annealed(passage, evaluations, other).tolist() == order.tolist()
    assert one.bit_generator.state == other.bit_generator.state


@pytest.mark.slow
def test_annealed_ends_as_low_as_scipy() -> None:
    """With more units, roundings part the ways; over some seeds, the energies are the same."""
    passage = by_rows(process(H=64))
    rows = passage.T.tolist()
    energy = energy_of(rows)
    seeds = range(6)
    ours = [energy(annealed(passage, 10_000, np.random.default_rng(seed))) for seed in seeds]
    theirs = [energy(annealed_by_scipy(rows, 10_000, np.random.default_rng(seed))) for seed in seeds]
    spread = np.std(theirs, ddof=1) * (2 / len(seeds)) ** 0.5
    assert abs(np.mean(ours) - np.mean(theirs)) < 3 * spread


def test_all_orders_of_the_post_are_there() -> None:
    assert {*LITERAL, "annealed", "random"} <= set(STRATEGIES)
