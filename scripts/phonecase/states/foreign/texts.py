"""Tables of text, as spreadsheets, R and NumPy's `savetxt` write them: delimiter and header are found."""

import csv
import io
import itertools
import logging
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError
from phonecase.states.foreign.table import MOST, Table, are_names, assemble, is_number, known_values, tidy

log = logging.getLogger(__name__)

MOST_BYTES = 2**28
DELIMITERS = ("\t", ";", ",", "|", None)  # tried in this order; None is any white space
NOTHING = ""  # stands between cells that are one character each, as in 0110
SAMPLE = 50  # rows that show which delimiter it is
_SPACED = re.compile(r'"([^"]*)"|(\S+)')
_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)


def read_text(path: Path) -> Table:
    """The table in a text file: its delimiter, its header and its column of names are found by themselves."""
    if path.stat().st_size > MOST_BYTES:
        raise UserError(f"{path}: a text file of more than {MOST_BYTES >> 20} MB isn't read; .npy is smaller")
    data = path.read_bytes()
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise UserError(
            f"{path}: this is no UTF-8; save it as such, as in a spreadsheet's `CSV UTF-8`"
        ) from None
    if "\0" in text:
        raise UserError(
            f"{path}: this is no text, or UTF-16 without its mark: it has zeros; save it as UTF-8"
        )
    try:
        delimiter = _delimiter(text)
        rows, lines = _split_rows(text, delimiter)
    except OverflowError:
        raise UserError(f"{path}: this has too many cells; up to {MOST:,} are read") from None
    except csv.Error as error:
        raise UserError(f"{path}: this is no table of text: {error}") from None
    return from_texts(path, rows, lines, decimal_comma=delimiter != ",")


def _delimiter(text: str) -> str | None:
    """What stands between cells: the first delimiter that cuts every row into the same number of them.

    None is white space. Where none does, it is nothing if each row is as many characters of the same two, and
    else the comma.
    """
    for delimiter in DELIMITERS:
        rows, _ = _split_rows(text, delimiter, SAMPLE)
        widths = {len(row) for row in rows[1:]} or {len(rows[0]) if rows else 0}
        if len(widths) == 1 and max(widths) > 1 and len(rows[0]) in (max(widths), max(widths) - 1):
            return delimiter
    words = text.split(maxsplit=SAMPLE)[:SAMPLE]
    characters = set("".join(words))
    signs = characters <= set("+-.0123456789") and not characters <= set("0123456789")  # −1, 0.5
    same = len(words) > 1 and len(set(map(len, words))) == 1 and len(words[0]) > 1
    return NOTHING if same and len(characters) <= 2 and not signs else ","


def _split_rows(
    text: str, delimiter: str | None, most: int | None = None
) -> tuple[list[list[str]], list[int]]:
    """The cells of each row that has any, and the number of its line; remarks before them are left out.

    A first line of `#` and values as in the rows below is no remark, but a row that is drawn with them.

    Raises csv.Error, and OverflowError where there are too many.
    """
    source = io.StringIO(text, newline="")
    rows: list[list[str]] = []
    lines: list[int] = []
    remarks: list[tuple[int, list[str]]] = []
    total = 0
    memory: dict[str, str] = {}  # the same few texts in most of the cells
    if delimiter == NOTHING:
        numbered: Iterable[tuple[int, list[str]]] = enumerate((list(line.strip()) for line in source), 1)
    elif delimiter is None:
        numbered = enumerate(
            ([quoted or plain for quoted, plain in _SPACED.findall(line)] for line in source), 1
        )
    else:
        reader = csv.reader(source, delimiter=delimiter, skipinitialspace=True)
        numbered = ((reader.line_num, row) for row in reader)
    for number, row in numbered:
        cells = [memory.setdefault(cell, cell) for cell in map(tidy, row)]
        if any(cells) and not rows and _is_remark(cells):
            remarks.append((number, cells))
        elif any(cells):
            rows.append(cells)
            lines.append(number)
            if (total := total + len(cells)) > MOST:
                raise OverflowError
            if most is not None and len(rows) == most:
                break
    if remarks:
        drawn = [cells for _, cells in remarks] + rows
        if len(set(map(len, drawn))) == 1 and set(drawn[0]) <= set(itertools.chain(*drawn[1:])):
            lines = [number for number, _ in remarks] + lines
            rows = drawn
    while rows and all(len(row) > 1 and not row[-1] for row in rows):  # a delimiter at the end of each row
        for row in rows:
            row.pop()
    return rows, lines


def _is_remark(cells: Sequence[str]) -> bool:
    """Whether a first line is for programs: a comment of NumPy's, or `sep=;` for a spreadsheet."""
    return cells[0].startswith("# ") or cells[0] == "#" or cells[0].lower().startswith("sep=")


def from_texts(
    path: Path, rows: list[list[str]], lines: Sequence[int] | None = None, *, decimal_comma: bool = False
) -> Table:
    """A table of texts, of which the first row may be a header and the first column names."""
    if not rows:
        raise UserError(f"{path}: there is nothing in this file")
    lines = range(1, len(rows) + 1) if lines is None else lines
    width = max(map(len, rows[1:]), default=len(rows[0]))
    if len(rows[0]) == width - 1 and not any(map(is_number, rows[0])):
        rows = [["", *rows[0]], *rows[1:]]  # R leaves out the name of the column of names
    for line, row in zip(lines, rows, strict=True):
        if len(row) != len(rows[0]):
            raise UserError(
                f"{path}: row {line} has {_cells(len(row))}, but row {lines[0]} has {_cells(len(rows[0]))}"
            )
    if decimal_comma:
        rows = [[_with_point(cell) for cell in row] for row in rows]
    body = rows[1:]
    inner = slice(1 if len(rows[0]) > 1 else 0, None)
    others = set(itertools.chain.from_iterable(row[inner] for row in body))
    numeric = all(map(is_number, others))
    names: list[str] | None = None
    if are_names(rows[0][inner], known_values(others, numeric), numeric):
        names, rows, lines = rows[0], body, lines[1:]
        log.info("%s: the first row names the columns", path)
    columns = [_column(list(cells)) for cells in zip(*rows, strict=True)]
    return assemble(path, columns, names, None, lines)


def _column(texts: list[str]) -> npt.NDArray[Any]:
    """A column's numbers, or its texts if any is no number."""
    if all(map(is_number, texts)):
        return np.array(texts, np.str_).astype(np.float64)
    return np.array(texts, object)


def _with_point(text: str) -> str:
    return text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text


def _cells(n: int) -> str:
    return f"{n} cell" if n == 1 else f"{n} cells"
