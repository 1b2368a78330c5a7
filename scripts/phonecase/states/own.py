"""States that you bring: a grid of two values from anywhere, ordered and drawn like any passage."""

from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from phonecase.errors import UserError
from phonecase.settings import Settings

MODEL = "own"  # stands where a model's name stands in the results' paths
NEAR = 0.25  # of the distance between a picture's two colours: how far a shade may be from one of them
SUFFIXES = (".npy", ".csv", ".parquet", ".png")


class OwnStates(Settings):
    """A file of states.

    `.npy`, `.csv` (no header) and `.parquet` hold a row a character and a column a unit, as −1 and +1, 0 and
    1 or false and true. A `.png` shows them as in the post, a row a unit and a column a character, in two
    colours, that of its top left cell being −1; `rows` and `columns` say how many cells it has.
    """

    file: Path
    rows: int | None = Field(default=None, ge=1)
    """Of a PNG: units down the picture."""
    columns: int | None = Field(default=None, ge=1)
    """Of a PNG: characters across it."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        suffix = self.file.suffix.lower()
        if suffix not in SUFFIXES:
            raise ValueError(f"'{self.file}' should end in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}")
        if suffix == ".png" and None in (self.rows, self.columns):
            raise ValueError("a PNG needs `rows` and `columns`: how many cells it has down and across")
        if suffix != ".png" and (self.rows, self.columns) != (None, None):
            raise ValueError("`rows` and `columns` are for a PNG; other files say how large they are")
        return self


def read_own_states(settings: OwnStates) -> npt.NDArray[np.int8]:
    """The states of a file, (T, H), each -1 or +1.

    Raises UserError when the file isn't there or isn't of its kind, and names the first cell that is wrong.
    """
    path = settings.file
    try:
        match path.suffix.lower():
            case ".npy":
                table = np.load(path, allow_pickle=False)
            case ".csv":
                table = np.genfromtxt(path, delimiter=",", dtype=str, ndmin=2, encoding="utf-8")
                table = _numbers(path, table)
            case ".parquet":
                import pandas as pd

                table = pd.read_parquet(path).to_numpy()
            case _:
                assert settings.rows is not None
                assert settings.columns is not None
                return _read_png(path, settings.rows, settings.columns)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (ValueError, OSError) as error:
        raise UserError(f"{path}: not a table of states: {error}") from None
    return _signs(path, table)


def _numbers(path: Path, table: npt.NDArray[np.str_]) -> npt.NDArray[np.float64]:
    """The numbers of a CSV's cells; what is none of the values that a state may have is left to `_signs`."""
    known = {"-1": -1.0, "+1": 1.0, "1": 1.0, "0": 0.0, "true": 1.0, "false": 0.0}
    for (row, column), text in np.ndenumerate(table):
        if text.strip().lower() not in known:
            raise UserError(_wrong(path, row, column, repr(str(text))))
    return np.array([[known[text.strip().lower()] for text in row] for row in table])


def _signs(path: Path, table: npt.NDArray[np.generic]) -> npt.NDArray[np.int8]:
    """A table of two values as -1 and +1."""
    if table.ndim != 2 or table.size == 0:
        raise UserError(
            f"{path}: states are a table, a row a character and a column a unit; this is {table.shape}"
        )
    try:
        numbers = table.astype(np.float64)
    except (ValueError, TypeError):
        raise UserError(
            f"{path}: states are −1 and +1, or 0 and 1; this has values of type {table.dtype}"
        ) from None
    low = 0.0 if (numbers == 0).any() else -1.0
    wrong = np.argwhere((numbers != 1) & (numbers != low))
    if len(wrong):
        row, column = wrong[0]
        raise UserError(_wrong(path, row, column, f"{numbers[row, column]:g}"))
    return np.where(numbers == 1, 1, -1).astype(np.int8)


def _wrong(path: Path, row: int, column: int, value: str) -> str:
    return (
        f"{path}: row {row + 1}, column {column + 1} is {value}; all cells should be −1 or +1, or all 0 or 1"
    )


def _read_png(path: Path, rows: int, columns: int) -> npt.NDArray[np.int8]:
    """The cells of a picture by the colours at their centres; -1 is the colour of the top left one.

    A picture that was scaled or compressed has shades of its two colours; they count as the nearer one.
    """
    from PIL import Image

    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), np.int64)  # (height, width, 3)
    height, width = pixels.shape[:2]
    if height < rows or width < columns:
        raise UserError(f"{path}: {width} × {height} pixels are too few for {columns} × {rows} cells")
    y = ((np.arange(rows) + 0.5) * height / rows).astype(np.intp)
    x = ((np.arange(columns) + 0.5) * width / columns).astype(np.intp)
    cells = pixels[y[:, None], x]  # (H, T, 3)
    colours, counts = np.unique(cells.reshape(-1, 3), axis=0, return_counts=True)
    usual = colours[counts.argmax()]
    pair = np.stack([usual, colours[np.linalg.norm(colours - usual, axis=1).argmax()]])
    distances = np.linalg.norm(cells[:, :, None] - pair, axis=3)  # (H, T, 2)
    strange = np.argwhere(distances.min(axis=2) > np.linalg.norm(pair[0] - pair[-1]) * NEAR)
    if len(strange):
        row, column = strange[0]
        names = ["#{:02X}{:02X}{:02X}".format(*colour) for colour in (cells[row, column], *pair)]
        raise UserError(
            f"{path}: the cell in row {row + 1}, column {column + 1} is {names[0]}, near neither "
            f"{names[1]} nor {names[2]}, the picture's two colours"
        )
    chosen = distances.argmin(axis=2)
    return np.where(chosen == chosen[0, 0], -1, 1).astype(np.int8).T
