"""Pictures of grids: read by what one sees, their cells found and checked."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image

from phonecase.art import Style, render, write_png
from phonecase.errors import UserError
from phonecase.ordering import Ordering
from phonecase.states.foreign.pictures import MOST
from phonecase.states.own import OwnStates, read_own_states

POSTS = ("#FFE066", "#000000")


def some_cells(rows: int, columns: int, seed: int = 0) -> npt.NDArray[np.bool_]:
    """Cells of which the top left one is false, and no two neighbouring rows or columns are alike."""
    rng = np.random.default_rng(seed)
    while True:
        cells = rng.integers(0, 2, (rows, columns)).astype(bool)
        if (cells[1:] != cells[:-1]).any(axis=1).all() and (cells[:, 1:] != cells[:, :-1]).any(axis=0).all():
            return cells if not cells[0, 0] else ~cells


def read(path: Path, **settings: Any) -> npt.NDArray[np.bool_]:
    """Which of the picture's cells are +1, as they stand in it: (rows, columns)."""
    return read_own_states(OwnStates.checked({"file": path, **settings}), "mine").units.T > 0


def saved(folder: Path, image: Image.Image | npt.NDArray[Any], **how: Any) -> Path:
    path = folder / "a.png"
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(path, **how)
    return path


def refused(path: Path, **settings: Any) -> str:
    with pytest.raises(UserError) as caught:
        read(path, **settings)
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def grown(cells: npt.NDArray[np.bool_], y: int, x: int) -> npt.NDArray[np.bool_]:
    return cells.repeat(y, axis=0).repeat(x, axis=1)


# Rows and columns


@given(
    T=st.integers(2, 30),
    H=st.integers(2, 20),
    cell=st.integers(1, 5),
    seed=st.integers(0, 99),
    portrait=st.booleans(),
    stated=st.booleans(),
)
def test_a_picture_of_this_workflow_gives_back_the_states_that_it_shows(
    tmp_path_factory: pytest.TempPathFactory,
    T: int,
    H: int,
    cell: int,
    seed: int,
    portrait: bool,
    stated: bool,
) -> None:
    states = np.where(some_cells(H, T, seed).T, 1, -1).astype(np.int8)
    path = tmp_path_factory.mktemp("pictures") / "post.png"
    as_trained = Ordering(np.arange(H, dtype=np.int32), np.ones(H, np.int8))
    orientation = "portrait" if portrait else "landscape"
    picture = render(states, as_trained, Style(colours=POSTS), cell=cell, orientation=orientation)  # type: ignore[arg-type]
    write_png(path, picture, dpi=300)
    size = {"rows": T if portrait else H, "columns": H if portrait else T} if stated else {}
    settings = OwnStates.checked({"file": path, "orientation": orientation, **size})
    np.testing.assert_array_equal(read_own_states(settings, "mine").units, states)


@given(
    rows=st.integers(8, 24),
    columns=st.integers(8, 24),
    y=st.floats(2.6, 9),
    x=st.floats(2.6, 9),
    seed=st.integers(0, 99),
)
@example(rows=30, columns=40, y=7.4, x=7.775, seed=0)
def test_cells_need_not_be_whole_pixels(
    tmp_path_factory: pytest.TempPathFactory, rows: int, columns: int, y: float, x: float, seed: int
) -> None:
    cells = some_cells(rows, columns, seed)
    size = (round(columns * x), round(rows * y))
    image = Image.fromarray((cells * 255).astype(np.uint8)).resize(size, Image.Resampling.NEAREST)
    path = saved(tmp_path_factory.mktemp("pictures"), image)
    np.testing.assert_array_equal(read(path), cells)
    np.testing.assert_array_equal(read(path, rows=rows, columns=columns), cells)


@pytest.mark.parametrize("way", ["BILINEAR", "BICUBIC", "LANCZOS", "BOX"])
@pytest.mark.parametrize("size", [(311, 222), (160, 120), (400, 300), (1000, 731)])
def test_scaled_pictures_have_shades(tmp_path: Path, way: str, size: tuple[int, int]) -> None:
    cells = some_cells(30, 40)
    colours = np.array([[255, 224, 102], [16, 0, 112]], np.uint8)
    image = Image.fromarray(colours[grown(cells, 10, 10).astype(int)])
    path = saved(tmp_path, image.resize(size, Image.Resampling[way]))
    np.testing.assert_array_equal(read(path), cells)
    np.testing.assert_array_equal(read(path, rows=30, columns=40), cells)


@pytest.mark.parametrize("quality", [60, 90])
def test_compressed_pictures_have_shades(tmp_path: Path, quality: int) -> None:
    cells = some_cells(30, 40)
    colours = np.array([[255, 224, 102], [16, 0, 112]], np.uint8)
    lossy = io.BytesIO()
    Image.fromarray(colours[grown(cells, 9, 9).astype(int)]).save(lossy, "JPEG", quality=quality)
    path = saved(tmp_path, Image.open(lossy))
    np.testing.assert_array_equal(read(path), cells)
    np.testing.assert_array_equal(read(path, rows=30, columns=40), cells)


