from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from phonecase.art import Style, render, write_png
from phonecase.errors import UserError
from phonecase.ordering import Ordering
from phonecase.states.own import OwnStates, read_own_states


def some_states(T: int, H: int, seed: int = 0) -> npt.NDArray[np.int8]:
    return np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (T, H))


@pytest.mark.parametrize("values", [np.array([-1, 1], np.int8), np.array([0, 1]), np.array([False, True])])
@pytest.mark.parametrize("suffix", [".npy", ".csv", ".parquet"])
def test_tables_hold_a_row_a_character_in_two_values(
    tmp_path: Path, suffix: str, values: npt.NDArray[np.generic]
) -> None:
    states = some_states(30, 7)
    table = values[(states > 0).astype(int)]
    path = tmp_path / f"mine{suffix}"
    match suffix:
        case ".npy":
            np.save(path, table)
        case ".csv":
            pd.DataFrame(table).to_csv(path, header=False, index=False)
        case _:
            pd.DataFrame(table).rename(columns=str).to_parquet(path)
    np.testing.assert_array_equal(read_own_states(OwnStates(file=path)), states)


@given(T=st.integers(1, 30), H=st.integers(1, 20), cell=st.integers(1, 5), seed=st.integers(0, 99))
def test_a_picture_gives_back_the_states_that_it_shows(
    tmp_path_factory: pytest.TempPathFactory, T: int, H: int, cell: int, seed: int
) -> None:
    states = some_states(T, H, seed)
    states[0, 0] = -1  # the colour of the top left cell
    path = tmp_path_factory.mktemp("pictures") / "post.png"
    as_trained = Ordering(np.arange(H, dtype=np.int32), np.ones(H, np.int8))
    write_png(path, render(states, as_trained, Style(colours=("#FFE066", "#000000")), cell=cell), dpi=300)
    np.testing.assert_array_equal(read_own_states(OwnStates(file=path, rows=H, columns=T)), states)


def test_shades_of_the_two_colours_count_as_the_nearer_one(tmp_path: Path) -> None:
    states = some_states(40, 30)
    states[0, 0] = -1
    noise = np.random.default_rng(1).integers(0, 40, states.T.shape)
    pixels = np.where(states.T > 0, 255 - noise, noise).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    settings = OwnStates(file=tmp_path / "a.png", rows=30, columns=40)
    np.testing.assert_array_equal(read_own_states(settings), states)


def test_cells_of_a_picture_need_not_be_whole_pixels(tmp_path: Path) -> None:
    states = some_states(40, 30)
    states[0, 0] = -1
    grid = Image.fromarray(((states.T > 0) * 255).astype(np.uint8))
    grid.resize((311, 222), Image.Resampling.NEAREST).save(tmp_path / "a.png")
    settings = OwnStates(file=tmp_path / "a.png", rows=30, columns=40)
    np.testing.assert_array_equal(read_own_states(settings), states)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,-1\n1,2\n", "row 2, column 2 is '2'; all cells should be −1 or +1, or all 0 or 1"),
        ("1,-1\n1,0\n", "row 1, column 2 is -1; all cells should be −1 or +1, or all 0 or 1"),
        ("1,x\n", "row 1, column 2 is 'x'"),
        ("1,-1\n1\n", "not a table of states"),
    ],
)
def test_a_wrong_cell_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(UserError) as caught:
        read_own_states(OwnStates(file=tmp_path / "a.csv"))
    assert message in str(caught.value)


def test_a_third_colour_is_named_with_its_cell(tmp_path: Path) -> None:
    pixels = np.zeros((4, 6, 3), np.uint8)
    pixels[:2] = 255
    pixels[3, 5] = (200, 10, 10)
    Image.fromarray(pixels).save(tmp_path / "a.png")
    with pytest.raises(
        UserError, match=r"the cell in row 4, column 6 is #C80A0A, near neither #[0F]+ nor #[0F]+"
    ):
        read_own_states(OwnStates(file=tmp_path / "a.png", rows=4, columns=6))
    with pytest.raises(UserError, match=r"6 × 4 pixels are too few for 6 × 5 cells"):
        read_own_states(OwnStates(file=tmp_path / "a.png", rows=5, columns=6))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"file": "a.txt"}, "'a.txt' should end in .npy, .csv, .parquet or .png"),
        ({"file": "a.png"}, "a PNG needs `rows` and `columns`"),
        ({"file": "a.npy", "rows": 3}, "`rows` and `columns` are for a PNG"),
    ],
)
def test_settings_fit_the_kind_of_file(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        OwnStates.checked(table)
    assert message in str(caught.value)


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "a.npy").write_text("no array")
    np.save(tmp_path / "line.npy", np.ones(3))
    np.save(tmp_path / "words.npy", np.array([["a", "b"]]))
    for name, message in {
        "a": "not a table of states",
        "gone": "no such file",
        "line": "a table",
        "words": "−1 and",
    }.items():
        with pytest.raises(UserError, match=message):
            read_own_states(OwnStates(file=tmp_path / f"{name}.npy"))
