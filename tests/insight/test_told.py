"""How well units are told: planted ones are found, and what isn't there is not."""

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from phonecase.corpus import Vocabulary
from phonecase.insight.features import Feature, find_features
from phonecase.insight.told import Told, by_the_last, entropy
from phonecase.insight.units import Scored, describe, describe_values, sentence

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


Values = NDArray[np.float32]
GRADED, NOISY, STEADY, FAITHFUL = range(4)


def planted_values(written: str, seed: int) -> Values:
    """By size alone a word's start; noise; a drift; and one that by sign is a vowel, by size is noise."""
    random = np.random.default_rng(seed)
    T = len(written) - 1
    letter = np.array([c.isalpha() for c in written[:T]])
    start = letter & ~np.append(False, letter[:-1])
    graded = 2.0 + start + random.normal(0, 0.2, T).clip(-1, 1)  # never negative
    walk = np.cumsum(random.normal(size=T)) / 30
    vowel = np.isin(list(written[:T]), list("aei"))
    faithful = np.where(vowel, 1, -1) * random.exponential(1, T)
    return np.stack([graded, random.normal(size=T), walk, faithful], axis=1).astype(np.float32)


@pytest.fixture(scope="module")
def by_value() -> Described:
    (fit, _), (test, _) = scene(1), scene(2)
    values = planted_values(text(6_000, 1), 1), planted_values(text(6_000, 2), 2)
    lots = np.random.default_rng(7).normal(size=(2, 6_000, 5)).astype(np.float32)
    return describe_values((fit, test), values, [(lots[0], lots[1])] * 2)


def test_a_value_tells_what_its_sign_does_not(by_value: Described) -> None:
    rows, facts = by_value
    assert rows[GRADED]["value_feature"] == "first letter"
    starts = planted(text(6_000, 2), 2)[:, WORD_START].mean()
    between = starts * (1 - starts)  # of the mean of two heights that are 1 apart, beside noise of 0.2
    assert rows[GRADED]["value_explained"] == pytest.approx(between / (between + 0.04), abs=0.02)
    assert rows[GRADED]["value_above_untrained"] == 1
    assert facts["trained"] == sorted((row["value_explained"] for row in rows), reverse=True)
    signs = planted_values(text(6_000, 1), 1) >= 0, planted_values(text(6_000, 2), 2) >= 0
    (told, *_), _ = describe((scene(1)[0], scene(2)[0]), signs, [signs], [scene(9)[0]])
    assert (told["entropy"], told["explained"], told["sentence"]) == (0, 0, None)


def test_a_sign_tells_what_its_value_does_less(by_value: Described) -> None:
    row = by_value[0][FAITHFUL]
    assert row["value_feature"] == "vowel"
    assert 0.2 < row["value_explained"] < 0.8


@pytest.mark.parametrize("unit", [NOISY, STEADY])
def test_of_noise_and_a_drift_no_feature_tells_the_value(by_value: Described, unit: int) -> None:
    assert by_value[0][unit]["value_explained"] < 0.05


def test_the_variance_that_is_explained_is_the_literal_one() -> None:
    (fit, _), (test, _) = scene(1), scene(2)
    values, others = planted_values(text(6_000, 1), 1), planted_values(text(6_000, 2), 2)
    told, other = Told.count(fit, values), Told.count(test, others)
    found = told.explained_variance(other, np.square(others, dtype=np.float64).sum(0))
    for row in (0, 6, 20):  # of two values, and of many
        for unit in (GRADED, NOISY, FAITHFUL):
            mean = values[:, unit].mean()
            guess = [
                (values[fit[row].values == value, unit].sum() + 2 * mean)
                / ((fit[row].values == value).sum() + 2)
                for value in range(len(fit[row].labels))
            ]
            missed = ((others[:, unit] - np.array(guess)[test[row].values]) ** 2).sum()
            base = ((others[:, unit] - mean) ** 2).sum()
            assert found[row, unit] == pytest.approx(1 - missed / base, abs=1e-4)


