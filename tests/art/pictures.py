"""Small pictures for tests, and what other programs read in their files."""

import io
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import resvg_py
from PIL import Image, ImageColor

from phonecase.art.picture import Picture
from phonecase.ordering import Ordering, SavedOrder, similarity, states_hash
from phonecase.states import States

Cells = npt.NDArray[np.int64]  # (down, across), numbers of colours


def some_states(T: int, H: int, seed: int = 0) -> States:
    rng = np.random.default_rng(seed)
    text = "".join("In the beginning "[place % 17] for place in range(T))
    return States(
        text=text,
        units=rng.choice(np.array([-1, 1], np.int8), (T, H)),
        surprise=rng.gamma(1.0, 2.0, T).astype(np.float32),
        places=[("Genesis", 1, 1 + place // 17) for place in range(T)],
        metadata={
            "model": "tiny",
            "passage": "beginning",
            "reference": "Genesis 1:1",
            "weights_sha256": "ab",
        },
    )


def some_order(states: States, seed: int = 1) -> SavedOrder:
    rng = np.random.default_rng(seed)
    H = states.units.shape[1]
    signs = rng.choice(np.array([-1, 1], np.int8), H)
    ordering = Ordering(rng.permutation(H).astype(np.int32), signs)
    score = similarity(states.units, ordering)
    return SavedOrder(ordering, "random", {"signed": True, "seed": 1}, score, states_hash(states.units))


def expected(picture: Picture, states: States, order: SavedOrder) -> npt.NDArray[np.uint8]:
    """The page in two colours, pixel by pixel, by the definition and nothing else.  # (height, width, 3)"""
    layout = picture.layout
    page = np.empty((layout.height, layout.width, 3), np.uint8)
    page[:] = ImageColor.getrgb(picture.ground)
    T, H = states.units.shape
    for block in layout.blocks:
        for down in range(block.down):
            for across in range(block.across):
                x, y = block.first_across + across, block.first_down + down
                row, column = (H - 1 - x % H, y) if layout.orientation == "portrait" else (y % H, x)
                bit = states.units[column % T, order.ordering.permutation[row]] * order.ordering.signs[row]
                left, top = block.left + across * layout.cell, block.top + down * layout.cell
                page[max(top, 0) : top + layout.cell, max(left, 0) : left + layout.cell] = ImageColor.getrgb(
                    picture.colours[1 if bit > 0 else 0]
                )
    return page


def of_image(path: Path) -> npt.NDArray[np.uint8]:
    with Image.open(path) as image:
        return np.asarray(image.convert("RGB"))


def of_svg(path: Path, dpi: int) -> npt.NDArray[np.uint8]:
    """As resvg draws it."""
    drawn = resvg_py.svg_to_bytes(svg_path=str(path), dpi=dpi)
    return np.asarray(Image.open(io.BytesIO(bytes(drawn))).convert("RGB"))


def of_pdf(path: Path, dpi: int, folder: Path, page: int = 1) -> npt.NDArray[np.uint8]:
    """As poppler draws it."""
    if not shutil.which("pdftoppm"):
        pytest.skip("there is no pdftoppm (Debian: poppler-utils)")
    target = folder / f"{path.stem}-{page}"
    command: list[Any] = ["pdftoppm", "-r", dpi, "-f", page, "-l", page, "-singlefile", "-png", path, target]
    subprocess.run([str(word) for word in command], check=True, capture_output=True)
    return of_image(target.with_suffix(".png"))
