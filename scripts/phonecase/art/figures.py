"""The post's figures, drawn from the code, the network and the states that they are about.

docs/post.md has them beside what the post says there. Each is written as PNG and as SVG.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Rectangle

from phonecase.art.measures import MEASURES
from phonecase.art.palettes import PALETTES
from phonecase.art.styles import PRINTED, Style
from phonecase.ordering import order_units, similarity
from phonecase.ordering.core import Ordering
from phonecase.plotting import BLUE, CLAY, DPI, GREY, STYLE, save
from phonecase.states import States

if TYPE_CHECKING:
    from phonecase.model import CharLM

Numbers = npt.NDArray[np.float32]

INK, FAINT = "#1C202C", "#707684"
FONT = STYLE | {"font.size": 11}
SHOWN_UNITS, SHOWN_CHARACTERS = 20, 38  # of the grid with its characters
NAMES = {" ": "␣", "\n": "↵"}  # of characters that one doesn't see


def sign_and_gradient() -> tuple[Numbers, Numbers, Numbers]:
    """Numbers from −2.5 to 2.5, their signs as the network has them, and the gradient that training gets."""
    import torch

    from phonecase.model import sign

    x = torch.linspace(-2.5, 2.5, 1001, requires_grad=True)
    y = sign(x)
    y.sum().backward()  # type: ignore[no-untyped-call]
    assert x.grad is not None
    return x.detach().numpy(), y.detach().numpy(), x.grad.numpy()


def draw_sign(paths: Iterable[Path]) -> None:
    """The sign that makes a bit of a number, and the gradient that training takes it to have."""
    x, y, gradient = sign_and_gradient()
    with mpl.rc_context(FONT):
        figure = Figure(figsize=(9, 3.4), layout=ConstrainedLayoutEngine(wspace=0.08))
        forward, backward = figure.subplots(1, 2)
        forward.plot(x, np.clip(x, -1, 1), color=CLAY, linewidth=1.5, linestyle=(0, (4, 3)))
        forward.plot(*_broken(x, y), color=BLUE, linewidth=2.5)
        forward.text(0.15, 1.08, "sign(x)", color=BLUE, ha="left", va="bottom")
        forward.text(0.25, -0.1, "what backward\ntakes it for", color=CLAY, ha="left", va="top")
        forward.set_title("forward: a bit", loc="left", color=INK, fontsize=12)
        backward.plot(*_broken(x, gradient), color=CLAY, linewidth=2.5)
        backward.plot(x, np.zeros_like(x), color=BLUE, linewidth=2.5, linestyle=(0, (1, 1.6)))
        backward.text(0, 1.06, "the relaxed gradient", color=CLAY, ha="center", va="bottom")
        backward.text(2.5, -0.08, "the true one: nothing to learn from", color=BLUE, ha="right", va="top")
        backward.set_title("backward: a gradient", loc="left", color=INK, fontsize=12)
        for axes, low, high in ((forward, -1.45, 1.45), (backward, -0.35, 1.35)):
            axes.set(xlim=(-2.55, 2.55), ylim=(low, high), xticks=[-2, -1, 0, 1, 2])
            axes.spines[["left", "bottom"]].set_color("#DDDDDD")
            axes.axvline(0, color="#EEEEEE", linewidth=1, zorder=0)
            axes.set_xlabel("x")
        forward.set_yticks([-1, 0, 1])
        backward.set_yticks([0, 1])
        save(figure, paths)


def draw_grid(states: States, paths: Iterable[Path]) -> None:
    """The beginning of a passage above the states that it leads to, with a state and a unit picked out."""
    cells = states.units[:SHOWN_CHARACTERS, :SHOWN_UNITS].T  # (rows, columns)
    rows, columns = cells.shape
    row, column = rows // 3, 2 * columns // 5  # picked out
    cell, left, top = 30, 60, 150
    right, bottom = left + columns * cell, top + rows * cell
    T, H = states.units.shape
    with mpl.rc_context(FONT):
        figure, axes = _canvas(right + 300, bottom + 90)
        _show(axes, _colours(cells > 0, PRINTED), left, top, cell)
        for place, character in enumerate(states.text[:columns]):
            chosen = place == column
            axes.text(
                left + (place + 0.5) * cell,
                top - 22,
                _seen(character),
                ha="center",
                va="center",
                family="DejaVu Sans Mono",
                fontsize=14 if chosen else 12,
                color=CLAY if chosen else FAINT if character in NAMES else INK,
                weight="bold" if chosen else "normal",
            )
        _outline(axes, left + column * cell, top, cell, rows * cell)
        _outline(axes, left, top + row * cell, columns * cell, cell)
        axes.text(left, 42, f"{states.reference}, one character after the other", color=INK, va="center")
        _arrow(axes, (left, 78), (right, 78), FAINT)
        axes.text(
            left + (column + 0.5) * cell,
            bottom + 48,
            f"the state after “{_seen(states.text[column])}”: {H} bits, all its memory",
            color=CLAY,
            ha="left" if column < columns / 2 else "right",
            va="center",
        )
        _arrow(
            axes,
            (left + (column + 0.5) * cell, bottom + 34),
            (left + (column + 0.5) * cell, bottom + 6),
            CLAY,
        )
        axes.text(
            right + 40, top + (row + 0.5) * cell, f"one unit:\n{T} bits, a row", color=CLAY, va="center"
        )
        _arrow(axes, (right + 36, top + (row + 0.5) * cell), (right + 6, top + (row + 0.5) * cell), CLAY)
        hidden = f"{columns} of {T} characters,\n{rows} of {H} units"
        axes.text(right + 40, bottom, hidden, color=FAINT, va="bottom", fontsize=10)
        for place, (colour, words) in enumerate(zip(PRINTED.colours, ("−1", "+1"), strict=True)):
            y = top + (row + 3 + 1.6 * place) * cell
            axes.add_patch(Rectangle((right + 40, y), cell, cell, facecolor=colour, edgecolor=GREY, lw=0.6))
            axes.text(right + 40 + 1.5 * cell, y + cell / 2, words, color=INK, va="center")
        save(figure, paths)


def draw_ordered(states: States, paths: Iterable[Path]) -> None:
    """The picture as the units come, beside the one whose rows stand in the printed order."""
    T, H = states.units.shape
    cell = max(1, 822 // T)
    gap, margin, top = 84, 24, 66
    orders = {"as trained": "identity", "in order": "insertion"}
    with mpl.rc_context(FONT):
        width, height = T * cell, H * cell
        figure, axes = _canvas(2 * margin + 2 * width + gap, top + height + margin)
        for place, (words, strategy) in enumerate(orders.items()):
            ordering = order_units(states.units, strategy)
            x = margin + place * (width + gap)
            _show(axes, _colours(ordering.shown(states.units) > 0, PRINTED), x, top, cell)
            axes.text(x, top - 24, words, color=INK, fontsize=14)
            score = f"{similarity(states.units, ordering):,}".replace("-", "−")
            axes.text(x + width, top - 24, f"similarity {score}", color=FAINT, ha="right")
        middle = top + height / 2
        _arrow(axes, (margin + width + 14, middle), (margin + width + gap - 14, middle), CLAY)
        save(figure, paths)


def draw_calm(states: States, paths: Iterable[Path]) -> None:
    """Four orders of the same rows, each with how mixed its colours are close by and from afar."""
    T, H = states.units.shape
    cell = max(1, 822 // T)
    gap, margin, caption = 48, 24, 62
    width, height = T * cell, H * cell
    with mpl.rc_context(FONT):
        figure, axes = _canvas(2 * margin + 2 * width + gap, 2 * (caption + height) + margin)
        for place, strategy in enumerate(("optimal_signed", "leaf", "bar", "random")):
            picture = order_units(states.units, strategy).shown(states.units) > 0
            x, y = margin + place % 2 * (width + gap), caption + place // 2 * (caption + height)
            _show(axes, _colours(picture, PRINTED), x, y, cell)
            axes.text(x, y - 20, strategy, color=INK, fontsize=13)
            near, far = (MEASURES[name].function(picture) for name in ("entropy_2", "entropy_32"))
            words = f"close by {near:.3f} bits, from afar {far:.3f}"
            axes.text(x + width, y - 20, words, color=FAINT, ha="right")
        save(figure, paths)


class Block(NamedTuple):
    """A layer of the network in the drawing of its stack."""

    title: str
    does: str
    numbers: int
    """of weights"""
    gives: str
    """what goes on to the next"""


def blocks(model: "CharLM") -> Iterator[Block]:
    """The layers of a network, from the character that goes in."""
    from torch import nn

    H = model.hidden_size
    state = f"{H} bits" if model.binary else f"{H} numbers"
    yield Block("embedding", f"{model.vocab_size} characters → {H}", _numbers(model.embedding), f"{H}")
    core = model.core.replace("_", " ") + (f" × {model.layers}" if model.layers > 1 else "")
    yield Block(core, "keep or change", _numbers(model.recurrent), state)
    linear = [layer for layer in model.feed_forward if isinstance(layer, nn.Linear)]
    for wide, narrow in zip(linear[::2], linear[1::2], strict=True):
        does = f"{wide.in_features} → {wide.out_features}, ReLU, → {narrow.out_features}"
        yield Block("feed-forward", does, _numbers(wide) + _numbers(narrow), f"{narrow.out_features}")
    yield Block("readout", f"{H} → {model.vocab_size}", _numbers(model.readout), "")


def draw_stack(model: "CharLM", paths: Iterable[Path]) -> None:
    """The layers of a network, from the character at the bottom to what follows it at the top."""
    layers = list(blocks(model))
    width, height, gap, left = 520, 84, 54, 250
    bottom = 90 + len(layers) * (height + gap) + 30
    middle = left + width / 2
    with mpl.rc_context(FONT):
        figure, axes = _canvas(left + width + 250, bottom + 60)
        y = bottom
        axes.text(middle, y + 10, "a character", ha="center", va="center", color=INK, fontsize=12)
        for place, layer in enumerate(layers):
            memory = place == 1  # the one layer that looks back
            _arrow(axes, (middle, y - 14), (middle, y - gap + 8), FAINT)
            y -= gap + height
            edge, face = (BLUE, "#E6EDF8") if memory else ("#C9CDD6", "#F7F5F0")
            box = FancyBboxPatch(
                (left, y), width, height, "round,pad=0,rounding_size=14", fc=face, ec=edge, lw=1.4
            )
            axes.add_patch(box)
            axes.text(left + 24, y + 30, layer.title, va="center", color=BLUE if memory else INK, fontsize=13)
            axes.text(left + 24, y + 60, layer.does, va="center", color=FAINT, fontsize=10)
            numbers = f"{layer.numbers:,} weights"
            axes.text(left + width - 24, y + 60, numbers, va="center", ha="right", color=FAINT, fontsize=10)
            if layer.gives:
                axes.text(middle + 18, y - gap / 2, layer.gives, va="center", color=FAINT, fontsize=10)
            if memory:
                _loop(axes, left, y, height)
        _arrow(axes, (middle, y - 8), (middle, y - gap + 8), FAINT)
        axes.text(
            middle,
            y - gap - 14,
            "what follows: a chance for each character",
            ha="center",
            va="center",
            color=INK,
            fontsize=12,
        )
        save(figure, paths)


def draw_palettes(states: States, ordering: Ordering, paths: Iterable[Path]) -> None:
    """A piece of the picture in every palette."""
    cell, across, gap, margin, caption = 4, 4, 40, 30, 74
    piece = (ordering.shown(states.units) > 0)[:72, :100]
    height, width = (length * cell for length in piece.shape)
    down = -(-len(PALETTES) // across)
    with mpl.rc_context(FONT):
        figure, axes = _canvas(
            2 * margin + across * (width + gap) - gap, 2 * margin + down * (height + caption) - caption // 3
        )
        for place, (name, palette) in enumerate(PALETTES.items()):
            x = margin + place % across * (width + gap)
            y = margin + place // across * (height + caption)
            _show(axes, _colours(piece, Style(colours=palette.colours)), x, y, cell)
            axes.text(x, y + height + 24, name, color=INK, va="center")
            axes.text(
                x + width,
                y + height + 24,
                " ".join(palette.colours),
                color=FAINT,
                va="center",
                ha="right",
                fontsize=9,
            )
        save(figure, paths)


def _seen(character: str) -> str:
    """A character, or a sign for one that isn't seen."""
    return NAMES.get(character, character)


