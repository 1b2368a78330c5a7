"""How well units are told: planted ones are found, and what isn't there is not."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from phonecase.corpus import Vocabulary
from phonecase.insight.features import Feature, find_features
from phonecase.insight.told import Told, by_the_last, entropy
from phonecase.insight.units import describe, sentence

Flags = NDArray[np.bool_]
Described = tuple[list[dict[str, Any]], dict[str, Any]]
ALPHABET = Vocabulary.of("abcdefghij ,.\n")
WORD_START, NOISE, COPY, DRIFT, VOWEL_OFTEN = range(5)


def text(length: int, seed: int) -> str:
    """Words by lot, in clauses and lines."""
    random = np.random.default_rng(seed)
    made = ""
    while len(made) <= length:
        made += "".join(random.choice(list("abcdefghij"), random.integers(1, 7)))
        made += random.choice([" ", " ", " ", ", ", ".\n"])
    return made[: length + 1]


def planted(written: str, seed: int) -> Flags:
    """A word's start, noise, a copy of the first, a slow drift, and a unit that is up after most vowels."""
    random = np.random.default_rng(seed)
    T = len(written) - 1
    letter = np.array([c.isalpha() for c in written[:T]])
    start = letter & ~np.append(False, letter[:-1])
    walk = np.cumsum(random.normal(size=T))
    vowel = np.isin(list(written[:T]), list("aei"))
    noise = random.random(T) < 0.5
    return np.stack([start, noise, start, walk > np.median(walk), vowel ^ (random.random(T) < 0.02)], axis=1)


def scene(seed: int, units: int = 0) -> tuple[list[Feature], Flags]:
    written = text(6_000, seed)
    if units:  # nothing but noise, as a network that never saw a text
        return find_features(written, ALPHABET, []), np.random.default_rng(seed).random((6_000, units)) < 0.5
    return find_features(written, ALPHABET, []), planted(written, seed)


@pytest.fixture(scope="module")
def described() -> Described:
    (fit, fit_units), (test, test_units) = scene(1), scene(2)
    never = [(scene(1, 5)[1], scene(2, 5)[1])] * 2
    others = [scene(seed)[0] for seed in range(10, 49)]
    return describe((fit, test), (fit_units, test_units), never, others)


def test_a_planted_unit_is_found_and_its_copy(described: Described) -> None:
    for unit in (WORD_START, COPY):
        row = described[0][unit]
        assert row["feature"] == "first letter"
        assert row["sentence"] == "Up at the first letter of a word."
        assert row["balanced_accuracy"] == 1
        assert row["explained"] > 0.99
        assert row["above_untrained"] == 1
        assert row["chance"] == 1 / 40


def test_a_rule_that_holds_most_of_the_time_says_how_often(described: Described) -> None:
    row = described[0][VOWEL_OFTEN]
    assert row["sentence"] == "Up after a vowel."
    assert row["balanced_accuracy"] == pytest.approx(0.97, abs=0.02)
    assert row["explained"] == pytest.approx(1 - entropy(np.array(0.02)) / row["entropy"], abs=0.03)


@pytest.mark.parametrize("unit", [NOISE, DRIFT])
def test_noise_and_a_slow_drift_get_no_sentence(described: Described, unit: int) -> None:
    row = described[0][unit]
    assert row["sentence"] is None
    assert row["balanced_accuracy"] < 0.6
    assert row["explained"] < 0.05


def test_a_drift_is_no_better_than_chance_beside_other_texts(described: Described) -> None:
    assert described[0][DRIFT]["chance"] > 0.05
    assert described[0][NOISE]["chance"] > 0.05


def test_means_and_flip_rates_are_those_of_the_text_kept_back(described: Described) -> None:
    units = scene(2)[1]
    for row in described[0]:
        up = 2.0 * units[:, row["unit"]] - 1
        assert row["mean"] == pytest.approx(up.mean())
        assert row["flip_rate"] == pytest.approx((up[1:] != up[:-1]).mean())


