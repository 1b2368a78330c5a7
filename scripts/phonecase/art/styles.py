"""How a picture looks: the pair of colours that is its style, and the size at which it is printed."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from phonecase.settings import Settings

Orientation = Literal["landscape", "portrait"]


def _hex_colour(text: str) -> str:
    if not re.fullmatch(r"#[0-9A-Fa-f]{6}", text):
        raise ValueError(f"'{text}' is not a colour; write it as six hexadecimal digits, like '#0040A1'")
    return text.upper()


Colour = Annotated[str, AfterValidator(_hex_colour), Field(examples=["#0040A1"])]


class Style(Settings):
    """A pair of colours."""

    colours: tuple[Colour, Colour]
    """The colour of −1, then that of +1, as in ['#FEF7E9', '#0040A1']."""


PRINTED = Style(colours=("#FEF7E9", "#0040A1"))
"""The colours of the case that the post's author had printed."""


class Print(Settings):
    """The size of the printed picture: cell / dpi inches for every unit and every character."""

    cell: int = Field(7, ge=1, le=100)
    """Pixels along each side of a cell: a whole number, since fractional cells show as bands."""

    dpi: int = Field(300, ge=36, le=2400)
    """Pixels per inch, which PNG files carry for the print shop."""
