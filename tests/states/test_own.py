"""Grids of one's own: the settings, what is −1 and what is +1, and what their states files hold."""

import json
import logging
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.errors import UserError
from phonecase.states import States, read_states, write_states
from phonecase.states.own import OwnStates, read_own_states

SCRIPTS = Path(__file__).parents[2] / "scripts"


def some_states(T: int, H: int, seed: int = 0) -> npt.NDArray[np.int8]:
    return np.random.default_rng(seed).choice(np.array([-1, 1], np.int8), (T, H))


def read(path: Path, **settings: Any) -> States:
    return read_own_states(OwnStates.checked({"file": path, **settings}), "mine")


def of_text(folder: Path, text: str, suffix: str = ".csv", **settings: Any) -> States:
    path = folder / f"mine{suffix}"
    path.write_text(text, encoding="utf-8")
    return read(path, **settings)


def of_array(folder: Path, array: npt.ArrayLike, **settings: Any) -> States:
    np.save(folder / "mine.npy", np.asarray(array))
    return read(folder / "mine.npy", **settings)


def refused(folder: Path, text: str, **settings: Any) -> str:
    with pytest.raises(UserError) as caught:
        of_text(folder, text, **settings)
    message = str(caught.value)
    assert message.startswith(str(folder / "mine.csv"))
    assert "\n" not in message
    return message.removeprefix(f"{folder / 'mine.csv'}: ")


# Two values are two values


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-1, 1),
        (0, 1),
        (0, 255),
        (False, True),
        (1, 2),
        (-0.9999999, 1.0),
        (0.25, 0.75),
        (-7, -3),
        (1e-9, 2e-9),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".tsv", ".txt", ".parquet"])
def test_of_two_numbers_the_larger_is_plus_one(
    tmp_path: Path, suffix: str, low: float, high: float, caplog: pytest.LogCaptureFixture
) -> None:
    states = some_states(30, 7)
    table = np.where(states > 0, high, low)
    path = tmp_path / f"mine{suffix}"
    match suffix:
        case ".npy":
            np.save(path, table)
        case ".npz":
            np.savez_compressed(path, table)
        case ".csv" | ".tsv":
            delimiter = "\t" if suffix == ".tsv" else ","
            pd.DataFrame(table).to_csv(path, header=False, index=False, sep=delimiter)
        case ".txt":
            np.savetxt(path, table)
        case _:
            pd.DataFrame(table).rename(columns=str).to_parquet(path)
    with caplog.at_level(logging.INFO, logger="phonecase"):
        result = read(path)
    np.testing.assert_array_equal(result.units, states)
    assert "is −1" in caplog.text
    assert "is +1" in caplog.text


@pytest.mark.parametrize(
    ("minus", "plus"),
    [
        *[("n", "y"), ("N", "Y"), ("no", "yes"), ("FALSE", "TRUE"), ("off", "on"), ("-", "+"), ("−", "+")],
        *[("−1", "+1"), ("–1", "1"), ("-1,0", "1,0"), ("absent", "present"), ("alive", "dead"), (".", "X")],
    ],
)
@pytest.mark.parametrize("quote", ["", '"'])
def test_of_two_words_the_later_in_the_alphabet_is_plus_one(
    tmp_path: Path, minus: str, plus: str, quote: str
) -> None:
    states = some_states(30, 7)
    lines = [";".join(f"{quote}{plus if cell > 0 else minus}{quote}" for cell in row) for row in states]
    np.testing.assert_array_equal(of_text(tmp_path, "\n".join(lines)).units, states)


def test_what_the_two_values_were_is_said_and_kept(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="phonecase"):
        states = of_text(tmp_path, "y,n\nn,n\n")
    assert f"{tmp_path / 'mine.csv'}: 'n' is −1, 'y' is +1" in caplog.messages
    assert states.metadata["minus"] == "'n'"
    assert states.metadata["plus"] == "'y'"
    assert states.metadata["reference"] == "mine.csv"


@pytest.mark.parametrize(("value", "sign"), [(1, 1), (True, 1), (-1, -1), (0, -1)])
def test_one_value_is_plain_if_it_is_one_of_the_usual(tmp_path: Path, value: int, sign: int) -> None:
    np.testing.assert_array_equal(of_array(tmp_path, np.full((3, 2), value)).units, np.full((3, 2), sign))


