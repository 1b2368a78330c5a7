"""Which colour each cell has: two, by its bit, or a scale by what is known of its column or row."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from phonecase.art.colour import coded, from_oklab, linear, to_oklab
from phonecase.art.styles import Style
from phonecase.errors import UserError
from phonecase.ordering.core import Ordering

if TYPE_CHECKING:  # pyarrow is for those who read a file
    from phonecase.states.file import States

STEPS = 16  # of a scale that runs on


def coloured(
    states: "States | npt.NDArray[np.int8]", ordering: Ordering, style: Style
) -> tuple[npt.NDArray[np.uint8], tuple[str, ...]]:
    """The picture's cells, (H, T) in the order's rows, as numbers of colours, and these: 0 is that of −1.

    States are the bits (T, H), or these with all that is known of them. Raises UserError where a style goes
    by what isn't known.
    """
    units = states if isinstance(states, np.ndarray) else states.units
    plus = (ordering.shown(units) > 0).view(np.uint8)  # (H, T)
    if style.by is None or style.scale is None:
        return plus, style.colours
    colours = tuple(style.scale) if style.by in ("word", "verse") else gradient(style.scale, STEPS)
    if style.by in ("flip rate", "unit"):
        steps = _of_rows(units, ordering, style.by, len(colours))[:, None]  # (H, 1)
    elif isinstance(states, np.ndarray) or states.own:
        raise UserError(f"a grid of your own has no {style.by}; choose `by: flip rate` or `by: unit`")
    else:
        steps = _of_columns(states, style.by, len(colours))  # (T,)
    return np.where(plus, 1 + steps, 0).astype(np.uint8), (style.colours[0], *colours)


def _of_rows(
    units: npt.NDArray[np.int8], ordering: Ordering, by: str, count: int
) -> npt.NDArray[np.int64]:  # (H,)
    """Which of `count` colours each row has."""
    if by == "flip rate":
        values = (units[1:] != units[:-1]).sum(axis=0)[ordering.permutation]
    else:
        values = np.arange(units.shape[1])
    span = max(int(values.max() - values.min()), 1)
    steps: npt.NDArray[np.int64] = np.minimum((values - values.min()) * count // span, count - 1)
    return steps


def _of_columns(states: "States", by: str, count: int) -> npt.NDArray[np.int64]:  # (T,)
    """Which of `count` colours each column has."""
    T = len(states.text)
    if by == "surprise":  # as many characters of each colour; the first one cost nothing that is known
        bits = np.nan_to_num(states.surprise, nan=0.0)
        steps = np.empty(T, np.int64)
        steps[np.argsort(bits, kind="stable")] = np.arange(T) * count // T
        return steps
    if by == "word":
        letter = np.array([not character.isspace() for character in states.text])
        starts = letter & ~np.concatenate([[False], letter[:-1]])
        words: npt.NDArray[np.int64] = np.maximum(np.cumsum(starts), 1) - 1
        return words % count
    changes = [a != b for a, b in zip(states.places, states.places[1:], strict=False)]
    verses: npt.NDArray[np.int64] = np.concatenate([[0], np.cumsum(changes, dtype=np.int64)])
    return verses % count


def gradient(colours: Sequence[str], steps: int) -> tuple[str, ...]:
    """A scale in so many steps that look equal, from the first colour to the last, through the others."""
    lab = np.array([to_oklab(colour) for colour in colours])
    at = np.linspace(0, len(colours) - 1, steps)
    between = np.stack([np.interp(at, np.arange(len(colours)), part) for part in lab.T], axis=1)
    return tuple(coded(from_oklab((L, a, b))) for L, a, b in between.tolist())


def shades(ground: str, colour: str, levels: int) -> list[str]:
    """The colours of pixels that are covered by 1 of so many parts, by 2, and so on to all."""
    return [blend(ground, colour, level / levels) for level in range(1, levels + 1)]


def blend(first: str, second: str, share: float) -> str:
    """The colour of a pixel of which a share is the second colour, as light mixes."""
    one, other = np.array(linear(first)), np.array(linear(second))
    red, green, blue = ((1 - share) * one + share * other).tolist()
    return coded((red, green, blue))
