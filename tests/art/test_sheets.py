"""Sheets hold every picture, cell by cell."""

import math

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image, ImageFont

from phonecase.art.rendering import render
from phonecase.art.sheets import ACROSS, GAP, MARGIN, PICTURE_WIDTH, comparison_sheet, contact_sheet
from phonecase.art.styles import PRINTED, Style
from phonecase.ordering import Ordering


def some_ordering(H: int, rng: np.random.Generator) -> Ordering:
    signs = rng.choice(np.array([-1, 1], np.int8), H)
    return Ordering(rng.permutation(H).astype(np.int32), signs)


@pytest.fixture
def states() -> npt.NDArray[np.int8]:
    return np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (274, 128))


def test_the_contact_sheet_holds_every_picture(states: npt.NDArray[np.int8]) -> None:
    rng = np.random.default_rng(2)
    orderings = {name: some_ordering(128, rng) for name in ("identity", "insertion")}
    styles = {"printed": PRINTED, "plum": Style(colours=("#FFDF40", "#402040"))}
    sheet = np.asarray(contact_sheet(states, orderings, styles, title="Romans 1:16-17"))
    for ordering in orderings.values():
        for style in styles.values():
            picture = np.asarray(render(states, ordering, style).convert("RGB"))
            rows, columns = np.nonzero((sheet == picture[0, 0]).all(axis=2))
            assert any(
                np.array_equal(sheet[y : y + 128, x : x + 274], picture)
                for y, x in zip(rows, columns, strict=True)
            )


def test_the_comparison_shows_every_cell_exactly_in_the_order_of_the_scores(
    states: npt.NDArray[np.int8],
) -> None:
    rng = np.random.default_rng(2)
    T, H = states.shape
    orderings = {name: some_ordering(H, rng) for name in ("identity", "mean", "insertion", "optimal")}
    scores = {"optimal": "13,736", "insertion": "12,514", "identity": "−658", "mean": "562"}
    sheet = np.asarray(comparison_sheet(states, orderings, scores, title="Romans 1:16-17"))
    cell = PICTURE_WIDTH // T
    width, height = T * cell, H * cell
    found = []
    for ordering in (orderings[name] for name in scores):
        picture = np.asarray(render(states, ordering, PRINTED, cell=cell).convert("RGB"))
        found += [
            (y, x)
            for x in range(MARGIN, sheet.shape[1], width + GAP)
            for y in range(sheet.shape[0] - height)
            if np.array_equal(sheet[y : y + height, x : x + width], picture)
        ]
    assert len(found) == len(scores)
    assert found == sorted(found)
    assert sheet.shape[0] > math.ceil(len(scores) / ACROSS) * (height + GAP)
    assert sheet.shape[1] == 2 * MARGIN + ACROSS * (width + GAP) - GAP


@pytest.mark.parametrize(("T", "k"), [(1000, 1), (1001, 2), (50_220, 51)])
def test_of_a_long_passage_sheets_show_some_columns_and_say_so(T: int, k: int) -> None:
    rng = np.random.default_rng(2)
    states = rng.choice(np.array([-1, 1], np.int8), (T, 16))
    orderings = {name: some_ordering(16, rng) for name in ("identity", "mean")}
    styles = {"printed": PRINTED, "plum": Style(colours=("#FFDF40", "#402040"))}
    said = f"Romans, one column in {k}" if k > 1 else "Romans"
    whole = contact_sheet(states, orderings, styles, title="Romans")
    assert whole == contact_sheet(states[::k], orderings, styles, title=said)
    scores = dict.fromkeys(orderings, "13,736")
    whole = comparison_sheet(states, orderings, scores, title="Romans")
    assert whole == comparison_sheet(states[::k], orderings, scores, title=said)


@pytest.mark.parametrize(("T", "H"), [(50_220, 128), (300, 4096), (16, 4096)])
def test_no_sheet_is_too_large_to_be_opened(T: int, H: int) -> None:
    rng = np.random.default_rng(2)
    states = rng.choice(np.array([-1, 1], np.int8), (T, H))
    orderings = {f"order {number}": some_ordering(H, rng) for number in range(15)}
    styles = {f"style {number}": PRINTED for number in range(7)}
    sheets = [
        contact_sheet(states, orderings, styles, title="Romans"),
        comparison_sheet(states, orderings, dict.fromkeys(orderings, "1"), title="Romans"),
    ]
    assert Image.MAX_IMAGE_PIXELS is not None
    for sheet in sheets:
        assert sheet.width * sheet.height < Image.MAX_IMAGE_PIXELS


def test_what_the_font_lacks_is_written_otherwise(states: npt.NDArray[np.int8]) -> None:
    orderings = {"identity": some_ordering(128, np.random.default_rng(2))}
    scores = {"−658  ·  ≥ 4.8%": "-658  ·  >= 4.8%", "−658  ·  ≤ −4.8%": "-658  ·  <= -4.8%"}
    for score, written in scores.items():
        shown, plain = (
            comparison_sheet(states, orderings, {"identity": text}, title="") for text in (score, written)
        )
        assert shown == plain
    font = ImageFont.load_default(25)
    box = bytes(font.getmask("\uffff"))
    assert all(bytes(font.getmask(character)) != box for text in scores.values() for character in text)
