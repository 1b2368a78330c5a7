import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from phonecase.errors import UserError
from phonecase.ordering import Ordering, SavedOrder, states_hash, write_order
from phonecase.states import States, write_states
from phonecase.tables import column, numbers, read_made, read_numbers, read_table, words, write_table

SCRIPT = Path(__file__).resolve().parent.parent / "scripts" / "render_variants.py"


def test_the_table_is_the_one_that_pandas_reads(tmp_path: Path) -> None:
    frame = pd.DataFrame({"row": np.arange(5, dtype=np.int32), "letter": list("abcde")})
    frame.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read_table(tmp_path / "a.parquet").to_pandas(), frame)


@pytest.mark.parametrize("T", [0, 1, 7])
def test_columns_are_arrays_also_where_a_file_has_them_in_pieces(T: int) -> None:
    grid = np.arange(3 * T, dtype=np.float32).reshape(T, 3)
    lists = pa.FixedSizeListArray.from_arrays(pa.array(grid.reshape(-1)), 3)
    for pieces in (pa.chunked_array([lists]), pa.chunked_array([lists[: T // 2], lists[T // 2 :]])):
        np.testing.assert_array_equal(numbers(pieces), grid)
    np.testing.assert_array_equal(numbers(pa.chunked_array([np.arange(T, dtype=np.int8)])), np.arange(T))
    with pytest.raises(TypeError):
        numbers(pa.chunked_array([lists, pa.array([None], lists.type)]))


@pytest.mark.filterwarnings("ignore:Exporting an unversioned DLPack")  # NumPy asks once more, the old way
@pytest.mark.parametrize("other", [["a", "b"], [1, None]])
def test_what_is_no_array_of_numbers_is_refused(other: list[object]) -> None:
    with pytest.raises(TypeError):
        numbers(pa.chunked_array([other]))


@pytest.mark.parametrize("T", [0, 1, 9])
def test_columns_are_made_as_pyarrow_makes_them(T: int) -> None:
    values = np.linspace(-1, 1, T, dtype=np.float32)
    known = np.arange(T) % 3 > 0
    texts = [character * number for number, character in zip(range(T), "aé字😀\n'\0 z", strict=False)]
    assert column(values, np.float32) == pa.array(values)
    assert column(values, np.float32, known=known) == pa.array(values, mask=~known)
    assert words(texts) == pa.array(texts, pa.string())
    for made in (column(values, np.float32, known=known), words(texts)):
        made.validate(full=True)


def test_a_picture_is_drawn_without_pandas(tmp_path: Path) -> None:
    """Its import takes longer than all pictures of a style."""
    units = np.ones((4, 2), np.int8)
    about = {"passage": "romans", "reference": "Romans 1:16", "model": "post"}
    places = [("Romans", 1, 16)] * 4
    write_states(tmp_path / "states", States("abcd", units, np.zeros(4, np.float32), places, about))
    ordering = Ordering(np.arange(2, dtype=np.int32), np.ones(2, np.int8))
    write_order(
        tmp_path / "order", SavedOrder(ordering, "identity", {"signed": False}, 4, states_hash(units))
    )
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


def changed(path: Path, content: bytes, bit: int) -> Path:
    """The file with one bit turned."""
    turned = bytearray(content)
    turned[bit // 8] ^= 1 << bit % 8
    path.write_bytes(turned)
    return path


def outcome(read: Callable[[Path], Any], path: Path) -> Any:
    """What is read, or None for what is refused."""
    try:
        return read(path)
    except (OSError, pa.ArrowInvalid, UserError):
        return None


def test_a_bit_that_turned_anywhere_in_a_table_is_noticed_or_changes_nothing(tmp_path: Path) -> None:
    grid = pa.FixedSizeListArray.from_arrays(pa.array(np.arange(40, dtype=np.int8)), 4)
    columns = {"state": grid, "name": ["a", None] * 5, "bits": np.linspace(0, 1, 10)}
    table = pa.table(columns).replace_schema_metadata({"phonecase": '{"model": "post"}'})
    write_table(tmp_path / "whole", table)
    content = (tmp_path / "whole").read_bytes()
    whole = read_table(tmp_path / "whole")
    bits = np.random.default_rng(0).choice(8 * len(content), 2000, replace=False)
    read = [outcome(read_table, changed(tmp_path / "turned", content, bit)) for bit in bits]
    for found in read:
        if found is not None:
            assert found.to_pydict() == whole.to_pydict()
            ours = (found.schema.metadata or {}).get(b"phonecase")
            assert ours in (whole.schema.metadata[b"phonecase"], None)  # who needs it misses it
    assert sum(found is None for found in read) > len(read) / 2


@pytest.mark.parametrize("share", [0, 0.5, 0.99])
def test_half_a_table_is_none(tmp_path: Path, share: float) -> None:
    write_table(tmp_path / "whole", pa.table({"a": np.arange(1000)}))
    content = (tmp_path / "whole").read_bytes()
    (tmp_path / "half").write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=r"half: not a table .*; remove it, and train\.py makes it anew"):
        read_made(tmp_path / "half", "train.py", ["a"])
    with pytest.raises(UserError, match="whole: it has no column b"):
        read_made(tmp_path / "whole", "train.py", ["b"])


def test_numbers_of_a_table_are_its_columns_or_an_error(tmp_path: Path) -> None:
    write_table(tmp_path / "table", pa.table({"a": [1, 2], "b": ["1", "2"]}))
    assert read_numbers(tmp_path / "table", "train.py", ["a"])["a"].tolist() == [1, 2]
    with pytest.raises(UserError, match=r"table: not numbers: string; remove it, and train\.py makes it"):
        read_numbers(tmp_path / "table", "train.py", ["a", "b"])