def test_one_value_is_no_grid_if_it_is_another(tmp_path: Path) -> None:
    assert refused(tmp_path, "255,255\n255,255\n") == "all cells are 255; a grid has two values"
    assert refused(tmp_path, "x,x\nx,x\n") == "all cells are 'x'; a grid has two values"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("1,-1\n1,2\n", "row 2, column 2 is 2; all cells should be −1 or 1"),
        ("-1,1\n1,-1\n1,1\n1,0\n", "row 4, column 2 is 0; all cells should be −1 or 1"),
        ("0,1\n1,0\n-1,1\n1,0\n", "row 3, column 1 is −1; all cells should be 0 or 1"),
        ("-1,1\n-1,1\n-0.99999,1\n", "row 3, column 1 is −0.99999; all cells should be −1 or 1"),
        ("1;0;1\n48;1;0\n0;0;1\n", "row 2, column 1 is 48; all cells should be 0 or 1"),
        ("y,n\nn,y\n?,y\n", "row 3, column 1 is '?'; all cells should be 'n' or 'y'"),
        ("1,x\n", "row 1, column 2 is 'x'; the other cells are numbers"),
        ("a,b\n0,1\n1,0\n0,x\n", "row 4, column 2 ('b') is 'x'; the other cells are numbers"),
        ("y,n\nn,y\n1,y\n", "row 3, column 1 is '1'; the other cells are words"),
        ("a,b\n0,1\n,0\n", "row 3, column 1 ('a') is empty"),
        (
            "animal,hair,legs\nbear,1,4\nwren,0,1\ncrab,0,1\n",
            "row 2, column 3 ('legs') is 4; all cells should",
        ),
        ("0,1\n1,0,1\n", "row 2 has 3 cells, but row 1 has 2 cells"),
        ("1,-1\n1\n", "row 2 has 1 cell, but row 1 has 2 cells"),
        ("", "there is nothing in this file"),
        ("\n\n", "there is nothing in this file"),
    ],
)
def test_the_odd_one_out_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert refused(tmp_path, text).startswith(message)


@given(T=st.integers(3, 20), H=st.integers(2, 8), seed=st.integers(0, 99), data=st.data())
def test_wherever_a_stray_value_stands_it_is_what_is_blamed(
    tmp_path_factory: pytest.TempPathFactory, T: int, H: int, seed: int, data: st.DataObject
) -> None:
    table = some_states(T, H, seed)
    table[:2, :2] = [[-1, 1], [1, -1]]  # each value twice, and the stray one once
    row, column = data.draw(st.tuples(st.integers(2, T - 1), st.integers(0, H - 1)))
    table[row, column] = 0
    with pytest.raises(UserError, match=rf"row {row + 1}, column {column + 1} is 0; all .* −1 or 1"):
        of_array(tmp_path_factory.mktemp("stray"), table)


# Names


NAMED = ["animal,hair,eggs,milk", "bear,1,0,1", "wren,0,1,0", "crab,0,1,0"]


@pytest.mark.parametrize("index", ["name", "number", None])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_names_are_those_of_the_first_row_and_column(tmp_path: Path, suffix: str, index: str | None) -> None:
    states = some_states(30, 3)
    frame = pd.DataFrame(states, columns=["hair", "eggs", "milk"])
    if index == "name":
        frame.index = pd.Index([f"animal {t}" for t in range(30)])
    path = tmp_path / f"zoo{suffix}"
    if suffix == ".csv":
        frame.to_csv(path, index=index is not None)
    else:
        frame.to_parquet(path, index=index is not None)
    read_back = read(path)
    np.testing.assert_array_equal(read_back.units, states)
    assert read_back.names == ["hair", "eggs", "milk"]
    if index == "name":
        assert read_back.labels == [f"animal {t}" for t in range(30)]


