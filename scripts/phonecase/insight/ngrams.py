"""What counting can do: the bits per character of n-gram models of the training text, on the text kept back.

Two interpolations, each from nothing known up to `most` characters of context:

* Witten and Bell (1991): p(c | x) = (n(xc) + t(x) p') / (n(x) + t(x)), where n counts, t(x) is how many
  different characters followed the context x, and p' is the probability after the shorter context.
* Kneser and Ney (1995) with the three discounts of Chen and Goodman (1998), interpolated. The shorter
  contexts count in how many contexts one longer a sequence was seen, not how often it was; the discount
  D(n) is for n = 1, 2 and more Y = n1 / (n1 + 2 n2) and D(n) = n − (n + 1) Y n_(n+1) / n_n, of the numbers
  n_i of sequences that have count i.

Below no context, each of the V characters is as likely as the others. Sequences are numbers to the base V,
so counting is sorting, and a look-up is a search.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

MOST = 8  # characters of context


def ladder(train: Numbers, test: Numbers, V: int, most: int = MOST) -> dict[str, list[float]]:
    """Bits per character of `test` by n-grams of `train` with 0, 1, ..., `most` characters of context.

    Both are character numbers, of V different ones. All contexts predict the same characters, those with
    `most` before them. With a large alphabet, contexts end where a sequence is no longer an int64.
    """
    most = min(most, int(62 / np.log2(max(V, 2))) - 1, len(test) - 1, len(train) - 1)
    asked = [_sequences(test[most - k :], k, V) for k in range(most + 1)]  # (N,) each, that end alike
    seen = [_counted(_sequences(train, k, V)) for k in range(most + 1)]
    p = q = np.full(len(asked[0]), 1 / V)
    bits: dict[str, list[float]] = {"witten_bell": [], "kneser_ney": []}
    for k in range(most + 1):
        p = _witten_bell(_Looked.up(seen[k], asked[k], V), p)
        bits["witten_bell"].append(_mean_bits(p))
        bits["kneser_ney"].append(_mean_bits(_kneser_ney(seen[k], _Looked.up(seen[k], asked[k], V), q)))
        if k < most:  # as a shorter context of the next
            contexts = _counted(seen[k + 1].sequences % V ** (k + 1))
            q = _kneser_ney(contexts, _Looked.up(contexts, asked[k], V), q)
    return bits


@dataclass(frozen=True)
class _Counted:
    """Different sequences, in ascending order, and how often each was seen.  # (M,), (M,)"""

    sequences: Numbers
    counts: Numbers


@dataclass(frozen=True)
class _Looked:
    """What is known of the sequences that are asked for, each a context and the character after it."""

    count: Numbers  # (N,), of the sequence
    total: Numbers  # (N,), of all sequences with this context
    once: Numbers  # (N,), how many of them have count 1,
    twice: Numbers  # (N,), 2
    more: Numbers  # (N,), and more

    @classmethod
    def up(cls, seen: _Counted, asked: Numbers, V: int) -> "_Looked":
        """Look up."""
        contexts, first = np.unique(seen.sequences // V, return_index=True)
        kinds = [seen.counts, seen.counts == 1, seen.counts == 2, seen.counts > 2]
        sums = [np.add.reduceat(kind.astype(np.int64), first) for kind in kinds]
        return cls(
            _found(seen.sequences, seen.counts, asked), *(_found(contexts, each, asked // V) for each in sums)
        )


def _sequences(numbers: Numbers, k: int, V: int) -> Numbers:
    """Each character with the k before it, as a number to the base V: (N,) → (N − k,)."""
    result = np.zeros(len(numbers) - k, np.int64)
    for place in range(k + 1):
        result = V * result + numbers[place : len(numbers) - k + place]
    return result


def _counted(sequences: Numbers) -> _Counted:
    """How often each is there."""
    return _Counted(*np.unique(sequences, return_counts=True))


def _found(keys: Numbers, values: Numbers, asked: Numbers) -> Numbers:
    """The values of some keys, which are sorted; 0 for one that isn't there."""
    at = np.searchsorted(keys, asked).clip(max=len(keys) - 1)
    found: Numbers = np.where(keys[at] == asked, values[at], 0)
    return found


def _witten_bell(seen: _Looked, shorter: Floats) -> Floats:
    """The probabilities, from those after the shorter contexts."""
    types = seen.once + seen.twice + seen.more
    weight = seen.total + types
    return np.where(weight > 0, (seen.count + types * shorter) / np.maximum(weight, 1), shorter)


def _kneser_ney(counted: _Counted, seen: _Looked, shorter: Floats) -> Floats:
    """The probabilities, from those after the shorter contexts."""
    discounts = np.array([0, *_discounts(counted.counts)])
    taken = discounts[1] * seen.once + discounts[2] * seen.twice + discounts[3] * seen.more
    kept = np.maximum(seen.count - discounts[np.minimum(seen.count, 3)], 0)
    return np.where(seen.total > 0, (kept + taken * shorter) / np.maximum(seen.total, 1), shorter)


def _discounts(counts: Numbers) -> list[float]:
    """Chen and Goodman's for counts of 1, 2 and more; one half each where too few sequences are that rare."""
    n = [0, *(int((counts == i).sum()) for i in range(1, 5))]
    if 0 in n[1:]:
        return [0.5] * 3
    Y = n[1] / (n[1] + 2 * n[2])
    found = [i - (i + 1) * Y * n[i + 1] / n[i] for i in (1, 2, 3)]
    return found if min(found) > 0 else [0.5] * 3


def _mean_bits(p: Floats) -> float:
    return float(-np.log2(p).mean())
