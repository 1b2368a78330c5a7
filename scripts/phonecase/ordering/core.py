"""What an order is, and its score."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError

States = npt.NDArray[np.int8]  # (T, H) of −1 and +1: one row a character, one column a unit
Permutation = npt.NDArray[np.int32]  # (H,)
Certificate = dict[str, Any]  # what `proof.verify` needs; plain JSON values, no times


@dataclass(frozen=True)
class Ordering:
    """Which unit each row of the picture shows, and with which sign.

    Raises ValueError when the parts do not fit together.
    """

    permutation: Permutation
    """(H,): row r of the picture shows unit `permutation[r]`"""
    signs: npt.NDArray[np.int8]
    """(H,), by row: −1 where the unit is shown negated, else +1"""
    certificate: Certificate | None = None
    """a bound on the similarity of every order, and its proof, from the strategies that know one"""

    def __post_init__(self) -> None:
        if sorted(self.permutation.tolist()) != list(range(len(self.permutation))):
            raise ValueError("an order's permutation must name every unit exactly once")
        if self.signs.shape != self.permutation.shape or not np.isin(self.signs, (-1, 1)).all():
            raise ValueError("an order needs one sign a row, each −1 or +1")

    def shown(self, states: States) -> States:
        """The picture's rows: the states' columns, ordered and signed.  # (T, H) -> (H, T)"""
        return (states[:, self.permutation] * self.signs).T

    def named(self, names: Sequence[str]) -> list[str]:
        """The names of the picture's rows, from the top: the units', with a − where one is shown negated."""
        units = zip(self.permutation.tolist(), self.signs.tolist(), strict=True)
        return [("−" if sign < 0 else "") + names[unit] for unit, sign in units]


def similarity(states: States, ordering: Ordering) -> int:
    """The post's score: the dot products of neighbouring rows, added up; larger is better."""
    rows = ordering.shown(states).astype(np.int64)
    return int((rows[:-1] * rows[1:]).sum())


def check_states(states: npt.ArrayLike) -> States:
    """The states as int8 (T, H); a UserError says which character and unit is not −1 or +1."""
    array = np.asarray(states)
    if array.ndim != 2 or 0 in array.shape:
        raise UserError(f"states must be a table of characters × units, at least 1 × 1, not {array.shape}")
    wrong = np.argwhere(~np.isin(array, (-1, 1)))
    if len(wrong):
        character, unit = wrong[0]
        raise UserError(
            f"states must be −1 or +1: character {character}, unit {unit} is {array[character, unit]}"
        )
    if len(array) >= 2**24:
        raise UserError(
            f"states of {len(array):,} characters are too long to be ordered: up to 16,777,215 are"
        )
    return array.astype(np.int8)
