"""The palettes and the warnings about colours."""

import re

import pytest

from phonecase.art.palettes import PALETTES
from phonecase.art.styles import LEGIBLE, PRINTABLE, Style
from phonecase.errors import UserError


def test_the_post_s_seven_pairs_and_at_least_nine_more() -> None:
    pairs = [palette.colours for palette in PALETTES.values()]
    assert pairs[:7] == [
        ("#FEF7E9", "#0040A1"),
        ("#A4DED8", "#916E5D"),
        ("#E0FFF4", "#A3766C"),
        ("#FCFFFF", "#70918F"),
        ("#FFE066", "#000000"),
        ("#FFDF40", "#100070"),
        ("#FFDF40", "#402040"),
    ]
    assert len(set(pairs)) == len(pairs) >= 16


@pytest.mark.parametrize("name", PALETTES)
def test_a_palette_s_name_stands_for_its_colours_and_nothing_is_said_against_them(name: str) -> None:
    style = Style.checked({"colours": name})
    assert style == Style(colours=PALETTES[name].colours)
    assert style.warning is None


@pytest.mark.parametrize(
    ("colours", "contrast", "delta_e", "deuteranopia"),
    [
        (("#F0F0F0", "#FFFFFF"), True, True, True),
        (("#767676", "#FFFFFF"), False, False, False),
        (("#E00000", "#0060FF"), True, False, False),  # red beside blue, of about the same light
        (("#C04A3C", "#8E7C3A"), True, False, True),  # to most people as far apart as can be
    ],
)
def test_a_warning_says_how_close_colours_are(
    colours: tuple[str, str], contrast: bool, delta_e: bool, deuteranopia: bool
) -> None:
    warning = Style(colours=colours).warning
    assert (warning is not None) == (contrast or delta_e or deuteranopia)
    if warning:
        found = re.fullmatch(
            rf"{colours[0]} and {colours[1]} are close: contrast ([\d.]+):1 \(legible from 3:1\), "
            r"ΔE ([\d.]+), to the colour-blind ([\d.]+) \(safe in print from 10\)",
            warning,
        )
        assert found
        ratio, seen, simulated = map(float, found.groups())
        assert (ratio < LEGIBLE, seen < PRINTABLE, simulated < PRINTABLE) == (contrast, delta_e, deuteranopia)


def test_of_a_scale_it_is_the_colour_closest_to_the_ground() -> None:
    scale = ["#202060", "#F2C0B0", "#6040A0"]
    style = Style(colours=("#FEF7E9", "#0040A1"), by="surprise", scale=scale)
    assert style.warning is not None
    assert style.warning.startswith("#FEF7E9 and #F2C0B0 are close: contrast 1.5:1 ")
    assert style.model_copy(update={"scale": [scale[0], scale[2]]}).warning is None


def test_a_palette_that_there_is_not_is_named() -> None:
    with pytest.raises(UserError, match=r"^colours: there is no palette 'harbor'; did you mean 'harbour'\?$"):
        Style.checked({"colours": "harbor"})
