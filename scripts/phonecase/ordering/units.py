"""What a strategy sees of the units that it is to order."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from phonecase.ordering.core import Permutation, States

Index = TypeVar("Index", bound=np.integer[Any])
Sums = npt.NDArray[np.int64]  # (H,)
Signs = npt.NDArray[np.int8]  # (H,)
Matrix = npt.NDArray[np.int32]  # (H, H), symmetric


@dataclass(frozen=True)
class Units:
    """The units of one passage, and what orders are made from.

    A strategy needs to know nothing of signs. Where rows may be negated, a unit stands for the pair
    of itself and its negative: it is seen as the one of the two with the non-negative mean (at mean 0, as the
    one that begins with +1), and the similarity of two units is that of their better fitting signs, |s|.
    """

    states: States
    """(T, H), as trained"""
    signed: bool = False
    """whether rows may be negated"""

    def __len__(self) -> int:
        return int(self.states.shape[1])

    @property
    def characters(self) -> int:
        """T, the length of a row."""
        return int(self.states.shape[0])

    @cached_property
    def seen(self) -> Signs:
        """The signs in which the units are seen.  # (H,)"""
        if not self.signed:
            return np.ones(len(self), np.int8)
        sums = self.states.sum(axis=0, dtype=np.int64)
        return np.where(np.where(sums == 0, self.states[0], sums) < 0, -1, 1).astype(np.int8)

    @cached_property
    def rows(self) -> States:
        """The units' activations.  # (H, T)"""
        return np.ascontiguousarray((self.states * self.seen).T)

    @cached_property
    def sums(self) -> Sums:
        """T times the mean activations, as exact integers.  # (H,)"""
        sums: Sums = self.rows.sum(axis=1, dtype=np.int64)
        return sums

    @cached_property
    def similarity(self) -> Matrix:
        """The dot products of all pairs of rows.  # (H, H)"""
        product = dot_products(self.rows)
        if self.signed:
            np.abs(product, out=product)
        return product

    @cached_property
    def distance(self) -> Matrix:
        """In how many characters two units differ: (T − similarity) / 2.  # (H, H)"""
        distance: Matrix = (self.characters - self.similarity) // 2
        return distance

    def by_rows(self) -> Permutation:
        """The units sorted by their rows, character by character, and equal ones by number.  # (H,)"""
        bits = np.packbits(self.rows > 0, axis=1)
        return np.array(sorted(range(len(self)), key=lambda unit: bits[unit].tobytes()), np.int32)

    def renumbered(self, numbers: Permutation) -> "Units":
        """The same units, `numbers[0]` being the first."""
        return Units(self.states[:, numbers], self.signed)

    def upright(self, order: npt.NDArray[Index]) -> npt.NDArray[Index]:
        """Of an order and its reverse, the one along which the means ascend.

        That is the one of the larger Σ r · mean_r over the rows r; where the two are equal, the one whose
        first unit has the smaller number.
        """
        H = len(self)
        tilt = int((2 * np.arange(H) - (H - 1)) @ self.sums[order])
        return order[::-1] if tilt < 0 or (tilt == 0 and order[0] > order[-1]) else order

    def signs(self, permutation: Permutation) -> Signs:
        """The signs that suit an order best, all +1 unless rows may be negated.  # (H,), by row

        They follow the order: each row takes the sign that makes it similar to the one before (if their dot
        product is 0, the one in which it is seen if the one before is so, too, else the other). Of the two
        overall signs, it is the one with more +1 in the picture, and if there are as many −1, the one with
        +1 in its first cell.
        """
        if not self.signed:
            return np.ones(len(self), np.int8)
        rows = self.rows[permutation].astype(np.int64)
        turns = np.where((rows[:-1] * rows[1:]).sum(axis=1) < 0, -1, 1)
        signs = np.cumprod(np.concatenate([[1], turns]))
        cells = int(signs @ self.sums[permutation])
        overall = -1 if cells < 0 or (cells == 0 and rows[0, 0] < 0) else 1
        return (overall * signs * self.seen[permutation]).astype(np.int8)


def dot_products(rows: States) -> Matrix:
    """All pairs' dot products, through the fast floating-point product (exact below 2²⁴ characters)."""
    floats = rows.astype(np.float32)
    product: Matrix = np.rint(floats @ floats.T).astype(np.int32)
    return product
