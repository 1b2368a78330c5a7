"""Colours, by the figures that were published with the formulas."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.art.colour import (
    Triple,
    apart,
    coded,
    contrast,
    delta_e,
    deuteranopia,
    from_oklab,
    lab,
    linear,
    oklch,
    to_oklab,
)

COLOURS = st.integers(0, 0xFFFFFF).map("#{:06X}".format)

# Sharma, Wu and Dalal (2005), table 1: two colours and their difference.
SHARMA = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


@pytest.mark.parametrize("line", SHARMA.strip().splitlines())
def test_differences_are_the_published_ones(line: str) -> None:
    *parts, expected = map(float, line.split())
    one: Triple = (parts[0], parts[1], parts[2])
    other: Triple = (parts[3], parts[4], parts[5])
    assert delta_e(one, other) == pytest.approx(expected, abs=5e-5)
    assert delta_e(other, one) == pytest.approx(expected, abs=5e-5)


@pytest.mark.parametrize(
    ("parts", "colour"),
    [  # CSS Color 4
        ((1, 0, 0), "#FFFFFF"),
        ((0, 0, 0), "#000000"),
        ((0.62796, 0.25768, 29.234), "#FF0000"),
        ((0.86644, 0.29483, 142.495), "#00FF00"),
        ((0.45201, 0.31321, 264.052), "#0000FF"),
        ((0.51975, 0.17686, 142.495), "#008000"),
    ],
)
def test_oklch_gives_the_primaries(parts: Triple, colour: str) -> None:
    assert oklch(*parts) == colour


@given(COLOURS)
def test_there_and_back_is_the_same_colour(colour: str) -> None:
    assert coded(linear(colour)) == colour
    assert coded(from_oklab(to_oklab(colour))) == colour


@pytest.mark.parametrize(
    ("colour", "place"),
    [
        ("#FF0000", (0.627955, 0.224863, 0.125846)),
        ("#0000FF", (0.452014, -0.032457, -0.311528)),
    ],  # CSS Color 4
)
def test_oklab_of_the_primaries(colour: str, place: Triple) -> None:
    assert to_oklab(colour) == pytest.approx(place, abs=1e-4)


def test_a_colour_that_screens_don_t_have_is_refused() -> None:
    with pytest.raises(ValueError, match=r"there is no oklch\(0.9 0.3 30\) in sRGB"):
        oklch(0.9, 0.3, 30)


@pytest.mark.parametrize(
    ("colour", "expected"),
    [  # of CIELAB under D65, as of Lindbloom's calculator
        ("#FFFFFF", (100, 0, 0)),
        ("#FF0000", (53.24, 80.09, 67.20)),
        ("#00FF00", (87.73, -86.18, 83.18)),
        ("#0000FF", (32.30, 79.19, -107.86)),
        ("#000000", (0, 0, 0)),
    ],
)
def test_cielab_of_the_primaries(colour: str, expected: Triple) -> None:
    assert lab(linear(colour)) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(
    ("first", "second", "ratio"),
    [("#000000", "#FFFFFF", 21), ("#777777", "#FFFFFF", 4.48), ("#767676", "#FFFFFF", 4.54)],
)
def test_the_contrast_is_that_of_wcag(first: str, second: str, ratio: float) -> None:
    assert contrast(linear(first), linear(second)) == pytest.approx(ratio, abs=0.005)


@given(COLOURS, COLOURS)
def test_how_far_apart_two_colours_are_has_no_direction_and_no_distance_to_itself(
    first: str, second: str
) -> None:
    assert apart(first, second) == pytest.approx(apart(second, first))
    assert apart(first, first) == (1, 0, 0)


@given(st.floats(0, 1))
def test_without_the_middle_cone_greys_stay_as_they_are(grey: float) -> None:
    assert deuteranopia((grey, grey, grey)) == pytest.approx((grey, grey, grey), abs=2e-6)


def test_without_the_middle_cone_a_red_and_a_green_are_one_colour() -> None:
    """These differ along the axis that a deuteranope lacks."""
    red, green = "#C04A3C", "#8E7C3A"
    seen = apart(red, green)
    assert seen.deuteranopia < seen.delta_e / 3
    assert math.isclose(apart("#000000", "#FFFFFF").deuteranopia, 100, abs_tol=0.01)
