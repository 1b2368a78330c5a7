"""States that you bring: a grid of two values from anywhere, ordered and drawn like any passage.

The modules of `foreign` read the files; here, what they hold becomes −1 and +1.
"""

import logging
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from phonecase.errors import UserError
from phonecase.settings import Settings

if TYPE_CHECKING:  # pyarrow is for those who read a file
    from phonecase.states.file import States
    from phonecase.states.foreign.table import Table

log = logging.getLogger(__name__)

MODEL = "own"  # stands where a model's name stands in the results' paths
TABLES = (".npy", ".npz", ".csv", ".tsv", ".txt", ".parquet", ".h5", ".hdf5")
SUFFIXES = (*TABLES, ".png")
KEYS = {  # which files have a use for a key, and why others have none
    "rows": ((".png",), "`rows` and `columns` are for a PNG; other files say how large they are"),
    "columns": ((".png",), "`rows` and `columns` are for a PNG; other files say how large they are"),
    "orientation": ((".png",), "`orientation` is for a PNG; a table has `transpose`"),
    "threshold": (TABLES, "`threshold` is for a table of numbers; a PNG has two colours"),
    "array": ((".npz", ".h5", ".hdf5"), "`array` is for a .npz or an HDF5 file, which may hold several"),
}
DIGITS = 6  # of the largest number: what differs by less is the same value


