"""Grids in pictures from elsewhere: which of two colours each pixel has, and where the cells are.

A picture that was scaled or compressed has shades of its two colours; they count as the nearer one. A picture
is read by what one sees: 16-bit greys keep their shades, and what is transparent is a colour of its own,
whatever lies hidden in it.
"""

import logging
import math
import struct
import warnings
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError

if TYPE_CHECKING:
    from PIL import Image

log = logging.getLogger(__name__)

MOST = 2**25  # pixels
MOST_SHADES = 2**20
STRIP = 2**20  # pixels that are decoded to four bytes in one go
NEAR = 0.25  # of the distance between the two colours: how far a shade may be from one of them
ALIKE = 8  # of 255: colours that differ by less are seen as one
STRAY = 0.1  # of a cell's pixels: so many may have the other colour where there are shades

Bits = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.uint32]  # red, green, blue (each times alpha) and alpha, a byte each


class Grid(NamedTuple):
    """How many cells a picture has."""

    rows: int
    columns: int

    def __str__(self) -> str:
        return f"{self.rows} rows and {self.columns} columns of cells"


def read_picture(path: Path, rows: int | None, columns: int | None) -> tuple[Bits, tuple[str, str]]:
    """The cells of a picture, (rows, columns), and what colours are false and true there.

    The numbers of rows and columns that aren't said are found. Raises OSError, and UserError where the
    picture is no PNG, hasn't two colours, or doesn't fall into cells of one colour.
    """
    picture = _two_colours(path, _decode(path))
    found = picture.grid()
    if rows is None or columns is None:
        if found is None:
            raise UserError(
                f"{path}: the picture doesn't show its cells; say how many `rows` and `columns` it has"
            )
        if (rows or found.rows, columns or found.columns) != found:
            raise UserError(f"{path}: the picture has {found}, not as many as you say")
        rows, columns = found
    return picture.cells(Grid(rows, columns), found), picture.names


def _decode(path: Path) -> Codes:
    """The pixels of a PNG, (height, width)."""
    from PIL import Image, UnidentifiedImageError

    with path.open("rb") as stream, warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # MOST is less
        try:
            image = Image.open(stream, formats=["PNG"])
            if image.width * image.height <= MOST:
                return _codes(image)
            size = f"{image.width:,} × {image.height:,}"
        except UnidentifiedImageError:
            raise UserError(f"{path}: this is no PNG") from None
        except Image.DecompressionBombError:
            size = "so many"
        except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error) as error:
            raise UserError(f"{path}: this is no PNG that can be read: {error}") from None
    raise UserError(f"{path}: {size} pixels are too many; up to {MOST:,} are read")


