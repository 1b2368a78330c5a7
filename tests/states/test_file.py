import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.errors import UserError
from phonecase.states.file import COLUMNS, States, read_states, write_states


def some_states(T: int, H: int, seed: int = 0) -> States:
    rng = np.random.default_rng(seed)
    return States(
        text="".join(rng.choice(list("ab \n"), T)),
        units=rng.choice(np.array([-1, 1], np.int8), (T, H)),
        surprise=np.concatenate([[np.nan], rng.random(T - 1)]).astype(np.float32),
        places=[("Romans", 1, 16 + t // 100) for t in range(T)],
        metadata={"passage": "romans", "reference": "Romans 1:16-17", "model": "post"},
    )


@given(T=st.integers(1, 40), H=st.integers(1, 40), seed=st.integers(0, 100))
def test_what_is_read_is_what_was_written(
    tmp_path_factory: pytest.TempPathFactory, T: int, H: int, seed: int
) -> None:
    path = tmp_path_factory.mktemp("states") / "a.parquet"
    states = some_states(T, H, seed)
    write_states(path, states)
    read = read_states(path)
    assert read.text == states.text
    assert read.units.dtype == np.int8
    np.testing.assert_array_equal(read.units, states.units)
    np.testing.assert_array_equal(read.surprise, states.surprise)
    assert read.places == states.places
    assert read.metadata == states.metadata
    assert read.values is None
    assert (read.name, read.reference) == ("romans", "Romans 1:16-17")


def test_numbers_stand_beside_their_signs(tmp_path: Path) -> None:
    values = np.random.default_rng(0).normal(size=(30, 8)).astype(np.float32)
    states = replace(some_states(30, 8), units=np.where(values >= 0, 1, -1).astype(np.int8), values=values)
    path = tmp_path / "gru.parquet"
    write_states(path, states)
    read = read_states(path)
    assert read.values is not None
    assert read.values.dtype == np.float32
    np.testing.assert_array_equal(read.values, values)
    np.testing.assert_array_equal(read.units, states.units)
    assert duckdb.execute(f"SELECT value[8] FROM '{path}'").fetchall() == [(float(v),) for v in values[:, 7]]


def a_grid(**more: Any) -> States:
    units = np.array([[1, -1], [-1, 1], [1, 1]], np.int8)
    metadata = {"passage": "zoo", "reference": "zoo.csv", "model": "own"}
    return States("", units, np.empty(0, np.float32), [], metadata | more, labels=["bear", "lion", "wren"])


def test_a_grid_of_ones_own_has_names_and_nothing_of_a_passage(tmp_path: Path) -> None:
    write_states(tmp_path / "zoo.parquet", a_grid(names=["hair", "eggs"]))
    assert pd.read_parquet(tmp_path / "zoo.parquet").columns.tolist() == ["position", "label", "state"]
    read = read_states(tmp_path / "zoo.parquet")
    assert read.own
    assert (read.names, read.labels) == (["hair", "eggs"], ["bear", "lion", "wren"])
    assert (read.text, read.places, read.surprise.size) == ("", [], 0)
    np.testing.assert_array_equal(read.units, a_grid().units)


def test_only_states_of_a_network_are_called_so() -> None:
    assert some_states(5, 3).title == (
        "Romans 1:16-17: the hidden states of a recurrent network, a column a character"
    )
    assert a_grid().title == "zoo.csv: 2 rows by 3 columns (bear, lion, wren), of two values"
    named = replace(a_grid(names=["hair", "eggs"]), labels=list("abcd"))
    assert named.title == "zoo.csv: 2 rows (hair, eggs) by 3 columns (a, b, c, …), of two values"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    write_states(tmp_path / "romans.parquet", some_states(274, 128))
    return tmp_path / "romans.parquet"


def test_the_same_states_give_the_same_bytes(file: Path, tmp_path: Path) -> None:
    write_states(tmp_path / "again.parquet", some_states(274, 128))
    assert (tmp_path / "again.parquet").read_bytes() == file.read_bytes()


def test_pandas_reads_a_row_a_character(file: Path) -> None:
    frame = pd.read_parquet(file)
    assert tuple(frame.columns) == COLUMNS
    assert len(frame) == 274
    np.testing.assert_array_equal(np.stack(frame["state"].tolist()), some_states(274, 128).units)
    assert frame["surprise"].isna().tolist() == [True] + [False] * 273


def test_duckdb_reads_a_unit_as_an_element_of_the_list(file: Path) -> None:
    rows = duckdb.execute(f"SELECT sum(state[8]), count(*), count(surprise) FROM '{file}'").fetchall()
    assert rows == [(int(some_states(274, 128).units[:, 7].sum()), 274, 273)]


def test_a_passage_is_small_and_says_where_it_comes_from(file: Path) -> None:
    assert file.stat().st_size < 16_000  # random bits: 274 * 128 / 8 = 4,384 bytes and what describes them
    metadata = pq.read_schema(file).metadata
    assert json.loads(metadata[b"phonecase"])["reference"] == "Romans 1:16-17"


def test_other_files_are_refused(tmp_path: Path, file: Path) -> None:
    (tmp_path / "text.parquet").write_text("not parquet")
    pd.DataFrame({"position": [0], "book": ["Romans"]}).to_parquet(tmp_path / "other.parquet")
    pd.DataFrame({"position": [0]}).to_parquet(tmp_path / "bare.parquet")
    with pytest.raises(UserError, match=r"text\.parquet: not a states file"):
        read_states(tmp_path / "text.parquet")
    with pytest.raises(UserError, match=r"other\.parquet: not a states file: it has no character"):
        read_states(tmp_path / "other.parquet")
    with pytest.raises(UserError, match=r"bare\.parquet: not a states file: it has no state"):
        read_states(tmp_path / "bare.parquet")
    with pytest.raises(UserError, match=r"gone\.parquet"):
        read_states(tmp_path / "gone.parquet")


def test_a_state_is_a_bit(tmp_path: Path) -> None:
    states = some_states(T=3, H=2)
    states.units[1, 1] = 0
    write_states(tmp_path / "s.parquet", states)
    with pytest.raises(UserError, match=r"s.parquet: .* not all −1 or \+1"):
        read_states(tmp_path / "s.parquet")
