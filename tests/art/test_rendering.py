from pathlib import Path
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phonecase.art.rendering import render, size_in_mm, write_png
from phonecase.art.styles import PRINTED, Orientation, Print, Style
from phonecase.errors import UserError
from phonecase.ordering import Ordering

CREAM, BLUE = (0xFE, 0xF7, 0xE9), (0x00, 0x40, 0xA1)


def some_ordering(H: int, rng: np.random.Generator) -> Ordering:
    signs = rng.choice(np.array([-1, 1], np.int8), H)
    return Ordering(rng.permutation(H).astype(np.int32), signs)


@given(
    T=st.integers(1, 9),
    H=st.integers(1, 9),
    cell=st.integers(1, 4),
    seed=st.integers(0, 99),
    orientation=st.sampled_from(get_args(Orientation)),
)
def test_every_pixel_is_the_colour_of_its_units_bit(
    T: int, H: int, cell: int, seed: int, orientation: Orientation
) -> None:
    rng = np.random.default_rng(seed)
    states = rng.choice(np.array([-1, 1], np.int8), (T, H))
    ordering = some_ordering(H, rng)
    picture = render(states, ordering, PRINTED, cell=cell, orientation=orientation).convert("RGB")
    if orientation == "portrait":  # turn it back
        assert picture.size == (H * cell, T * cell)
        picture = picture.transpose(Image.Transpose.ROTATE_90)
    assert picture.size == (T * cell, H * cell)
    for y in range(H * cell):
        for x in range(T * cell):
            row, column = y // cell, x // cell
            bit = states[column, ordering.permutation[row]] * ordering.signs[row]
            assert picture.getpixel((x, y)) == (BLUE if bit == 1 else CREAM)


def test_portrait_starts_with_the_first_character_at_the_top() -> None:
    states = np.array([[1, 1, 1], [-1, -1, -1]], np.int8)  # all units are +1 and then -1
    picture = render(
        states, Ordering(np.arange(3, dtype=np.int32), np.ones(3, np.int8)), PRINTED, orientation="portrait"
    )
    assert [picture.convert("RGB").getpixel((0, y)) for y in (0, 1)] == [BLUE, CREAM]


@pytest.fixture
def states() -> npt.NDArray[np.int8]:
    return np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (274, 128))


def test_the_printed_size_is_the_posts(tmp_path: Path, states: npt.NDArray[np.int8]) -> None:
    size = Print()
    picture = render(states, some_ordering(128, np.random.default_rng(0)), PRINTED, cell=size.cell)
    write_png(tmp_path / "a.png", picture, dpi=size.dpi)
    with Image.open(tmp_path / "a.png") as image:
        assert image.size == (1918, 896)
        assert image.mode == "P"
        assert [round(dpi) for dpi in image.info["dpi"]] == [300, 300]
        assert image.info["srgb"] == 0
        assert {colour for _, colour in image.convert("RGB").getcolors() or []} == {CREAM, BLUE}
    assert [round(size_in_mm(pixels, 300), 1) for pixels in picture.size] == [162.4, 75.9]


def test_two_colours_take_a_bit_a_pixel(tmp_path: Path, states: npt.NDArray[np.int8]) -> None:
    write_png(
        tmp_path / "a.png", render(states, some_ordering(128, np.random.default_rng(0)), PRINTED), dpi=300
    )
    header = (tmp_path / "a.png").read_bytes()[:26]
    assert header[12:16] == b"IHDR"
    assert (header[24], header[25]) == (1, 3)  # bits a pixel, indexed


def test_the_same_picture_gives_the_same_bytes(tmp_path: Path, states: npt.NDArray[np.int8]) -> None:
    for name in "ab":
        picture = render(states, some_ordering(128, np.random.default_rng(1)), PRINTED)
        write_png(tmp_path / f"{name}.png", picture, dpi=300)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"colours": ["#FEF7E9", "blue"]},
            "colours.1: 'blue' is not a colour; write it as six hexadecimal digits",
        ),
        ({"colours": ["#FEF7E9"]}, "colours.1: a value is missing here"),
        ({"colors": ["#FEF7E9", "#0040A1"]}, "colours: this key is missing"),
    ],
)
def test_a_wrong_style_is_named(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        Style.checked(table)
    assert str(caught.value).startswith(message)
