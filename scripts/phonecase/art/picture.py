"""A picture as every format draws it: cells with their colours, where they lie, and where they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.art.colouring import blend
from phonecase.art.layout import Block, Layout
from phonecase.art.shapes import tiles
from phonecase.art.styles import Shape

LEVELS = 15  # of a pixel that a rounded edge crosses


@dataclass(frozen=True, eq=False)
class Picture:
    """One page."""

    layout: Layout
    cells: npt.NDArray[np.uint8]  # (H, T): in the order's rows, the number of each cell's colour
    colours: tuple[str, ...]
    ground: str
    shape: Shape
    title: str = ""
    description: str = ""
    origin: Mapping[str, Any] = field(default_factory=dict)
    """all that made it, as JSON values (see `origin`)"""

    def block(self, block: Block) -> npt.NDArray[np.uint8]:
        """The numbers of the colours of a block's cells, as they lie on the page.  # (down, across)"""
        turned = self.layout.orientation == "portrait"
        grid = np.rot90(self.cells, k=-1) if turned else self.cells
        rows = np.arange(block.first_down, block.first_down + block.down) % grid.shape[0]
        columns = np.arange(block.first_across, block.first_across + block.across) % grid.shape[1]
        return grid[np.ix_(rows, columns)]

    @property
    def painted(self) -> list[int]:
        """The numbers of the colours that are painted onto the ground."""
        return [number for number, colour in enumerate(self.colours) if colour != self.ground]


def palette(picture: Picture) -> list[str]:
    """The colours of the pixels' numbers (see `bands`)."""
    if picture.shape.plain:
        return [*picture.colours] + [picture.ground] * (picture.ground not in picture.colours)
    levels = _levels(picture)
    return [picture.ground] + [
        blend(picture.ground, picture.colours[number], level / levels)
        for number in picture.painted
        for level in range(1, levels + 1)
    ]


def bands(picture: Picture) -> Iterator[tuple[npt.NDArray[np.uint8], int]]:
    """The page from the top as pixels: rows (n, width) of numbers of the palette, each band so many times.

    Only one row of cells is in memory at a time, so that a picture may be as long as it likes.
    """
    layout = picture.layout
    ground = palette(picture).index(picture.ground)
    empty = np.full((1, layout.width), ground, np.uint8)
    y = 0
    for block in layout.blocks:  # from the top
        if block.top > y:
            yield empty, block.top - y
        left, right = max(block.left, 0), min(block.left + block.across * layout.cell, layout.width)
        for place, rows in enumerate(_rows(picture, block)):  # (1 or cell, across * cell)
            top = block.top + place * layout.cell
            cut = slice(max(-top, 0), min(layout.cell, layout.height - top))
            y = top + cut.stop
            band = np.repeat(empty, len(rows), axis=0)
            band[:, left:right] = rows[:, left - block.left : right - block.left]
            yield (band, cut.stop - cut.start) if len(rows) == 1 else (band[cut], 1)
    if y < layout.height:
        yield empty, layout.height - y


def pixels(picture: Picture) -> npt.NDArray[np.uint8]:
    """The whole page as numbers of the palette.  # (height, width)"""
    return np.concatenate([np.repeat(rows, times, axis=0) for rows, times in bands(picture)])


def _levels(picture: Picture) -> int:
    return min(LEVELS, 255 // max(len(picture.painted), 1))


def _rows(picture: Picture, block: Block) -> Iterator[npt.NDArray[np.uint8]]:
    """The pixels of each row of cells: a single row of them where all are the same."""
    cell = picture.layout.cell
    cells = picture.block(block)
    if picture.shape.plain:
        for row in cells:
            yield np.repeat(row, cell)[None]
        return
    levels = _levels(picture)
    known = tiles(picture.shape, cell, levels)
    masks = [np.pad(cells == number, 1) for number in picture.painted]
    for y in range(block.down):
        band = np.zeros((cell, block.across * cell), np.uint8)
        for place, mask in enumerate(masks):
            code = sum(
                mask[y + dy, dx : dx + block.across].astype(np.int64) << (3 * dy + dx)
                for dy in range(3)
                for dx in range(3)
            )
            covered = known[code].transpose(1, 0, 2).reshape(cell, -1)  # (cell, across * cell)
            band = np.where(covered > 0, place * levels + covered, band).astype(np.uint8)
        yield band
