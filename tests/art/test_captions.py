"""A caption: the passage along the grid, each letter in its own column, whole and safe, in every format."""

import io
import logging
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import numpy.typing as npt
import pypdf
import pytest
from fontTools.ttLib import TTFont
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageColor, ImageDraw, ImageFont

from art.pictures import expected, of_image, of_pdf, of_svg, some_order, some_states
from art.test_prints import LAYOUTS, ORDER, PRINTER, ROMANS, SMALL
from phonecase.art.layout import LINE, Box, Fit, Layout, lay_out, pixels
from phonecase.art.lettering import ASCENT, EM, LEGIBLE, WIDTH, X_HEIGHT, coverage, lacking, letter, x_height
from phonecase.art.phones import phones
from phonecase.art.picture import Picture, bands, palette
from phonecase.art.png import write_page_png
from phonecase.art.printing import Printing, case_of, hidden, pages
from phonecase.art.prints import pictures_for_print, write_prints
from phonecase.art.proof import guide, proof
from phonecase.art.styles import PRINTED, Orientation, Style
from phonecase.errors import UserError
from phonecase.ordering import SavedOrder
from phonecase.states import States

FILE = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSansMono-Bold.ttf"
CAPTIONED = LAYOUTS | {
    "rounded": SMALL | {"radius": 4, "bleed": 2},
    "lines": SMALL | {"phone": "poster", "width": 70},
}


@pytest.fixture(scope="module")
def states() -> States:
    return some_states(50, 21)


@pytest.fixture(scope="module")
def order(states: States) -> SavedOrder:
    return some_order(states)


def boxes(layout: Layout) -> list[tuple[int, Box]]:
    """Of every letter, the number of its column and where it is."""
    cell, portrait = layout.cell, layout.orientation == "portrait"
    return [
        (
            line.first + place,
            Box(line.left, line.top + place * cell, LINE * cell, cell)
            if portrait
            else Box(line.left + place * cell, line.top, cell, LINE * cell),
        )
        for line in layout.captions
        for place in range(line.columns)
    ]


def freetype(character: str, cell: int) -> npt.NDArray[np.float64]:
    """How much of each pixel a letter covers, as FreeType draws it large.  # (LINE * cell, cell)"""
    fine = 16
    font = ImageFont.truetype(FILE, EM / WIDTH * cell * fine, layout_engine=ImageFont.Layout.BASIC)
    image = Image.new("L", (cell * fine, LINE * cell * fine))
    baseline = (LINE / 2 + (ASCENT - 483) / 2 / WIDTH) * cell * fine
    ImageDraw.Draw(image).text((0, baseline), character, 255, font, anchor="ls")
    share: npt.NDArray[np.float64] = (
        np.asarray(image).reshape(LINE * cell, fine, cell, fine).mean(axis=(1, 3)) / 255
    )
    return share


def shares(found: npt.NDArray[np.uint8], picture: Picture) -> npt.NDArray[np.float64]:
    """How much of each pixel has the caption's colour, by its light.  # (height, width)"""
    light = np.where(found / 255 <= 0.04045, found / 255 / 12.92, ((found / 255 + 0.055) / 1.055) ** 2.4)
    ground, ink = (
        np.array(ImageColor.getrgb(colour)) / 255 for colour in (picture.ground, picture.colours[picture.ink])
    )
    ground, ink = (np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in (ground, ink))
    share: npt.NDArray[np.float64] = ((light - ground) @ (ink - ground)) / ((ink - ground) @ (ink - ground))
    return share


@pytest.mark.parametrize("name", CAPTIONED)
def test_every_format_has_each_letter_in_its_column_and_else_the_cells(
    name: str, states: States, order: SavedOrder, tmp_path: Path
) -> None:
    printing = Printing(**CAPTIONED[name], caption=True)
    (picture,) = pictures_for_print(states, order, PRINTED, printing, {})
    layout = picture.layout
    write_prints(tmp_path / "case", states, order, PRINTED, printing)
    page = expected(picture, states, order)  # without letters
    png = of_image(tmp_path / "case.png")
    drawn = {
        "svg": of_svg(tmp_path / "case.svg", layout.dpi),
        "pdf": of_pdf(tmp_path / "case.pdf", layout.dpi, tmp_path),
    }
    assert np.array_equal(of_image(tmp_path / "case.tiff"), png)
    lettered = np.zeros(page.shape[:2], bool)
    for column, (left, top, width, height) in boxes(layout):
        place = np.s_[top : top + height, left : left + width]
        assert not lettered[place].any()
        lettered[place] = True
        assert (page[place] == ImageColor.getrgb(picture.ground)).all()  # no cell is there
        letters = freetype(states.text[column % 50], layout.cell)
        upright = np.rot90(letters, k=-1) if layout.orientation == "portrait" else letters
        assert abs(shares(png[place], picture) - upright).max() < 0.2
        assert abs(shares(png[place], picture) - upright).mean() < 0.03
        for shown in drawn.values():
            mixed = (
                np.array(c, float)
                for c in map(ImageColor.getrgb, (picture.ground, picture.colours[picture.ink]))
            )
            ground, ink = mixed  # they don't mix light, but its code
            share = (shown[place] - ground) @ (ink - ground) / ((ink - ground) @ (ink - ground))
            assert abs(share - upright).mean() < 0.08
    assert lettered.any()
    assert np.array_equal(png[~lettered], page[~lettered])
    assert np.array_equal(drawn["svg"][~lettered], page[~lettered])
    assert len(palette(picture)) == 16  # four bits a pixel


