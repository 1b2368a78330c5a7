"""Orders as files."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from ordering.cases import process, states
from phonecase.errors import UserError
from phonecase.ordering import check_settings, order_units, similarity
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.files import SavedOrder, read_order, read_ordering, states_hash, write_order
from phonecase.ordering.proof import verify


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


def test_an_order_has_every_unit_once() -> None:
    with pytest.raises(ValueError, match="every unit exactly once"):
        Ordering(np.array([0, 0], np.int32), np.ones(2, np.int8))
    with pytest.raises(ValueError, match="each −1 or \\+1"):
        Ordering(np.array([1, 0], np.int32), np.zeros(2, np.int8))