@pytest.mark.parametrize(
    ("text", "names", "labels"),
    [
        ("\n".join(NAMED), ["hair", "eggs", "milk"], ["bear", "wren", "crab"]),
        ("\n".join(NAMED[1:]), None, ["bear", "wren", "crab"]),
        ("a,b\n1,0\n0,1\n", ["a", "b"], None),
        ("a\n1\n0\n", ["a"], None),
        ('"" "a" "b"\n"r1" 1 0\n"r2" 0 1\n', ["a", "b"], ["r1", "r2"]),
        ('"a" "b"\n"r1" 1 0\n"r2" 0 1\n', ["a", "b"], ["r1", "r2"]),  # as R's write.table has it
        (",0,1,2\n0,1,0,1\n1,0,1,0\n2,1,1,1\n", ["0", "1", "2"], ["0", "1", "2"]),  # as pandas has it
        ("place,1990,1991,1992\nRome,1,0,1\nOslo,0,0,1\n", ["1990", "1991", "1992"], ["Rome", "Oslo"]),
        (',"48","1","23"\n"12A",1,0,1\n"1",0,0,1\n"7",1,1,1\n', ["48", "1", "23"], ["12A", "1", "7"]),
        ("party,v1,v2\nrep,y,n\ndem,n,n\ndem,y,y\n", ["v1", "v2"], ["rep", "dem", "dem"]),
        ("\ufeffsep=;\na;b\n1,0;0,0\n0,0;1,0\n", ["a", "b"], None),
        ("# by hand\n1,0\n0,1\n", None, None),
        ("1,0,\n0,1,\n", None, None),
        ("1 0\n0 1\n", None, None),
        ("0,1,0\n1,1,0\n0,0,1\n", None, None),
    ],
)
def test_names_are_told_from_cells(
    tmp_path: Path, text: str, names: list[str] | None, labels: list[str] | None
) -> None:
    states = of_text(tmp_path, text)
    assert (states.names, states.labels) == (names, labels)
    shape = (len(labels) if labels else 2, len(names) if names else 2)
    if names or labels:
        assert states.units.shape[0 if labels else 1] == shape[0 if labels else 1]


def test_transposed_rows_and_columns_change_places_and_names_with_them(tmp_path: Path) -> None:
    text = "\n".join(NAMED)
    plain, transposed = of_text(tmp_path, text), of_text(tmp_path, text, transpose=True)
    np.testing.assert_array_equal(transposed.units, plain.units.T)
    assert (transposed.names, transposed.labels) == (plain.labels, plain.names)


def test_what_is_taken_for_names_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="phonecase"):
        of_text(tmp_path, "\n".join(NAMED))
    assert f"{tmp_path / 'mine.csv'}: the first row names the columns" in caplog.messages
    assert f"{tmp_path / 'mine.csv'}: the first column ('animal') names the rows" in caplog.messages


def test_names_reach_the_states_file_and_the_title(tmp_path: Path) -> None:
    write_states(tmp_path / "own.parquet", of_text(tmp_path, "\n".join(NAMED)))
    states = read_states(tmp_path / "own.parquet")
    assert (states.names, states.labels) == (["hair", "eggs", "milk"], ["bear", "wren", "crab"])
    assert (
        states.title == "mine.csv: 3 rows (hair, eggs, milk) by 3 columns (bear, wren, crab), of two values"
    )


def test_names_reach_the_order_s_report_and_the_comparison(tmp_path: Path) -> None:
    (tmp_path / "zoo.csv").write_text("\n".join(NAMED))
    for command in (
        """import_states --settings {"file":"zoo.csv"} --passage zoo --out zoo.parquet""",
        "order_rows --states zoo.parquet --strategy mean --out mean.parquet --report mean.json",
        "compare_orders --states zoo.parquet --orders mean.parquet --markdown orders.md --csv orders.csv",
    ):
        script, *arguments = command.split()
        subprocess.run([sys.executable, SCRIPTS / f"{script}.py", *arguments], cwd=tmp_path, check=True)
    rows = json.loads((tmp_path / "mean.json").read_text())["rows"]
    assert rows == ["hair", "milk", "eggs"]  # by their means, −1/3, −1/3 and +1/3
    assert "- mean: hair · milk · eggs" in (tmp_path / "orders.md").read_text()
    assert pd.read_csv(tmp_path / "orders.csv").set_index("order").loc["mean", "rows"] == "hair · milk · eggs"


