"""What a picture is too large for, and what would fit: a phone, paper, and the programs that open it."""

import math
from collections.abc import Iterator

from phonecase.art.rendering import size_in_mm
from phonecase.art.styles import Print

SURFACES = {"a phone": (163, 78), "A4": (297, 210)}  # mm; of a phone, the largest of today's
MANY = 89_478_485  # pixels: Pillow warns of an attack when it opens more, and refuses twice as many


def size_in_words(pixels: int, dpi: int) -> str:
    """A printed length, in metres where that is what one would say."""
    mm = size_in_mm(pixels, dpi)
    return f"{mm:.1f} mm" if mm < 1000 else f"{mm / 1000:.1f} m"


def remarks(columns: int, rows: int, size: Print) -> Iterator[str]:
    """What is to be said of a picture of so many cells at that size; nothing of one that fits a phone."""
    for name, sides in SURFACES.items():
        across, down = sides if columns >= rows else sides[::-1]
        wide, high = (int(side / size_in_mm(1, size.dpi)) for side in (across, down))  # pixels
        if columns * size.cell > wide or rows * size.cell > high:
            smaller = min(wide // columns, high // rows)
            room = f"{wide // size.cell} × {high // size.cell} of these cells"
            fits = f"; at `cell: {smaller}` the picture would fit" if smaller else ""
            yield f"{name}, {across} × {down} mm, has room for {room}{fits}"
    width, height = columns * size.cell, rows * size.cell
    if width * height > MANY:
        smaller = math.isqrt(MANY // (columns * rows))
        fewer = f"; at `cell: {smaller}` the picture has fewer" if smaller else ""
        yield (
            f"{width:,} × {height:,} pixels are more than many programs open (Pillow warns from {MANY:,} on "
            f"and refuses twice as many){fewer}"
        )
