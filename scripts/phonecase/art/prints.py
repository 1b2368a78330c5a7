"""Every file for print of one picture: PNG, TIFF, SVG and PDF, and the two proofs."""

import argparse
import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from phonecase.art.lettering import FONT, LEGIBLE, lacking, points, x_height
from phonecase.art.pdf import write_pdf
from phonecase.art.picture import Picture
from phonecase.art.png import write_page_png
from phonecase.art.printing import Case, Printing, case_of, hidden, in_words, pages
from phonecase.art.proof import guide, proof
from phonecase.art.services import services
from phonecase.art.styles import Style
from phonecase.art.svg import write_svg
from phonecase.art.tiff import write_tiff
from phonecase.art.told import picture_of
from phonecase.errors import UserError
from phonecase.files import atomic
from phonecase.ordering.files import SavedOrder
from phonecase.states.file import States

log = logging.getLogger(__name__)

FORMATS = (".png", ".tiff", ".svg", ".pdf", ".proof.png", ".guide.png")


def add_print_options(parser: argparse.ArgumentParser) -> None:
    """What a script needs to be told to call `write_prints`, beside states and orders."""
    parser.add_argument(
        "--style", required=True, help='JSON: {"colours": ["#FEF7E9", "#0040A1"], "round": 1}'
    )
    parser.add_argument("--print", default="{}", help='JSON: {"phone": "iphone_16", "service": "gelato"}')
    parser.add_argument(
        "--config", default="{}", help="JSON: the settings that make this picture, for its metadata"
    )
    parser.add_argument(
        "--out",
        type=Path,
        required=True,
        help=f"the files to write, without {', '.join(FORMATS[:-1])} and {FORMATS[-1]}",
    )


def pictures_for_print(
    states: States, order: SavedOrder, style: Style, printing: Printing, origin: Mapping[str, Any]
) -> list[Picture]:
    """The pages of a picture; `origin` is what is known besides of where it came from.

    Raises UserError where the grid finds no room on what is printed on, or a caption has no words.
    """
    if printing.caption and states.own:
        raise UserError("print.caption: a grid of your own has no passage to stand along it; leave it out")
    T, H = states.units.shape
    first, *others = pages(printing, H, T)
    picture = picture_of(first, states, order, style, printing.model_dump(mode="json"), origin)
    return [picture, *(replace(picture, layout=layout) for layout in others)]


def write_prints(
    stem: Path,
    states: States,
    order: SavedOrder,
    style: Style,
    printing: Printing,
    origin: Mapping[str, Any] | None = None,
) -> None:
    """Write all formats, `stem` with `.png`, `.tiff`, `.svg`, `.pdf`, and `.proof.png` and `.guide.png`.

    Of several pages, TIFF and PDF have all. The PNG and the SVG are of the first, and those of the others lie
    beside it, `stem` with `.page-2.png` and so on.
    """
    T, H = states.units.shape
    pictures = pictures_for_print(states, order, style, printing, origin or {})
    first, case = pictures[0], case_of(printing)
    for old in stem.parent.glob(f"{stem.name}.page-*"):
        old.unlink()
    for number, picture in enumerate(pictures, start=1):
        page = f".page-{number}" if number > 1 else ""
        write_page_png(_beside(stem, f"{page}.png"), picture)
        write_svg(_beside(stem, f"{page}.svg"), picture)
    write_tiff(_beside(stem, ".tiff"), pictures, printing.cmyk)
    write_pdf(_beside(stem, ".pdf"), pictures, printing.cmyk)
    for suffix, sheet in ((".proof.png", proof(first, case)), (".guide.png", guide(first, case))):
        with atomic(_beside(stem, suffix)) as temporary:
            sheet.save(temporary, format="PNG")
    log.info("%s", in_words(printing, [picture.layout for picture in pictures], H, T))
    if printing.caption:
        _tell_of_caption(pictures, case)
    if printing.service:
        service = services()[printing.service]
        form = next(form for form in service.files if form != "pdf" or printing.cmyk)  # else it is no PDF/X
        log.info("%s takes %s; send it %s.%s", service.name, service.says, stem.name, form)
        if case is None:
            log.warning("%s: with `phone: none` the picture has no bleed", service.name)


def _tell_of_caption(pictures: list[Picture], case: Case | None) -> None:
    """Say how large its letters are, and which can't be read."""
    text, layout = pictures[0].text, pictures[0].layout
    count = sum(caption.columns for picture in pictures for caption in picture.layout.captions)
    x, size = x_height(layout.cell, layout.dpi), points(layout.cell, layout.dpi)
    said = (
        f"caption: {min(count, len(text)):,} of {len(text):,} characters, {size:.1f} pt, an x {x:.2f} mm high"
    )
    if x < LEGIBLE:
        log.warning(
            "%s; from %.1f mm on, print is clearly legible, and larger cells have larger letters",
            said,
            LEGIBLE,
        )
    else:
        log.info("%s", said)
    if lost := lacking(text):
        log.warning("caption: %s has no %s; their columns have no letter", FONT, " ".join(lost))
    if covered := sum(hidden(picture.layout, case) for picture in pictures):
        log.warning("caption: the camera covers up to %d of its characters", covered)


def _beside(stem: Path, suffix: str) -> Path:
    return stem.with_name(stem.name + suffix)
