"""Arrays of NumPy's and HDF5's as tables: no pickle is opened, and headers are measured first."""

import math
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, NoReturn

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError, suggestion
from phonecase.states.foreign.table import Table, check_size, in_words, said
from phonecase.states.foreign.texts import from_texts


def read_numpy(path: Path, array: str | None) -> Table:
    """The table in a .npy or .npz file; `array` is which of several. Raises OSError and UserError."""
    return _from_array(path, _read_numpy(path, array))


def read_hdf5(path: Path, array: str | None) -> Table:
    """The table in an HDF5 file, where h5py is installed. Raises OSError and UserError."""
    return _from_array(path, _read_hdf5(path, array))


def _read_numpy(path: Path, array: str | None) -> npt.NDArray[Any]:
    """An array of a .npy or .npz file, whichever of them it is."""
    with path.open("rb") as stream:
        if stream.read(2) != b"PK":  # which a ZIP file begins with
            stream.seek(0)
            return _read_npy(path, stream, path.stat().st_size)
    try:
        with zipfile.ZipFile(path) as archive:
            members = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            shapes = {}
            for name, info in members.items():
                with archive.open(info) as stream:
                    shapes[name] = _npy_header(path, stream, info.file_size)[0]
            chosen = members[_choose(path, shapes, array)]
            with archive.open(chosen) as stream:
                return _read_npy(path, stream, chosen.file_size)
    except (
        zipfile.BadZipFile,
        zipfile.LargeZipFile,
        EOFError,
        RuntimeError,
        NotImplementedError,
        ValueError,
    ) as error:
        raise UserError(f"{path}: this is no .npz of NumPy's: {said(error)}") from None


def _read_npy(path: Path, stream: IO[bytes], size: int) -> npt.NDArray[Any]:
    """The array in a stream of so many bytes, once its header is found to be sound."""
    shape, dtype = _npy_header(path, stream, size)
    check_size(path, shape)
    if dtype.hasobject:
        raise UserError(
            f"{path}: this holds Python objects, which aren't read from a file; save it as numbers"
        )
    if math.prod(shape) * dtype.itemsize > size - stream.tell():
        raise UserError(f"{path}: the file is cut short: its header says {in_words(shape)}, of type {dtype}")
    stream.seek(0)
    return np.lib.format.read_array(stream, allow_pickle=False)


def _npy_header(path: Path, stream: IO[bytes], size: int) -> tuple[tuple[int, ...], np.dtype[Any]]:
    """The shape and type of the array in a stream."""
    try:
        version = np.lib.format.read_magic(stream)
        read: Callable[..., Any] = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        shape, _, dtype = read(stream)
    except Exception:  # NumPy parses the header as Python, which may fail in any way
        content = "an empty file" if size == 0 else "no array of NumPy's"
        raise UserError(f"{path}: this is {content}") from None
    return shape, dtype


def _read_hdf5(path: Path, array: str | None) -> npt.NDArray[Any]:
    """An array of an HDF5 file."""
    try:
        import h5py
    except ImportError:
        raise UserError(
            f"{path}: HDF5 is read where h5py is installed (pip install h5py); or save the array as .npy"
        ) from None
    try:
        with h5py.File(path, "r") as file:
            found: dict[str, Any] = {}
            file.visititems(
                lambda name, item: found.update({name: item}) if isinstance(item, h5py.Dataset) else None
            )
            shapes = {name: item.shape or () for name, item in found.items()}
            chosen = _choose(path, shapes, array)
            check_size(path, shapes[chosen])
            return np.asarray(found[chosen][()])
    except (OSError, RuntimeError, ValueError, KeyError) as error:
        raise UserError(f"{path}: this is no HDF5 file that can be read: {said(error)}") from None


def _choose(path: Path, shapes: Mapping[str, tuple[int, ...]], array: str | None) -> str:
    """The name of the array that is meant: the one that is asked for, or the only table."""
    if array is not None:
        if array in shapes:
            return array
        hint = suggestion(array, shapes) or f"; there are {', '.join(shapes)}"
        raise UserError(f"{path}: there is no array '{array}'{hint}")
    tables = [name for name, shape in shapes.items() if len(shape) == 2] or list(shapes)
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise UserError(f"{path}: there is no array in this file")
    listed = ", ".join(f"{name} ({in_words(shapes[name])})" for name in tables)
    raise UserError(f"{path}: there are several arrays: {listed}; `array: {tables[0]}` would take the first")


def _from_array(path: Path, array: npt.NDArray[Any]) -> Table:
    """A table of an array's numbers or texts."""
    check_size(path, array.shape)
    match array.dtype.kind:
        case "b" | "i" | "u" | "f":
            return Table(path, array.astype(np.float64))
        case "U" | "S":
            try:
                return from_texts(path, array.astype(np.str_).tolist())
            except UnicodeDecodeError:
                _refuse_type(path, array.dtype)
        case _:
            _refuse_type(path, array.dtype)


def _refuse_type(path: Path, dtype: np.dtype[Any]) -> NoReturn:
    kind = "complex numbers" if dtype.kind == "c" else f"values of type {dtype}"
    raise UserError(f"{path}: this holds {kind}; states are two values, or real numbers to be split")
