"""A table from elsewhere: cells of numbers or of words, and which first row and column are names."""

import itertools
import logging
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError

log = logging.getLogger(__name__)

MOST = 2**24  # cells: 128 units along 131,072 characters
SEVERAL = 4  # values: more than two and a stray one
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_MINUS = str.maketrans(
    dict.fromkeys("\N{MINUS SIGN}\N{EN DASH}\N{SMALL HYPHEN-MINUS}\N{FULLWIDTH HYPHEN-MINUS}", "-")
)


@dataclass(frozen=True, eq=False)
class Table:
    """The cells of a table, and the names of its rows and columns where it has any."""

    path: Path
    cells: npt.NDArray[Any]  # (N, M), float64 or texts
    rows: list[str] | None = None  # (N,)
    columns: list[str] | None = None  # (M,)
    lines: Sequence[int] | None = None  # (N,), where the rows stand in the file, if not from 1 on
    before: int = 0  # columns of the file before the first of the cells

    @property
    def numbers(self) -> npt.NDArray[np.float64] | None:
        """The cells, if they are numbers."""
        return self.cells if self.cells.dtype == np.float64 else None

    def where(self, place: int) -> str:
        """Where a cell stands in the file, by its place in the flattened cells; counted from 1."""
        row, column = divmod(int(place), self.cells.shape[1])
        line = row + 1 if self.lines is None else self.lines[row]
        name = "" if self.columns is None else f" ({self.columns[column]!r})"
        return f"row {line}, column {column + 1 + self.before}{name}"

    def shown(self, place: int) -> str:
        """A cell in words."""
        cell = self.cells.reshape(-1)[place]
        return f"{cell:.12g}".replace("-", "−") if self.numbers is not None else repr(str(cell))


def assemble(
    path: Path,
    columns: list[npt.NDArray[Any]],  # M of (N,), float64 or texts
    names: list[str] | None,
    labels: list[str] | None,
    lines: Sequence[int] | None = None,
) -> Table:
    """A table of columns, of which the first may be names of the rows."""
    before = 0
    if labels is None and len(columns) > 1:
        first = [_text(cell) for cell in columns[0]]
        rest = columns[1:]
        numeric = all(column.dtype == np.float64 for column in rest)
        others = (_text(cell) for column in rest for cell in np.unique(column))
        if are_names(first, known_values(others, numeric), numeric):
            log.info("%s: the first column%s names the rows", path, f" ({names[0]!r})" if names else "")
            labels, columns, before = first, rest, 1
            names = None if names is None else names[1:]
    words = sum(column.dtype != np.float64 for column in columns)
    cells = np.stack(columns, axis=1) if words in (0, len(columns)) else _mixed(columns)
    table = Table(path, cells, labels, names, lines, before)
    if table.numbers is None:
        flat = cells.reshape(-1)
        if (empty := np.flatnonzero(flat == "")).size:
            raise UserError(f"{path}: {table.where(empty[0])} is empty")
        are_numbers = np.array([is_number(cell) for cell in flat])
        if are_numbers.any():
            mostly = are_numbers.mean() >= 0.5
            odd = np.flatnonzero(are_numbers != mostly)[0]
            kind = "numbers" if mostly else "words"
            raise UserError(f"{path}: {table.where(odd)} is {table.shown(odd)}; the other cells are {kind}")
    return table


def _mixed(columns: list[npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """Columns of numbers and of texts, all as texts."""
    return np.array([[_text(cell) for cell in column] for column in columns], object).T


def _text(cell: Any) -> str:
    return cell if isinstance(cell, str) else f"{cell:.12g}"


def are_names(line: Sequence[str], known: set[str], numeric: bool) -> bool:
    """Whether the first row or column of a table are names, by what is `known` to be in the other cells.

    Names are words where the cells are numbers, or where these are other words. Numbers are names when they
    count, from 0 or 1; or when there are three or more, each another, and most are no values of the cells.
    """
    if not known or not line:
        return False
    strange = [cell for cell in line if _key(cell) not in known]
    numbers = [float(cell) for cell in line if is_number(cell)]
    if not numbers:
        return numeric or (len(known) > 1 and len(strange) == len(line))
    if len(line) < 3:
        return False
    counting = len(numbers) == len(line) and all(b - a == 1 for a, b in itertools.pairwise(numbers))
    different = len(set(line)) == len(line) and len(known) < SEVERAL and 2 * len(strange) > len(line)
    return (counting and numbers[0] in (0, 1)) or different


def known_values(cells: Iterable[str], numeric: bool) -> set[str]:
    """The values of cells; of numbers no more than shows that there are several."""
    values: set[str] = set()
    for cell in cells:
        values.add(_key(cell))
        if numeric and len(values) >= SEVERAL:
            break
    return values


def _key(text: str) -> str:
    """What equal cells have in common, however they are written."""
    return _text(float(text)) if is_number(text) else text.lower()


def is_number(text: str) -> bool:
    """Whether a text is a number, with a decimal point if any."""
    return _NUMBER.fullmatch(text) is not None


def tidy(text: str) -> str:
    """A text on one line, without space around it; of a number or a sign alone, with the ASCII signs."""
    if is_number(text):
        return text
    text = " ".join(text.split())
    plain = text.translate(_MINUS)
    if plain in ("-", "+"):
        return f"{plain}1"
    return plain if is_number(plain.replace(",", ".")) else text


def said(error: Exception) -> str:
    """A library's words on one line."""
    return " ".join(str(error).split())


def check_size(path: Path, shape: tuple[int, ...]) -> None:
    """Raises UserError for what is no table, has no cell, or too many."""
    if len(shape) != 2 or min(shape) < 1:
        raise UserError(
            f"{path}: states are a table, a row a character and a column a unit; this is {in_words(shape)}"
        )
    if math.prod(shape) > MOST:
        raise UserError(f"{path}: {in_words(shape)} cells are too many; up to {MOST:,} are read")


def in_words(shape: tuple[int, ...]) -> str:
    """An array's shape."""
    if len(shape) == 0:
        return "a single value"
    return " × ".join(f"{n:,}" for n in shape) if len(shape) > 1 else f"a list of {shape[0]:,}"
