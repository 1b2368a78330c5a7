"""How a picture looks: the pair of colours that is its style, and the size at which it is printed."""

import math
import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from phonecase.art.colour import apart
from phonecase.art.palettes import PALETTES
from phonecase.errors import suggestion
from phonecase.settings import Settings

Orientation = Literal["landscape", "portrait"]
By = Literal["surprise", "word", "verse", "flip rate", "unit"]

LEGIBLE = 3.0
"""The contrast from which graphics can be read (WCAG 2.2, criterion 1.4.11)."""
PRINTABLE = 10.0
"""The ΔE from which two colours stay two when each is printed 5 off, which ISO 12647-2 allows."""


def _hex_colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise ValueError(f"'{text}' is not a colour; write it as six hexadecimal digits, like '#0040A1'")
    return text.upper()


def _pair(value: Any) -> Any:
    """A palette's name stands for its colours."""
    if not isinstance(value, str):
        return value
    if value not in PALETTES:
        hint = suggestion(value, PALETTES) or f"; give two colours, or one of {', '.join(PALETTES)}"
        raise ValueError(f"there is no palette '{value}'{hint}")
    return PALETTES[value].colours


Colour = Annotated[str, AfterValidator(_hex_colour), Field(examples=["#0040A1"])]
_Name = Literal[tuple(PALETTES)]  # type: ignore[valid-type]


class Shape(Settings):
    """What a cell looks like: a square, unless something else is said."""

    gap: float = Field(0.0, ge=0, le=0.8)
    """The space between cells, as a share of a cell: the ground shows there."""

    round: float = Field(0.0, ge=0, le=1)
    """How round a cell's corners are: 0 is square, 1 makes dots."""

    join: bool = False
    """Whether neighbouring cells of a colour flow together."""

    @property
    def plain(self) -> bool:
        """Whether cells are squares without gaps."""
        return not self.gap and not self.round


class Style(Shape):
    """Colours, and what a cell looks like."""

    colours: Annotated[
        tuple[Colour, Colour],
        BeforeValidator(_pair, json_schema_input_type=_Name | tuple[Colour, Colour]),
    ]
    """The colour of −1, then that of +1, as in ['#FEF7E9', '#0040A1']; or the name of a palette."""

    ground: Colour | None = None
    """What shows between cells and around the grid; the first of the colours, unless it is said."""

    by: By | None = None
    """What gives a cell of +1 its colour from a `scale`: of its column, `surprise` (from the least surprising
    character to the most), `word` or `verse` (by turns); of its row, `flip rate` (from the calmest unit to
    the liveliest) or `unit` (from the first row to the last)."""

    scale: list[Colour] | None = Field(None, min_length=2, max_length=16)
    """Two or more colours for `by`, in the place of the second of the colours."""

    @model_validator(mode="after")
    def _scaled(self) -> Self:
        if (self.by is None) != (self.scale is None):
            raise ValueError(
                "`by` and `scale` go together, as in {by: surprise, scale: ['#9CC5FF', '#0040A1']}"
            )
        return self

    @property
    def warning(self) -> str | None:
        """What is said of colours that are hard to tell apart, or may be in print or to the colour-blind.

        Of a scale, it is the colour that is closest to that of −1.
        """
        first, other = self.colours
        second = min(self.scale or [other], key=lambda colour: apart(first, colour))
        contrast, delta_e, deuteranopia = (math.floor(10 * part) / 10 for part in apart(first, second))
        if contrast >= LEGIBLE and min(delta_e, deuteranopia) >= PRINTABLE:
            return None
        return (
            f"{first} and {second} are close: contrast {contrast:.1f}:1 (legible from {LEGIBLE:.0f}:1), "
            f"ΔE {delta_e:.1f}, to the colour-blind {deuteranopia:.1f} (safe in print from {PRINTABLE:.0f})"
        )


def named_styles(table: Mapping[Any, Any]) -> dict[Any, Any]:
    """A table of styles in which one that has no colours has those of the palette of its name."""
    return {name: _named(name, style) for name, style in table.items()}


def _named(name: Any, style: Any) -> Any:
    if style is None or (isinstance(style, Mapping) and "colours" not in style and name in PALETTES):
        return {"colours": name, **(style or {})}
    return style


PRINTED = Style(colours=PALETTES["printed"].colours)
"""The colours of the case that the post's author had printed."""


class Print(Settings):
    """The size of the printed picture: cell / dpi inches for every unit and every character."""

    cell: int = Field(7, ge=1, le=100)
    """Pixels along each side of a cell: a whole number, since fractional cells show as bands."""

    dpi: int = Field(300, ge=36, le=2400)
    """Pixels per inch, which PNG files carry for the print shop."""
