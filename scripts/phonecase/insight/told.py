"""How well units are told: by a feature of the text, or by the last characters that were read.

A rule is learned on one text and scored on another, and what leads is the size of the effect: which share
of a unit's entropy the rule explains there, and how often a plain yes or no is right, with ups and downs
counting alike (balanced accuracy). Chance is what the same units have to do with the features of other
texts, which are as slow or fast as those of their own; turning a text round on itself keeps slow drifts in
step with each other, and so finds what isn't there. Of all pairs of a unit and a feature the largest
counts, so that asking many questions is no way to an answer (Westfall and Young 1993, Resampling-based
multiple testing).

Where a network's values are numbers, its units are told twice: their signs in the same way, and their values
by their means, of which the measure is the share of the variance that is explained.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from phonecase.insight.features import Feature

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]

PRIOR = 2.0  # places at a unit's mean that each value of a feature is given beforehand
SURE = 1e-4  # no rule is surer than this that a unit is up, or down
_BLOCK = 16_384  # characters whose features are written out at a time


@dataclass(frozen=True, eq=False)
class Told:
    """How often H units were up at each value of F features, which have K values in all."""

    up: Floats  # (K, H); of values, their sums
    seen: Floats  # (K,)
    starts: Numbers  # (F,), the first value of each feature

    @classmethod
    def count(cls, features: Sequence[Feature], units: Flags | NDArray[np.float32]) -> "Told":
        """Count along a text, or add values up: features of T places, units (T, H)."""
        sizes = [len(feature.labels) for feature in features]
        starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        rows = np.stack([feature.values for feature in features]) + starts[:, None]  # (F, T)
        up = np.zeros((sum(sizes), units.shape[1]))
        for first in range(0, len(units), _BLOCK):  # as one product, whose sums are exact if they are counts
            block = rows[:, first : first + _BLOCK]
            written = np.zeros((len(up), block.shape[1]), np.float32)
            written[block, np.arange(block.shape[1])] = 1
            up += written @ units[first : first + _BLOCK].astype(np.float32)
        return cls(up, np.bincount(rows.ravel(), minlength=len(up)).astype(np.float64), starts)

    @cached_property
    def mean(self) -> Floats:
        """How often each unit is up.  # (H,)"""
        mean: Floats = self.up[: self._first].sum(0) / self.seen[: self._first].sum()
        return mean

    @cached_property
    def rates(self) -> Floats:
        """How often each unit is up at a value, drawn a little towards its mean.  # (K, H)"""
        rates: Floats = (self.up + PRIOR * self.mean) / (self.seen + PRIOR)[:, None]
        return rates.clip(SURE, 1 - SURE)

    def by_feature(self, values: Floats) -> Floats:
        """Sums over the values of each feature: (K, H) → (F, H)."""
        sums: Floats = np.add.reduceat(values, self.starts, axis=0)
        return sums

    def information(self) -> Floats:
        """The share of a unit's entropy that a feature has in common with it, in this text.  # (F, H)"""
        rates = self.up / np.maximum(self.seen, 1)[:, None]
        left = self.by_feature(self.seen[:, None] * entropy(rates)) / self.seen[: self._first].sum()
        return _share(entropy(self.mean) - left, entropy(self.mean))

    def explained(self, other: "Told") -> Floats:
        """The share of a unit's entropy in another text that the rules of this one explain.  # (F, H)

        That is what is saved of the bits that the units there cost when nothing but their means here are
        known. Below 0 where the rules mislead.
        """
        total = other.seen[: self._first].sum()
        cost = self.by_feature(_cost(self.rates, other.up, other.seen[:, None])) / total
        return _share(alone(self.mean, other.mean) - cost, alone(self.mean, other.mean))

    def balanced(self, other: "Told") -> Floats:
        """The balanced accuracy in another text of the rule `up at these values` of this one.  # (F, H)

        The values are those at which a unit is up more often than otherwise here. 0.5 is chance, and what a
        unit that never changes has.
        """
        return self.right(self.rules, other)

    @property
    def rules(self) -> Flags:
        """At which values of every feature each unit is up more often than otherwise.  # (V, H)"""
        rules: Flags = self.up > self.seen[:, None] * self.mean
        return rules

    def right(self, guess: Flags, other: "Told") -> Floats:
        """The balanced accuracy in another text of rules that say at which values a unit is up.

        (V, H) → (F, H), for all values of all features.
        """
        down = other.seen[:, None] - other.up
        right_up = self.by_feature(guess * other.up) / np.maximum(self.by_feature(other.up), 1)
        right_down = self.by_feature(~guess * down) / np.maximum(self.by_feature(down), 1)
        return np.where(entropy(other.mean) > 0, (right_up + right_down) / 2, 0.5)

    def explained_variance(self, other: "Told", squares: Floats) -> Floats:
        """The share of a unit's variance in another text that its means here at each value explain.  # (F, H)

        Both are of sums of values, best of their distances from the mean here, so that little is lost in
        them; `squares` (H,) are the sums of their squares in the other text. Below 0 where the means mislead,
        0 for a unit that never changes.
        """
        total = other.seen[: self._first].sum()
        guess = (self.up + PRIOR * self.mean) / (self.seen + PRIOR)[:, None]  # (K, H)
        sums = self.by_feature(other.up)  # (F, H), the same for each
        missed = squares + self.by_feature(guess * (guess * other.seen[:, None] - 2 * other.up))
        base = squares + self.mean * (total * self.mean - 2 * sums)
        return _share(base - missed, np.broadcast_to(base, missed.shape))

    @property
    def _first(self) -> int:
        """How many values the first feature has."""
        return int(self.starts[1]) if len(self.starts) > 1 else len(self.seen)


