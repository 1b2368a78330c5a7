"""Cells on the page: whole pixels, nothing stretched, all of it covered, what is seen counted right."""

import math
from fractions import Fraction
from itertools import pairwise
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.art.layout import Fit, Layout, lay_out, lay_out_bare, lay_out_lines, micrometres
from phonecase.art.phones import Phone, phones
from phonecase.art.services import services
from phonecase.art.styles import Orientation
from phonecase.errors import UserError

MM = Fraction(254, 10)


def covered(layout: Layout) -> dict[str, list[tuple[int, int]]]:
    """The pixels of each cell of the only block, along the page and down it, literally."""
    (block,) = layout.blocks
    return {
        "across": [(block.left + i * layout.cell, block.first_across + i) for i in range(block.across)],
        "down": [(block.top + i * layout.cell, block.first_down + i) for i in range(block.down)],
    }


def test_there_are_phones_of_many_makers() -> None:
    assert len(phones()) >= 24
    assert {name.split("_")[0] for name in phones()} >= {"iphone", "galaxy", "pixel", "oneplus", "fairphone"}


@pytest.mark.parametrize("phone", phones().values(), ids=list(phones()))
def test_a_phone_is_as_large_as_phones_are(phone: Phone) -> None:
    assert 60 < phone.width < 85
    assert 125 < phone.height < 170
    assert 2 <= phone.radius <= 15
    assert phone.camera
    for opening in phone.camera:  # in the upper half
        assert opening.top + opening.height < phone.height / 2


@pytest.mark.parametrize(
    ("name", "width", "height"),
    [  # as they are published
        ("iphone_16", 71.6, 147.6),
        ("iphone_16_pro_max", 77.6, 163.0),
        ("galaxy_s25_ultra", 77.6, 162.8),
        ("pixel_9", 72.0, 152.8),
    ],
)
def test_sizes_are_the_published_ones(name: str, width: float, height: float) -> None:
    assert (phones()[name].width, phones()[name].height) == (width, height)


def test_services_ask_for_what_they_say() -> None:
    assert services()["gelato"].bleed == 4
    assert services()["gelato"].files[0] == "pdf"
    assert services()["printopia"].camera == 15


@pytest.mark.parametrize("phone", phones().values(), ids=list(phones()))
@pytest.mark.parametrize("dpi", [150, 300, 600])
def test_a_phones_page_is_its_body_and_the_bleed_to_a_pixel(phone: Phone, dpi: int) -> None:
    layout = lay_out(
        128, 274, width=micrometres(phone.width), height=micrometres(phone.height), bleed=3000, dpi=dpi
    )
    for side, mm in ((layout.width, phone.width), (layout.height, phone.height)):
        exact = (Fraction(str(mm)) + 6) / MM * dpi
        assert side == math.ceil(exact)
    for axis, mm in ((0, phone.width), (1, phone.height)):
        inner = Fraction(str(mm)) / MM * dpi
        assert abs(layout.trim[axis + 2] - inner) <= Fraction(1, 2)
        before = layout.trim[axis]
        after = (layout.width, layout.height)[axis] - before - layout.trim[axis + 2]
        assert 0 <= after - before <= 1  # centred
        assert before >= math.floor(Fraction(3) / MM * dpi)


sizes = st.integers(5_000, 90_000)