def _codes(image: "Image.Image") -> Codes:
    """The pixels as numbers, by strips, since four bytes a pixel may be many more than the picture has."""
    width, height = image.size
    codes = np.empty((height, width), np.uint32)
    step = max(1, STRIP // width)
    for top in range(0, height, step):
        strip = image.crop((0, top, width, min(top + step, height)))
        if strip.mode.startswith("I"):  # 16-bit grey, which `convert` would cut off at 255
            grey = np.asarray(strip).astype(np.uint32)
            alpha = np.where(grey == image.info.get("transparency", -1), 0, 255).astype(np.uint32)
            channels = [grey >> 8] * 3
        else:
            *channels, alpha = np.moveaxis(np.asarray(strip.convert("RGBA")).astype(np.uint32), -1, 0)
        red, green, blue = (channel * alpha // 255 for channel in channels)
        codes[top : top + step] = red << 24 | green << 16 | blue << 8 | alpha
    return codes


def _two_colours(path: Path, codes: Codes) -> "_Picture":
    """Which of two colours each pixel is nearer to: 2-means over all shades, from the commonest on."""
    shades, counts = np.unique(codes, return_counts=True)  # (S,)
    if len(shades) > MOST_SHADES:
        raise UserError(f"{path}: a picture of {len(shades):,} colours is no grid in two")
    points = np.stack([shades >> bits & 255 for bits in (24, 16, 8, 0)], axis=1).astype(np.float64)  # (S, 4)
    usual = counts.argmax()
    distance = np.linalg.norm(points - points[usual], axis=1)
    pair = np.stack([points[usual], points[(counts * distance**2).argmax()]])  # (2, 4)
    for _ in range(20):
        second = _distances(points, pair).argmin(axis=1) == 1
        if not second.any() or second.all():
            break
        means = [np.average(points[side], axis=0, weights=counts[side]) for side in (~second, second)]
        if np.array_equal(means, pair):
            break
        pair = np.stack(means)
    if np.linalg.norm(pair[0] - pair[1]) < ALIKE:
        raise UserError(f"{path}: the picture is {_name(shades[usual])} all over; a grid has two colours")
    commonest = [np.where(side, counts, 0).argmax() for side in (~second, second)]
    near = np.minimum(_distances(points, pair), _distances(points, points[commonest])).min(axis=1)
    places = np.searchsorted(shades, codes)  # (height, width)
    return _Picture(
        path,
        codes,
        bits=second[places],
        strange=(near > NEAR * np.linalg.norm(pair[0] - pair[1]))[places],
        shaded=len(shades) > 2,
        names=(_name(shades[commonest[0]]), _name(shades[commonest[1]])),
    )


def _distances(points: npt.NDArray[np.float64], pair: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    distances: npt.NDArray[np.float64] = np.linalg.norm(points[:, None] - pair, axis=2)
    return distances  # (S, 2)


def _name(code: np.uint32) -> str:
    red, green, blue, alpha = (int(code) >> bits & 255 for bits in (24, 16, 8, 0))
    if alpha == 0:
        return "transparent"
    red, green, blue = (channel * 255 // alpha for channel in (red, green, blue))
    return f"#{red:02X}{green:02X}{blue:02X}" + ("" if alpha == 255 else f"{alpha:02X}")


@dataclass(frozen=True, eq=False)
class _Picture:
    """A picture in two colours and their shades."""

    path: Path
    codes: Codes  # (height, width)
    bits: Bits  # (height, width), which pixels are nearer to the second colour
    strange: Bits  # (height, width), which are near neither
    shaded: bool  # whether there are more than two colours
    names: tuple[str, str]

    def grid(self) -> Grid | None:
        """The coarsest grid that the changes of colour fit, where they show one."""
        rows, columns = (self._count(axis) for axis in (0, 1))
        return Grid(rows, columns) if rows and columns else None

    def _strengths(self, axis: int) -> npt.NDArray[np.intp]:
        """How many pixels change their colour from one line of pixels to the next, along an axis."""
        bits = self.bits if axis == 0 else self.bits.T
        strengths: npt.NDArray[np.intp] = (bits[1:] != bits[:-1]).sum(axis=1)
        return strengths

    def _changes(self, axis: int) -> npt.NDArray[np.intp]:
        """The lines of pixels before which the colour changes anywhere."""
        return np.flatnonzero(self._strengths(axis)) + 1

    def _count(self, axis: int) -> int | None:
        """How many cells there are along an axis, by the places where the colour changes."""
        length: int = self.bits.shape[axis]
        if self.shaded:
            return _fit(_peaks(self._strengths(axis)), length, tolerance=1, least=4)
        changes = self._changes(axis)
        step = math.gcd(length, *changes.tolist())
        if step > 1:  # whole pixels; but a margin of other pixels would make them finer than any cell
            return length // step if step in np.diff(changes, prepend=0, append=length) else None
        if len(changes) >= 0.75 * (length - 1):
            return length
        return _fit(changes.astype(np.float64), length, tolerance=0.5, least=2)

    def cells(self, grid: Grid, found: Grid | None) -> Bits:
        """The cells of a grid, (rows, columns). Raises UserError for a cell of two colours, or of a third."""
        height, width = self.bits.shape
        hint = self._hint(grid, found)
        if height < grid.rows or width < grid.columns:
            raise UserError(
                f"{self.path}: {width} × {height} pixels are too few for {grid.columns} × {grid.rows} cells"
                + hint
            )
        (tops, bottoms), (lefts, rights) = (
            self._insides(height, grid.rows),
            self._insides(width, grid.columns),
        )
        across = np.stack(
            [self.bits[:, a:b].sum(axis=1) for a, b in zip(lefts, rights, strict=True)], axis=1
        )  # (height, columns)
        ones = np.stack(
            [across[a:b].sum(axis=0) for a, b in zip(tops, bottoms, strict=True)]
        )  # (rows, columns)
        areas = np.outer(bottoms - tops, rights - lefts)
        mixed = np.argwhere(np.minimum(ones, areas - ones) > areas * (STRAY if self.shaded else 0))
        if len(mixed):
            row, column = mixed[0] + 1
            raise UserError(
                f"{self.path}: with {grid.rows} rows and {grid.columns} columns, the cell in row {row}, "
                f"column {column} has both colours{hint}"
            )
        y, x = _centres(height, grid.rows), _centres(width, grid.columns)
        if not self.shaded:
            for axis, centres in enumerate((y, x)):
                between = np.searchsorted(
                    centres, self._changes(axis)
                )  # how many centres come before a change
                if (np.diff(between, prepend=0, append=grid[axis]) < 1).any():
                    raise UserError(
                        f"{self.path}: with {grid.rows} rows and {grid.columns} columns, the colour changes "
                        f"elsewhere than between cells{hint}"
                    )
        strange = np.argwhere(self.strange[np.ix_(y, x)])
        if len(strange):
            row, column = strange[0]
            raise UserError(
                f"{self.path}: the cell in row {row + 1}, column {column + 1} is "
                f"{_name(self.codes[y[row], x[column]])}, near neither {self.names[0]} nor {self.names[1]}, "
                "the picture's two colours"
            )
        if found not in (None, grid):
            log.warning("%s: read as %s, as you say; %s would show the same picture", self.path, grid, found)
        return ones * 2 > areas

    def _insides(self, length: int, n: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The pixels of each of n cells along a length that should have its colour: from, and up to.

        Cells of whole pixels are looked at whole; otherwise without those on the border, and where there are
        shades, which scaling leaves there, without the outer quarters.
        """
        size = length / n
        margin = size / 4 if self.shaded else 0 if size.is_integer() else 0.5
        centres = _centres(length, n)
        first = np.ceil(np.arange(n) * size + margin).astype(np.intp)
        last = np.floor(np.arange(1, n + 1) * size - margin).astype(np.intp)
        return np.minimum(first, centres), np.maximum(last, centres + 1)

    def _hint(self, grid: Grid, found: Grid | None) -> str:
        """What the picture has instead of the grid that it should have."""
        if found is None or found == grid:
            return ""
        swapped = found == grid[::-1]
        turned = ", and needs `orientation: portrait` if it was turned clockwise" if swapped else ""
        return f"; it has {found}{turned}"


def _centres(length: int, n: int) -> npt.NDArray[np.intp]:
    """The pixel in the middle of each of n cells along a length."""
    return ((np.arange(n) + 0.5) * length / n).astype(np.intp)


def _peaks(strengths: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """Where the colour changes in a picture with shades: neighbouring changes are one, at their mean."""
    places = np.flatnonzero(strengths > strengths.max() / 20) if strengths.any() else np.empty(0, np.intp)
    runs = np.split(places, np.flatnonzero(np.diff(places) > 1) + 1) if len(places) else []
    return np.array([np.average(run, weights=strengths[run]) + 1 for run in runs])


def _fit(changes: npt.NDArray[np.float64], length: int, *, tolerance: float, least: int) -> int | None:
    """The least number of equal cells that have borders at all changes, and at most twice as many borders.

    A change may be off by the tolerance, in pixels; a cell has at least so many pixels.
    """
    if not len(changes):
        return 1
    for n in range(len(changes) + 1, min(2 * len(changes) + 1, length // least) + 1):
        borders = np.round(changes * n / length)
        off = np.abs(changes - borders * length / n).max()
        if off <= tolerance + 1e-9 and (np.diff(borders) > 0).all():
            return n
    return None