def _numbers(module: Any) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


def _broken(x: Numbers, y: Numbers) -> tuple[Numbers, Numbers]:
    """A line with a gap wherever it jumps."""
    jumps = np.flatnonzero(np.abs(np.diff(y)) > 0.5) + 1
    return np.insert(x, jumps, np.nan), np.insert(y, jumps, np.nan)


def _colours(cells: npt.NDArray[np.bool_], style: Style) -> npt.NDArray[np.uint8]:
    """Cells (rows, columns) in a style's colours, as (rows, columns, 3)."""
    pair = np.array([tuple(bytes.fromhex(colour[1:])) for colour in style.colours], np.uint8)
    return pair[cells.astype(np.intp)]


def _canvas(width: float, height: float) -> tuple[Figure, Axes]:
    """A figure whose coordinates are the pixels of the PNG, from the top left."""
    figure = Figure(figsize=(width / DPI, height / DPI))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, 0))
    axes.axis("off")
    return figure, axes


def _show(axes: Axes, picture: npt.NDArray[np.uint8], x: float, y: float, cell: int) -> None:
    """A picture at a place of the canvas, every cell a square of the same whole number of pixels."""
    rows, columns = picture.shape[:2]
    extent = (x, x + columns * cell, y + rows * cell, y)
    axes.imshow(picture, extent=extent, interpolation="none", aspect="auto")
    (height, _), (_, width) = axes.get_ylim(), axes.get_xlim()
    axes.set(xlim=(0, width), ylim=(height, 0))


def _outline(axes: Axes, x: float, y: float, width: float, height: float) -> None:
    axes.add_patch(
        Rectangle((x, y), width, height, fill=False, edgecolor=CLAY, linewidth=2.2, joinstyle="round")
    )


def _arrow(axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    axes.add_patch(
        FancyArrowPatch(
            start, end, arrowstyle="-|>", mutation_scale=11, color=colour, lw=1.2, shrinkA=0, shrinkB=0
        )
    )


def _loop(axes: Axes, left: float, y: float, height: float) -> None:
    """The way from a layer back into itself, on its left."""
    start, end = (left - 4, y + height * 0.3), (left - 4, y + height * 0.7)
    axes.add_patch(
        FancyArrowPatch(
            start,
            end,
            connectionstyle="arc3,rad=1.6",
            arrowstyle="-|>",
            mutation_scale=11,
            color=BLUE,
            lw=1.4,
        )
    )
    axes.text(
        left - 76,
        y + height / 2,
        "the state,\nfor the next\ncharacter",
        color=BLUE,
        ha="right",
        va="center",
        fontsize=10,
    )