def by_the_last(
    fit: Numbers,
    fit_up: Flags | NDArray[np.float32],
    test: Numbers,
    test_up: Flags | NDArray[np.float32],
    V: int,
    most: int,
) -> Floats:
    """The share of each unit's entropy that the last 1, 2, ..., `most` characters explain.  # (most, H)

    Characters and units of two texts: (T,), (T, H) each. A unit's chance to be up after some characters is
    how often it was so in the text to fit, drawn towards its chance after one character fewer, which counts
    as one time more. Of values, it is their mean after some characters, and the share of their variance.
    """
    mean = fit_up.mean(0, dtype=np.float64)
    rates = np.repeat(mean[None], len(test) - most, axis=0)  # (T', H)
    came = test_up[most:]
    flags = came.dtype == np.bool_

    def missed(expected: Floats) -> Floats:
        """What is left to tell: bits, or squares.  # (H,)"""
        each = _cost(expected.clip(SURE, 1 - SURE), came, 1) if flags else (expected - came) ** 2
        mean: Floats = each.mean(0)
        return mean

    base = alone(mean, came.mean(0)) if flags else missed(mean)
    explained = np.zeros((most, test_up.shape[1]))
    fit_rows = torch.from_numpy(fit_up).float()
    fit_keys, test_keys = np.zeros(len(fit), np.int64), np.zeros(len(test), np.int64)
    for k in range(1, most + 1):
        for keys, numbers in ((fit_keys, fit), (test_keys, test)):
            keys[k - 1 :] += V ** (k - 1) * numbers[: len(numbers) - k + 1]
        asked, at = np.unique(test_keys[most:], return_inverse=True)
        row = np.searchsorted(asked, fit_keys[k - 1 :]).clip(max=len(asked) - 1)
        there = asked[row] == fit_keys[k - 1 :]
        row = row[there]
        ups = torch.zeros(len(asked), len(mean))
        ups.index_add_(0, torch.from_numpy(row), fit_rows[k - 1 :][torch.from_numpy(there)])
        rates = (ups.numpy()[at] + rates) / (np.bincount(row, minlength=len(asked))[at, None] + 1)
        explained[k - 1] = _share(base - missed(rates), base)
    return explained


def entropy(p: Floats) -> Floats:
    """Of a bit that is 1 with probability p, in bits; 0 where p is 0 or 1."""
    q = np.stack([p, 1 - p])
    bits: Floats = -(q * np.log2(np.where(q > 0, q, 1))).sum(0)
    return bits


def alone(fit: Floats, test: Floats) -> Floats:
    """What a unit costs in a text when its mean in another is all that is known; 0 if it never changes."""
    p = fit.clip(SURE, 1 - SURE)
    return np.where(entropy(test) > 0, _cost(p, test, 1), 0)


def _cost(p: Floats, up: NDArray[np.floating] | Flags, seen: Floats | int) -> Floats:
    """Bits for `up` times 1 among `seen`, each expected with probability p."""
    ups = up.astype(np.float64)
    cost: Floats = -(ups * np.log2(p) + (seen - ups) * np.log2(1 - p))
    return cost


def _share(part: Floats, whole: Floats) -> Floats:
    """A part of something; 0 of nothing."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 0)
