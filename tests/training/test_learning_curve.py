from pathlib import Path

import numpy as np
import pytest
from numpy.typing import ArrayLike
from PIL import Image

from phonecase.training.learning_curve import draw_learning_curve


def some_history(rows: int, worst: float = 4.0) -> dict[str, ArrayLike]:
    bits = np.linspace(worst, 1.8, rows)
    steps = np.arange(1, rows + 1)
    return {
        "characters": steps * 10_000,
        "train_bits": bits - 0.1,
        "validation_bits": bits,
        "seconds": steps * 9.0,
    }


@pytest.mark.parametrize("rows", [1, 2, 40])
def test_a_curve_is_a_picture_in_two_forms_with_the_last_figures(tmp_path: Path, rows: int) -> None:
    history = some_history(rows)
    draw_learning_curve(history, png=tmp_path / "a.png", svg=tmp_path / "a.svg")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1500, 675)
    text = (tmp_path / "a.svg").read_text()
    assert f"validation  {1.8 if rows > 1 else 4:.3f}" in text
    assert "the post: 1.9" in text
    assert "characters read" in text


@pytest.mark.filterwarnings("error")
def test_the_post_is_shown_beside_a_network_that_is_far_better(tmp_path: Path) -> None:
    history = some_history(3, worst=1.3) | {"validation_bits": [1.3, 1.2, 1.1], "train_bits": [1.2, 1.1, 1.0]}
    draw_learning_curve(history, png=tmp_path / "a.png", svg=tmp_path / "a.svg")
    assert "the post: 1.9" in (tmp_path / "a.svg").read_text()


@pytest.mark.parametrize(
    ("seconds", "axis"),
    [
        (0.4, "seconds of training"),
        (119, "seconds of training"),
        (253, "minutes of training"),  # swift
        (2901, "minutes of training"),  # the post
        (7200, "hours of training"),
    ],
)
def test_time_is_shown_in_a_unit_that_reads_well(tmp_path: Path, seconds: float, axis: str) -> None:
    history = some_history(2)
    history["seconds"] = [seconds / 2, seconds]
    draw_learning_curve(history, png=tmp_path / "a.png", svg=tmp_path / "a.svg")
    assert axis in (tmp_path / "a.svg").read_text()


def test_the_same_history_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in "ab":
        draw_learning_curve(some_history(9), png=tmp_path / f"{name}.png", svg=tmp_path / f"{name}.svg")
    for form in ("png", "svg"):
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()


def test_a_curve_that_never_comes_down_is_still_seen(tmp_path: Path) -> None:
    """Blue pixels of the validation's curve, which lies above what is shown otherwise."""
    history = some_history(1, worst=5.5)
    history["train_bits"] = history["validation_bits"] = [5.5]
    draw_learning_curve(history, png=tmp_path / "a.png", svg=tmp_path / "a.svg")
    with Image.open(tmp_path / "a.png") as picture:
        pixels = np.asarray(picture.convert("RGB"))
    panels = pixels[60:]  # without the legend above them
    blue = (panels == (0x00, 0x40, 0xA1)).all(axis=2)
    assert blue[:, :750].sum() > 20
    assert blue[:, 750:].sum() > 20
