"""Files of tables: which of several arrays, other encodings, and files that are broken or lie."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from phonecase.errors import UserError
from phonecase.states.foreign import texts
from phonecase.states.foreign.table import MOST
from phonecase.states.own import OwnStates, read_own_states, read_table

GRID = np.array([[0, 1, 1], [1, 0, 1]])


def refused(path: Path, array: str | None = None) -> str:
    """The line that is said of a file, without the file's name."""
    with pytest.raises(UserError) as caught:
        read_own_states(OwnStates.checked({"file": path, "array": array}), "mine")
    message = str(caught.value)
    assert message.startswith(f"{path}: ")
    assert "\n" not in message
    return message.removeprefix(f"{path}: ")


def header(shape: str, descr: str = "<f8") -> bytes:
    """The beginning of a .npy file that says so."""
    text = f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"
    text += " " * (-(len(text) + 11) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


# Several arrays


def test_of_several_arrays_the_only_table_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, time=np.arange(2), states=GRID)
    np.testing.assert_array_equal(read_table(path).cells, GRID)


def test_of_several_tables_one_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez_compressed(path, cell=1 - GRID, hidden=GRID)
    assert refused(path) == (
        "there are several arrays: cell (2 × 3), hidden (2 × 3); `array: cell` would take the first"
    )
    np.testing.assert_array_equal(read_table(path, "hidden").cells, GRID)
    assert refused(path, "hiden") == "there is no array 'hiden'; did you mean 'hidden'?"


def test_an_archive_is_known_by_what_is_in_it(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", GRID)
    (tmp_path / "a.npz").rename(tmp_path / "a.npy")
    np.testing.assert_array_equal(read_table(tmp_path / "a.npy").cells, GRID)


def test_hdf5_is_read_where_h5py_is(tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py", reason="h5py isn't installed")
    path = tmp_path / "lstm.h5"
    with h5py.File(path, "w") as file:
        file["layer1/states"] = GRID
        file["layer1/time"] = np.arange(2)
    np.testing.assert_array_equal(read_table(path).cells, GRID)
    with h5py.File(path, "a") as file:
        file["layer2/states"] = 1 - GRID
        file.create_dataset("huge", (10**6, 10**6), "f4", chunks=True)
    np.testing.assert_array_equal(read_table(path, "layer2/states").cells, 1 - GRID)
    assert "layer1/states (2 × 3), layer2/states (2 × 3)" in refused(path)
    assert "cells are too many" in refused(path, "huge")
    path.write_bytes(b"no HDF5")
    assert "this is no HDF5 file that can be read" in refused(path)


def test_without_h5py_it_is_said_what_would_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "h5py", None)
    (tmp_path / "a.h5").write_bytes(b"")
    assert refused(tmp_path / "a.h5") == (
        "HDF5 is read where h5py is installed (pip install h5py); or save the array as .npy"
    )


# Parquet


def test_a_column_that_is_no_number_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pd.DataFrame({"a": [0, 1], "id": ["x", "y"], "b": [1, 0]}).to_parquet(path)
    assert refused(path) == "row 1, column 2 ('id') is 'x'; the other cells are numbers"
    pd.DataFrame({"a": [0, 1], "when": pd.to_datetime(["2020-01-01"] * 2)}).to_parquet(path)
    assert refused(path).startswith("column 'when' has values of type timestamp")
    pd.DataFrame({"a": [0, 1], "b": pd.array([1, None], "Int8")}).to_parquet(path)
    assert refused(path) == "column 'b' has nothing in row 2"


@pytest.mark.parametrize("dtype", ["int64", "bool", "float32", "boolean", "Int8", "uint8"])
def test_columns_of_numbers_are_read_whatever_their_type(tmp_path: Path, dtype: str) -> None:
    frame: Any = pd.DataFrame(GRID, columns=list("abc"))
    frame.astype(dtype).to_parquet(tmp_path / "a.parquet")
    np.testing.assert_array_equal(read_table(tmp_path / "a.parquet").cells, GRID)


@pytest.mark.parametrize("dtype", ["object", "category", "string"])
def test_a_first_column_of_texts_names_the_rows(tmp_path: Path, dtype: str) -> None:
    frame: Any = pd.DataFrame({"id": ["x", "y"], "a": [0, 1], "b": [1, 0]})
    frame.astype({"id": dtype}).to_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert (table.rows, table.columns) == (["x", "y"], ["a", "b"])


# Text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", " "])
def test_a_text_is_read_however_it_was_written(
    tmp_path: Path, encoding: str, end: str, delimiter: str
) -> None:
    path = tmp_path / "a.csv"
    rows = [["a", "b", "ç"], *GRID.tolist()]
    path.write_bytes(end.join(delimiter.join(map(str, row)) for row in rows).encode(encoding))
    table = read_table(path)
    np.testing.assert_array_equal(table.cells, GRID)
    assert table.columns == ["a", "b", "ç"]


def test_other_encodings_are_refused_with_what_would_do(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("é,b\n1,0\n".encode("latin-1"))
    assert refused(tmp_path / "a.csv").startswith("this is no UTF-8")


def test_a_text_of_too_many_cells_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "MOST", 1000)
    (tmp_path / "a.csv").write_text("1,0\n" * 501)
    assert refused(tmp_path / "a.csv") == "this has too many cells; up to 1,000 are read"
    (tmp_path / "a.csv").write_text("1,0\n" * 500)
    assert len(read_table(tmp_path / "a.csv").cells) == 500


def test_lines_are_counted_as_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("# remark\n\na,b\n\n0,1\n\n1,0\n0,7\n")
    assert refused(tmp_path / "a.csv") == "row 8, column 2 ('b') is 7; all cells should be 0 or 1"


# Broken files, and files that lie


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array, message in {
        "complex": (GRID * 1j, "this holds complex numbers"),
        "line": (
            np.ones(3),
            "states are a table, a row a character and a column a unit; this is a list of 3",
        ),
        "cube": (np.ones((2, 3, 4)), "this is 2 × 3 × 4"),
        "point": (np.array(1), "this is a single value"),
        "empty": (np.ones((0, 3)), "this is 0 × 3"),
        "dates": (np.zeros((2, 2), "M8[s]"), "this holds values of type datetime64[s]"),
        "records": (np.zeros((2, 2), [("a", int), ("b", int)]), "this holds values of type"),
    }.values():
        np.save(path, array)
        assert message in refused(path)


def test_no_pickle_is_opened(tmp_path: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return os.mkdir, (str(tmp_path / "sprung"),)

    for name in ("a.npy", "a.npz"):
        save = np.save if name == "a.npy" else np.savez
        save(tmp_path / name, np.array([[Trap(), Trap()]], object))
        assert "this holds Python objects" in refused(tmp_path / name)
    assert not (tmp_path / "sprung").exists()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "this is an empty file"),
        (b"\x93NUMPY", "this is no array of NumPy's"),
        (b"no array", "this is no array of NumPy's"),
        (b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, "this is no array of NumPy's"),
        (header("(1000000, 1000000)"), "1,000,000 × 1,000,000 cells are too many"),
        (header("(-5, -5)"), "this is -5 × -5"),
        (header("(4000, 4000)") + b"\0" * 64, "the file is cut short: its header says 4,000 × 4,000"),
        (header("(2, 2)", "<U1000000"), "the file is cut short"),
        (header("(2, 2)") + bytes(31), "the file is cut short"),
        (b"PK\x03\x04 no archive", "this is no .npz of NumPy's"),
    ],
)
@pytest.mark.parametrize("suffix", [".npy", ".npz"])
def test_a_broken_or_lying_array_is_refused_in_a_line(
    tmp_path: Path, suffix: str, content: bytes, message: str
) -> None:
    (tmp_path / f"a{suffix}").write_bytes(content)
    assert message in refused(tmp_path / f"a{suffix}")