# Numbers


@pytest.mark.parametrize("transpose", [False, True])
@pytest.mark.parametrize("threshold", [0, 0.5, -1, "median"])
def test_numbers_are_split_and_kept(tmp_path: Path, threshold: float | str, transpose: bool) -> None:
    values = np.random.default_rng(0).normal(size=(31, 8))
    states = of_array(tmp_path, values.T if transpose else values, threshold=threshold, transpose=transpose)
    limits = [sorted(column)[15] if threshold == "median" else threshold for column in values.T]
    literal = [
        [1 if v >= limit else -1 for v, limit in zip(row, limits, strict=True)] for row in values.tolist()
    ]
    np.testing.assert_array_equal(states.units, literal)
    np.testing.assert_array_equal(states.values, values.astype(np.float32))
    assert states.metadata["threshold"] == threshold
    write_states(tmp_path / "own.parquet", states)
    np.testing.assert_array_equal(read_states(tmp_path / "own.parquet").values, values.astype(np.float32))


DRAWN = [[1, -1, 1, -1], [-1, 1, -1, 1], [1, 1, -1, 1]]


@pytest.mark.parametrize("space", [" ", ",", "|", "\t", ""])
@pytest.mark.parametrize(("plus", "minus"), ["#.", "10", ".#", "01", "xo"])
def test_a_grid_may_be_drawn_with_any_two_signs(tmp_path: Path, space: str, plus: str, minus: str) -> None:
    rows = [space.join(plus if cell > 0 else minus for cell in row) for row in DRAWN]
    states = of_text(tmp_path, "\n".join(rows) + "\n", suffix=".txt")
    assert np.array_equal(states.units, DRAWN) or np.array_equal(-states.units, DRAWN)


