"""Many pictures on one page: every order in every style, and the orders side by side with their scores."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from phonecase.art.colouring import coloured
from phonecase.art.rendering import drawn, render
from phonecase.art.styles import PRINTED, Style
from phonecase.ordering.core import Ordering

if TYPE_CHECKING:  # pyarrow is for those who read a file
    from phonecase.states.file import States

PAPER, INK, FAINT = "#FFFFFF", "#1C202C", "#707684"
PICTURE_WIDTH, GAP, MARGIN = 548, 44, 36  # of the comparison, in pixels; twice what a README shows
ACROSS = 3  # pictures in a row of the comparison
PLAIN = str.maketrans({"−": "-", "≥": ">=", "≤": "<="})  # for signs that Pillow's own font lacks
LONGEST = 1000  # columns of a picture; of a longer passage, so many or fewer at equal distances are shown
MOST = 40_000_000  # pixels of all pictures of a sheet: what programs open, and draw in a second or two


def contact_sheet(
    states: "States | npt.NDArray[np.int8]",  # (T, H), or these with all that is known of them
    orderings: Mapping[str, Ordering],
    styles: Mapping[str, Style],
    *,
    title: str,
) -> Image.Image:
    """All pictures on one sheet: a row for each order, a column for each style, a pixel a cell.

    Of a long passage, some columns at equal distances are shown, and the title says so.
    """
    units = states if isinstance(states, np.ndarray) else states.units
    k = _step(units, len(orderings) * len(styles))
    T, H = units[::k].shape
    width, height = max(T, 120), H
    gap, margin, size = 14, 24, 17
    font, heading = ImageFont.load_default(size), ImageFont.load_default(size * 1.6)
    gutter = round(max(font.getlength(name) for name in orderings)) + gap
    top = margin + round(size * 1.6) + 2 * gap + size
    sheet = Image.new(
        "RGB",
        (
            margin + gutter + len(styles) * (width + gap) - gap + margin,
            top + gap + len(orderings) * (height + gap) - gap + margin,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((margin, margin), title + _every(k), INK, heading)
    for column, name in enumerate(styles):
        draw.text((margin + gutter + column * (width + gap), top), name, INK, font, anchor="ls")
    for row, (name, ordering) in enumerate(orderings.items()):
        y = top + gap + row * (height + gap)
        draw.text((margin, y + height // 2), name, INK, font, anchor="lm")
        for column, style in enumerate(styles.values()):
            cells, colours = coloured(states, ordering, style)
            sheet.paste(drawn(cells[:, ::k], colours), (margin + gutter + column * (width + gap), y))
    return sheet


def comparison_sheet(
    states: npt.NDArray[np.int8],  # (T, H)
    orderings: Mapping[str, Ordering],
    scores: Mapping[str, str],
    *,
    title: str,
    style: Style = PRINTED,
) -> Image.Image:
    """The orders as small pictures of one style, in the order of `scores`, each with its name and score.

    Every cell is a square of the same whole number of pixels. Of a long passage, some columns at equal
    distances are shown, and the title says so; the scores are those of all.
    """
    k = _step(states, len(scores))
    states = states[::k]
    T, H = states.shape
    cell = max(1, min(PICTURE_WIDTH // T, MOST // (len(scores) * H * PICTURE_WIDTH)))
    width, height = max(T * cell, PICTURE_WIDTH // 2), H * cell
    name_font, score_font, title_font = (ImageFont.load_default(size) for size in (30, 25, 42))
    across = min(ACROSS, len(scores))
    down = math.ceil(len(scores) / across)
    caption, heading = 48, 96
    sheet = Image.new(
        "RGB",
        (
            2 * MARGIN + across * (width + GAP) - GAP,
            2 * MARGIN + heading + down * (caption + height + GAP) - GAP,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN + 42), title + _every(k), INK, title_font, anchor="ls")
    for place, (name, score) in enumerate(scores.items()):
        x = MARGIN + place % across * (width + GAP)
        y = MARGIN + heading + place // across * (caption + height + GAP) + caption
        draw.text((x, y - 14), name, INK, name_font, anchor="ls")
        draw.text((x + width, y - 14), score.translate(PLAIN), FAINT, score_font, anchor="rs")
        sheet.paste(render(states, orderings[name], style, cell=cell), (x, y))
    return sheet


def _step(states: npt.NDArray[np.int8], pictures: int) -> int:
    """1 where so many pictures of all columns fit on a sheet, else k: every k-th column is shown."""
    T, H = states.shape
    k: int = -(-T // max(1, min(LONGEST, MOST // (pictures * H))))
    return k


def _every(k: int) -> str:
    """What the title says of it."""
    return f", one column in {k}" if k > 1 else ""
