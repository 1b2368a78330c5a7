"""What a strategy sees of the units that it is to order."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from phonecase.ordering.core import Permutation, States

Sums = npt.NDArray[np.int64]  # (H,)
Matrix = npt.NDArray[np.int32]  # (H, H), symmetric


@dataclass(frozen=True)
class Units:
    """The units of one passage, and what orders are made from.

    A strategy needs to know nothing of signs. Where rows may be negated, a unit stands for the pair
    of itself and its negative: it is seen as the one of the two with the non-negative mean (at mean 0, as
    trained), and the similarity of two units is that of their better fitting signs, |s|.
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
    def rows(self) -> States:
        """The units' activations.  # (H, T)"""
        rows = self.states.T.copy()
        if self.signed:
            rows[rows.sum(axis=1, dtype=np.int64) < 0] *= -1
        return rows

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

    def signs(self, permutation: Permutation) -> npt.NDArray[np.int8]:
        """The signs that suit an order best, all +1 unless rows may be negated.  # (H,), by row

        They follow the order: each row takes the sign that makes it similar to the one before (the same
        sign, if their dot product is 0). Of the two overall signs, it is the one that shows more rows as
        trained, and if they are equally many, the one that shows the first row so.
        """
        if not self.signed:
            return np.ones(len(self), np.int8)
        rows = self.states.T[permutation].astype(np.int64)
        turns = np.where((rows[:-1] * rows[1:]).sum(axis=1) < 0, -1, 1)
        signs = np.cumprod(np.concatenate([[1], turns]))
        overall = 1 if signs.sum() >= 0 else -1
        return (overall * signs).astype(np.int8)


def dot_products(rows: States) -> Matrix:
    """All pairs' dot products, through the fast floating-point product (exact below 2²⁴ characters)."""
    floats = rows.astype(np.float32)
    product: Matrix = np.rint(floats @ floats.T).astype(np.int32)
    return product
