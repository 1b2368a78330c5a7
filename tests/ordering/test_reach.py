import numpy as np

from ordering.cases import process
from phonecase.ordering import order_units


def test_who_changes_least_often_comes_first() -> None:
    passage = process(seed=3)
    order = order_units(passage, "reach").permutation
    changes = [
        sum(a != b for a, b in zip(passage[1:, unit], passage[:-1, unit], strict=True)) for unit in order
    ]
    assert changes == sorted(changes)
    assert changes[0] < changes[-1]


def test_signs_don_t_matter_to_it() -> None:
    passage = process(T=60, H=30, seed=4)
    signs = np.where(np.random.default_rng(0).random(30) < 0.5, 1, -1).astype(np.int8)
    assert (
        order_units(passage, "reach", signed=True).permutation.tolist()
        == order_units(passage * signs, "reach", signed=True).permutation.tolist()
    )


def test_one_character_has_no_changes() -> None:
    assert sorted(order_units(np.ones((1, 4), np.int8), "reach").permutation.tolist()) == [0, 1, 2, 3]
