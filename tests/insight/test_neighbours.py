"""Orders that put like units together are told from chance."""

import numpy as np
import pytest

from phonecase.insight.neighbours import nearness

H = 60
RANDOM = np.random.default_rng(0)
MEASURES = {"cost": RANDOM.normal(size=H), "rate": RANDOM.normal(size=H)}
ORDERS = {"by cost": np.argsort(MEASURES["cost"]).astype(np.int32)}


def test_an_order_by_a_measure_is_near_in_it() -> None:
    (near,) = nearness(MEASURES, ORDERS)
    assert near["order"] == "by cost"
    assert float(near["cost"]) < -8
    assert abs(float(near["rate"])) < 3


def test_orders_by_lot_are_as_chance_has_them() -> None:
    lots = {str(draw): RANDOM.permutation(H).astype(np.int32) for draw in range(400)}
    for name in MEASURES:
        found = [float(row[name]) for row in nearness(MEASURES, lots)]
        assert np.mean(found) == pytest.approx(0, abs=0.2)
        assert np.std(found) == pytest.approx(1, abs=0.2)


def test_it_is_the_mean_distance_of_ranks_beside_that_of_random_orders() -> None:
    (found,) = nearness({"cost": MEASURES["cost"]}, ORDERS)
    # of a random order, neighbours are (H + 1) / 3 ranks apart; by the measure itself, 1
    draws = np.random.default_rng(1)
    apart = [np.abs(np.diff(draws.permutation(H))).mean() for _ in range(4_000)]
    assert np.mean(apart) == pytest.approx((H + 1) / 3, rel=0.01)
    assert found["cost"] == pytest.approx((1 - np.mean(apart)) / np.std(apart), rel=0.1)


def test_upside_down_and_by_other_numbers_it_is_the_same() -> None:
    turned = {"by cost": ORDERS["by cost"][::-1].copy()}
    assert nearness(MEASURES, turned)[0] == nearness(MEASURES, ORDERS)[0]


def test_units_of_which_the_same_is_known_are_near_each_other_whatever_their_numbers() -> None:
    rng = np.random.default_rng(0)
    known = np.concatenate([rng.random(40), np.zeros(88)])
    numbers = rng.permutation(128).astype(np.int32)
    (one,) = nearness({"a": known}, {"o": np.arange(128, dtype=np.int32)})
    (other,) = nearness({"a": known[numbers]}, {"o": np.argsort(numbers).astype(np.int32)})
    assert one["a"] == pytest.approx(other["a"], abs=1.0)  # random orders are drawn by the numbers


@pytest.mark.parametrize("H", [1, 2, 128])
def test_where_all_units_are_alike_every_order_is_as_good(H: int) -> None:
    (row,) = nearness({"a": np.zeros(H)}, {"identity": np.arange(H, dtype=np.int32)})
    assert row == {"order": "identity", "a": 0}
