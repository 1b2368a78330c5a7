"""The picture: rows are units, columns are characters, a cell is one bit of the network's memory."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from phonecase.files import atomic
from phonecase.styles import Orientation, Style

if TYPE_CHECKING:
    from phonecase.ordering import Ordering

PAPER, INK = "#FFFFFF", "#222222"  # of the contact sheet
MM_PER_INCH = 25.4


def render(
    states: npt.NDArray[np.int8],  # (T, H), each -1 or +1
    ordering: "Ordering",
    style: Style,
    *,
    cell: int = 1,
    orientation: Orientation = "landscape",
) -> Image.Image:
    """The states in the order's rows and the style's colours, every cell a square of cell × cell pixels.

    Landscape has a row for each unit and a column for each character, H * cell pixels high and T * cell
    wide. Portrait is the same picture turned clockwise by a quarter, so that the passage runs down it.
    """
    palette = np.array([ImageColor.getrgb(colour) for colour in style.colours], np.uint8)
    grid = (ordering.shown(states) > 0).astype(np.intp)  # (H, T)
    if orientation == "portrait":
        grid = np.rot90(grid, k=-1)
    return Image.fromarray(palette[grid.repeat(cell, axis=0).repeat(cell, axis=1)])


def size_in_mm(pixels: int, dpi: int) -> float:
    """The printed length of so many pixels."""
    return pixels / dpi * MM_PER_INCH


def write_png(path: Path, image: Image.Image, *, dpi: int, text: Mapping[str, str] | None = None) -> None:
    """Write a PNG that says it is sRGB and how large it prints, with text fields for where it comes from."""
    info = PngInfo()
    info.add(b"sRGB", b"\0")  # rendering intent: perceptual
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    with atomic(path) as temporary:
        image.save(temporary, format="PNG", dpi=(dpi, dpi), pnginfo=info, optimize=True)


def contact_sheet(
    states: npt.NDArray[np.int8],  # (T, H)
    orderings: Mapping[str, "Ordering"],
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
