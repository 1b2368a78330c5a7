"""A caption's letters: each in a column of its own, as an outline and as coverage of pixels.

They are those of DejaVu Sans Mono Bold, which matplotlib brings, under a licence by which anyone may use it
and pass it on. All are equally wide, so that a line of them has the pitch of the cells, and bold ones print
when they are small. As outlines they need no font where they are printed. Lengths are in cells: a letter's
box is 1 across and `LINE` down, and nothing of it juts out. Pixels are covered by samples of the same
outline, as `shapes` has it for cells.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.art.layout import LINE
from phonecase.art.shapes import SAMPLES, Curve, Point
from phonecase.art.shapes import Path as Outline

FONT = "DejaVu Sans Mono Bold"
WIDTH, ASCENT, DESCENT = 1233, 1901, -483  # of its letters' boxes, in its units
X_HEIGHT, EM = 1120, 2048
STEPS = 8  # of a curve, as lines
DIGITS = 4  # of an outline's numbers, everywhere the same


def letter(character: str) -> list[Outline]:
    """A character's outline; fill it by winding. White space has none, nor has what the font lacks."""
    return _letter(character)


def lacking(text: str) -> list[str]:
    """The characters of a text that aren't white space and that the font has no letter for, sorted."""
    known = _font()[1]
    return sorted(
        {character for character in text if not character.isspace() and ord(character) not in known}
    )


LEGIBLE = 1.2
"""Mm of an x, from which print is clearly legible (on food: Regulation (EU) 1169/2011, article 13)"""


def x_height(cell: int, dpi: int) -> float:
    """How high an x is, in mm."""
    return X_HEIGHT / WIDTH * cell / dpi * 25.4


def points(cell: int, dpi: int) -> float:
    """The size of the letters, in points."""
    return EM / WIDTH * cell / dpi * 72


@cache
def coverage(character: str, cell: int, levels: int) -> npt.NDArray[np.uint8]:
    """How much of each pixel of a letter's box it covers, 0 to `levels`.  # (LINE * cell, cell)

    By SAMPLES² samples a pixel, of which those count around which the outline winds.
    """
    side = cell * SAMPLES  # samples along a cell
    turns = np.zeros((LINE * side, side + 1), np.int64)
    for x0, y0, x1, y1 in _edges(letter(character)):
        up = y0 > y1
        low, high = (y1, y0) if up else (y0, y1)
        rows = np.arange(int(np.ceil(low * side - 0.5)), int(np.ceil(high * side - 0.5)))
        x = x0 + ((rows + 0.5) / side - y0) * (x1 - x0) / (y1 - y0)
        columns = np.clip(np.ceil(x * side - 0.5).astype(np.int64), 0, side)
        np.add.at(turns, (rows, columns), -1 if up else 1)
    inside = np.cumsum(turns, axis=1)[:, :-1] != 0
    samples = inside.reshape(LINE * cell, SAMPLES, cell, SAMPLES).sum(axis=(1, 3))
    found: npt.NDArray[np.uint8] = ((2 * samples * levels + SAMPLES**2) // (2 * SAMPLES**2)).astype(np.uint8)
    return found


def _edges(paths: Iterable[Outline]) -> Iterator[tuple[float, float, float, float]]:
    """An outline's lines, and in the place of its curves `STEPS` lines each; level ones are left out."""
    for path in paths:
        dots: list[Point] = [path[0]]  # type: ignore[list-item]
        for step in [*path[1:], path[0]]:
            dots += _along(dots[-1], step) if len(step) == 6 else [step]
        for (x0, y0), (x1, y1) in pairwise(dots):
            if y0 != y1:
                yield x0, y0, x1, y1


def _along(start: Point, curve: Curve) -> list[Point]:
    """Points on a Bézier curve after its start."""
    (ax, ay), (bx, by, cx, cy, dx, dy) = start, curve
    dots = []
    for k in range(1, STEPS + 1):
        t = k / STEPS
        s = 1 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        dots.append((a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy))
    return dots


@cache
def _letter(character: str) -> list[Outline]:
    from fontTools.pens.basePen import BasePen
    from fontTools.pens.boundsPen import ControlBoundsPen

    glyphs, known = _font()
    name = None if character.isspace() else known.get(ord(character))
    if name is None:
        return []
    bounds = ControlBoundsPen(glyphs)
    glyphs[name].draw(bounds)
    if bounds.bounds is None:
        return []
    left, bottom, right, top = bounds.bounds
    # a few jut out of their boxes: they are moved into them, and made smaller where that isn't enough
    scale = min(1.0, WIDTH / (right - left), (ASCENT - DESCENT) / (top - bottom))
    x0 = min(max(0.0, left * scale), WIDTH - (right - left) * scale) - left * scale
    y0 = min(max(DESCENT, bottom * scale), ASCENT - (top - bottom) * scale) - bottom * scale
    middle = (ASCENT + DESCENT) / 2

    def placed(*dots: Point) -> tuple[float, ...]:
        return tuple(
            round(part, DIGITS)
            for x, y in dots
            for part in ((x * scale + x0) / WIDTH, LINE / 2 - (y * scale + y0 - middle) / WIDTH)
        )

    class Pen(BasePen):  # type: ignore[misc]  # makes cubic curves of quadratic ones
        def _moveTo(self, dot: Point) -> None:  # noqa: N802
            paths.append([placed(dot)])  # type: ignore[list-item]

        def _lineTo(self, dot: Point) -> None:  # noqa: N802
            paths[-1].append(placed(dot))  # type: ignore[arg-type]

        def _curveToOne(self, *dots: Point) -> None:  # noqa: N802
            paths[-1].append(placed(*dots))  # type: ignore[arg-type]

    paths: list[Outline] = []
    glyphs[name].draw(Pen(glyphs))
    return paths


@cache
def _font() -> tuple[Any, dict[int, str]]:
    """Its glyphs, and their names by code points."""
    import matplotlib
    from fontTools.ttLib import TTFont

    font = TTFont(Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSansMono-Bold.ttf", lazy=True)
    return font.getGlyphSet(), font.getBestCmap()
