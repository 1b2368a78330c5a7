"""n-grams, against counts in dictionaries."""

import math
from collections import Counter
from collections.abc import Callable

import numpy as np
import pytest

from phonecase.insight.ngrams import ladder

Counts = dict[tuple[int, ...], Counter[int]]


def counted(text: list[int], k: int) -> Counts:
    """How often each character followed each context of k."""
    found: Counts = {}
    for i in range(k, len(text)):
        found.setdefault(tuple(text[i - k : i]), Counter())[text[i]] += 1
    return found


def preceded(text: list[int], k: int) -> Counts:
    """In how many contexts of k + 1 each character was seen after each of k."""
    found: Counts = {}
    for context, followers in counted(text, k + 1).items():
        for character in followers:
            found.setdefault(context[1:], Counter())[character] += 1
    return found


def discount(counts: Counts, n: int) -> float:
    """Chen and Goodman's, of a count of n."""
    of = Counter(c for followers in counts.values() for c in followers.values())
    n1, n2, n3, n4 = (of[i] for i in (1, 2, 3, 4))
    if 0 in (n1, n2, n3, n4):
        return 0.5
    Y = n1 / (n1 + 2 * n2)
    D = {1: 1 - 2 * Y * n2 / n1, 2: 2 - 3 * Y * n3 / n2, 3: 3 - 4 * Y * n4 / n3}
    return D[min(n, 3)] if min(D.values()) > 0 else 0.5


def kneser_ney(text: list[int], V: int, context: tuple[int, ...], character: int) -> float:
    def p(context: tuple[int, ...], table: Counts) -> float:
        shorter = p(context[1:], preceded(text, len(context) - 1)) if context else 1 / V
        followers = table.get(context)
        if not followers:
            return shorter
        D = {c: discount(table, c) for c in followers.values()}
        kept = max(followers[character] - D.get(followers[character], 0), 0)
        return (kept + sum(D[c] for c in followers.values()) * shorter) / followers.total()

    return p(context, counted(text, len(context)))


def witten_bell(text: list[int], V: int, context: tuple[int, ...], character: int) -> float:
    shorter = witten_bell(text, V, context[1:], character) if context else 1 / V
    followers = counted(text, len(context)).get(context)
    if not followers:
        return shorter
    return (followers[character] + len(followers) * shorter) / (followers.total() + len(followers))


def drawn(length: int, V: int, seed: int) -> list[int]:
    """A text in which characters hang together."""
    random = np.random.default_rng(seed)
    text = [0]
    while len(text) < length:
        likely = [(2 * text[-1] + 1) % V, (text[-1] + 1) % V, int(random.integers(V))]
        text.append(likely[random.integers(3)])
    return text


@pytest.mark.parametrize(("V", "length", "seed"), [(5, 300, 0), (9, 200, 1), (3, 40, 2)])
def test_the_ladder_is_a_literal_count(V: int, length: int, seed: int) -> None:
    train, test = drawn(length, V, seed), drawn(60, V + 2, seed + 10)  # with characters never seen
    V, most = V + 2, 3
    found = ladder(np.array(train), np.array(test), V, most)
    for name, p in (("witten_bell", witten_bell), ("kneser_ney", kneser_ney)):
        for k in range(most + 1):
            cost = [-math.log2(p(train, V, tuple(test[i - k : i]), test[i])) for i in range(most, len(test))]
            assert found[name][k] == pytest.approx(sum(cost) / len(cost)), (name, k)


@pytest.mark.parametrize("p", [witten_bell, kneser_ney])
def test_what_is_compared_with_are_probabilities(p: Callable[..., float]) -> None:
    text = drawn(100, 5, 3)
    for context in [(), (1,), (1, 3), (6, 6)]:
        assert sum(p(text, 7, context, c) for c in range(7)) == pytest.approx(1)


def test_contexts_end_where_sequences_are_no_longer_numbers() -> None:
    train = np.arange(4000) % 2000
    found = ladder(train, train[:100], 2000)
    assert len(found["witten_bell"]) == 5  # contexts of 0 to 4: 2000⁵ is an int64
    assert all(math.isfinite(bits) for ladder in found.values() for bits in ladder)
