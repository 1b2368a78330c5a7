"""What a cell looks like: a square, or smaller, rounded, a dot, or flowing into neighbours of its colour.

Lengths are in cells. A cell is inset by half the gap on every side, and its corners are rounded by a radius
of `round` times half of what is left, so that 1 makes dots. Cells that join are one region: it is inset where
it ends, its corners are rounded outward and inward, and diagonal neighbours don't touch. The same shapes are
made twice, as outlines for SVG and PDF and as coverage for pixels; a test holds them equal.
"""

from collections.abc import Iterator
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from phonecase.art.styles import Shape

Point = tuple[float, float]
Curve = tuple[float, float, float, float, float, float]
Path = list[Point | Curve]
"""A closed path: a point to start from, and points and Bézier curves to go on to."""

SAMPLES = 8  # a pixel's coverage is known to 1 / SAMPLES²
KAPPA = 0.5522847498  # of a Bézier curve that is a quarter of a circle


def radius(shape: Shape) -> float:
    """Of a cell's rounded corners, in cells."""
    return shape.round * (1 - shape.gap) / 2


def outlines(mask: npt.NDArray[np.bool_], shape: Shape) -> Iterator[Path]:  # (down, across)
    """The outlines of the cells of a mask; x is across, y down, a cell 1 × 1. Fill them by even and odd."""
    inset, r = shape.gap / 2 or 0, radius(shape)  # whole numbers stay whole, and are written faster
    if shape.join or shape.plain:
        for corners in _loops(mask):
            yield _rounded([(x + dx * inset, y + dy * inset) for x, y, dx, dy in corners], r)
        return
    square = [(inset, inset), (1 - inset, inset), (1 - inset, 1 - inset), (inset, 1 - inset)]
    path = _rounded(square, r)
    for y, x in np.argwhere(mask).tolist():
        yield [tuple(part + (x, y)[i % 2] for i, part in enumerate(step)) for step in path]  # type: ignore[misc]


def _rounded(corners: list[Point], r: float) -> Path:
    """A closed path of axis-parallel edges with its corners rounded."""
    if not r:
        return list(corners)
    path: Path = []
    for i, (x, y) in enumerate(corners):
        ends = []
        for other in (corners[i - 1], corners[(i + 1) % len(corners)]):
            dx, dy = other[0] - x, other[1] - y
            length = abs(dx) + abs(dy)
            ends.append((dx / length, dy / length))
        (ax, ay), (bx, by) = ends
        rest = (1 - KAPPA) * r
        path.append((x + ax * r, y + ay * r))
        path.append((x + ax * rest, y + ay * rest, x + bx * rest, y + by * rest, x + bx * r, y + by * r))
    return path


def _loops(mask: npt.NDArray[np.bool_]) -> Iterator[list[tuple[int, int, int, int]]]:
    """The regions' boundaries as loops of corners (x, y, dx, dy), where (dx, dy) points into the region.

    On every row of lattice points, the corners from left to right begin and end horizontal edges by turns,
    and on every column the vertical ones; so sorting finds each corner's two neighbours. Where two cells
    touch at a point only, that point is a corner of each.
    """
    padded = np.pad(mask, 1)
    nw, ne, sw, se = padded[:-1, :-1], padded[:-1, 1:], padded[1:, :-1], padded[1:, 1:]
    touching = (nw == se) & (ne == sw) & (nw != ne)
    odd = nw ^ ne ^ sw ^ se
    y, x = np.nonzero(odd)
    right, down = (ne != se)[odd], (sw != se)[odd]  # where its edges go
    filled = (nw.astype(np.int8) + ne + sw + se)[odd]
    # into the only filled cell, or away from the only empty one
    lone = np.stack([part[odd] == (filled == 1) for part in (nw, ne, sw, se)])
    which = lone.argmax(axis=0)
    into = np.array([(-1, -1), (1, -1), (-1, 1), (1, 1)])[which] * np.where(filled == 1, 1, -1)[:, None]
    ty, tx = np.nonzero(touching)
    falling = nw[touching]  # the filled ones are north-west and south-east
    y, x = np.concatenate([y, ty, ty]), np.concatenate([x, tx, tx])
    right = np.concatenate([right, ~falling, falling])  # of the upper one, then of the lower one
    down = np.concatenate([down, np.zeros(len(ty), bool), np.ones(len(ty), bool)])
    sides = np.where(falling, -1, 1)
    into = np.concatenate(
        [into, np.stack([sides, -np.ones_like(sides)], 1), np.stack([-sides, np.ones_like(sides)], 1)]
    )
    count = len(x)
    partner = np.empty((2, count), np.int64)
    for way, order in enumerate((np.lexsort((right, x, y)), np.lexsort((down, y, x)))):
        pairs = order.reshape(-1, 2)
        partner[way, pairs[:, 0]], partner[way, pairs[:, 1]] = pairs[:, 1], pairs[:, 0]
    across, along = partner.tolist()
    corners = list(zip(x.tolist(), y.tolist(), *into.T.tolist(), strict=True))
    seen = bytearray(count)
    for start in range(count):
        if not seen[start]:
            loop, here = [], start
            while not seen[here]:
                there = across[here]
                seen[here] = seen[there] = 1
                loop += [corners[here], corners[there]]
                here = along[there]
            yield loop