def _known(file: Path) -> Path:
    """A path that ends in one of the suffixes; `~` is your home."""
    if file.suffix.lower() not in SUFFIXES:
        raise ValueError(f"'{file}' should end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
    return file.expanduser()


def _number_or_median(value: Any) -> Any:
    """A threshold as it is, if it may be one."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    if is_number or value in (None, "median"):
        return value
    raise ValueError(f"should be a number or `median`; it is {value!r}")


class OwnStates(Settings):
    """A file of states: a table, or a picture in two colours.

    A table has a row a character and a column a unit, and two values, as −1 and +1, 0 and 1, y and n: the
    larger number is +1, and true, yes and on are; of two other words, the later in the alphabet. A first row
    and a first column that are no cells name the units and the characters. Where the cells are real numbers,
    `threshold` splits them.

    A PNG shows the states as in the post, a row of cells a unit and a column a character; the colour of its
    top left cell is −1.
    """

    file: Annotated[Path, AfterValidator(_known)]
    """A .npy, .npz, .csv, .tsv, .txt, .parquet, .h5 (where h5py is installed) or .png; a relative path starts
    where Snakemake is run. A states file of this workflow will do, too."""
    rows: int | None = Field(default=None, ge=1)
    """Of a PNG: cells down the picture. Found by itself where the cells are plain to see."""
    columns: int | None = Field(default=None, ge=1)
    """Of a PNG: cells across it."""
    orientation: Literal["landscape", "portrait"] = "landscape"
    """Of a PNG: `portrait` if it was turned clockwise, as the portrait pictures of this workflow are, so that
    the characters run down it."""
    transpose: bool = False
    """Whether rows and columns change places: of a table with a row a unit, or a picture with a row a
    character."""
    threshold: Annotated[float | Literal["median"] | None, BeforeValidator(_number_or_median)] = None
    """Of a table of numbers: those below it are −1, the others +1; `median` is each unit's own. The numbers
    are kept beside the signs."""
    array: str | None = None
    """Of a .npz or HDF5 file: the array's name, if the file holds several tables."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        suffix = self.file.suffix.lower()
        for key, (suffixes, reason) in KEYS.items():
            if suffix not in suffixes and getattr(self, key) != type(self).model_fields[key].default:
                raise ValueError(reason)
        if self.transpose and self.orientation == "portrait":
            raise ValueError(
                "`transpose` mirrors a picture, `orientation: portrait` turns it; say one of them"
            )
        return self


def read_own_states(settings: OwnStates, name: str) -> "States":
    """The states of a file of your own, by that name.

    Raises UserError when the file isn't there or isn't of its kind, and names the cell that is wrong.
    """
    from phonecase.states.file import is_states_file

    path = settings.file
    try:
        path.open("rb").close()  # for what each library says in words of its own
        match path.suffix.lower():
            case ".png":
                return _of_picture(settings, name)
            case ".parquet" if is_states_file(path):
                return _of_this_workflow(settings, name)
            case _:
                return _of_table(settings, name)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except OSError as error:
        raise UserError(f"{path}: this file can't be read: {error.strerror or error}") from None
    except MemoryError:
        raise UserError(f"{path}: this file is too large for the memory that there is") from None


def _of_this_workflow(settings: OwnStates, name: str) -> "States":
    """The states of a states file, with all that it knows of them."""
    from phonecase.states.file import read_states

    if settings.transpose:
        raise UserError(
            f"{settings.file}: this is a states file of this workflow, which needs no `transpose`"
        )
    states = read_states(settings.file)
    states = replace(states, metadata=states.metadata | {"passage": name})
    if settings.threshold is None:
        return states
    if states.values is None:
        raise UserError(f"{settings.file}: its states are bits: there are no numbers for a `threshold`")
    units = _split(states.values.astype(np.float64), settings.threshold, axis=0)
    return replace(states, units=units, metadata=states.metadata | {"threshold": settings.threshold})


def _of_picture(settings: OwnStates, name: str) -> "States":
    """The states that a picture's cells show."""
    from phonecase.states.foreign.pictures import read_picture

    cells, colours = read_picture(settings.file, settings.rows, settings.columns)
    if settings.orientation == "portrait":
        cells = np.rot90(cells)  # what was turned clockwise is turned back
    plus = cells != cells[0, 0]
    minus, plus_colour = colours[::-1] if cells[0, 0] else colours
    log.info("%s: %s, which the top left cell has, is −1; %s is +1", settings.file, minus, plus_colour)
    units = _as_signs(plus if settings.transpose else plus.T)
    return _grid(settings, name, units, metadata={"minus": minus, "plus": plus_colour})


def _of_table(settings: OwnStates, name: str) -> "States":
    """The states that a table's cells are, or are split into."""
    table = read_table(settings.file, settings.array)
    values: npt.NDArray[np.float32] | None = None
    metadata: dict[str, Any] = {}
    if settings.threshold is None:
        units, meaning = _signs(table)
        signs = {"minus": "−1", "plus": "+1"}
        said = [f"{value} is {signs[sign]}" for sign, value in meaning.items()]
        log.info("%s: %s", settings.file, ", ".join(said))
        metadata |= meaning
    else:
        numbers = _finite_numbers(table)
        values = numbers.astype(np.float32)
        units = _split(numbers, settings.threshold, axis=1 if settings.transpose else 0)
        metadata["threshold"] = settings.threshold
    names, labels = table.columns, table.rows
    if settings.transpose:
        units, values = units.T, None if values is None else values.T
        names, labels = labels, names
    if names is not None:
        metadata["names"] = names
    return _grid(settings, name, units, metadata, values, labels)


def read_table(path: Path, array: str | None = None) -> "Table":
    """The table in a file, by the file's suffix; `array` is which of several.

    Raises OSError, and UserError when the file isn't of its kind or holds no table.
    """
    match path.suffix.lower():
        case ".npy" | ".npz":
            from phonecase.states.foreign.arrays import read_numpy

            return read_numpy(path, array)
        case ".h5" | ".hdf5":
            from phonecase.states.foreign.arrays import read_hdf5

            return read_hdf5(path, array)
        case ".parquet":
            from phonecase.states.foreign.parquet import read_parquet

            return read_parquet(path)
        case _:
            from phonecase.states.foreign.texts import read_text

            return read_text(path)


def _grid(
    settings: OwnStates,
    name: str,
    units: npt.NDArray[np.int8],  # (T, H)
    metadata: dict[str, Any],
    values: npt.NDArray[np.float32] | None = None,  # (T, H)
    labels: list[str] | None = None,  # (T,)
) -> "States":
    """A grid of which only the cells are known, and perhaps their names."""
    from phonecase.states.file import States

    return States(
        text="",
        units=np.ascontiguousarray(units),
        surprise=np.empty(0, np.float32),
        places=[],
        metadata={"model": MODEL, "passage": name, "reference": settings.file.name} | metadata,
        values=None if values is None else np.ascontiguousarray(values),
        labels=labels,
    )


def _signs(table: "Table") -> tuple[npt.NDArray[np.int8], dict[str, str]]:
    """A table of two values as −1 and +1, and what these stand for.

    +1 is the larger number, or the later word in the alphabet: true, yes and on come after false, no and off.
    """
    keys: npt.NDArray[Any]  # (N, M), equal where the cells' values are
    if table.numbers is None:
        words = [word.lower() for word in table.cells.reshape(-1)]
        rank = {word: place for place, word in enumerate(sorted(set(words)))}
        keys = np.array([rank[word] for word in words]).reshape(table.cells.shape)
    else:
        numbers = _finite_numbers(table)
        keys = np.round(numbers / (np.abs(numbers).max() or 1), DIGITS)
    values, first, counts = np.unique(keys, return_index=True, return_counts=True)  # sorted
    if len(values) > 2:
        raise UserError(_odd_one_out(table, keys, values, first, counts))
    shown = [table.shown(place) for place in first]
    if len(values) == 2:
        return _as_signs(keys == values[1]), {"minus": shown[0], "plus": shown[1]}
    if shown[0] == "1":
        return np.full(keys.shape, 1, np.int8), {"plus": "1"}
    if shown[0] in ("0", "−1"):
        return np.full(keys.shape, -1, np.int8), {"minus": shown[0]}
    raise UserError(f"{table.path}: all cells are {shown[0]}; a grid has two values")


def _odd_one_out(
    table: "Table",
    keys: npt.NDArray[Any],
    values: npt.NDArray[Any],
    first: npt.NDArray[np.intp],
    counts: npt.NDArray[np.intp],
) -> str:
    """What is wrong with a table of more than two values: the first cell that has none of the usual two."""
    usual = np.lexsort((first, -counts))[:2]  # the commonest; of equals, those that come first
    odd = np.flatnonzero(~np.isin(keys, values[usual]))[0]
    if table.numbers is not None and counts[usual].sum() <= keys.size / 2:
        return (
            f"{table.path}: this has {len(values):,} different numbers, such as {table.shown(odd)} in "
            f"{table.where(odd)}; `threshold: 0`, another number or `median` would split them"
        )
    a, b = (table.shown(first[place]) for place in sorted(usual))
    return f"{table.path}: {table.where(odd)} is {table.shown(odd)}; all cells should be {a} or {b}"


def _split(
    numbers: npt.NDArray[np.float64], threshold: float | Literal["median"], *, axis: int
) -> npt.NDArray[np.int8]:
    """−1 below the threshold, else +1; the median is each unit's own, along the axis of the characters."""
    limit = np.median(numbers, axis=axis, keepdims=True) if threshold == "median" else threshold
    return _as_signs(numbers >= limit)


def _as_signs(plus: npt.NDArray[np.bool_]) -> npt.NDArray[np.int8]:
    return np.where(plus, 1, -1).astype(np.int8)


def _finite_numbers(table: "Table") -> npt.NDArray[np.float64]:
    """A table's numbers. Raises UserError when it has words instead, or for a nan or an infinity."""
    if table.numbers is None:
        raise UserError(f"{table.path}: {table.where(0)} is {table.shown(0)}; a `threshold` is for numbers")
    wrong = np.flatnonzero(~(np.abs(table.numbers) <= np.finfo(np.float32).max))
    if wrong.size:
        raise UserError(f"{table.path}: {table.where(wrong[0])} is {table.shown(wrong[0])}, no finite number")
    return table.numbers
