"""Where the cells lie on the page: all in whole numbers, so that any language finds the same.

A page is what the print service gets: the case (`trim`) and a border around it that is cut off (`bleed`).
The grid has a row a unit and a column a character. A cell is a square of a whole number of pixels; it is
the same size everywhere, and nothing is stretched. Let `//` round down, also below zero, and `up(a / b)`
be `-(-a // b)`. Lengths are whole micrometres, an inch is 25,400 of them.

1.  A length l has `px(l) = (2 * l * dpi + 25400) // 50800` pixels (the nearest), or at least `up(l * dpi
    / 25400)`.
2.  The page is `up((width + 2 * bleed) * dpi / 25400)` pixels wide; the trim `px(width)`, its left edge
    at `(page - trim) // 2`. In height likewise. With a template the page is the template's pixels, and
    the trim what `px(bleed)` on every side leaves of it. The safe box lies `px(safe)` inside the trim, on
    every side.
3.  Landscape has characters along the page's width, the first at the left, and units down its height, the
    first row at the top. Portrait is that turned clockwise by a quarter: characters down the height, the
    first at the top; units along the width, the first row at the *right*. `auto` is portrait where the
    page is higher than wide, so that characters run along the longer side.
4.  The cell, by fit. `cover`: the smallest with which the units reach across the trim, `up(side /
    units)`, where `side` is the trim's along the units. `contain`: the largest with which the whole grid
    lies in the safe box, the lesser of `safe // count` in both directions. `exact`: as given.
5.  Cells are numbered along the page, across and down, 0 to count - 1 (in portrait, the cell numbered i
    across shows row units - 1 - i). Cell 0 starts at `origin`. Units, and in `contain` characters too,
    are centred: `trim start + (trim - count * cell) // 2`. Otherwise the character `start`, counted from 1,
    starts where the trim does; and so does the row `start_row`, where one is said: in portrait it ends where
    the trim ends.
6.  `contain` paints the cells numbered 0 to count - 1, around them is ground. Otherwise the page is
    filled: cells `first = (0 - origin) // cell` to `last = (page - 1 - origin) // cell`; cell i shows
    what cell i mod count of the grid does, so beyond its ends the grid goes on from its other end. What
    juts out of the page is cut off.
7.  Seen are the cells that lie whole in the trim: `up((trim start - origin) / cell)` to, without it,
    `(trim end - origin) // cell`, within 0 to count in `contain`; of more than count, count.
8.  A caption takes `CAPTION` cells before the first row: a line of letters `LINE` cells high, and the rest
    free. It is a part of the grid where that is to fit or to be centred (4 and 5: `units + CAPTION`). In
    `cover` and `exact` it lies where the safe box begins on that side, and nothing but ground beyond it; the
    units reach from there across the trim (4: less the inset), the row `start_row` first, or the first. Along
    the characters, corners are too round for letters up to `px(radius)` from the trim, if that is more than
    the inset: what is left is their room, in which `contain` lays all and otherwise the character `start`
    starts, and letters have the columns that lie whole in it. The grid alone has `MARGIN` beyond its caption.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from phonecase.art.styles import Orientation
from phonecase.errors import UserError

MICROMETRES_PER_INCH = 25_400

CAPTION, LINE = 3, 2  # cells that a caption takes, and its letters of them
MARGIN = 1  # cells

Fit = Literal["cover", "contain", "exact"]


class Box(NamedTuple):
    """A rectangle on the page, in pixels from its top left corner."""

    left: int
    top: int
    width: int
    height: int


class Block(NamedTuple):
    """A grid of cells on the page. Cells are numbered along the page, `first` at (left, top)."""

    left: int
    """px of the first cell's left edge; negative where the page cuts it"""
    top: int
    first_across: int
    across: int
    """how many cells"""
    first_down: int
    down: int


class Caption(NamedTuple):
    """A line of letters along a block, a cell wide and `LINE` cells high, turned as the page is."""

    left: int
    """px of the first letter's left edge"""
    top: int
    first: int
    """the number of its column"""
    columns: int


@dataclass(frozen=True)
class Layout:
    """A page in pixels, and the cells on it."""

    width: int
    height: int
    dpi: int
    trim: Box
    safe: Box
    orientation: Orientation
    cell: int
    """px along each side of a cell"""
    blocks: tuple[Block, ...]
    """one, or one for each line of a poster"""
    units_seen: int
    characters_seen: int
    captions: tuple[Caption, ...] = ()
    """none, or one for each block"""


