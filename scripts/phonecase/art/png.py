"""PNG, a row of cells at a time: the size of a picture in memory is that of a row.

Indexed colours, with as few bits a pixel as they need: lossless, small, and exactly the style's colours.
Pillow would hold a picture of fifty thousand characters as a whole.
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import ImageColor

from phonecase.art.origin import KEY, SOFTWARE, origin_json
from phonecase.art.picture import Picture, bands, palette
from phonecase.art.profiles import srgb
from phonecase.files import atomic

SIGNATURE = b"\x89PNG\r\n\x1a\n"
METRE = 0.0254  # an inch
NONE, UP = b"\0", b"\2"  # how a row is written: as it is, or as the difference to the one above


def write_png_by_rows(
    path: Path,
    size: tuple[int, int],
    palette: list[str],
    bands: Iterator[tuple[npt.NDArray[np.uint8], int]],
    *,
    dpi: int,
    text: Mapping[str, str],
) -> None:
    """Write a PNG of numbers of a palette, as `picture.bands` yields them: rows, with how many times each.

    It says that it is sRGB twice, by a chunk and by a profile: programs read the one, some print services ask
    for the other, and both say the same.
    """
    width, height = size
    bits = next(bits for bits in (1, 2, 4, 8) if len(palette) <= 1 << bits)
    with atomic(path) as temporary, temporary.open("wb") as file:
        file.write(SIGNATURE)
        _chunk(file, b"IHDR", struct.pack(">IIBBBBB", width, height, bits, 3, 0, 0, 0))
        _chunk(file, b"sRGB", b"\0")  # rendering intent: perceptual
        _chunk(file, b"iCCP", b"sRGB\0\0" + zlib.compress(srgb(), 9))
        _chunk(file, b"PLTE", bytes(part for colour in palette for part in ImageColor.getrgb(colour)[:3]))
        _chunk(file, b"pHYs", struct.pack(">IIB", round(dpi / METRE), round(dpi / METRE), 1))
        for key, value in text.items():
            _chunk(file, b"iTXt", key.encode("latin-1") + b"\0\0\0\0\0" + value.encode())
        packer = zlib.compressobj(6)
        for rows, times in bands:
            packed = _packed(rows, bits)
            data = b"".join(NONE + row.tobytes() for row in packed)
            if times > 1:  # one row, which the others below it equal
                data += (UP + bytes(packed.shape[1])) * (times - 1)
            if piece := packer.compress(data):
                _chunk(file, b"IDAT", piece)
        _chunk(file, b"IDAT", packer.flush())
        _chunk(file, b"IEND", b"")


def write_page_png(path: Path, picture: Picture) -> None:
    """Write a page as a PNG with its origin."""
    layout = picture.layout
    text = {
        "Title": picture.title,
        "Description": picture.description,
        "Software": SOFTWARE,
        KEY: origin_json(picture.origin),
    }
    write_png_by_rows(
        path, (layout.width, layout.height), palette(picture), bands(picture), dpi=layout.dpi, text=text
    )


def _packed(rows: npt.NDArray[np.uint8], bits: int) -> npt.NDArray[np.uint8]:
    """Several pixels a byte, the leftmost highest, a row filled up with zeros.  # (n, width) -> (n, bytes)"""
    if bits == 8:
        return rows
    if bits == 1:  # in a tenth of the time
        return np.packbits(rows, axis=1)
    each = 8 // bits
    padded = np.pad(rows, ((0, 0), (0, -rows.shape[1] % each))).reshape(len(rows), -1, each)
    shifts = (bits * np.arange(each - 1, -1, -1)).astype(np.uint8)
    packed: npt.NDArray[np.uint8] = (padded << shifts).sum(axis=2, dtype=np.uint8)
    return packed


def _chunk(file: BinaryIO, kind: bytes, data: bytes) -> None:
    file.write(struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)))