def literal(told: Told, other: Told, first: int, last: int, unit: int) -> tuple[float, float, float]:
    """Information, explained share and balanced accuracy of one feature and unit, value by value."""
    mean, its = told.mean[unit], other.mean[unit]
    cost = base = left = right_up = right_down = 0.0
    for value in range(first, last):
        seen, up = other.seen[value], other.up[value, unit]
        p = (told.up[value, unit] + 2 * mean) / (told.seen[value] + 2)
        p = min(max(p, 1e-4), 1 - 1e-4)
        cost -= up * np.log2(p) + (seen - up) * np.log2(1 - p)
        base -= up * np.log2(mean) + (seen - up) * np.log2(1 - mean)
        if told.seen[value]:
            share = told.up[value, unit] / told.seen[value]
            left += told.seen[value] * float(entropy(np.array(share)))
        if told.up[value, unit] > told.seen[value] * mean:
            right_up += up
        else:
            right_down += seen - up
    total = other.seen[first:last].sum()
    information = 1 - left / told.seen[first:last].sum() / float(entropy(np.array(mean)))
    return information, 1 - cost / base, (right_up / (total * its) + right_down / (total * (1 - its))) / 2


def test_the_measures_are_the_literal_ones() -> None:
    (fit, fit_units), (test, test_units) = scene(1), scene(2)
    told, other = Told.count(fit, fit_units), Told.count(test, test_units)
    ends = [*told.starts[1:].tolist(), len(told.seen)]
    for row, (first, last) in enumerate(zip(told.starts.tolist(), ends, strict=True)):
        np.testing.assert_array_equal(
            told.up[first:last, 1], np.bincount(fit[row].values, fit_units[:, 1], last - first)
        )
        for unit in (WORD_START, NOISE, DRIFT):
            found = [
                each[row, unit] for each in (told.information(), told.explained(other), told.balanced(other))
            ]
            assert found == pytest.approx(literal(told, other, first, last, unit), abs=1e-9)


def test_what_the_last_characters_tell_is_counted_place_by_place() -> None:
    written = [text(400, seed) for seed in (1, 2)]
    fit, test = (ALPHABET.encode(each[:-1]) for each in written)
    fit_up, test_up = planted(written[0], 1), planted(written[1], 2)
    found = by_the_last(fit, fit_up, test, test_up, len(ALPHABET), 3)
    for unit in (WORD_START, NOISE):
        mean, cost, base = fit_up[:, unit].mean(), np.zeros(3), 0.0
        for t in range(3, len(test)):
            p = mean
            base -= np.log2(mean if test_up[t, unit] else 1 - mean)
            for k in (1, 2, 3):
                same = [
                    i
                    for i in range(k - 1, len(fit))
                    if (fit[i - k + 1 : i + 1] == test[t - k + 1 : t + 1]).all()
                ]
                if same:
                    p = (fit_up[same, unit].sum() + p) / (len(same) + 1)
                q = min(max(p, 1e-4), 1 - 1e-4)
                cost[k - 1] -= np.log2(q if test_up[t, unit] else 1 - q)
        np.testing.assert_allclose(found[:, unit], 1 - cost / base, atol=1e-4)
    assert found[1, WORD_START] > found[0, WORD_START] + 0.2  # two characters tell it, and one doesn't


def test_a_sentence_lists_the_fewer_values_the_frequent_ones_first() -> None:
    feature = Feature("character", "character", "after {}", ("a", "b", "c", "a space"), np.zeros(1, np.int64))

    def told(rates: list[float]) -> Told:
        seen = np.array([50.0, 30, 19, 100])
        return Told((seen * rates)[:, None], seen, np.zeros(1, np.int64))

    assert sentence(feature, told([0, 0, 0, 1]), 0, 0) == "Up after a space."
    assert sentence(feature, told([1, 0, 1, 0]), 0, 0) == "Up after a or c."
    assert sentence(feature, told([0, 1, 1, 1]), 0, 0) == "Up, except after a."