@given(
    units=st.integers(1, 40),
    characters=st.integers(1, 60),
    width=sizes,
    height=sizes,
    bleed=st.integers(0, 5000),
    safe=st.integers(0, 2000),
    dpi=st.sampled_from([72, 150, 254, 300]),
    orientation=st.sampled_from(["auto", "landscape", "portrait"]),
    fit=st.sampled_from(["cover", "contain", "exact"]),
    cell=st.integers(1, 9),
    start=st.integers(1, 60),
    start_row=st.integers(0, 40),
)
def test_every_fit_does_what_it_says(
    units: int,
    characters: int,
    width: int,
    height: int,
    bleed: int,
    safe: int,
    dpi: int,
    orientation: Orientation | Literal["auto"],
    fit: Fit,
    cell: int,
    start: int,
    start_row: int,
) -> None:
    try:
        layout = lay_out(
            units,
            characters,
            width=width,
            height=height,
            bleed=bleed,
            safe=safe,
            dpi=dpi,
            orientation=orientation,
            fit=fit,
            cell=cell,
            start=start,
            start_row=start_row,
        )
    except UserError:
        assert fit == "contain" or start > characters or start_row > units
        return
    portrait = layout.orientation == "portrait"
    if orientation == "auto":
        assert portrait == (layout.height > layout.width)
    counts = {"across": units if portrait else characters, "down": characters if portrait else units}
    ends = {"across": (0, layout.width), "down": (0, layout.height)}
    trims = {
        "across": (layout.trim.left, layout.trim.left + layout.trim.width),
        "down": (layout.trim.top, layout.trim.top + layout.trim.height),
    }
    seen = {}
    for way, cells in covered(layout).items():
        begin, end = cells[0][0], cells[-1][0] + layout.cell
        whole = {
            number % counts[way]
            for left, number in cells
            if trims[way][0] <= left and left + layout.cell <= trims[way][1]
        }
        seen[way] = len(whole)
        if fit == "contain":  # all of it, in the safe box, once
            assert [number for _, number in cells] == list(range(counts[way]))
            low = layout.safe[0 if way == "across" else 1]
            assert low <= begin
            assert end <= low + layout.safe[2 if way == "across" else 3]
        else:  # the whole page, and no cell that isn't on it
            assert begin <= ends[way][0] < begin + layout.cell
            assert end - layout.cell < ends[way][1] <= end
    way_of_units = "across" if portrait else "down"
    assert layout.units_seen == seen[way_of_units]
    assert layout.characters_seen == seen["down" if portrait else "across"]
    side = trims[way_of_units][1] - trims[way_of_units][0]
    if fit == "cover":  # the smallest cell that does
        assert units * layout.cell >= side > units * (layout.cell - 1)
    if fit == "contain":  # the largest cell that does
        assert any(
            counts[way] * (layout.cell + 1) > layout.safe[2 if way == "across" else 3] for way in counts
        )
    if fit == "exact":
        assert layout.cell == cell
    if fit != "contain":  # the character to start with lies at the edge, and so does the row
        along = "down" if portrait else "across"
        lie = {left: number % counts[along] for left, number in covered(layout)[along]}
        assert lie[trims[along][0]] == start - 1
        rows = {left: number % units for left, number in covered(layout)[way_of_units]}
        if start_row and portrait:  # whose first row is at the right
            assert units - rows[trims["across"][1] - layout.cell] == start_row
        elif start_row:
            assert rows[trims["down"][0]] == start_row - 1


def test_the_posts_passage_on_a_phone() -> None:
    """Romans 1:16-17 on an iPhone 16 with 3 mm of bleed, worked out by hand.

    71.6 mm are 846 px, so that 128 units take cells of 7; 1743 px of height show 249 characters of 274.
    """
    layout = lay_out(128, 274, width=71_600, height=147_600, bleed=3000, safe=3000)
    assert (layout.width, layout.height) == (917, 1815)
    assert layout.trim == (35, 36, 846, 1743)
    assert layout.orientation == "portrait"
    assert layout.cell == 7
    assert (layout.units_seen, layout.characters_seen) == (120, 249)
    assert layout.blocks == ((-4, -6, -2, 132, -6, 261),)


def test_a_kiosks_template_is_the_page_to_the_pixel() -> None:
    """10 px a mm; the sizes are those of docs/print.md."""
    layout = lay_out(128, 274, width=71_600, height=147_600, bleed=0, dpi=254, template=(723, 1483))
    assert (layout.width, layout.height) == (723, 1483)
    assert layout.trim == (0, 0, 723, 1483)
    assert layout.cell == 6


def test_a_short_passage_begins_again_and_a_long_one_is_cut() -> None:
    short = lay_out(128, 40, width=71_600, height=147_600)
    assert short.characters_seen == 40
    (block,) = short.blocks
    assert block.down * short.cell >= short.height
    long = lay_out(128, 5000, width=71_600, height=147_600)
    assert long.characters_seen == 1743 // 7


def test_bare_is_the_grid_and_nothing_else() -> None:
    layout = lay_out_bare(128, 274, cell=7)
    assert (layout.width, layout.height) == (1918, 896)
    assert lay_out_bare(128, 274, cell=7, orientation="portrait").width == 896


@given(units=st.integers(1, 64), characters=st.integers(1, 5000), cell=st.integers(1, 5))
def test_a_posters_lines_show_every_character_once_and_in_order(
    units: int, characters: int, cell: int
) -> None:
    size = {"width": 210_000, "height": 297_000, "bleed": 3000, "safe": 15_000, "dpi": 100}
    for fit in ("contain", "exact"):
        pages = lay_out_lines(units, characters, fit=fit, cell=cell, **size)  # type: ignore[arg-type]
        shown = [
            block.first_across + place
            for page in pages
            for block in page.blocks
            for place in range(block.across)
        ]
        assert shown == list(range(characters))
        for page in pages:
            for block in page.blocks:
                assert block.left >= page.safe.left
                assert block.left + block.across * page.cell <= page.safe.left + page.safe.width
                assert block.top >= page.safe.top
                assert block.top + units * page.cell <= page.safe.top + page.safe.height
            for above, below in pairwise(page.blocks):
                assert below.top - above.top == (units + max(1, units // 8)) * page.cell
        if fit == "contain":
            assert len(pages) == 1
        else:
            assert pages[0].cell == cell


def test_what_finds_no_room_is_said() -> None:
    with pytest.raises(UserError, match="do not all fit"):
        lay_out(128, 274, width=5000, height=5000, fit="contain")
    with pytest.raises(UserError, match="fit: exact"):
        lay_out_lines(128, 10**6, width=50_000, height=50_000)
