"""How calm a picture is: each measure against its definition written out, and what must not change it."""

import cmath
import math
from collections.abc import Callable, Sequence
from itertools import combinations, groupby, pairwise, product

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis.extra import numpy as hnp

from phonecase.art.measures import MEASURES, SCALES, Picture
from phonecase.art.measuring import agreement, best_by, markdown, measure
from phonecase.ordering import Ordering, order_units, similarity

PICTURES = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=9))
States = npt.NDArray[np.int8]


@pytest.mark.parametrize("units", [1, 2, 3, 24])
def test_where_nothing_can_be_measured_nothing_is_said(units: int) -> None:
    passage = np.random.default_rng(0).choice([-1, 1], (60, units)).astype(np.int8)
    shown = markdown(measure(passage, {"optimal": order_units(passage, "optimal", signed=True)}))
    assert "nan" not in shown
    assert "Kendall" not in shown


def literal_similarity(picture: Picture) -> float:
    return sum(
        1 if above == below else -1
        for upper, lower in pairwise(picture)
        for above, below in zip(upper, lower, strict=True)
    )


def literal_stretch(picture: Picture) -> float:
    lengths = [len(list(same)) for column in picture.T for _, same in groupby(column.tolist())]
    return sum(n * n for n in lengths) / sum(lengths)


def regions(picture: Picture) -> list[int]:
    """The sizes of the regions of one colour, each found by walking from cell to cell."""
    left, sizes = set(np.ndindex(picture.shape)), []
    while left:
        front, size = [left.pop()], 0
        while front:
            row, column = front.pop()
            size += 1
            for near in ((row + 1, column), (row - 1, column), (row, column + 1), (row, column - 1)):
                if near in left and picture[near] == picture[row, column]:
                    left.remove(near)
                    front.append(near)
        sizes.append(size)
    return sizes


def literal_patch(picture: Picture) -> float:
    sizes = regions(picture)
    return float(sum(n * n for n in sizes) / sum(sizes) / picture.size)


def literal_patches(picture: Picture) -> float:
    return len(regions(picture))