@pytest.mark.parametrize("rows", ["# #\n# .\n", "# # # #\n# . . #\n. . . .\n"])
def test_rows_that_begin_with_the_sign_of_a_remark_are_rows(tmp_path: Path, rows: str) -> None:
    assert of_text(tmp_path, rows, suffix=".txt").units.shape == (rows.count("\n"), rows.index("\n") // 2 + 1)


def test_a_heading_of_numpy_s_is_none(tmp_path: Path) -> None:
    np.savetxt(tmp_path / "mine.txt", DRAWN, fmt="%d", header="made by hand\na b c")
    assert np.array_equal(read(tmp_path / "mine.txt").units, DRAWN)


def test_minus_ones_alone_are_numbers(tmp_path: Path) -> None:
    assert of_text(tmp_path, "-1\n-1\n").units.shape == (2, 1)


def test_columns_of_parquet_may_have_the_same_name(tmp_path: Path) -> None:
    pq.write_table(
        pa.Table.from_arrays([[0, 1, 0], [1, 1, 0], [0, 0, 1]], names=["a", "a", "b"]), tmp_path / "x.parquet"
    )
    states = read(tmp_path / "x.parquet")
    assert np.array_equal(states.units, [[-1, 1, -1], [1, 1, -1], [-1, -1, 1]])
    assert states.names == ["a", "a", "b"]


def test_text_with_zeros_in_it_is_none(tmp_path: Path) -> None:
    assert refused(tmp_path, "0\0,\x001\0\n\x001\0,\x000\0\n").startswith(
        "this is no text, or UTF-16 without"
    )


def test_at_zero_they_are_split_as_a_networks_own(tmp_path: Path) -> None:
    values = np.array([[0.0, -0.1], [0.1, -0.0]])
    np.testing.assert_array_equal(of_array(tmp_path, values, threshold=0).units, [[1, -1], [1, 1]])


def test_numbers_of_a_text_keep_their_header(tmp_path: Path) -> None:
    states = of_text(tmp_path, "time;cell 1;cell 2\n0;0,5;-1e-3\n1;-0,25;3\n2;0,75;0\n", threshold=0)
    np.testing.assert_array_equal(states.units, [[1, -1], [-1, 1], [1, 1]])
    assert (states.names, states.labels) == (["cell 1", "cell 2"], ["0", "1", "2"])


def test_without_a_threshold_numbers_are_refused_with_what_would_do(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"24 different numbers, such as .* row 1, column .*`threshold: 0`"):
        of_array(tmp_path, np.random.default_rng(0).normal(size=(6, 4)))


@pytest.mark.parametrize("stray", [np.nan, np.inf, 1e300])
def test_what_is_no_finite_number_is_named(tmp_path: Path, stray: float) -> None:
    values = np.random.default_rng(0).normal(size=(6, 4))
    values[2, 3] = stray
    with pytest.raises(UserError, match=r"row 3, column 4 is .*, no finite number"):
        of_array(tmp_path, values, threshold=0)


def test_words_have_no_threshold(tmp_path: Path) -> None:
    assert (
        refused(tmp_path, "y,n\nn,y\n", threshold=0) == "row 1, column 1 is 'y'; a `threshold` is for numbers"
    )


# This workflow's own files


def passage(values: npt.NDArray[np.float32] | None = None) -> States:
    return States(
        text="abcde",
        units=some_states(5, 3) if values is None else np.where(values >= 0, 1, -1).astype(np.int8),
        surprise=np.array([np.nan, 1, 2, 3, 4], np.float32),
        places=[("Romans", 1, 16)] * 5,
        metadata={
            "passage": "romans",
            "reference": "Romans 1:16",
            "model": "swift",
            "bits_per_character": 1.5,
        },
        values=values,
    )


def test_a_states_file_is_read_as_such(tmp_path: Path) -> None:
    write_states(tmp_path / "a.parquet", passage())
    states = read(tmp_path / "a.parquet")
    assert (states.text, states.places) == (passage().text, passage().places)
    assert states.metadata == passage().metadata | {"passage": "mine"}
    assert states.title == passage().title
    np.testing.assert_array_equal(states.units, passage().units)


def test_the_numbers_of_a_states_file_may_be_split_elsewhere(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    write_states(tmp_path / "a.parquet", passage(values))
    states = read(tmp_path / "a.parquet", threshold=0.5)
    np.testing.assert_array_equal(states.units, np.where(values >= 0.5, 1, -1))
    assert states.text == "abcde"
    write_states(tmp_path / "bits.parquet", passage())
    with pytest.raises(UserError, match="its states are bits: there are no numbers for a `threshold`"):
        read(tmp_path / "bits.parquet", threshold=0.5)
    with pytest.raises(UserError, match="needs no `transpose`"):
        read(tmp_path / "bits.parquet", transpose=True)


def test_an_imported_grid_may_be_imported_again(tmp_path: Path) -> None:
    first = of_text(tmp_path, "\n".join(NAMED))
    write_states(tmp_path / "a.parquet", first)
    again = read(tmp_path / "a.parquet")
    assert (again.own, again.names, again.labels) == (True, first.names, first.labels)
    np.testing.assert_array_equal(again.units, first.units)


def test_what_is_written_is_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_states(tmp_path / f"{name}.parquet", replace(of_text(tmp_path, "\n".join(NAMED))))
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


# The settings


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (
            {"file": "a.xlsx"},
            "file: 'a.xlsx' should end in .npy, .npz, .csv, .tsv, .txt, .parquet, .h5, .hdf5 or .png",
        ),
        ({"file": "a.npy", "rows": 3}, "`rows` and `columns` are for a PNG"),
        ({"file": "a.npy", "orientation": "portrait"}, "`orientation` is for a PNG"),
        ({"file": "a.png", "threshold": 0}, "`threshold` is for a table of numbers"),
        ({"file": "a.csv", "array": "h"}, "`array` is for a .npz or an HDF5 file"),
        ({"file": "a.csv", "threshold": "mean"}, "threshold: should be a number or `median`; it is 'mean'"),
        ({"file": "a.csv", "threshold": True}, "threshold: should be a number or `median`; it is True"),
        ({"file": "a.csv", "threshold": float("nan")}, "threshold"),
        ({"file": "a.png", "transpose": True, "orientation": "portrait"}, "say one of them"),
    ],
)
def test_settings_fit_the_kind_of_file(table: dict[str, object], message: str) -> None:
    with pytest.raises(UserError) as caught:
        OwnStates.checked(table)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_home_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert OwnStates.checked({"file": "~/a.npy"}).file == tmp_path / "a.npy"
