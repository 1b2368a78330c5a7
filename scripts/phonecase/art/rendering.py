"""The picture: rows are units, columns are characters, a cell is one bit of the network's memory."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor
from PIL.PngImagePlugin import PngInfo

from phonecase.art.styles import Orientation, Style
from phonecase.files import atomic
from phonecase.ordering.core import Ordering

MM_PER_INCH = 25.4


def render(
    states: npt.NDArray[np.int8],  # (T, H), each -1 or +1
    ordering: Ordering,
    style: Style,
    *,
    cell: int = 1,
    orientation: Orientation = "landscape",
) -> Image.Image:
    """The states in the order's rows and the style's colours, every cell a square of cell × cell pixels.

    Landscape has a row for each unit and a column for each character, H * cell pixels high and T * cell
    wide. Portrait is the same picture turned clockwise by a quarter, so that the passage runs down it.
    The image is indexed: a pixel is 0 where the bit is −1, else 1, and the palette has the two colours.
    """
    grid = (ordering.shown(states) > 0).view(np.uint8)  # (H, T)
    if orientation == "portrait":
        grid = np.rot90(grid, k=-1)
    pixels = np.repeat(np.repeat(grid, cell, axis=1), cell, axis=0)
    image = Image.frombuffer("P", pixels.shape[::-1], pixels, "raw", "P", 0, 1)  # shares the memory
    image.putpalette([part for colour in style.colours for part in ImageColor.getrgb(colour)])
    return image


def size_in_mm(pixels: int, dpi: int) -> float:
    """The printed length of so many pixels."""
    return pixels / dpi * MM_PER_INCH


def write_png(path: Path, image: Image.Image, *, dpi: int, text: Mapping[str, str] | None = None) -> None:
    """Write a PNG that says it is sRGB and how large it prints, with text fields for where it comes from.

    An image of two colours takes one bit a pixel.
    """
    info = PngInfo()
    info.add(b"sRGB", b"\0")  # rendering intent: perceptual
    for key, value in (text or {}).items():
        info.add_itxt(key, value)
    with atomic(path) as temporary:
        image.save(temporary, format="PNG", dpi=(dpi, dpi), pnginfo=info)