def test_shades_of_the_two_colours_count_as_the_nearer_one(tmp_path: Path) -> None:
    cells = some_cells(30, 40)
    noise = np.random.default_rng(1).integers(0, 40, cells.shape)
    path = saved(tmp_path, np.where(cells, 255 - noise, noise).astype(np.uint8))
    np.testing.assert_array_equal(read(path, rows=30, columns=40), cells)


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        (5, 10, "with 5 rows and 10 columns, the cell in row 1, column 1 has both colours"),
        (6, 9, "with 6 rows and 9 columns, the cell in row "),
        (3, 5, "with 3 rows and 5 columns, the cell in row "),
        (10, 6, "with 10 rows and 6 columns, the cell in row "),
        (43, 10, "70 × 42 pixels are too few for 10 × 43 cells"),
        (None, 9, "the picture has 6 rows and 10 columns of cells, not as many as you say"),
        (5, None, "the picture has 6 rows and 10 columns of cells, not as many as you say"),
    ],
)
@pytest.mark.parametrize("shaded", [False, True])
def test_a_wrong_grid_is_refused_and_the_true_one_named(
    tmp_path: Path, rows: int | None, columns: int | None, message: str, shaded: bool
) -> None:
    cells = grown(some_cells(6, 10, seed=3), 7, 7)
    noise = np.random.default_rng(1).integers(0, 20, cells.shape) if shaded else 0
    path = saved(tmp_path, np.where(cells, 255 - noise, noise).astype(np.uint8))
    said = refused(path, rows=rows, columns=columns)
    assert said.startswith(message.split(" has both")[0].split("row 1,")[0])
    assert "6 rows and 10 columns of cells" in said
    assert ("needs `orientation: portrait`" in said) == (rows == 10)
    np.testing.assert_array_equal(read(path, rows=6, columns=10), some_cells(6, 10, seed=3))


@given(rows=st.integers(2, 20), columns=st.integers(2, 20), cell=st.integers(1, 5), data=st.data())
def test_no_wrong_grid_is_read_unless_it_shows_the_same_picture(
    tmp_path_factory: pytest.TempPathFactory, rows: int, columns: int, cell: int, data: st.DataObject
) -> None:
    cells = some_cells(rows, columns)
    path = saved(tmp_path_factory.mktemp("pictures"), grown(cells, cell, cell))
    wrong_rows = data.draw(st.integers(1, rows * cell))
    wrong_columns = data.draw(st.integers(1, columns * cell))
    try:
        result = read(path, rows=wrong_rows, columns=wrong_columns)
    except UserError as error:
        message = str(error)
    else:  # it is finer than it need be: what stands twice once, it is the true one
        result = result[np.r_[True, (result[1:] != result[:-1]).any(axis=1)]]
        result = result[:, np.r_[True, (result[:, 1:] != result[:, :-1]).any(axis=0)]]
        np.testing.assert_array_equal(result, cells)
        return
    assert (wrong_rows, wrong_columns) != (rows, columns)
    assert f"it has {rows} rows and {columns} columns" in message


def test_what_doesnt_fall_into_cells_says_so(tmp_path: Path) -> None:
    framed = np.pad(grown(some_cells(6, 10), 7, 7), 10)
    assert refused(saved(tmp_path, framed)) == (
        "the picture doesn't show its cells; say how many `rows` and `columns` it has"
    )
    assert "has both colours" in refused(saved(tmp_path, framed), rows=6, columns=10)
    framed = np.pad(grown(some_cells(6, 10), 6, 6), 8)  # a frame that isn't of whole cells
    assert "doesn't show its cells" in refused(saved(tmp_path, framed))


def test_a_finer_grid_than_it_has_is_read_with_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    cells = some_cells(6, 10)
    path = saved(tmp_path, grown(cells, 8, 8))
    np.testing.assert_array_equal(read(path, rows=12, columns=20), grown(cells, 2, 2))
    assert "6 rows and 10 columns of cells would show the same picture" in caplog.text


def test_a_transposed_picture_has_a_row_a_character(tmp_path: Path) -> None:
    cells = some_cells(6, 10)
    path = saved(tmp_path, grown(cells, 4, 4))
    np.testing.assert_array_equal(read(path, transpose=True), cells.T)


# Colours


@pytest.mark.parametrize("module", [1, 10])
def test_a_qr_code_is_read_as_its_modules(tmp_path: Path, module: int) -> None:
    finder = np.ones((7, 7), bool)
    finder[1:6, 1:6], finder[2:5, 2:5] = False, True
    code = some_cells(21, 21)
    for y, x in ((0, 0), (0, 14), (14, 0)):
        code[y : y + 7, x : x + 7] = finder
    quiet = np.pad(code, 4)
    one_bit = Image.fromarray(~grown(quiet, module, module))
    assert one_bit.mode == "1"
    np.testing.assert_array_equal(read(saved(tmp_path, one_bit)), quiet)


