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


def contact_sheet(
    states: npt.NDArray[np.int8],  # (T, H)
    orderings: Mapping[str, Ordering],
    styles: Mapping[str, Style],
    *,
    title: str,
    cell: int = 1,
) -> Image.Image:
    """All pictures on one sheet: a row for each order, a column for each style, as small as cells allow."""
    T, H = states.shape
    width, height = max(T * cell, 120), H * cell
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
    draw.text((margin, margin), title, INK, heading)
    for column, name in enumerate(styles):
        draw.text((margin + gutter + column * (width + gap), top), name, INK, font, anchor="ls")
    for row, (name, ordering) in enumerate(orderings.items()):
        y = top + gap + row * (height + gap)
        draw.text((margin, y + height // 2), name, INK, font, anchor="lm")
        for column, style in enumerate(styles.values()):
            picture = render(states, ordering, style, cell=cell)
            sheet.paste(picture, (margin + gutter + column * (width + gap), y))
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

    Every cell is a square of the same whole number of pixels.
    """
    T, H = states.shape
    cell = max(1, PICTURE_WIDTH // T)
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
    draw.text((MARGIN, MARGIN + 42), title, INK, title_font, anchor="ls")
    for place, (name, score) in enumerate(scores.items()):
        x = MARGIN + place % across * (width + GAP)
        y = MARGIN + heading + place // across * (caption + height + GAP) + caption
        draw.text((x, y - 14), name, INK, name_font, anchor="ls")
        draw.text((x + width, y - 14), score, FAINT, score_font, anchor="rs")
        sheet.paste(render(states, orderings[name], style, cell=cell), (x, y))
    return sheet
