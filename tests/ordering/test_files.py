"""Orders as files."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.errors import UserError
from phonecase.ordering import check_settings, order_units, similarity
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.files import (
    SavedOrder,
    read_order,
    read_order_for,
    read_ordering,
    read_orders_for,
    states_hash,
    write_order,
)
from phonecase.ordering.proof import verify
from phonecase.tables import read_table, write_table


def saved(passage: States, strategy: str, **chosen: object) -> SavedOrder:
    complete = check_settings(strategy, chosen)
    ordering = order_units(passage, strategy, **complete)
    return SavedOrder(ordering, strategy, complete, similarity(passage, ordering), states_hash(passage))


@settings(deadline=None, max_examples=15)
@given(passage=states())
def test_what_is_written_is_read(tmp_path_factory: pytest.TempPathFactory, passage: States) -> None:
    path = tmp_path_factory.mktemp("orders") / "best.parquet"
    order = saved(passage, "optimal", signed=True)
    write_order(path, order)
    again = read_order(path)
    assert again.facts() == order.facts()
    assert again.ordering.permutation.tolist() == order.ordering.permutation.tolist()
    assert again.ordering.signs.tolist() == order.ordering.signs.tolist()
    assert verify(passage, read_ordering(path)) == order.similarity


def test_the_same_order_is_the_same_bytes(tmp_path: Path) -> None:
    passage = process(T=50, H=30)
    for name in ("one", "other"):
        write_order(tmp_path / name, saved(passage, "optimal"))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_columns_for_other_readers(tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    order = saved(process(T=50, H=6), "insertion", signed=True)
    write_order(tmp_path / "o.parquet", order)
    table = duckdb.sql(f"from '{tmp_path / 'o.parquet'}' order by row").fetchnumpy()
    assert {name: column.dtype for name, column in table.items()} == {
        "row": np.int32,
        "unit": np.int32,
        "sign": np.int8,
    }
    assert table["unit"].tolist() == order.ordering.permutation.tolist()


def test_bad_files_are_named(tmp_path: Path) -> None:
    path = tmp_path / "order.parquet"
    with pytest.raises(UserError, match="there is no such file"):
        read_order(path)
    path.write_text("no parquet")
    with pytest.raises(UserError, match="not an order"):
        read_order(path)


@pytest.mark.parametrize(
    ("column", "wrong", "complaint"),
    [
        ("unit", [0.5, 1.0, 2.0, 3.0], "not integers"),
        ("unit", [2**32, 1, 2, 3], "not integers"),  # 0, to those who keep 32 bits
        ("unit", [0, 1, 2, None], "not an order"),
        ("row", [0, 1, 2, 2], "not numbered from 0 on"),
    ],
)
def test_what_is_no_order_is_not_made_one(
    tmp_path: Path, column: str, wrong: list[float | None], complaint: str
) -> None:
    import pyarrow as pa

    path = tmp_path / "order.parquet"
    write_order(path, saved(process(T=50, H=4), "identity"))
    table = read_table(path)
    kind = pa.int32() if column == "row" or None in wrong else None
    other = table.set_column(table.column_names.index(column), column, pa.array(wrong, kind))
    write_table(path, other)
    with pytest.raises(UserError, match=complaint):
        read_order(path)


def test_rows_are_negated_only_where_the_settings_say_so(tmp_path: Path) -> None:
    path, order = tmp_path / "order.parquet", saved(process(T=50, H=12), "mean", signed=True)
    assert (order.ordering.signs < 0).any()
    write_order(path, replace(order, settings={"signed": False}))
    with pytest.raises(UserError, match="negated rows, which its settings rule out"):
        read_order(path)


@pytest.mark.parametrize("settings", [{}, {"signed": "no"}, None, 1])
def test_an_order_s_settings_say_whether_rows_may_be_negated(tmp_path: Path, settings: Any) -> None:
    path, order = tmp_path / "order.parquet", saved(process(T=50, H=12), "mean")
    write_order(path, replace(order, settings=settings))
    with pytest.raises(UserError, match=r"not an order as order_rows\.py writes them"):
        read_order(path)


def test_states_are_the_same_whatever_integers_hold_them(tmp_path: Path) -> None:
    path, passage = tmp_path / "order.parquet", process(T=50, H=12)
    write_order(path, saved(passage, "mean"))
    assert read_order_for(path, passage.astype(np.int64)).strategy == "mean"


def test_an_order_is_read_for_its_own_states_only(tmp_path: Path) -> None:
    path, passage = tmp_path / "order.parquet", process(T=50, H=12)
    order = saved(passage, "mean")
    write_order(path, order)
    assert read_order_for(path, passage).facts() == order.facts()
    with pytest.raises(UserError, match="other states: 12 units, and these states have 9"):
        read_order_for(path, process(T=50, H=9))
    with pytest.raises(UserError, match="it orders other states than these"):
        read_order_for(path, -passage)
    write_order(path, replace(order, similarity=order.similarity + 2))
    with pytest.raises(UserError, match=f"states a similarity of {order.similarity + 2}, but has"):
        read_order_for(path, passage)


def test_orders_are_known_by_the_names_of_their_files(tmp_path: Path) -> None:
    passage = process(T=50, H=6)
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        write_order(tmp_path / folder / "mean.parquet", saved(passage, "mean"))
    write_order(tmp_path / "a/leaf.parquet", saved(passage, "leaf"))
    paths = [tmp_path / name for name in ("a/mean.parquet", "a/leaf.parquet", "b/mean.parquet")]
    assert list(read_orders_for(paths[:2], passage)) == ["mean", "leaf"]
    with pytest.raises(UserError, match=r"b/mean\.parquet: another of the orders is called mean, too"):
        read_orders_for(paths, passage)


def test_a_network_takes_the_order_of_its_own_number_of_units(tmp_path: Path) -> None:
    from phonecase.model import CharLM

    CharLM(9, 6).save(tmp_path)
    write_order(tmp_path / "order.parquet", saved(process(T=50, H=5), "mean"))
    script = Path(__file__).parents[2] / "scripts" / "permute_model.py"
    files: list[str | Path] = [
        "--weights",
        tmp_path,
        "--order",
        tmp_path / "order.parquet",
        "--out",
        tmp_path / "made.safetensors",
    ]
    done = subprocess.run([sys.executable, script, *files], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "order.parquet: an order of 5 units does not fit a network of 6" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "made.safetensors").exists()


def test_an_order_has_every_unit_once() -> None:
    with pytest.raises(ValueError, match="every unit exactly once"):
        Ordering(np.array([0, 0], np.int32), np.ones(2, np.int8))
    with pytest.raises(ValueError, match="each −1 or \\+1"):
        Ordering(np.array([1, 0], np.int32), np.zeros(2, np.int8))
