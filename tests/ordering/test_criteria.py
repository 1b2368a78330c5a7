"""The criteria, against their formulae in plain Python."""

import itertools
import math
import zlib

import numpy as np
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.ordering import order_units, similarity
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.criteria import criteria


@settings(deadline=None, max_examples=40)
@given(passage=states())
def test_criteria_are_their_formulae(passage: States) -> None:
    ordering = order_units(passage, "random", seed=1, signed=True)
    rows = ordering.shown(passage).tolist()
    T, H = passage.shape
    d = [[sum(x != y for x, y in zip(a, b, strict=True)) for b in rows] for a in rows]
    b = max(1, int(0.2 * H))
    found = criteria(passage, ordering)
    assert found["similarity"] == similarity(passage, ordering) == T * (H - 1) - 2 * found["colour_changes"]
    assert found["colour_changes"] == sum(d[i][i + 1] for i in range(H - 1))
    assert found["bar"] == sum(
        (b + 1 - (j - i)) * d[i][j] for i, j in itertools.combinations(range(H), 2) if j - i <= b
    )
    assert found["ar_events"] == sum(
        (d[i][j] > d[i][k]) + (d[j][k] > d[i][k]) for i, j, k in itertools.combinations(range(H), 3)
    )
    pairs = list(itertools.product(range(H), repeat=2))
    assert found["inertia"] == sum(d[i][j] * (i - j) ** 2 for i, j in pairs)
    assert found["two_sum"] == pytest.approx(sum((i - j) ** 2 / (1 + d[i][j]) for i, j in pairs))
    across = [len(list(run)) for row in rows for _, run in itertools.groupby(row)]
    down = [len(list(run)) for column in zip(*rows, strict=True) for _, run in itertools.groupby(column)]
    assert found["run_across"] == pytest.approx(sum(across) / len(across))
    bits = np.array(rows) > 0
    differences = np.packbits(np.concatenate([bits[:1], bits[1:] ^ bits[:-1]]), axis=1)
    assert found["compressed_bytes"] == len(zlib.compress(differences.tobytes(), level=9))
    assert found["run_down"] == pytest.approx(sum(down) / len(down))


def test_share_of_best() -> None:
    passage = process(T=30, H=10)
    ordering = order_units(passage, "mean")
    score = similarity(passage, ordering)
    assert math.isnan(criteria(passage, ordering)["share_of_best"])
    assert criteria(passage, ordering, best=2 * score)["share_of_best"] == 0.5
    assert math.isnan(criteria(passage, ordering, best=0)["share_of_best"])


def test_order_compresses() -> None:
    passage = process()
    sizes = {
        name: criteria(passage, order_units(passage, name))["compressed_bytes"]
        for name in ("random", "two_opt")
    }
    assert sizes["two_opt"] < sizes["random"]


def test_figures_of_r_seriation() -> None:
    """What `criterion` of R's seriation 1.4.1 says of these rows, with Manhattan distances."""
    rows = ["110000", "111100", "001111", "000011", "101010"]
    passage = np.array([[1 if bit == "1" else -1 for bit in row] for row in rows], np.int8).T
    found = criteria(passage, Ordering(np.arange(5, dtype=np.int32), np.ones(5, np.int8)))
    figures = {"colour_changes": 11, "bar": 11, "ar_events": 6, "inertia": 364, "two_sum": 22.6190476190476}
    assert {name: found[name] for name in figures} == pytest.approx(figures)
