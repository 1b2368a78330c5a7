"""A picture as every format draws it: cells with their colours, where they lie, and where they came from."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain, zip_longest
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.art.colour import apart
from phonecase.art.colouring import shades
from phonecase.art.layout import LINE, Block, Caption, Layout
from phonecase.art.lettering import coverage, letter
from phonecase.art.shapes import Curve, Point, tile
from phonecase.art.shapes import Path as Outline
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
    text: str = ""
    """the T characters, for a caption"""
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

    @property
    def ink(self) -> int:
        """The number of the caption's colour: of all, that which stands out most from the ground."""
        return max(range(len(self.colours)), key=lambda number: apart(self.ground, self.colours[number]))

    def letters(self, caption: Caption) -> str:
        """What a caption says: where the grid begins again, so does the passage."""
        columns = range(caption.first, caption.first + caption.columns)
        return "".join(self.text[column % len(self.text)] for column in columns)

    def lettering(self, caption: Caption) -> Iterator[Outline]:
        """The outlines of a caption's letters, in cells from its left and top. Fill them by winding."""
        turned = self.layout.orientation == "portrait"
        for place, character in enumerate(self.letters(caption)):
            for path in letter(character):
                yield [_placed(step, place, turned) for step in path]


def palette(picture: Picture) -> list[str]:
    """The colours of the pixels' numbers (see `bands`)."""
    levels = _levels(picture)
    if picture.shape.plain:
        colours = [*picture.colours] + [picture.ground] * (picture.ground not in picture.colours)
        letters = shades(picture.ground, picture.colours[picture.ink], levels)[:-1]
        return colours + (letters if picture.layout.captions else [])
    parts = [shades(picture.ground, picture.colours[number], levels) for number in picture.painted]
    return [picture.ground, *chain.from_iterable(parts)]


def bands(picture: Picture) -> Iterator[tuple[npt.NDArray[np.uint8], int]]:
    """The page from the top as pixels: rows (n, width) of numbers of the palette, each band so many times.

    Only one row of cells is in memory at a time, so that a picture may be as long as it likes.
    """
    layout = picture.layout
    ground = palette(picture).index(picture.ground)
    empty = np.full((1, layout.width), ground, np.uint8)
    portrait = layout.orientation == "portrait"
    y = 0
    for block, caption in zip_longest(layout.blocks, layout.captions):  # from the top
        if caption and not portrait:
            if caption.top > y:
                yield empty, caption.top - y
            line = np.concatenate(list(_letters(picture, caption)), axis=1)  # (LINE * cell, count * cell)
            band = np.repeat(empty, len(line), axis=0)
            band[:, caption.left : caption.left + line.shape[1]] = line
            yield band, 1
            y = caption.top + len(line)
        if block.top > y:
            yield empty, block.top - y
        beside = {}  # of the rows that have a letter, by their top
        if caption and portrait:
            tops = range(caption.top, caption.top + caption.columns * layout.cell, layout.cell)
            beside = dict(zip(tops, _letters(picture, caption), strict=True))
        left, right = max(block.left, 0), min(block.left + block.across * layout.cell, layout.width)
        for place, rows in enumerate(_rows(picture, block)):  # (1 or cell, across * cell)
            top = block.top + place * layout.cell
            cut = slice(max(-top, 0), min(layout.cell, layout.height - top))
            y = top + cut.stop
            band = np.repeat(empty, len(rows), axis=0)
            band[:, left:right] = rows[:, left - block.left : right - block.left]
            if caption and top in beside:
                band = np.repeat(band, layout.cell // len(band), axis=0)
                band[:, caption.left : caption.left + LINE * layout.cell] = np.rot90(beside.pop(top), k=-1)
            yield (band, cut.stop - cut.start) if len(band) == 1 else (band[cut], 1)
    if y < layout.height:
        yield empty, layout.height - y


def pixels(picture: Picture) -> npt.NDArray[np.uint8]:
    """The whole page as numbers of the palette.  # (height, width)"""
    return np.concatenate([np.repeat(rows, times, axis=0) for rows, times in bands(picture)])


def _levels(picture: Picture) -> int:
    return min(LEVELS, 255 // max(len(picture.painted), 1))


def _letters(picture: Picture, caption: Caption) -> Iterator[npt.NDArray[np.uint8]]:
    """The pixels of each letter, upright.  # (LINE * cell, cell)"""
    levels = _levels(picture)
    colours = palette(picture)
    if picture.shape.plain:
        known = [colours.index(picture.ground), *range(len(colours) - levels + 1, len(colours)), picture.ink]
    elif picture.ink not in picture.painted:  # it is the ground's colour
        known = [0] * (levels + 1)
    else:
        first = picture.painted.index(picture.ink) * levels
        known = [0, *range(first + 1, first + levels + 1)]
    numbers = np.array(known, np.uint8)
    for character in picture.letters(caption):
        yield numbers[coverage(character, picture.layout.cell, levels)]


def _placed(step: Point | Curve, place: int, turned: bool) -> Point | Curve:
    """A step of the outline of a line's letter, on the page."""
    xs, ys = [x + place for x in step[::2]], step[1::2]
    dots = zip([LINE - y for y in ys], xs, strict=True) if turned else zip(xs, ys, strict=True)
    return tuple(part for dot in dots for part in dot)  # type: ignore[return-value]


def _rows(picture: Picture, block: Block) -> Iterator[npt.NDArray[np.uint8]]:
    """The pixels of each row of cells: a single row of them where all are the same."""
    cell = picture.layout.cell
    cells = picture.block(block)
    if picture.shape.plain:
        for row in cells:
            yield np.repeat(row, cell)[None]
        return
    levels = _levels(picture)
    masks = [np.pad(cells == number, 1) for number in picture.painted]
    for y in range(block.down):
        band = np.zeros((cell, block.across * cell), np.uint8)
        for place, mask in enumerate(masks):
            code = sum(
                mask[y + dy, dx : dx + block.across].astype(np.int64) << (3 * dy + dx)
                for dy in range(3)
                for dx in range(3)
            )
            codes, which = np.unique(code, return_inverse=True)
            known = np.stack([tile(picture.shape, cell, levels, one) for one in codes.tolist()])
            covered = known[which].transpose(1, 0, 2).reshape(cell, -1)  # (cell, across * cell)
            band = np.where(covered > 0, place * levels + covered, band).astype(np.uint8)
        yield band