def test_an_archive_that_swells_is_refused_before_it_does(tmp_path: Path) -> None:
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a.npy", "w") as member:
        member.write(header(f"({MOST // 1000 + 1}, 1000)", "|i1"))
        for _ in range(MOST // 2**20 + 1):
            member.write(bytes(2**20))
    assert path.stat().st_size < 100_000
    assert "cells are too many; up to 16,777,216 are read" in refused(path)


def test_an_archive_of_other_things_holds_no_array(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.npz", "w") as archive:
        archive.writestr("sheet.xml", "<xml/>")
    assert "no array of NumPy's" in refused(tmp_path / "a.npz")
    with zipfile.ZipFile(tmp_path / "b.npz", "w"):
        pass
    assert refused(tmp_path / "b.npz") == "there is no array in this file"


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".parquet", ".png"])
def test_what_is_no_file_is_said(tmp_path: Path, suffix: str) -> None:
    assert refused(tmp_path / f"gone{suffix}") == "there is no such file"
    (tmp_path / f"folder{suffix}").mkdir()
    assert refused(tmp_path / f"folder{suffix}") == "this file can't be read: Is a directory"


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".png", ".npy", ".npz"])
def test_noise_is_refused_in_a_line(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"noise{suffix}"
    path.write_bytes(np.random.default_rng(0).bytes(3000))
    assert refused(path)


def test_a_parquet_that_is_cut_short_is_refused(tmp_path: Path) -> None:
    whole = io.BytesIO()
    pd.DataFrame(GRID, columns=list("abc")).to_parquet(whole)
    (tmp_path / "a.parquet").write_bytes(whole.getvalue()[:-20])
    assert "this is no Parquet file that can be read" in refused(tmp_path / "a.parquet")