@pytest.mark.parametrize("hidden", [0, 255])
@pytest.mark.parametrize("seen", [0, 255])
def test_what_is_transparent_is_a_colour_of_its_own(tmp_path: Path, seen: int, hidden: int) -> None:
    cells = grown(some_cells(6, 10), 7, 7)
    rgba = np.full((*cells.shape, 4), seen, np.uint8)
    rgba[..., 3] = np.where(cells, 255, 0)
    rgba[~cells, :3] = hidden
    np.testing.assert_array_equal(read(saved(tmp_path, rgba)), some_cells(6, 10))
    la = np.stack([rgba[..., 0], rgba[..., 3]], axis=2)
    np.testing.assert_array_equal(read(saved(tmp_path, la)), some_cells(6, 10))


def test_what_lies_under_transparent_pixels_is_not_seen(tmp_path: Path) -> None:
    cells = grown(some_cells(6, 10), 7, 7)
    rgba = np.random.default_rng(0).integers(0, 256, (*cells.shape, 4)).astype(np.uint8)
    rgba[..., 3] = np.where(cells, 255, 0)
    rgba[cells, :3] = 40
    np.testing.assert_array_equal(read(saved(tmp_path, rgba)), some_cells(6, 10))


@pytest.mark.parametrize("transparency", [0, 1, bytes([255, 0]), bytes([0, 255]), bytes([255, 90])])
def test_a_palette_may_have_an_alpha(tmp_path: Path, transparency: int | bytes) -> None:
    cells = grown(some_cells(6, 10), 7, 7)
    image = Image.fromarray(cells.astype(np.uint8), "P")
    image.putpalette([0, 0, 0] * 2)  # only the alpha tells them apart
    path = saved(tmp_path, image, transparency=transparency)
    np.testing.assert_array_equal(read(path), some_cells(6, 10))


@pytest.mark.parametrize(("low", "high"), [(20000, 40000), (0, 65535), (300, 5000), (256, 40000)])
def test_16_bit_greys_keep_their_shades(tmp_path: Path, low: int, high: int) -> None:
    cells = grown(some_cells(6, 10), 7, 7)
    path = saved(tmp_path, np.where(cells, high, low).astype(np.uint16))
    np.testing.assert_array_equal(read(path), some_cells(6, 10))


def test_greys_that_nobody_tells_apart_are_one_colour(tmp_path: Path) -> None:
    cells = grown(some_cells(6, 10), 7, 7)
    path = saved(tmp_path, np.where(cells, 20100, 20000).astype(np.uint16))
    assert refused(path) == "the picture is #4E4E4E all over; a grid has two colours"


@pytest.mark.parametrize("colour", [(0, 0, 0, 0), (200, 30, 10, 255)])
def test_one_colour_is_no_grid(tmp_path: Path, colour: tuple[int, ...]) -> None:
    path = saved(tmp_path, np.full((40, 40, 4), colour, np.uint8))
    name = "transparent" if colour[3] == 0 else "#C81E0A"
    assert refused(path, rows=4, columns=4) == f"the picture is {name} all over; a grid has two colours"


def test_a_third_colour_is_named_with_its_cell(tmp_path: Path) -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:2] = 255
    pixels[3, 5] = (200, 10, 10)
    path = saved(tmp_path, pixels)
    assert refused(path, rows=4, columns=6) == (
        "the cell in row 4, column 6 is #C80A0A, near neither #FFFFFF nor #000000, the picture's two colours"
    )
    assert refused(path, rows=5, columns=6).startswith("6 × 4 pixels are too few for 6 × 5 cells")


def test_a_stray_colour_doesnt_pass_for_one_of_the_two(tmp_path: Path) -> None:
    pixels = np.where(some_cells(9, 9)[..., None], (255, 255, 255), (255, 224, 102)).astype(np.uint8)
    pixels[5, 2] = 0  # farther from both than they are from each other
    said = refused(saved(tmp_path, pixels.repeat(5, axis=0).repeat(5, axis=1)), rows=9, columns=9)
    assert said.startswith("the cell in row 6, column 3 is #000000, near neither")


# Files that are broken or lie


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize("side", [10_000, 13_000, 100_000, 2**31 - 1])
def test_a_picture_that_swells_is_refused_before_it_does(tmp_path: Path, side: int) -> None:
    size = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(bytes(1000))) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + data)
    assert f"pixels are too many; up to {MOST:,} are read" in refused(tmp_path / "a.png")


@pytest.mark.parametrize("kept", [10, 40, 60, 100])
def test_a_picture_that_is_cut_short_is_refused(tmp_path: Path, kept: int) -> None:
    path = saved(tmp_path, grown(some_cells(6, 10), 7, 7))
    path.write_bytes(path.read_bytes()[:kept])
    assert "this is no PNG" in refused(path)


def test_another_format_is_no_png(tmp_path: Path) -> None:
    Image.fromarray(grown(some_cells(6, 10), 7, 7)).convert("L").save(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").rename(tmp_path / "a.png")
    assert refused(tmp_path / "a.png") == "this is no PNG"
