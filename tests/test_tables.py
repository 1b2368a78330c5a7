import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from phonecase.ordering import Ordering, SavedOrder, states_hash, write_order
from phonecase.states import States, write_states
from phonecase.tables import numbers, read_table

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "render_variants.py"


def test_the_table_is_the_one_that_pandas_reads(tmp_path: Path) -> None:
    frame = pd.DataFrame({"row": np.arange(5, dtype=np.int32), "letter": list("abcde")})
    frame.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet").to_pandas(), frame)


@pytest.mark.parametrize("T", [0, 1, 7])
def test_columns_are_arrays_also_where_a_file_has_them_in_pieces(T: int) -> None:
    grid = np.arange(3 * T, dtype=np.float32).reshape(T, 3)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(grid.reshape(-1)), 3)
    for column in (pa.chunked_array([lists]), pa.chunked_array([lists[: T // 2], lists[T // 2 :]])):
        np.testing.assert_array_equal(numbers(column), grid)
    np.testing.assert_array_equal(numbers(pa.chunked_array([np.arange(T, dtype=np.int8)])), np.arange(T))


@pytest.mark.filterwarnings("ignore:Exporting an unversioned DLPack")  # NumPy asks once more, the old way
@pytest.mark.parametrize("column", [["a", "b"], [1, None]])
def test_what_is_no_array_of_numbers_is_refused(column: list[object]) -> None:
    with pytest.raises(TypeError):
        numbers(pa.chunked_array([column]))


def test_a_picture_is_drawn_without_pandas(tmp_path: Path) -> None:
    """Its import takes longer than all pictures of a style."""
    units = np.ones((4, 2), np.int8)
    about = {"passage": "romans", "reference": "Romans 1:16", "model": "post"}
    places = [("Romans", 1, 16)] * 4
    write_states(tmp_path / "states", States("abcd", units, np.zeros(4, np.float32), places, about))
    ordering = Ordering(np.arange(2, dtype=np.int32), np.ones(2, np.int8))
    write_order(tmp_path / "order", SavedOrder(ordering, "identity", {}, 4, states_hash(units)))
    files = {"states": "states", "orders": "order", "out": "art"}
    words = [f"--{name}={tmp_path / file}" for name, file in files.items()]
    style = '{"colours": ["#FEF7E9", "#0040A1"]}'
    done = subprocess.run(
        [sys.executable, "-X", "importtime", SCRIPT, *words, "--name=printed", f"--style={style}"],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "art/order/printed.portrait.png").is_file()
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "numpy" in imported
    assert "pandas" not in imported
