"""The Fiedler vector is one, also where numerical libraries are free to return another."""

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.ordering import order_units
from phonecase.ordering.core import States
from phonecase.ordering.seriation import fiedler
from phonecase.ordering.units import Units


def laplacian(passage: States) -> npt.NDArray[np.float64]:
    agreement = (passage[:, :, None] == passage[:, None, :]).sum(axis=0).astype(float)
    found: npt.NDArray[np.float64] = np.diag(agreement.sum(axis=1)) - agreement
    return found


@settings(deadline=None, max_examples=100)
@given(passage=states())
def test_its_places_are_the_least_stretched(passage: States) -> None:
    T, H = passage.shape
    if H == 1:
        return
    x, L = fiedler(Units(passage)), laplacian(passage)
    assert x @ x == pytest.approx(1)
    assert x @ L @ x == pytest.approx(np.linalg.eigvalsh(L)[1], abs=1e-9 * T * H)
    assert x.sum() == pytest.approx(0, abs=1e-6)
    values, vectors = np.linalg.eigh(L)
    means = passage.mean(axis=0) - passage.mean()
    along = vectors[:, abs(values - values[1]) < 1e-9 * T * H].T @ means
    assert x @ means == pytest.approx(np.linalg.norm(along), abs=1e-6), "of several, it goes with the means"


def test_two_groups_of_opposite_units_come_apart() -> None:
    """No unit agrees with one of the other group anywhere: two eigenvalues are 0."""
    row = process(T=20, H=1)[:, 0]
    sides = np.array([1, -1, -1, 1, -1, 1, 1], np.int8)
    shown = order_units(row[:, None] * sides, "spectral").shown(row[:, None] * sides)
    assert (shown[1:] != shown[:-1]).any(axis=1).sum() == 1
