"""TIFF with LZW: indexed colours in sRGB, or the inks of a printer whose profile you have."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageColor, TiffImagePlugin

from phonecase.art.origin import SOFTWARE, xmp
from phonecase.art.picture import Picture, palette, pixels
from phonecase.art.profiles import printer, srgb, to_inks
from phonecase.files import atomic

DESCRIPTION, PROGRAM, XMP = 270, 305, 700  # tags


def write_tiff(path: Path, pictures: Sequence[Picture], cmyk: Path | None = None) -> None:
    """Write pages as one TIFF; with a printer's profile, in cyan, magenta, yellow and black.

    Raises UserError for a file that is no such profile.
    """
    profile = printer(cmyk)[0] if cmyk else srgb()
    pages = []
    for picture in pictures:
        colours = palette(picture)
        if cmyk is None:
            page = Image.fromarray(pixels(picture), "P")
            page.putpalette([part for colour in colours for part in ImageColor.getrgb(colour)[:3]])
        else:
            inks = to_inks(colours, profile)
            page = Image.fromarray(np.array(inks, np.uint8)[pixels(picture)], "CMYK")
        pages.append(page)
    first, dpi = pictures[0], pictures[0].layout.dpi
    tags = TiffImagePlugin.ImageFileDirectory_v2()
    tags.tagtype[DESCRIPTION] = 2  # a text; as bytes, or Pillow puts a ? for what isn't ASCII
    tags[DESCRIPTION] = first.title.encode()
    tags[PROGRAM] = SOFTWARE
    tags.tagtype[XMP] = 1  # bytes
    tags[XMP] = xmp(first.title, first.description, first.origin)
    with atomic(path) as temporary:
        pages[0].save(
            temporary,
            format="TIFF",
            compression="tiff_lzw",
            dpi=(dpi, dpi),
            icc_profile=profile,
            tiffinfo=tags,
            save_all=len(pages) > 1,
            append_images=pages[1:],
        )
