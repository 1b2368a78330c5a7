"""What is printed on: a phone's case, a poster, or nothing but the picture; how the grid is laid on it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from phonecase.art.layout import LINE, Fit, Layout, lay_out, lay_out_bare, lay_out_lines, micrometres
from phonecase.art.layout import pixels as pixels_of
from phonecase.art.phones import LARGEST, Opening, Phone, phones
from phonecase.art.services import services
from phonecase.art.styles import Orientation, Print
from phonecase.errors import suggestion

BLEED, SAFE = 3.0, 3.0  # mm, the trade's habit
POSTER, POSTER_SAFE = (500.0, 700.0), 25.0  # mm
OWN = ("custom", "poster", "none")


class Printing(Print):
    """What is printed on. Only files for print depend on more than the cell and the dots per inch."""

    phone: str = Field("none", examples=["iphone_16"])
    """A phone (docs/print.md lists them), or `custom` with its width and height, `poster`, or `none`: the
    picture alone."""

    width: float | None = Field(None, gt=0, le=LARGEST)
    """Mm, of a custom case or a poster (500)."""

    height: float | None = Field(None, gt=0, le=LARGEST)
    """Mm, of a custom case or a poster (700)."""

    radius: float | None = Field(None, ge=0, le=100)
    """Mm, of a custom case's corners."""

    bleed: float | None = Field(None, ge=0, le=50)
    """Mm beyond the edge on every side, to be cut off; the service's, or 3."""

    safe: float | None = Field(None, ge=0, le=200)
    """Mm within the edge that may be lost; the service's, or 3, of a poster 25."""

    orientation: Literal["auto"] | Orientation = "auto"
    """Which way the passage runs: `portrait` down, `landscape` across; `auto` along the longer side, of the
    picture alone down."""

    fit: Fit = "cover"
    """How the grid is laid out: `cover` fills the case and crops or repeats characters, `contain` shows every
    cell, `exact` has cells of `cell` pixels. A poster has lines, and with `exact` the pages that takes."""

    start: int = Field(1, ge=1)
    """The character that a case begins with, where it doesn't show all of them; 1 is the passage's first."""

    start_row: int | None = Field(None, ge=1)
    """The row that lies at the case's edge, 1 is the order's first: at the top, or in portrait at the right.
    Unless it is said, the rows are centred."""

    template: list[int] | None = Field(None, min_length=2, max_length=2, examples=[[723, 1483]])
    """Width and height in pixels of a print service's template, with whatever bleed it has: it wins over the
    size in mm."""

    service: str | None = Field(None, examples=["gelato"])
    """Who prints it (docs/print.md): sets bleed and safe inset, where these aren't said."""

    caption: bool = False
    """Whether the passage stands along the grid, each character above its column."""

    cmyk: Path | None = None
    """A printer's ICC profile: the TIFF is in its inks then, and the PDF a PDF/X-4 for it."""

    @field_validator("phone")
    @classmethod
    def _known_phone(cls, name: str) -> str:
        if name not in OWN and name not in phones():
            hint = suggestion(name, [*phones(), *OWN]) or "; docs/print.md lists them, or say `custom`"
            raise ValueError(f"there is no phone '{name}'{hint}")
        return name

    @field_validator("service")
    @classmethod
    def _known_service(cls, name: str | None) -> str | None:
        if name is not None and name not in services():
            hint = suggestion(name, services()) or f"; there are {', '.join(services())}"
            raise ValueError(f"there is no service '{name}'{hint}")
        return name

    @field_validator("template")
    @classmethod
    def _pixels(cls, size: list[int] | None) -> list[int] | None:
        if size and not all(1 <= side <= 100_000 for side in size):
            raise ValueError(f"should be a width and a height in pixels, as in [723, 1483]; it is {size}")
        return size

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        sized = self.phone in ("custom", "poster")
        if self.phone == "custom" and (self.width is None or self.height is None):
            raise ValueError("`phone: custom` needs its `width` and `height` in mm")
        if not sized and (self.width is not None or self.height is not None):
            raise ValueError("`width` and `height` are for `phone: custom` or `phone: poster`")
        if self.phone != "custom" and self.radius is not None:
            raise ValueError("`radius` is for `phone: custom`")
        if self.radius and self.width and self.height and 2 * self.radius > min(self.width, self.height):
            raise ValueError("`radius` is at most half of the shorter side")
        if self.phone == "none" and self.template:
            raise ValueError("`template` is for a phone, `custom` or `poster`")
        begun = self.start > 1 or self.start_row is not None
        if begun and (self.phone in ("none", "poster") or self.fit == "contain"):
            raise ValueError(
                "`start` and `start_row` are for a phone or `custom`, with `fit: cover` or `exact`; "
                "else all is shown"
            )
        if self.phone == "poster" and self.orientation == "portrait":
            raise ValueError("`orientation: portrait` is not for a poster, whose lines run across")
        if self.template and self.phone in phones() and self.template[0] > self.template[1]:
            raise ValueError(f"`template` is that of the phone as it stands, as in {self.template[::-1]}")
        if case := case_of(self):
            self._leaves_room(case)
        return self

    def _leaves_room(self, case: "Case") -> None:
        """Raise ValueError where nothing is left within what is cut off and may be lost."""
        bleed, safe = (pixels_of(micrometres(mm), self.dpi) for mm in (case.bleed, case.safe))
        if self.template:
            width, height = self.template
            if min(width, height) <= 2 * (bleed + safe):
                raise ValueError(
                    f"`template`: {width:,} × {height:,} px leave nothing within {case.bleed:g} mm of bleed "
                    f"and {case.safe:g} mm safe at {self.dpi} DPI"
                )
        elif 2 * case.safe >= min(case.width, case.height):
            raise ValueError(
                f"`safe`: {case.safe:g} mm on every side leave nothing of {case.name}, "
                f"{case.width:g} × {case.height:g} mm"
            )
        elif pixels_of(micrometres(min(case.width, case.height)), self.dpi) <= 2 * safe:
            raise ValueError(
                f"{case.width:g} × {case.height:g} mm leave no pixel within {case.safe:g} mm safe "
                f"at {self.dpi} DPI"
            )


