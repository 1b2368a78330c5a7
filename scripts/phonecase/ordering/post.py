"""The orders of the blog post and its notebooks, and chance as their control.

As in the post, sorts are stable and of equal choices the first is taken; but the units come sorted by
their rows, not as trained (see `registry.strategy`). A unit's mean activation is compared as its sum, an
exact integer.
"""

from typing import Annotated

import numpy as np
from pydantic import Field

from phonecase.ordering.registry import Found, strategy
from phonecase.ordering.units import Units


@strategy(as_trained=True)
def identity(units: Units) -> Found:
    """As trained."""
    return np.arange(len(units))


@strategy()
def mean(units: Units) -> Found:
    """Ascending mean activation."""
    return np.argsort(units.sums, kind="stable")


@strategy()
def fft(units: Units) -> Found:
    """Ascending sign(mean) / mean frequency, so that slow units come to the two ends.

    The key is sign(mean) / mean_f(f · |FFT(row − mean)|_f), f = 0..T−1: ±∞ for a constant row. It is
    rounded to twelve digits, so that units whose keys differ by rounding errors alone are ties.
    """
    rows, T = units.rows, units.characters
    spectrum = np.abs(np.fft.fft(rows - units.sums[:, None] / T))  # (H, T)
    slowness = (np.arange(T) * spectrum).mean(axis=1)
    with np.errstate(divide="ignore"):
        key = np.sign(units.sums) / slowness
    return np.argsort([float(f"{value:.11e}") for value in key], kind="stable")


@strategy()
def annealed(
    units: Units, *, rng: np.random.Generator, evaluations: Annotated[int, Field(ge=1, le=2**31)] = 100_000
) -> Found:
    """Simulated annealing of a weight per unit; similar neighbours and ascending means are good.

    The order is the argsort of weights in 0..1, found by `scipy.optimize.dual_annealing` without local
    search (here compiled, see `dual_annealing`), which makes so many evaluations of
    3 · mean((1 − s/T)² over neighbours) + mean((mean activation − sorted mean activation)²).
    """
    from phonecase.ordering.dual_annealing import dual_annealing

    means = units.sums / units.characters
    penalty = 3 * (1 - units.similarity / units.characters) ** 2 / max(len(units) - 1, 1)  # (H, H)
    order: Found = dual_annealing(rng, penalty, means, np.sort(means), evaluations)
    return order


@strategy()
def nearest(units: Units) -> Found:
    """Start at the lowest mean, always append the most similar remaining unit."""
    order = [int(np.argmin(units.sums))]
    remaining = np.ones(len(units), bool)
    remaining[order] = False
    while remaining.any():
        order.append(_most_similar(units, order[-1], remaining))
        remaining[order[-1]] = False
    return np.array(order)


@strategy()
def nearest_two_ended(units: Units) -> Found:
    """Start at the highest variance; prepend and append in turn the unit most similar to that end."""
    start = int(np.argmin(np.abs(units.sums)))  # a row of ±1 has the variance 1 − mean²
    order = [start]
    remaining = np.ones(len(units), bool)
    remaining[start] = False
    for step in range(len(units) - 1):
        end = 0 if step % 2 == 0 else len(order)
        chosen = _most_similar(units, order[0] if end == 0 else order[-1], remaining)
        order.insert(end, chosen)
        remaining[chosen] = False
    return np.array(order)


@strategy()
def insertion(units: Units) -> Found:
    """The printed one: between the lowest and the highest mean, each unit where it fits best.

    The ends are the unit of lowest mean and, of the others, that of highest mean. The rest come by ascending
    |mean|, each to where s(left, new) + s(new, right) − s(left, right) is largest.
    """
    if len(units) == 1:
        return np.zeros(1, np.int32)
    s = units.similarity
    low = int(np.argmin(units.sums))
    high = int(np.argmax(np.where(np.arange(len(units)) == low, -np.inf, units.sums)))
    order = np.array([low, high])
    for new in np.argsort(np.abs(units.sums), kind="stable"):
        if new not in (low, high):
            left, right = order[:-1], order[1:]
            gains = s[new, left] + s[new, right] - s[left, right]
            order = np.insert(order, int(np.argmax(gains)) + 1, new)
    return order


@strategy(optimises="similarity")
def two_opt(units: Units) -> Found:
    """From `mean`, sweeps of 2-opt, every improvement taken at once, until none is left.

    A sweep tries to reverse every stretch of rows, by its first and then its last row. In the end, the order
    is turned so that the means ascend.
    """
    from phonecase.ordering.kernels import two_opt_sweeps

    order = np.argsort(units.sums, kind="stable")
    two_opt_sweeps(order, units.similarity)
    return units.upright(order)


@strategy(name="random")
def chance(units: Units, *, rng: np.random.Generator) -> Found:
    """Drawn at random: what chance gives."""
    return rng.permutation(len(units))


def _most_similar(units: Units, unit: int, remaining: np.ndarray) -> int:
    """The first of the remaining units that are most similar to this one."""
    return int(np.argmax(np.where(remaining, units.similarity[unit], np.iinfo(np.int32).min)))
