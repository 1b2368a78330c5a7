"""The post's figures show what the code and the network are, in both forms."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from phonecase.art.figures import (
    SHOWN_CHARACTERS,
    SHOWN_UNITS,
    blocks,
    draw_calm,
    draw_grid,
    draw_ordered,
    draw_palettes,
    draw_sign,
    draw_stack,
    sign_and_gradient,
)
from phonecase.art.measures import MEASURES
from phonecase.art.palettes import PALETTES
from phonecase.art.rendering import render
from phonecase.art.styles import PRINTED, Style
from phonecase.model import CharLM
from phonecase.ordering import Ordering, order_units, similarity
from phonecase.states import States

CLAY = (0xD0, 0x8C, 0x60)
Pixels = npt.NDArray[np.uint8]
AS_TRAINED = Ordering(np.arange(SHOWN_UNITS, dtype=np.int32), np.ones(SHOWN_UNITS, np.int8))


@pytest.fixture(scope="module")
def states() -> States:
    text = "For I am not ashamed of the gospel of Christ:\nfor it is the power of God unto salvation" * 3
    units = np.random.default_rng(0).choice(np.array([-1, 1], np.int8), (len(text), 128))
    surprise = np.zeros(len(text), np.float32)
    return States(text, units, surprise, [("Romans", 1, 16)] * len(text), {"reference": "Romans 1:16-17"})


def forms(folder: Path) -> tuple[Path, Path]:
    return folder / "figure.png", folder / "figure.svg"


def pixels(folder: Path) -> Pixels:
    with Image.open(folder / "figure.png") as picture:
        return np.asarray(picture.convert("RGB"))


def texts(folder: Path) -> list[str]:
    """What one can read in the SVG, as an XML parser sees it."""
    tree = ET.parse(folder / "figure.svg")
    return ["".join(text.itertext()) for text in tree.iter("{http://www.w3.org/2000/svg}text")]


def places(sheet: Pixels, picture: Pixels) -> list[tuple[int, int]]:
    """Where a picture stands on a sheet, pixel by pixel."""
    height, width, _ = picture.shape
    corner = (sheet[: -height + 1, : -width + 1] == picture[0, 0]).all(axis=2)
    corner &= (sheet[height - 1 :, width - 1 :] == picture[-1, -1]).all(axis=2)
    return [
        (int(y), int(x))
        for y, x in zip(*np.nonzero(corner), strict=True)
        if np.array_equal(sheet[y : y + height, x : x + width], picture)
    ]


def test_the_unordered_picture_stands_beside_the_ordered_one_cell_by_cell(
    tmp_path: Path, states: States
) -> None:
    draw_ordered(states, forms(tmp_path))
    sheet, scores = pixels(tmp_path), []
    cell = 822 // len(states.text)
    found = []
    for strategy in ("identity", "insertion"):
        ordering = order_units(states.units, strategy)
        picture = np.asarray(render(states.units, ordering, PRINTED, cell=cell).convert("RGB"))
        found += places(sheet, picture)
        scores.append(f"similarity {similarity(states.units, ordering):,}".replace("-", "−"))
    assert len(found) == 2
    assert found[0][0] == found[1][0]
    assert found[0][1] < found[1][1]
    assert set(scores) <= set(texts(tmp_path))


def test_the_grid_has_each_character_above_its_column(tmp_path: Path, states: States) -> None:
    draw_grid(states, forms(tmp_path))
    sheet = pixels(tmp_path)
    clay = (sheet == CLAY).all(axis=2)
    shown = [text for text in texts(tmp_path) if len(text) == 1]
    assert "".join(shown) == states.text[:SHOWN_CHARACTERS].replace(" ", "␣").replace("\n", "↵")
    cell, left, top = 30, 60, 150
    picture = render(states.units[:SHOWN_CHARACTERS, :SHOWN_UNITS], AS_TRAINED, PRINTED, cell=cell)
    expected = np.asarray(picture.convert("RGB"))
    drawn = sheet[top : top + expected.shape[0], left : left + expected.shape[1]]
    centres = np.s_[cell // 2 :: cell, cell // 2 :: cell]
    assert np.array_equal(drawn[centres], expected[centres])
    differ = (
        (drawn != expected).any(axis=2).reshape(SHOWN_UNITS, cell, SHOWN_CHARACTERS, cell).any(axis=(1, 3))
    )
    column, row = (
        2 * SHOWN_CHARACTERS // 5,
        SHOWN_UNITS // 3,
    )  # picked out: an outline on them and beside them
    assert set(np.nonzero(differ.sum(axis=0) > SHOWN_UNITS // 2)[0]) == {column - 1, column, column + 1}
    assert set(np.nonzero(differ.sum(axis=1) > SHOWN_CHARACTERS // 2)[0]) == {row - 1, row, row + 1}
    assert clay[top : top + SHOWN_UNITS * cell, left : left + SHOWN_CHARACTERS * cell].any()


@pytest.mark.parametrize(
    ("sizes", "titles"),
    [
        ({}, ["embedding", "binary highway", "feed-forward", "feed-forward", "readout"]),
        ({"core": "gru", "layers": 2, "feed_forward_layers": 0}, ["embedding", "gru × 2", "readout"]),
    ],
)
def test_the_stack_is_the_network_s_and_counts_every_weight(
    tmp_path: Path, sizes: dict[str, Any], titles: list[str]
) -> None:
    model = CharLM(63, **sizes)
    layers = list(blocks(model))
    assert [layer.title for layer in layers] == titles
    assert sum(layer.numbers for layer in layers) == sum(p.numel() for p in model.parameters())
    draw_stack(model, forms(tmp_path))
    assert set(titles) <= set(texts(tmp_path))
    assert {f"{layer.numbers:,} weights" for layer in layers} <= set(texts(tmp_path))


def test_the_sign_is_that_of_the_cell_and_its_gradient_what_training_gets(tmp_path: Path) -> None:
    x, y, gradient = sign_and_gradient()
    assert (x.min(), x.max()) == (-2.5, 2.5)
    assert np.array_equal(y, np.where(x < 0, -1, 1))
    assert np.array_equal(gradient, abs(x) <= 1)
    draw_sign(forms(tmp_path))
    assert {"sign(x)", "the relaxed gradient"} <= set(texts(tmp_path))


def test_the_orders_are_shown_with_how_mixed_their_colours_are(tmp_path: Path, states: States) -> None:
    states = replace(states, units=states.units[:, :12])
    draw_calm(states, forms(tmp_path))
    sheet, said = pixels(tmp_path), texts(tmp_path)
    for strategy in ("optimal_signed", "leaf", "bar", "random"):
        ordering = order_units(states.units, strategy)
        picture = render(states.units, ordering, PRINTED, cell=822 // len(states.text)).convert("RGB")
        assert len(places(sheet, np.asarray(picture))) == 1
        near, far = (
            MEASURES[f"entropy_{scale}"].function(ordering.shown(states.units) > 0) for scale in (2, 32)
        )
        assert {strategy, f"close by {near:.3f} bits, from afar {far:.3f}"} <= set(said)


def test_every_palette_is_shown_with_its_name(tmp_path: Path, states: States) -> None:
    ordering = order_units(states.units, "mean")
    draw_palettes(states, ordering, forms(tmp_path))
    assert set(PALETTES) <= set(texts(tmp_path))
    sheet = pixels(tmp_path)
    for palette in PALETTES.values():
        picture = render(states.units, ordering, Style(colours=palette.colours), cell=4).convert("RGB")
        assert len(places(sheet, np.asarray(picture)[: 72 * 4, : 100 * 4])) == 1


def test_the_same_states_give_the_same_bytes(tmp_path: Path, states: States) -> None:
    for name in "ab":
        draw_ordered(states, (tmp_path / f"{name}.png", tmp_path / f"{name}.svg"))
    for form in ("png", "svg"):
        assert (tmp_path / f"a.{form}").read_bytes() == (tmp_path / f"b.{form}").read_bytes()