def pixels(length: int, dpi: int) -> int:
    """The whole number of pixels nearest to a length in micrometres."""
    return (2 * length * dpi + MICROMETRES_PER_INCH) // (2 * MICROMETRES_PER_INCH)


def micrometres(mm: float) -> int:
    """A length in mm as a whole number of micrometres."""
    return round(mm * 1000)


def lay_out(
    units: int,
    characters: int,
    *,
    width: int,
    height: int,
    bleed: int = 0,
    safe: int = 0,
    radius: int = 0,
    dpi: int = 300,
    orientation: Orientation | Literal["auto"] = "auto",
    fit: Fit = "cover",
    cell: int = 7,
    template: tuple[int, int] | None = None,
    start: int = 1,
    start_row: int = 0,
    caption: bool = False,
) -> Layout:
    """A grid on one page (see above). Lengths are micrometres, `template` and `cell` pixels.

    Rows are centred where `start_row` is 0 and there is no caption. Raises UserError for a start beyond the
    grid, and where `contain` finds no room for a pixel a cell, or a caption none at all.
    """
    if start > characters:
        raise UserError(f"print.start: {start:,} is beyond the end, there are {characters:,} characters")
    if start_row > units:
        raise UserError(f"print.start_row: {start_row:,} is beyond the end, there are {units:,} rows")
    page = template or (_up((width + 2 * bleed) * dpi), _up((height + 2 * bleed) * dpi))
    border = pixels(bleed, dpi)
    trims = (
        tuple(side - 2 * border for side in page) if template else (pixels(width, dpi), pixels(height, dpi))
    )
    trim = Box(*((side - inner) // 2 for side, inner in zip(page, trims, strict=True)), *trims)
    inset = pixels(safe, dpi)
    inner = Box(trim.left + inset, trim.top + inset, trim.width - 2 * inset, trim.height - 2 * inset)
    if orientation == "auto":
        orientation = "portrait" if page[1] > page[0] else "landscape"
    turned = orientation == "portrait"
    counts = (units, characters) if turned else (characters, units)  # across, down
    extra, row = (CAPTION if caption else 0), start_row or 1
    room = [(inner[axis], inner[axis + 2]) for axis in (0, 1)]  # start and length
    along = 1 if turned else 0
    if caption:
        ends = max(inset, pixels(radius, dpi))
        room[along] = (trim[along] + ends, trim[along + 2] - 2 * ends)
    match fit:
        case "cover":
            side = (trim.width if turned else trim.height) - (inset if caption else 0)
            cell = -(-side // (units + extra))
        case "contain":
            across, down = (units + extra, characters) if turned else (characters, units + extra)
            cell = min(room[0][1] // across, room[1][1] // down)
            if cell < 1:
                raise UserError(
                    f"print: {units} units × {characters:,} characters do not all fit into "
                    f"{max(room[0][1], 0):,} × {max(room[1][1], 0):,} pixels, even at a pixel a cell; "
                    "say `fit: cover`, or `phone: poster`, which has lines"
                )
    firsts, numbers, origins, seen = [], [], [], []
    for axis, count in enumerate(counts):
        edge, side = trim[axis], trim[axis + 2]
        of_units = (axis == 0) == turned
        whole = count + extra if of_units else count
        near, length = room[axis] if caption else (edge, side)
        if fit == "contain" or (of_units and not caption and not start_row):
            origin = edge + (side - whole * cell) // 2 + (extra * cell if of_units and not turned else 0)
        elif of_units and turned:  # the first row is the last cell
            origin = near + length - (whole + 1 - row) * cell
        else:
            origin = near + (extra + 1 - row if of_units else 1 - start) * cell
        low, high = -(-(edge - origin) // cell), (edge + side - origin) // cell
        if fit == "contain":
            first, last, low, high = 0, count - 1, max(low, 0), min(high, count)
        else:
            first, last = -origin // cell, (page[axis] - 1 - origin) // cell
            if of_units and caption:  # on its side is ground alone
                first, low = (first, low) if turned else (row - 1, max(low, row - 1))
                last, high = (count - row, min(high, count + 1 - row)) if turned else (last, high)
        firsts.append(first)
        numbers.append(last - first + 1)
        origins.append(origin)
        seen.append(max(0, min(count, high - low)))
    left, top = (origin + first * cell for origin, first in zip(origins, firsts, strict=True))
    captions = []
    if caption:
        at = origins[along] + (start - 1) * cell
        letters = (sum(room[along]) - at) // cell
        letters = min(letters, characters) if fit == "contain" else letters
        if letters < 1 or room[1 - along][1] < (CAPTION + 1) * cell:
            raise UserError(
                f"print.caption: there is no room for it within the safe inset beside cells of {cell} px"
            )
        above = units + CAPTION - LINE + 1 - row if turned else row - 1 - CAPTION  # cells
        beside = origins[1 - along] + above * cell
        captions.append(Caption(*((beside, at) if turned else (at, beside)), start - 1, letters))
    return Layout(
        *page,
        dpi,
        trim,
        inner,
        orientation,
        cell,
        (Block(left, top, firsts[0], numbers[0], firsts[1], numbers[1]),),
        units_seen=seen[0 if turned else 1],
        characters_seen=seen[1 if turned else 0],
        captions=tuple(captions),
    )


def lay_out_bare(
    units: int,
    characters: int,
    *,
    dpi: int = 300,
    orientation: Orientation = "landscape",
    cell: int = 7,
    caption: bool = False,
) -> Layout:
    """The grid alone, every cell of it and nothing else but a caption."""
    turned = orientation == "portrait"
    across, down = (units, characters) if turned else (characters, units)
    extra = CAPTION + MARGIN if caption else 0
    beside, above = (extra, 0) if turned else (0, extra)
    page = Box(0, 0, (across + beside) * cell, (down + above) * cell)
    left, top = (units + CAPTION - LINE, 0) if turned else (0, MARGIN)
    return Layout(
        page.width,
        page.height,
        dpi,
        page,
        page,
        orientation,
        cell,
        (Block(0, above * cell, 0, across, 0, down),),
        units_seen=units,
        characters_seen=characters,
        captions=(Caption(left * cell, top * cell, 0, characters),) if caption else (),
    )


def lay_out_lines(
    units: int,
    characters: int,
    *,
    width: int,
    height: int,
    bleed: int = 0,
    safe: int = 0,
    dpi: int = 300,
    fit: Fit = "contain",
    cell: int = 7,
    template: tuple[int, int] | None = None,
    caption: bool = False,
) -> list[Layout]:
    """A long passage on a poster: lines of characters, one below the other like the lines of a text.

    Between two lines is an eighth of a line's height, and a caption where there is one. Each line but the
    last has as many characters as reach across the safe box; all lines stand in its middle, the last one
    begins where the others do. The cell is the largest with which all lines fit on one page; with `fit:
    exact` it is as given, and there are as many pages as that takes.

    Raises UserError where there is no room for a pixel a cell, or for one line.
    """
    empty = lay_out(
        units,
        characters,
        width=width,
        height=height,
        bleed=bleed,
        safe=safe,
        dpi=dpi,
        orientation="landscape",
        fit="exact",
        cell=1,
        template=template,
    )
    room = empty.safe
    extra = CAPTION if caption else 0
    tall = units + extra  # cells
    gap = max(1, units // 8)  # cells

    def lines_of(size: int) -> int:
        """How many lines one below the other are room for."""
        return (room.height // size + gap) // (tall + gap)

    if fit != "exact":
        cell = next(
            (
                size
                for size in range(room.height // tall, 0, -1)
                if (room.width // size) * lines_of(size) >= characters
            ),
            0,
        )
    across, lines = (min(room.width // cell, characters), lines_of(cell)) if cell else (0, 0)
    if not across or not lines:
        raise UserError(
            f"print: {units} units × {characters:,} characters do not all fit into "
            f"{max(room.width, 0):,} × {max(room.height, 0):,} pixels; say `fit: exact` with a small "
            "`cell:`, and there are as many pages as it takes, or take a larger poster"
        )
    pages = []
    for start in range(0, characters, across * lines):
        here = [
            (first, min(across, characters - first))
            for first in range(start, min(start + across * lines, characters), across)
        ]
        left = room.left + (room.width - across * cell) // 2
        top = room.top + (room.height - (len(here) * (tall + gap) - gap) * cell) // 2
        tops = [top + row * (tall + gap) * cell for row in range(len(here))]
        pages.append(
            Layout(
                empty.width,
                empty.height,
                dpi,
                empty.trim,
                room,
                "landscape",
                cell,
                tuple(
                    Block(left, top + extra * cell, first, count, 0, units)
                    for top, (first, count) in zip(tops, here, strict=True)
                ),
                units_seen=units,
                characters_seen=sum(count for _, count in here),
                captions=tuple(
                    Caption(left, top, first, count)
                    for top, (first, count) in zip(tops, here, strict=True)
                    if caption
                ),
            )
        )
    return pages


def _up(length_by_dpi: int) -> int:
    """Pixels that are at least a length."""
    return -(-length_by_dpi // MICROMETRES_PER_INCH)
