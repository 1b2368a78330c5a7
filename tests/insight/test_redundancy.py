"""How much units hold between them, where that is known."""

import itertools

import numpy as np
import pytest

from phonecase.insight.redundancy import (
    measure_redundancy,
    mutual_information,
    spanning_tree,
    told_by_the_others,
    tree_cost,
)


def drawn(seed: int, T: int = 4_000) -> "np.ndarray[tuple[int, int], np.dtype[np.bool_]]":
    """Three bits by lot, a copy of the first, the negative of the second, one that never changes."""
    bits = np.random.default_rng(seed).random((T, 3)) < 0.5
    return np.column_stack([bits, bits[:, 0], ~bits[:, 1], np.ones(T, bool)])


def test_copies_and_constants_hold_nothing_more() -> None:
    found = measure_redundancy(drawn(0), drawn(1))
    assert found["states"] == 4_000
    assert found["distinct"] == 8
    assert found["marginal"] == pytest.approx(5, abs=0.01)
    assert found["tree"] == pytest.approx(3, abs=0.02)
    assert found["collision"] == pytest.approx(3, abs=0.02)
    assert found["components"] == 3
    assert found["participation"] == pytest.approx((2 + 2 + 1) ** 2 / (2**2 + 2**2 + 1), rel=0.05)


def test_a_copy_is_told_by_the_other_and_noise_by_none() -> None:
    told = told_by_the_others(drawn(0), drawn(1))
    assert told[[0, 1, 3, 4]] == pytest.approx(1, abs=0.01)
    assert told[2] == pytest.approx(0, abs=0.01)
    assert told[5] == 0


def test_what_the_others_tell_is_least_squares_unit_by_unit() -> None:
    random = np.random.default_rng(2)
    mixed = random.normal(size=(8, 6))
    fit, test = (random.normal(size=(3_000, 8)) @ mixed > 0.5 for _ in range(2))
    told = told_by_the_others(fit, test)
    x, y = (2.0 * each - 1 for each in (fit, test))
    for unit in range(6):
        others = [other for other in range(6) if other != unit]
        inputs = np.column_stack([x[:, others], np.ones(len(x))])
        weights = np.linalg.lstsq(inputs, x[:, unit])[0]
        left = y[:, unit] - np.column_stack([y[:, others], np.ones(len(y))]) @ weights
        variance = ((y[:, unit] - x[:, unit].mean()) ** 2).mean()
        assert told[unit] == pytest.approx(1 - (left**2).mean() / variance, abs=1e-3)


def test_information_between_units_is_counted() -> None:
    units = drawn(3)[:500]
    found = mutual_information(units)
    for i, j in itertools.product(range(6), repeat=2):
        total = 0.0
        for a, b in itertools.product((False, True), repeat=2):
            p = ((units[:, i] == a) & (units[:, j] == b)).mean()
            if p:
                total += p * np.log2(p / (units[:, i] == a).mean() / (units[:, j] == b).mean())
        assert found[i, j] == pytest.approx(total, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_the_tree_is_the_heaviest_of_all(seed: int) -> None:
    weight = np.random.default_rng(seed).random((5, 5))
    weight = weight + weight.T
    parent = spanning_tree(weight)
    assert parent[0] == 0

    def connected(edges: tuple[tuple[int, int], ...]) -> bool:
        reached = {0}
        for _ in range(5):
            reached |= {end for edge in edges for end in edge if reached & set(edge)}
        return len(reached) == 5

    trees = itertools.combinations(itertools.combinations(range(5), 2), 4)
    best = max(sum(weight[edge] for edge in edges) for edges in trees if connected(edges))
    assert sum(weight[unit, parent[unit]] for unit in range(1, 5)) == pytest.approx(best)


def test_the_tree_costs_what_it_pays_unit_by_unit() -> None:
    fit, test = drawn(4)[:300, :4], drawn(5)[:300, :4]
    parent = spanning_tree(mutual_information(fit))
    cost = 0.0
    for unit in range(4):
        for value in test:
            same = fit if unit == 0 else fit[fit[:, parent[unit]] == value[parent[unit]]]
            p = (same[:, unit].sum() + 0.5) / (len(same) + 1)
            cost -= np.log2(p if value[unit] else 1 - p)
    assert tree_cost(fit, test) == pytest.approx(cost / 300)


def test_states_that_are_all_new_have_no_lower_bound() -> None:
    every = np.array(list(itertools.product((False, True), repeat=4)))
    assert measure_redundancy(every, every)["collision"] is None
    assert measure_redundancy(every, every)["distinct"] == 16


@pytest.mark.parametrize("H", [1, 2])
def test_units_that_never_change_share_nothing(H: int) -> None:
    still = np.zeros((500, H), bool)
    found = measure_redundancy(still, still)
    assert (found["components"], found["participation"], found["told"]) == (0, 0.0, [0.0] * H)
    one = np.random.default_rng(0).random((500, 1)) < 0.5
    assert measure_redundancy(one, one)["components"] == 1
