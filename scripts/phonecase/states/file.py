"""The hidden states of a passage, one row a character: what the pictures are made of.

A states file is Parquet with these columns, one row for every character that was fed to the network:

| column      | type                   | meaning                                                            |
|-------------|------------------------|--------------------------------------------------------------------|
| `position`  | int32                  | 0 for the first character                                          |
| `character` | string                 | the character that was fed (a line break between verses)           |
| `book`      | string                 | where it stands; a line break belongs to the verse before it       |
| `chapter`   | int16                  | 0 in a plain text or own words, where `book` is the file's name    |
| `verse`     | int32                  | (or the passage's) and `verse` the line's number                   |
| `surprise`  | float32                | bits that the network paid for this character, null for the first  |
| `state`     | fixed-size list<int8>  | the H units after reading it, each −1 or +1                        |
| `value`     | fixed-size list<float> | only where the states are numbers, of which `state` has the signs  |
|             |                        | (+1 for 0), or says whether they reach the threshold               |

The list column keeps a state together: `state[1]` is unit 0 in DuckDB, `numpy.stack(frame["state"])` is
the (T, H) array in pandas, and neighbouring equal values compress to little more than a bit a cell. The
last character of a passage is never fed (nothing is to be predicted after it), so a passage of 275
characters has 274 rows, as in the post. The file's metadata holds, under the key `phonecase`, a JSON text
with the passage's name and reference, the model's name and the SHA-256 of its weights, the last
character and its surprise, and the mean bits per character.

A grid of your own has a row for each column of its picture, and of these columns `position`, `state` and
perhaps `value`; where its own columns and units have names, those of the columns are in a column `label`
(string), and those of the H units in the metadata, a list `names`. There, the reference is the name of the
file that it came from, and `minus` and `plus` say what −1 and +1 stand for, or `threshold` where numbers
were split.
"""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from phonecase.errors import UserError
from phonecase.tables import column, numbers, read_table, words, write_table

PASSAGE = ("character", "book", "chapter", "verse", "surprise")  # what a grid of your own hasn't
COLUMNS = ("position", *PASSAGE, "state")
METADATA_KEY = b"phonecase"
FEW = 3  # names that a title mentions


@dataclass(frozen=True, eq=False)
class States:
    """The states of one passage under one model: T characters fed, H units.

    Or a grid of your own, of T × H cells: its `text`, `surprise` and `places` are empty.
    """

    text: str  # the T characters that were fed
    units: npt.NDArray[np.int8]  # (T, H), each -1 or +1: the states after each character
    surprise: npt.NDArray[np.float32]  # (T,), bits paid for each character; nan for the first
    places: list[tuple[str, int, int]]  # (T,) book, chapter and verse of each character
    metadata: dict[str, Any]
    values: npt.NDArray[np.float32] | None = None  # (T, H), what `units` are the signs of, if not binary
    labels: list[str] | None = None  # (T,), names of a grid's columns

    @cached_property
    def name(self) -> str:
        """The passage's name in the settings."""
        return str(self.metadata["passage"])

    @cached_property
    def reference(self) -> str:
        """The passage's reference, as in `Romans 1:16-17`; of a grid of your own, its file's name."""
        return str(self.metadata["reference"])

    @cached_property
    def own(self) -> bool:
        """Whether this is a grid of your own, of which only its cells are known, and perhaps their names."""
        return not self.text

    @cached_property
    def names(self) -> list[str] | None:
        """The H units' names, where they have any."""
        return self.metadata.get("names")

    @cached_property
    def title(self) -> str:
        """What a picture of them shows, in a line."""
        if not self.own:
            return f"{self.reference}: the hidden states of a recurrent network, a column a character"
        T, H = self.units.shape
        names, labels = (f" ({_some(known)})" if known else "" for known in (self.names, self.labels))
        return f"{self.reference}: {H} rows{names} by {T} columns{labels}, of two values"


def write_states(path: Path, states: States) -> None:
    """Write a states file (see the module's table): atomically, and the same bytes for the same states."""
    T, H = states.units.shape
    columns: dict[str, Any] = {"position": column(np.arange(T), np.int32)}
    if not states.own:
        books, chapters, verses = zip(*states.places, strict=True)
        columns |= {
            "character": words(states.text),
            "book": words(books),
            "chapter": column(chapters, np.int16),
            "verse": column(verses, np.int32),
            "surprise": column(states.surprise, np.float32, known=~np.isnan(states.surprise)),
        }
    if states.labels is not None:
        columns["label"] = words(states.labels)
    columns["state"] = pa.FixedSizeListArray.from_arrays(column(states.units.reshape(-1), np.int8), H)
    if states.values is not None:
        values = column(states.values.reshape(-1), np.float32)
        columns["value"] = pa.FixedSizeListArray.from_arrays(values, H)
    metadata = json.dumps(states.metadata, sort_keys=True, ensure_ascii=False)
    table = pa.table(columns).replace_schema_metadata({METADATA_KEY: metadata.encode()})
    write_table(path, table, compression="zstd")


def is_states_file(path: Path) -> bool:
    """Whether there is a Parquet file that says that it is a states file."""
    try:
        schema = pq.read_schema(path)
    except (OSError, ValueError, pa.ArrowException):
        return False
    return METADATA_KEY in (schema.metadata or {}) and "state" in schema.names


def read_states(path: Path) -> States:
    """Read a states file.

    Raises UserError when the file is not there, is no Parquet file or lacks a column.
    """
    try:
        table = read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise UserError(f"{path}: not a states file: {error}") from None
    known = table.column_names
    own = not set(PASSAGE) & set(known)
    missing = [name for name in COLUMNS if name not in known and not (own and name in PASSAGE)]
    if METADATA_KEY not in (table.schema.metadata or {}):
        missing.append("phonecase metadata")
    if missing:
        raise UserError(f"{path}: not a states file: it has no {missing[0]}")
    units = numbers(table["state"]).astype(np.int8)
    if not (abs(units) == 1).all():
        raise UserError(f"{path}: not a states file: its states are not all −1 or +1")
    passage = {name: [] if own else table[name].to_pylist() for name in PASSAGE}
    return States(
        text="".join(passage["character"]),
        units=units,
        surprise=np.array(passage["surprise"], np.float32),  # null is nan
        places=list(zip(*(passage[name] for name in ("book", "chapter", "verse")), strict=True)),
        metadata=json.loads(table.schema.metadata[METADATA_KEY]),
        values=numbers(table["value"]).astype(np.float32) if "value" in known else None,
        labels=table["label"].to_pylist() if "label" in known else None,
    )


def _some(names: list[str]) -> str:
    """The first few of the names."""
    return ", ".join(names[:FEW]) + (", …" if len(names) > FEW else "")
