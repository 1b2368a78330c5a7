"""What is said of a picture that is too large is true."""

import re
from itertools import count

from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phonecase.art.fitting import MANY, SURFACES, remarks, size_in_words
from phonecase.art.rendering import size_in_mm
from phonecase.art.styles import Print


def test_nothing_is_said_of_what_fits_a_phone() -> None:
    assert list(remarks(274, 128, Print())) == []
    assert list(remarks(128, 274, Print())) == []


def test_of_all_romans_it_is_said_what_would_fit() -> None:
    assert size_in_words(50_220 * 7, 300) == "29.8 m"
    assert size_in_words(128 * 7, 300) == "75.9 mm"
    assert list(remarks(50_220, 128, Print())) == [
        "a phone, 163 × 78 mm, has room for 275 × 131 of these cells",
        "A4, 297 × 210 mm, has room for 501 × 354 of these cells",
        "351,540 × 896 pixels are more than many programs open (Pillow warns from 89,478,485 on and refuses "
        "twice as many); at `cell: 3` the picture has fewer",
    ]
    assert list(remarks(600, 128, Print())) == [
        "a phone, 163 × 78 mm, has room for 275 × 131 of these cells; at `cell: 3` the picture would fit",
        "A4, 297 × 210 mm, has room for 501 × 354 of these cells; at `cell: 5` the picture would fit",
    ]


def test_pillow_s_limit_is_pillow_s() -> None:
    assert Image.MAX_IMAGE_PIXELS == MANY


@given(
    columns=st.integers(1, 60_000),
    rows=st.integers(1, 5_000),
    cell=st.integers(1, 20),
    dpi=st.integers(36, 1200),
)
def test_the_cell_that_would_fit_is_the_largest_that_does(
    columns: int, rows: int, cell: int, dpi: int
) -> None:
    def fits(name: str, cell: int) -> bool:
        long, short = SURFACES[name]
        sides = sorted(size_in_mm(cells * cell, dpi) for cells in (columns, rows))
        return sides[0] <= short and sides[1] <= long

    said = list(remarks(columns, rows, Print(cell=cell, dpi=dpi)))
    for name in SURFACES:
        line = next((line for line in said if line.startswith(name)), "")
        assert bool(line) == (not fits(name, cell))
        largest = next(smaller for smaller in count() if not fits(name, smaller + 1))
        if line:
            proposed = re.search(r"`cell: (\d+)`", line)
            assert (int(proposed[1]) if proposed else 0) == largest
    many = [line for line in said if "pixels" in line]
    assert bool(many) == (columns * rows * cell**2 > MANY)
    for line in many:
        smaller = int(re.findall(r"`cell: (\d+)`", line)[0]) if "`cell" in line else 0
        assert columns * rows * smaller**2 <= MANY < columns * rows * (smaller + 1) ** 2