@cache
def tile(shape: Shape, cell: int, levels: int, code: int) -> npt.NDArray[np.uint8]:
    """How much of each pixel of a cell is covered, 0 to `levels`, by what surrounds it.  # (cell, cell)

    The code has 9 bits, one for each of 3 × 3 cells from north-west to south-east, of which it is the middle
    one: whether that cell is of the colour in question.
    """
    side = cell * SAMPLES
    cells = [[bool(code >> (3 * row + column) & 1) for column in range(3)] for row in range(3)]
    covered = np.zeros((side, side), bool)
    half = side // 2
    for south, east in ((0, 0), (0, 1), (1, 0), (1, 1)):  # a quarter of the cell, seen from the corner there
        rows = slice(half, None) if south else slice(None, half)
        columns = slice(half, None) if east else slice(None, half)
        around = (cells[1][1], cells[1][2 * east], cells[2 * south][1], cells[2 * south][2 * east])
        covered[rows, columns] = _quarter(shape, side, south, east, around)
    share = covered.reshape(cell, SAMPLES, cell, SAMPLES).mean(axis=(1, 3))
    found: npt.NDArray[np.uint8] = np.rint(share * levels).astype(np.uint8)
    return found


@lru_cache(4 * 2**4)  # all of a cell's, which 512 surroundings share
def _quarter(
    shape: Shape, side: int, south: int, east: int, around: tuple[bool, bool, bool, bool]
) -> npt.NDArray[np.bool_]:
    """What is covered of a quarter of a cell of so many samples a side.  # (side / 2, side / 2)"""
    at = (np.arange(side) + 0.5) / side - 0.5  # from the middle
    half = side // 2
    inward = 0.5 - np.abs(at)  # of the edge
    dy = (inward[half:] if south else inward[:half])[:, None]
    dx = (inward[half:] if east else inward[:half])[None, :]
    return _around_a_corner(around, dx, dy, shape)


def _around_a_corner(
    filled: tuple[
        bool, bool, bool, bool
    ],  # this cell, the one beside it, the one above or below, the diagonal
    dx: npt.NDArray[np.float64],
    dy: npt.NDArray[np.float64],
    shape: Shape,
) -> npt.NDArray[np.bool_]:
    """What is covered of a quarter of a cell, (dx, dy) away from the corner where it meets three others."""
    own, beside, beyond, across = filled
    inset, r = shape.gap / 2, radius(shape)
    everywhere = np.ones(np.broadcast_shapes(dx.shape, dy.shape), bool)
    if not shape.join or not (beside or beyond):  # on its own
        return own & _corner(dx, dy, inset, r) & everywhere
    match own, beside, beyond, across:
        case (True, True, True, True):
            return everywhere
        case (True, True, True, False):  # the empty one, rounded and larger by the inset, is across
            return ~_corner(-dx, -dy, -inset, r) & everywhere
        case (True, True, False, True):
            return ~_corner(dx, -dy, -inset, r) & everywhere
        case (True, False, True, True):
            return ~_corner(-dx, dy, -inset, r) & everywhere
        case (False, True, True, True):
            return ~_corner(dx, dy, -inset, r) & everywhere
        case (True, True, False, False):
            return (dy >= inset) & everywhere
        case (True, False, True, False):
            return (dx >= inset) & everywhere
    return ~everywhere


def _corner(
    dx: npt.NDArray[np.float64], dy: npt.NDArray[np.float64], inset: float, r: float
) -> npt.NDArray[np.bool_]:
    """The quarter plane beyond (inset, inset), its corner rounded."""
    x, y = dx - inset, dy - inset
    inside: npt.NDArray[np.bool_] = (x >= 0) & (y >= 0)
    if r:
        inside = inside & ~((x < r) & (y < r) & ((x - r) ** 2 + (y - r) ** 2 > r * r))
    return inside
