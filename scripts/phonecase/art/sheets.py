"""Many pictures on one page: every order in every style, and the orders side by side with their scores."""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from phonecase.art.rendering import render
from phonecase.art.styles import PRINTED, Style
from phonecase.ordering.core import Ordering

PAPER, INK, FAINT = "#FFFFFF", "#1C202C", "#707684"
PICTURE_WIDTH, GAP, MARGIN = 548, 44, 36  # of the comparison, in pixels; twice what a README shows
ACROSS = 3  # pictures in a row of the comparison
PLAIN = str.maketrans({"−": "-", "≥": ">=", "≤": "<="})  # for signs that Pillow's own font lacks
LONGEST = 1000  # columns of a picture; of a longer passage, so many or fewer at equal distances are shown
MOST = 40_000_000  # pixels of all pictures of a sheet: what programs open, and draw in a second or two


def contact_sheet(
    states: npt.NDArray[np.int8],  # (T, H)
    orderings: Mapping[str, Ordering],
    styles: Mapping[str, Style],
    *,
    title: str,
) -> Image.Image:
    """All pictures on one sheet: a row for each order, a column for each style, a pixel a cell.

    Of a long passage, some columns at equal distances are shown, and the title says so.
    """
    states, shown = _sampled(states, len(orderings) * len(styles))
    T, H = states.shape
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
    draw.text((margin, margin), title + shown, INK, heading)
    for column, name in enumerate(styles):
        draw.text((margin + gutter + column * (width + gap), top), name, INK, font, anchor="ls")
    for row, (name, ordering) in enumerate(orderings.items()):
        y = top + gap + row * (height + gap)
        draw.text((margin, y + height // 2), name, INK, font, anchor="lm")
        for column, style in enumerate(styles.values()):
            sheet.paste(render(states, ordering, style), (margin + gutter + column * (width + gap), y))
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
    states, shown = _sampled(states, len(scores))
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
    draw.text((MARGIN, MARGIN + 42), title + shown, INK, title_font, anchor="ls")
    for place, (name, score) in enumerate(scores.items()):
        x = MARGIN + place % across * (width + GAP)
        y = MARGIN + heading + place // across * (caption + height + GAP) + caption
        draw.text((x, y - 14), name, INK, name_font, anchor="ls")
        draw.text((x + width, y - 14), score.translate(PLAIN), FAINT, score_font, anchor="rs")
        sheet.paste(render(states, orderings[name], style, cell=cell), (x, y))
    return sheet


def _sampled(
    states: npt.NDArray[np.int8],  # (T, H)
    pictures: int,
) -> tuple[npt.NDArray[np.int8], str]:
    """The states of every k-th column, k being 1 where so many pictures of all fit, and words for it."""
    T, H = states.shape
    k = math.ceil(T / max(1, min(LONGEST, MOST // (pictures * H))))
    return states[::k], f", one column in {k}" if k > 1 else ""