def literal_spectrum(picture: Picture) -> float:
    H, T = picture.shape
    points = []
    for f in range(1, H // 2 + 1):
        waves = [
            sum((1 if cell else -1) * cmath.exp(-2j * math.pi * f * r / H) for r, cell in enumerate(column))
            for column in picture.T
        ]
        points.append((f, sum(abs(wave) ** 2 for wave in waves) / T))
    logs = [(math.log(f), math.log(power)) for f, power in points if power > 1e-9 * H * H]
    if len(logs) < 2:
        return math.nan
    x, y = (sum(values) / len(logs) for values in zip(*logs, strict=True))
    return float(-sum((a - x) * (b - y) for a, b in logs) / sum((a - x) ** 2 for a, _ in logs))


def literal_entropy(scale: int) -> Callable[[Picture], float]:
    def entropy(picture: Picture) -> float:
        height, width = (min(scale, length) for length in picture.shape)
        bits = []
        for y, x in product(range(picture.shape[0] - height + 1), range(picture.shape[1] - width + 1)):
            p = picture[y : y + height, x : x + width].mean()
            bits.append(-sum(share * math.log2(share) for share in (p, 1 - p) if share > 0))
        return float(sum(bits) / len(bits))

    return entropy


LITERAL = {
    "similarity": literal_similarity,
    "stretch": literal_stretch,
    "patch": literal_patch,
    "patches": literal_patches,
    "spectrum": literal_spectrum,
} | {f"entropy_{scale}": literal_entropy(scale) for scale in SCALES}


def literal_tau(x: Sequence[float], y: Sequence[float]) -> float:
    """Kendall's τ: the pairs that come in the same order less those in the opposite one, as a share (τ-b)."""
    signs = [(np.sign(a - b), np.sign(c - d)) for (a, c), (b, d) in combinations(zip(x, y, strict=True), 2)]
    differ = [sum(1 for pair in signs if pair[side]) for side in (0, 1)]
    return float(sum(a * b for a, b in signs) / math.sqrt(differ[0] * differ[1]))


def some_states(T: int, H: int) -> States:
    """Units that are slow and alike, to some degree."""
    rng = np.random.default_rng(0)
    waves = rng.normal(size=(T, 4)).cumsum(axis=0) @ rng.normal(size=(4, H)) + rng.normal(size=(T, H))
    return np.where(waves > 0, 1, -1).astype(np.int8)


def test_each_measure_has_its_literal_version() -> None:
    assert LITERAL.keys() == MEASURES.keys()


@pytest.mark.parametrize("name", MEASURES)
@given(picture=PICTURES)
def test_a_measure_is_what_its_definition_says(name: str, picture: Picture) -> None:
    expected = LITERAL[name](picture)
    assert MEASURES[name].function(picture) == pytest.approx(expected, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("name", MEASURES)
@given(picture=PICTURES)
def test_neither_mirrors_nor_the_other_colour_for_each_cell_make_a_picture_calmer(
    name: str, picture: Picture
) -> None:
    value = MEASURES[name].function(picture)
    for same in (picture[::-1], picture[:, ::-1], ~picture):
        assert MEASURES[name].function(same) == pytest.approx(value, abs=1e-6, nan_ok=True)


@pytest.mark.parametrize("name", MEASURES)
def test_two_halves_are_calmer_than_bands_and_those_than_noise(name: str) -> None:
    rows, columns = np.ogrid[:64, :90]
    halves = np.broadcast_to(rows < 32, (64, 90))
    bands = (rows % 48 < 24) ^ (columns < 45)
    noise = np.random.default_rng(0).random((64, 90)) < 0.5
    calm = [MEASURES[name].calmness(picture) for picture in (halves, bands, noise)]
    if name == "spectrum":  # edges are as steep however many there are
        del calm[1]
    assert calm == sorted(calm, reverse=True)
    assert len(set(calm)) == len(calm)


def test_noise_has_a_flat_spectrum_and_random_walks_a_steep_one() -> None:
    """White noise has α = 0, Brownian motion α = 2; cut to two colours, 1 to 2."""
    rng = np.random.default_rng(0)
    steps = rng.normal(size=(512, 500))
    assert abs(MEASURES["spectrum"].function(steps > 0)) < 0.05
    assert 1 < MEASURES["spectrum"].function(steps.cumsum(axis=0) > 0) < 2


def test_each_order_is_measured_as_it_is_and_with_signs() -> None:
    states = some_states(60, 16)
    orders = {name: order_units(states, name) for name in ("mean", "optimal", "optimal_signed")}
    table = measure(states, orders)
    assert list(table.columns) == ["order", *MEASURES]
    found = dict(zip(table["order"], table["similarity"], strict=True))
    assert {"mean ±", *orders} <= found.keys() <= {"mean ±", "optimal ±", *orders}
    assert {name: found[name] for name in orders} == {
        name: similarity(states, ordering) for name, ordering in orders.items()
    }
    assert list(found.values()) == sorted(found.values(), reverse=True)
    assert next(iter(found)) == "optimal_signed"  # proven to be
    assert found["mean ±"] > found["mean"]


def test_an_order_whose_rows_fit_as_they_are_comes_once() -> None:
    units = np.array([[1, 1, -1, -1], [1, 1, 1, -1], [1, 1, 1, 1]], np.int8).T  # (T, H)
    ordering = Ordering(np.arange(3, dtype=np.int32), np.ones(3, np.int8))
    assert list(measure(units, {"as they are": ordering})["order"]) == ["as they are"]


@pytest.mark.parametrize("name", MEASURES)
def test_the_best_by_a_measure_is_the_one_that_the_table_calls_calmest(name: str) -> None:
    states = some_states(60, 16)
    orders = {order: order_units(states, order) for order in ("random", "mean", "leaf", "spectral")}
    table = measure(states, orders)
    found = dict(zip(table["order"], table[name], strict=True))
    calmest = max if MEASURES[name].calm == "larger" else min
    assert best_by(name, states, orders) == calmest(orders, key=lambda order: found[order])


def test_a_picture_too_small_for_a_measure_is_not_its_favourite() -> None:
    states = np.array([[1, -1], [1, -1]], np.int8)
    orders = {
        name: Ordering(np.array(order, np.int32), np.ones(2, np.int8))
        for name, order in (("a", (0, 1)), ("b", (1, 0)))
    }
    assert best_by("spectrum", states, orders) == "a"


def test_what_is_said_of_the_table_is_what_stands_in_it() -> None:
    states = some_states(60, 16)
    table = measure(states, {name: order_units(states, name) for name in ("random", "mean", "leaf")})
    page = markdown(table)
    lines = page.splitlines()
    assert lines[2].startswith(f"| {table['order'][0]} | **")
    tau = agreement(table).to_dict()
    assert all(tau[name][name] == pytest.approx(1) for name in MEASURES)
    expected = literal_tau(list(table["similarity"]), list(-table["patches"]))
    assert tau["similarity"]["patches"] == pytest.approx(expected)
    found = dict(zip(table["order"], table["patches"], strict=True))
    fewest, most = (end(found, key=lambda order: found[order]) for end in (min, max))
    assert f"| patches | {fewest} | {most} | {expected:.2f} |".replace("-", "−") in lines
