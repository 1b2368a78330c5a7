"""The dual annealing of `annealed`, in one compiled loop.

It is `scipy.optimize.dual_annealing` without local search, for weights in 0..1: generalised simulated
annealing (Xiang, Sun, Fan and Gong 1997) with scipy's parameters. It draws random numbers as scipy does, so
that it goes the same way but for rounding. At each temperature, H visits change all weights and H more change
one each, by steps from a distribution with very heavy tails; a weight that leaves 0..1 comes in again at the
other end. A visit is accepted if it lowers the energy, else with a probability that falls with the
temperature. When it is cold, all starts again; the best is kept.
"""

import math

import numpy as np

from phonecase.ordering.kernels import Floats, Ints, compiled

HOT, COLD = 5230.0, 5230.0 * 2e-5  # the first temperature, and the one to start again at
VISIT, ACCEPT = 2.62, -5.0  # scipy's `visit` and `accept`
FARTHEST = 1e8  # steps beyond are drawn anew, evenly
NEAREST = 1e-10  # no weight is nearer to 0

# A step at temperature t is WIDTH · t^(1 / (3 − VISIT)) · x / |y|^TAIL, x and y being normal.
TAIL = (VISIT - 1) / (3 - VISIT)
_shape = 1.5 - 1 / (VISIT - 1)
WIDTH = (
    math.sqrt(math.pi)
    * (VISIT - 1) ** (4 - VISIT)
    * math.sin(math.pi * _shape)
    * math.gamma(1 + _shape)
    / (2 ** ((2 - VISIT) / (VISIT - 1)) * (3 - VISIT) * math.pi * _shape)
) ** TAIL


@compiled
def dual_annealing(
    rng: np.random.Generator, penalty: Floats, means: Floats, targets: Floats, evaluations: int
) -> Ints:
    """The order, by ascending weights, of the least energy found.  # (H,)

    The energy of an order is the sum of `penalty` (H, H) over neighbours plus the mean of (mean − target)²
    over the rows.
    """
    H = len(means)
    weights, moved = np.empty(H), np.empty(H)  # where it is, and what a visit makes of them
    order, tried, best = np.empty(H, np.int64), np.empty(H, np.int64), np.empty(H, np.int64)
    least = np.inf
    made = 0
    while made < evaluations:
        for unit in range(H):
            weights[unit] = rng.random()
        _sort_spread(order, weights)
        energy = _energy(order, penalty, means, targets)
        made += 1
        if least == np.inf:
            least = energy
            _copy(order, best)
        step = 0
        while made < evaluations:
            temperature = HOT * (2.0 ** (VISIT - 1) - 1) / ((step + 2.0) ** (VISIT - 1) - 1)
            if temperature < COLD:
                break
            step += 1
            width = WIDTH * temperature ** (1 / (3 - VISIT))
            for visit in range(min(2 * H, evaluations - made)):
                if visit < H:
                    _visit_all(rng, weights, moved, width)
                    _sort_spread(tried, moved)
                else:
                    _copy(weights, moved)
                    _visit_one(rng, moved, visit - H, width)
                    _copy(order, tried)
                    _sort_nearly_sorted(tried, moved)
                new = _energy(tried, penalty, means, targets)
                made += 1
                if new < energy or rng.random() <= _acceptance((new - energy) * step / temperature):
                    weights, moved = moved, weights
                    order, tried = tried, order
                    energy = new
                    if energy < least:
                        least = energy
                        _copy(order, best)
    return best


@compiled
def _copy(source: Ints | Floats, to: Ints | Floats) -> None:
    for r in range(len(source)):
        to[r] = source[r]


@compiled
def _visit_all(rng: np.random.Generator, weights: Floats, moved: Floats, width: float) -> None:
    for unit in range(len(weights)):
        moved[unit] = _step(rng, width)
    up, down = rng.random(), rng.random()
    for unit in range(len(weights)):
        moved[unit] = _within(weights[unit] + _limited(moved[unit], up, down))


@compiled
def _visit_one(rng: np.random.Generator, weights: Floats, unit: int, width: float) -> None:
    step = _step(rng, width)
    share = rng.random() if abs(step) > FARTHEST else 0.0
    weights[unit] = _within(weights[unit] + _limited(step, share, share))


@compiled
def _energy(order: Ints, penalty: Floats, means: Floats, targets: Floats) -> float:
    apart, uneven = 0.0, 0.0
    for r in range(len(order)):
        uneven += (means[order[r]] - targets[r]) ** 2
        if r > 0:
            apart += penalty[order[r - 1], order[r]]
    return apart + uneven / len(order)


@compiled
def _step(rng: np.random.Generator, width: float) -> float:
    x, y = rng.standard_normal(), rng.standard_normal()
    return width * x / math.exp(TAIL * math.log(abs(y)))


@compiled
def _limited(step: float, up: float, down: float) -> float:
    """A step that is too far becomes one up to the limit, by these shares of it."""
    return FARTHEST * up if step > FARTHEST else -FARTHEST * down if step < -FARTHEST else step


@compiled
def _within(weight: float) -> float:
    """The weight's fraction: beyond 1, it starts again at 0."""
    weight -= np.floor(weight)
    return weight + NEAREST if weight < NEAREST else weight


@compiled
def _acceptance(rise: float) -> float:
    """The probability to accept a rise of the energy, in units of the temperature."""
    base = 1 - (1 - ACCEPT) * rise
    return math.exp(math.log(base) / (1 - ACCEPT)) if base > 0 else 0.0


@compiled
def _sort_nearly_sorted(order: Ints, weights: Floats) -> None:
    """Sort by ascending weights, and units of equal weight by number, in place, by insertion."""
    for r in range(1, len(order)):
        unit = order[r]
        while r > 0 and (
            weights[order[r - 1]] > weights[unit]
            or (weights[order[r - 1]] == weights[unit] and order[r - 1] > unit)
        ):
            order[r] = order[r - 1]
            r -= 1
        order[r] = unit


@compiled
def _sort_spread(order: Ints, weights: Floats) -> None:
    """The same from any order, if the weights lie about evenly in 0..1: first by their places there."""
    H = len(order)
    after = np.zeros(H + 1, np.int64)  # where the units of a H-th of 0..1 end; first, how many there are
    for weight in weights:
        after[min(int(weight * H), H - 1) + 1] += 1
    for part in range(H):
        after[part + 1] += after[part]
    for unit in range(H):
        part = min(int(weights[unit] * H), H - 1)
        order[after[part]] = unit
        after[part] += 1
    _sort_nearly_sorted(order, weights)