def test_a_letter_stands_before_its_own_column_and_the_first_row(states: States, order: SavedOrder) -> None:
    """Whatever is cut off or begins again: the cells beside a letter are those of its character."""
    in_pages = SMALL | {"phone": "poster", "fit": "exact", "cell": 6}
    pictures = [
        picture
        for table in [*CAPTIONED.values(), in_pages, SMALL | {"start": 9}]
        for picture in pictures_for_print(states, order, PRINTED, Printing(**table, caption=True), {})
    ]
    assert len(pictures) == len(CAPTIONED) + 3
    for picture in pictures:
        layout = picture.layout
        cell, portrait = layout.cell, layout.orientation == "portrait"
        said = "".join(map(picture.letters, layout.captions))
        for (column, box), character in zip(boxes(layout), said, strict=True):
            assert character == states.text[column % 50]
            (block,) = [
                block
                for block in layout.blocks
                if (portrait and block.left + block.across * cell == box.left - cell)
                or (not portrait and block.top == box.top + box.height + cell)
            ]
            if portrait:
                assert (block.first_across + block.across) % 21 == 0  # row 0 is the last across
                assert (box.top - block.top) // cell + block.first_down == column
            else:
                assert block.first_down == 0
                assert (box.left - block.left) // cell + block.first_across == column