@dataclass(frozen=True)
class Case:
    """What is printed on, in mm."""

    name: str
    width: float
    height: float
    radius: float
    camera: tuple[Opening, ...]
    bleed: float
    safe: float
    clear: float
    """around the camera"""


def case_of(printing: Printing) -> Case | None:
    """What is printed on, if it is more than the picture."""
    service = services()[printing.service] if printing.service else None
    match printing.phone:
        case "none":
            return None
        case "custom":
            phone = Phone(
                name="your case",
                width=printing.width or 0,
                height=printing.height or 0,
                radius=printing.radius or 0,
            )
        case "poster":
            width, height = printing.width or POSTER[0], printing.height or POSTER[1]
            phone = Phone(name="poster", width=width, height=height)
        case name:
            phone = phones()[name]
    bleed = service.bleed if service else BLEED
    safe = POSTER_SAFE if printing.phone == "poster" else service.safe if service else SAFE
    return Case(
        phone.name,
        phone.width,
        phone.height,
        phone.radius,
        phone.camera,
        bleed if printing.bleed is None else printing.bleed,
        safe if printing.safe is None else printing.safe,
        service.camera if service else 0.0,
    )


def pages(printing: Printing, units: int, characters: int) -> list[Layout]:
    """The grid on what is printed on: one page, or of a poster perhaps several.

    Raises UserError where it finds no room.
    """
    case = case_of(printing)
    if case is None:
        orientation = "portrait" if printing.orientation == "auto" else printing.orientation
        return [
            lay_out_bare(
                units,
                characters,
                dpi=printing.dpi,
                orientation=orientation,
                cell=printing.cell,
                caption=printing.caption,
            )
        ]
    size = {
        "width": micrometres(case.width),
        "height": micrometres(case.height),
        "bleed": micrometres(case.bleed),
        "safe": micrometres(case.safe),
    }
    template = (printing.template[0], printing.template[1]) if printing.template else None
    if printing.phone == "poster":
        return lay_out_lines(
            units,
            characters,
            **size,
            dpi=printing.dpi,
            fit=printing.fit,
            cell=printing.cell,
            template=template,
            caption=printing.caption,
        )
    return [
        lay_out(
            units,
            characters,
            **size,
            radius=micrometres(case.radius),
            dpi=printing.dpi,
            orientation=printing.orientation,
            fit=printing.fit,
            cell=printing.cell,
            template=template,
            start=printing.start,
            start_row=printing.start_row or 0,
            caption=printing.caption,
        )
    ]


def hidden(layout: Layout, case: Case | None) -> int:
    """How many columns' letters the camera covers, taken as a rectangle."""
    scale = layout.trim.width / case.width if case else 1.0  # px a mm, of a template as it is
    count = 0
    for line in layout.captions:
        for place in range(line.columns):
            along, across = place * layout.cell, LINE * layout.cell
            if layout.orientation == "portrait":
                left, top, width, height = line.left, line.top + along, across, layout.cell
            else:
                left, top, width, height = line.left + along, line.top, layout.cell, across
            left, top = left - layout.trim.left, top - layout.trim.top
            count += any(
                left < (opening.left + opening.width) * scale
                and left + width > opening.left * scale
                and top < (opening.top + opening.height) * scale
                and top + height > opening.top * scale
                for opening in (case.camera if case else ())
            )
    return count


def in_words(printing: Printing, layouts: list[Layout], units: int, characters: int) -> str:
    """How the grid was laid out, and how much of it is seen, in a line."""
    case, first = case_of(printing), layouts[0]
    name = case.name if case else "the picture"
    bleed = f" with {case.bleed:g} mm of bleed" if case else ""
    mm = first.cell / first.dpi * 25.4
    lines = sum(len(layout.blocks) for layout in layouts)
    if printing.phone == "poster":
        way = f"{lines} lines on {len(layouts)} page{'s' * (len(layouts) > 1)}"
    else:
        way = f"{first.orientation}, {printing.fit}" if case else first.orientation
    seen = sum(layout.characters_seen for layout in layouts)
    row = f" from row {printing.start_row}" if printing.start_row else ""
    start = f" from character {printing.start:,}" if printing.start > 1 else ""
    return (
        f"{name}: {first.width:,} × {first.height:,} px at {first.dpi} DPI{bleed}, {way}, "
        f"{first.cell} px ({mm:.2f} mm) a cell: {first.units_seen} of {units} units{row} and "
        f"{seen:,} of {characters:,} characters{start} are seen"
    )
