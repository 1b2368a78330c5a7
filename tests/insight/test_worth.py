"""What measurements come to in a number."""

import math

import pytest

from phonecase.insight.worth import first, reach, worth


@pytest.mark.parametrize(
    ("fresh", "characters"),
    [
        ([1.6, 0.4, 0.02, 0.009, 0.03], 4),  # the first counts, whatever chance makes of those after it
        ([0.001, 0.4], 1),
        ([-0.02], 1),
        ([1.6, 0.4, 0.01], math.inf),
        ([], math.inf),
    ],
)
def test_the_past_reaches_as_far_as_a_fresh_start_pays_more(fresh: list[float], characters: float) -> None:
    assert reach([(mean, 0.1) for mean in fresh]) == characters


KNESER_NEY, WITTEN_BELL = [4.0, 3.0, 2.0, 1.5], [4.0, 3.0, 2.2, 2.4]


@pytest.mark.parametrize("context", range(4))
def test_as_many_bits_as_counts_pay_are_worth_their_context(context: int) -> None:
    assert worth(KNESER_NEY[context], KNESER_NEY) == context


@pytest.mark.parametrize(
    ("bits", "ladder", "characters"),
    [
        (5, KNESER_NEY, 0),
        (3.25, KNESER_NEY, 0.75),
        (1.6, KNESER_NEY, 2.8),
        (1.4, KNESER_NEY, math.inf),
        (2.3, WITTEN_BELL, 1.875),  # the shorter of the two contexts that pay so much
        (2.1, WITTEN_BELL, math.inf),
    ],
)
def test_between_two_of_them_it_is_a_fraction(bits: float, ladder: list[float], characters: float) -> None:
    assert worth(bits, ladder) == pytest.approx(characters)


def test_fewer_bits_are_never_worth_less() -> None:
    worths = [worth(bits / 100, KNESER_NEY) for bits in range(500, 100, -1)]
    assert worths == sorted(worths)


def test_the_first_that_is_true() -> None:
    assert first([False, True, True]) == 1
    assert first([False]) is None