@pytest.mark.parametrize("service", [None, "gelato", "printopia"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_on_no_phone_is_a_letter_where_it_may_be_cut_off(orientation: str, service: str | None) -> None:
    """Within the safe inset, of whose outline the corners are round."""
    for name, fit in product(phones(), ("cover", "contain")):
        printing = Printing.checked(
            {"phone": name, "fit": fit, "orientation": orientation, "service": service, "caption": True}
        )
        (layout,) = pages(printing, 128, 274)
        safe, case = layout.safe, case_of(printing)
        assert case
        radius = max(0, pixels(round((case.radius - case.safe) * 1000), layout.dpi))
        letters = boxes(layout)
        assert len(letters) >= (274 if fit == "contain" else 30)
        for _, (left, top, width, height) in letters:
            assert safe.left <= left < left + width <= safe.left + safe.width
            assert safe.top <= top < top + height <= safe.top + safe.height
            for x, y in product((left, left + width), (top, top + height)):
                dx = max(safe.left + radius - x, x - (safe.left + safe.width - radius), 0)
                dy = max(safe.top + radius - y, y - (safe.top + safe.height - radius), 0)
                assert dx * dx + dy * dy <= (radius + 1) ** 2


@given(
    units=st.integers(1, 40),
    characters=st.integers(1, 60),
    width=st.integers(5_000, 90_000),
    height=st.integers(5_000, 90_000),
    bleed=st.integers(0, 5000),
    safe=st.integers(0, 2000),
    radius=st.integers(0, 2500),
    orientation=st.sampled_from(["landscape", "portrait"]),
    fit=st.sampled_from(["cover", "contain", "exact"]),
    cell=st.integers(1, 9),
    start=st.integers(1, 60),
    start_row=st.integers(0, 40),
)
def test_a_caption_leaves_the_page_filled_but_on_its_side(
    units: int,
    characters: int,
    width: int,
    height: int,
    bleed: int,
    safe: int,
    radius: int,
    orientation: Orientation,
    fit: Fit,
    cell: int,
    start: int,
    start_row: int,
) -> None:
    if fit == "contain":  # it shows all
        start, start_row = 1, 0
    start, start_row = min(start, characters), min(start_row, units)
    try:
        layout = lay_out(
            units,
            characters,
            width=width,
            height=height,
            bleed=bleed,
            safe=safe,
            radius=radius,
            orientation=orientation,
            fit=fit,
            cell=cell,
            start=start,
            start_row=start_row,
            caption=True,
        )
    except UserError:
        return
    (block,), (line,) = layout.blocks, layout.captions
    cell, portrait = layout.cell, orientation == "portrait"
    along, across = (1, 0) if portrait else (0, 1)
    page, begin = (layout.width, layout.height), (block.left, block.top)
    end = (block.left + block.across * cell, block.top + block.down * cell)
    assert line.first == start - 1
    # each letter beside its column, and a row beside them all: the first, or the one that is said
    first = block.first_down if portrait else block.first_across
    assert line[along] == begin[along] + (start - 1 - first) * cell
    assert line[across] == (end[across] + cell if portrait else begin[across] - 3 * cell)
    beside = units - block.first_across - block.across if portrait else block.first_down
    assert beside == (start_row or 1) - 1
    if fit == "contain":
        assert line.columns == characters
        assert (block.across, block.down) == ((units, characters) if portrait else (characters, units))
    else:
        assert begin[along] <= 0
        assert end[along] >= page[along]
        assert begin[across] <= 0 if portrait else end[across] >= page[across]
        inset = pixels(safe, 300)
        near = layout.safe[across] + layout.safe[across + 2] if portrait else layout.safe[across]
        assert line[across] + (LINE * cell if portrait else 0) == near
        room = layout.safe[along + 2] - 2 * max(0, pixels(radius, 300) - inset)
        assert room - cell < line.columns * cell <= room
    assert layout.units_seen <= units
    assert layout.characters_seen <= characters


# ---- letters


def test_no_letter_of_the_font_juts_out_of_its_box() -> None:
    known = TTFont(FILE).getBestCmap()
    for character in map(chr, known):
        dots = np.array([part for path in letter(character) for step in path for part in step]).reshape(-1, 2)
        if len(dots):  # of a curve, its control points too
            assert dots.min() >= 0, character
            assert (dots <= (1, LINE)).all(), character
    assert len(known) > 3000


@pytest.mark.parametrize("cell", [5, 7, 20])
def test_pixels_are_covered_as_freetype_covers_them(cell: int) -> None:
    for character in map(chr, range(33, 127)):
        covered = coverage(character, cell, 255) / 255
        assert abs(covered - freetype(character, cell)).max() < 0.15, character
        assert abs(covered - freetype(character, cell)).mean() < 0.025, character


def test_the_fonts_measures_are_its_own() -> None:
    font = TTFont(FILE)
    assert {font["hmtx"][name][0] for name in font.getBestCmap().values()} <= {0, WIDTH}  # 0: marks
    assert (font["head"].unitsPerEm, font["hhea"].ascent, font["hhea"].descent) == (EM, ASCENT, -483)
    assert font["glyf"]["x"].yMax == X_HEIGHT
    assert "DejaVu" in font["name"].getDebugName(13) or "dejavu" in font["name"].getDebugName(14).lower()


def test_white_space_has_no_letter_and_what_the_font_lacks_is_named() -> None:
    assert letter(" ") == letter("\n") == letter("א") == []
    assert lacking("In\nא the ב beginning א") == ["א", "ב"]
    assert lacking("Ἐν ἀρχῇ ἦν ὁ λόγος, В начале было Слово, Née à l'œuvre — ‘ß’") == []


# ---- what is said


def test_the_log_says_how_small_it_is_and_what_is_lost(
    caplog: pytest.LogCaptureFixture, order: SavedOrder, tmp_path: Path
) -> None:
    caplog.set_level(logging.INFO)
    words = "בראשית: in the beginning"
    states = some_states(50, 21)
    hebrew = States((words * 3)[:50], states.units, states.surprise, states.places, states.metadata)
    write_prints(tmp_path / "case", hebrew, order, PRINTED, Printing(phone="pixel_9", caption=True))
    (size, lost, camera) = [
        record for record in caplog.records if record.getMessage().startswith("caption: ")
    ]
    (layout,) = pages(Printing(phone="pixel_9", caption=True), 21, 50)
    assert f"an x {x_height(layout.cell, 300):.2f} mm high" in size.getMessage()
    assert x_height(layout.cell, 300) > LEGIBLE
    assert size.levelname == "INFO"
    assert lost.getMessage().endswith("has no א ב י ר ש ת; their columns have no letter")
    covered = hidden(layout, case_of(Printing(phone="pixel_9")))
    assert camera.getMessage() == f"caption: the camera covers up to {covered} of its characters"
    caplog.clear()
    write_prints(tmp_path / "case", ROMANS, ORDER, PRINTED, Printing(phone="iphone_16", caption=True))
    (size,) = [record for record in caplog.records if record.getMessage().startswith("caption: ")]
    assert size.levelname == "WARNING"
    assert size.getMessage().startswith(
        "caption: 207 of 274 characters, 2.8 pt, an x 0.54 mm high; from 1.2 mm on"
    )


def test_a_grid_of_ones_own_has_no_words(states: States, order: SavedOrder) -> None:
    own = States("", states.units, np.empty(0, np.float32), [], states.metadata)
    with pytest.raises(UserError, match=r"print.caption: a grid of your own has no passage"):
        pictures_for_print(own, order, PRINTED, Printing(caption=True), {})


def test_where_there_is_no_room_for_it_that_is_said() -> None:
    printing = Printing(phone="custom", width=20, height=40, fit="exact", cell=60, caption=True)
    with pytest.raises(UserError, match=r"print.caption: there is no room"):
        pages(printing, 21, 50)


# ---- other looks


@pytest.mark.parametrize(
    "style",
    [
        {"round": 1, "gap": 0.1},
        {"ground": "#101319"},
        {"by": "surprise", "scale": ["#9CC5FF", "#0040A1", "#701010"], "join": True, "round": 0.5},
        {"by": "word", "scale": ["#9CC5FF", "#0040A1"], "ground": "#FFFFFF"},
    ],
    ids=str,
)
def test_a_caption_has_of_the_style_s_colours_that_which_stands_out(
    style: dict[str, Any], states: States, order: SavedOrder, tmp_path: Path
) -> None:
    look = Style.model_validate({"colours": ["#FEF7E9", "#0040A1"], **style})
    with_, without = (Printing(**SMALL, caption=caption) for caption in (True, False))
    (picture,) = pictures_for_print(states, order, look, with_, {})
    colours = set(palette(picture))
    (plain,) = pictures_for_print(states, order, look, without, {})
    assert set(palette(plain)) <= colours
    assert len(palette(picture)) <= 256
    write_page_png(tmp_path / "case.png", picture)
    page = of_image(tmp_path / "case.png")
    inks = set()
    for _, (left, top, width, height) in boxes(picture.layout):
        inks |= set(map(tuple, page[top : top + height, left : left + width].reshape(-1, 3).tolist()))
    strongest = ImageColor.getrgb(picture.colours[picture.ink])
    assert strongest in inks
    assert ImageColor.getrgb(picture.ground) in inks
    light = [sum(ImageColor.getrgb(colour)) for colour in picture.colours]
    ground = sum(ImageColor.getrgb(picture.ground))
    assert abs(light[picture.ink] - ground) == max(abs(part - ground) for part in light)


@pytest.mark.skipif(not PRINTER.exists(), reason="no profile of a printer (Debian: libgs-common)")
def test_in_a_printer_s_inks_it_is_there_too(states: States, order: SavedOrder, tmp_path: Path) -> None:
    printing = Printing(**SMALL, cmyk=PRINTER, caption=True)
    write_prints(tmp_path / "case", states, order, PRINTED, printing)
    with Image.open(tmp_path / "case.tiff") as image:
        seen = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"])),
            ImageCms.createProfile("sRGB"),
            outputMode="RGB",
        )
    assert seen is not None
    far = abs(np.asarray(seen).astype(int) - of_image(tmp_path / "case.png").astype(int)).mean()
    assert far < 20
    content = pypdf.PdfReader(tmp_path / "case.pdf").pages[0].get_contents()
    assert content is not None
    assert b"Tj" not in content.get_data()  # outlines: no font is needed where it is printed


def test_proof_and_guide_show_it(states: States, order: SavedOrder) -> None:
    printing = Printing(**SMALL, caption=True)
    (picture,) = pictures_for_print(states, order, PRINTED, printing, {})
    silent = replace(picture, text=" ")
    for sheet in (proof, guide):
        shown = [np.asarray(sheet(which, case_of(printing))).astype(int) for which in (picture, silent)]
        assert 0 < (shown[0] != shown[1]).any(axis=-1).mean() < 0.02


def test_a_book_in_one_picture_has_a_caption_as_long() -> None:
    states = some_states(50_000, 8)
    for orientation in ("landscape", "portrait"):
        printing = Printing(orientation=orientation, caption=True)
        (picture,) = pictures_for_print(states, some_order(states), PRINTED, printing, {})
        height = sum(len(rows) * times for rows, times in bands(picture))
        assert height == picture.layout.height
