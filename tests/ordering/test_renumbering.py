"""A certificate says the same of the units under other numbers."""

from dataclasses import replace

import numpy as np
import pytest

from ordering.cases import process
from phonecase.ordering import Ordering, order_units, verify
from phonecase.ordering.core import States
from phonecase.ordering.renumbering import renumbered

SPLIT = {  # five units, 0..4, and city 5, in every form that a certificate has
    "bound": 7,
    "proof": {
        "root": {"cities": [10, 11, 12, 13, 14, 15], "cuts": [[0, 3]]},
        "cuts": [
            {"cities": [0, 1], "teeth": []},
            {"cities": [1, 2, 5], "teeth": [[0, 1], [2, 4], [3, 5]]},
        ],
        "tree": {
            "edge": [1, 4],
            "with": {"cities": [0, 1, 2, 3, 4, 5], "cuts": [[1, 8]]},
            "without": {
                "edge": [0, 5],
                "with": {"cities": [6] * 6, "cuts": []},
                "without": {"cities": [7] * 6, "cuts": []},
            },
        },
    },
}


def test_every_city_is_called_by_its_new_number() -> None:
    found = renumbered(SPLIT, np.array([3, 0, 4, 2, 1], np.int32))
    assert found["bound"] == 7
    assert found["proof"]["root"] == {"cities": [11, 14, 13, 10, 12, 15], "cuts": [[0, 3]]}
    assert found["proof"]["cuts"] == [
        {"cities": [0, 3], "teeth": []},
        {"cities": [0, 4, 5], "teeth": [[0, 3], [1, 4], [2, 5]]},
    ]
    tree = found["proof"]["tree"]
    assert tree["edge"] == [0, 1]
    assert tree["with"] == {"cities": [1, 4, 3, 0, 2, 5], "cuts": [[1, 8]]}
    assert tree["without"]["edge"] == [3, 5]


def test_there_and_back_is_the_same() -> None:
    numbers = np.array([3, 0, 4, 2, 1], np.int32)
    assert renumbered(renumbered(SPLIT, numbers), np.argsort(numbers).astype(np.int32)) == SPLIT


@pytest.mark.parametrize(("T", "H", "seed"), [(60, 40, 0), (274, 128, 1), (30, 40, 2)])
def test_it_proves_the_same_bound_of_the_renumbered_units(T: int, H: int, seed: int) -> None:
    passage = process(T=T, H=H, seed=seed)
    ordering = order_units(passage, "optimal")
    assert ordering.certificate is not None
    numbers = np.random.default_rng(0).permutation(H).astype(np.int32)  # unit u becomes numbers[u]
    other: States = passage[:, np.argsort(numbers)]
    moved = Ordering(numbers[ordering.permutation], ordering.signs, renumbered(ordering.certificate, numbers))
    assert verify(other, moved) == verify(passage, ordering)
    with pytest.raises(ValueError, match="the certificate's"):
        verify(other, replace(moved, certificate=ordering.certificate))
