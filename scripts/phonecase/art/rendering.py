"""The picture: rows are units, columns are characters, a cell is one bit of the network's memory."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageColor
from PIL.PngImagePlugin import PngInfo

from phonecase.art.colouring import coloured
from phonecase.art.layout import lay_out_bare
from phonecase.art.picture import Picture, palette, pixels
from phonecase.art.styles import Orientation, Shape, Style
from phonecase.files import atomic
from phonecase.ordering.core import Ordering

if TYPE_CHECKING:  # pyarrow is for those who read a file
    from phonecase.states.file import States

MM_PER_INCH = 25.4
SQUARE = Shape()


def render(
    states: "States | npt.NDArray[np.int8]",  # (T, H), each -1 or +1; or these with all that is known of them
    ordering: Ordering,
    style: Style,
    *,
    cell: int = 1,
    orientation: Orientation = "landscape",
) -> Image.Image:
    """The states in the order's rows and the style's colours, every cell a square of cell × cell pixels.

    Landscape has a row for each unit and a column for each character, H * cell pixels high and T * cell
    wide. Portrait is the same picture turned clockwise by a quarter, so that the passage runs down it.
    The image is indexed: a pixel is 0 where the bit is −1, else 1, and the palette has the two colours, or as
    many as the style has. Raises UserError where a style goes by what isn't known.
    """
    cells, colours = coloured(states, ordering, style)
    shape = Shape(gap=style.gap, round=style.round, join=style.join)
    ground = style.ground or colours[0]
    return drawn(cells, colours, ground, shape=shape, cell=cell, orientation=orientation)


def drawn(
    cells: npt.NDArray[np.uint8],  # (H, T)
    colours: tuple[str, ...],
    ground: str | None = None,
    *,
    shape: Shape = SQUARE,
    cell: int = 1,
    orientation: Orientation = "landscape",
) -> Image.Image:
    """Cells by the numbers of their colours, as `render` draws them."""
    H, T = cells.shape
    layout = lay_out_bare(H, T, orientation=orientation, cell=cell)
    picture = Picture(layout, cells, colours, ground or colours[0], shape)
    shown = np.ascontiguousarray(pixels(picture))
    image = Image.frombuffer("P", shown.shape[::-1], shown, "raw", "P", 0, 1)  # shares the memory
    image.putpalette([part for colour in palette(picture) for part in ImageColor.getrgb(colour)])
    return image


def size_in_mm(pixels: int, dpi: int) -> float:
    """The printed length of so many pixels."""
    return pixels / dpi * MM_PER_INCH


def write_png(path: Path, image: Image.Image, *, dpi: int) -> None:
    """Write a PNG that says it is sRGB and how large it prints.

    An image of two colours takes one bit a pixel.
    """
    info = PngInfo()
    info.add(b"sRGB", b"\0")  # rendering intent: perceptual
    with atomic(path) as temporary:
        image.save(temporary, format="PNG", dpi=(dpi, dpi), pnginfo=info)