def test_of_a_value_that_never_changes_nothing_is_told() -> None:
    features, flat = scene(1)[0], np.full((6_000, 1), 0.7, np.float32)
    (row,), _ = describe_values((features, features), (flat, flat), [(flat, flat)])
    assert row["value_explained"] == 0


def test_values_are_told_by_the_last_characters_as_flags_are() -> None:
    written = [text(400, seed) for seed in (1, 2)]
    fit, test = (ALPHABET.encode(each[:-1]) for each in written)
    values, others = planted_values(written[0], 1), planted_values(written[1], 2)
    found = by_the_last(fit, values, test, others, len(ALPHABET), 2)
    for unit in (GRADED, NOISY):
        mean = values[:, unit].mean()
        missed = np.zeros(2)
        for t in range(2, len(test)):
            guess = mean
            for k in (1, 2):
                same = [
                    i
                    for i in range(k - 1, len(fit))
                    if (fit[i - k + 1 : i + 1] == test[t - k + 1 : t + 1]).all()
                ]
                guess = (values[same, unit].sum() + guess) / (len(same) + 1)
                missed[k - 1] += (others[t, unit] - guess) ** 2
        base = ((others[2:, unit] - mean) ** 2).sum()
        np.testing.assert_allclose(found[:, unit], 1 - missed / base, atol=1e-4)
    assert found[1, GRADED] > found[0, GRADED] + 0.2  # a word's start takes two characters


def test_a_sentence_lists_the_fewer_values_the_frequent_ones_first() -> None:
    feature = Feature("character", "character", "after {}", ("a", "b", "c", "a space"), np.zeros(1, np.int64))

    def told(rates: Sequence[float]) -> Told:
        seen = np.array([50.0, 30, 19, 100])
        return Told((seen * rates)[:, None], seen, np.zeros(1, np.int64))

    for rates, words, up in (
        ([0, 0, 0, 1], "Up after a space.", [0, 0, 0, 1]),
        ([1, 0, 1, 0], "Up after a or c.", [1, 0, 1, 0]),
        ([0, 1, 1, 1], "Up, except after a.", [0, 1, 1, 1]),
    ):
        said, at_these = sentence(feature, told(rates), 0, 0)
        assert (said, at_these.tolist()) == (words, [bool(each) for each in up])


def test_a_sentence_is_as_true_as_it_is_said() -> None:
    """A unit that is up after many letters, each of them rare: its rule is right, and no sentence can be."""
    rng = np.random.default_rng(0)
    rare = [chr(ord("A") + place) for place in range(26)]
    alphabet = Vocabulary.of("".join(rare) + "abcdefgh ")
    written = [
        "".join(rng.choice([*rare, *"abcdefgh "], 20_001, p=[0.004] * 26 + [0.896 / 9] * 9)) for _ in range(2)
    ]
    features = [find_features(each, alphabet, []) for each in written]
    units = [np.array([[c.isupper(), c in "abcd"] for c in each[:-1]]) for each in written]
    fit, test = (Told.count(*each) for each in zip(features, units, strict=True))
    scored = Scored.of(features[1], fit, test)
    character = [feature.name for feature in features[1]].index("character")
    if scored.feature[0] == character:  # no plainer feature has capitals
        assert scored.balanced[0] >= 0.9
        assert 0 not in scored.spoken(features[1])
    words = scored.spoken(features[1])[1]
    assert set(re.findall(r"\b[a-h]\b", words)) in ({*"abcd"}, {*"efgh"})


def test_with_few_other_texts_no_network_has_a_sentence() -> None:
    (fit, fit_units), (test, test_units) = scene(1), scene(2)
    _, facts = describe((fit, test), (fit_units, test_units), [(fit_units, test_units)], [scene(10)[0]])
    assert facts["trained"]["true"] == facts["untrained"][0]["true"] == 0
