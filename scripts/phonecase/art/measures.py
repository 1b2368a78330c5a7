"""How calm or lively a picture is.

The post asks which order is the most beautiful, and measures how alike neighbouring rows are. These measures
look at the picture instead, as anybody would who doesn't know that its rows are units: at its stretches, its
patches and its mixture of colours, close by and from afar. None of them is beauty; each says on which end a
picture stands, calm or lively, in a sense that can be read up.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.bool_]  # (H, T): rows from the top, true where a cell is +1
Calm = Literal["larger", "smaller"]
SCALES = (2, 8, 32)  # cells along the side of the windows in which `entropy` looks


@dataclass(frozen=True)
class Measure:
    """A measure of a picture."""

    name: str
    calm: Calm
    """of two values, that of the calmer picture"""
    function: Callable[[Picture], float]
    source: str

    @property
    def description(self) -> str:
        """What it is, with its formula."""
        return " ".join((inspect.getdoc(self.function) or "").split())

    def calmness(self, picture: Picture) -> float:
        """The measure, so turned that more is calmer; −∞ where the picture is too small for it."""
        value = self.function(picture)
        if np.isnan(value):
            return -np.inf
        return value if self.calm == "larger" else -value


MEASURES: dict[str, Measure] = {}


def _measure(
    calm: Calm, source: str, name: str | None = None
) -> Callable[[Callable[[Picture], float]], Callable[[Picture], float]]:
    def register(function: Callable[[Picture], float]) -> Callable[[Picture], float]:
        chosen = name or function.__name__
        MEASURES[chosen] = Measure(chosen, calm, function, source)
        return function

    return register


@_measure("larger", "the post")
def similarity(picture: Picture) -> int:
    """The post's score: the dot products of neighbouring rows, added up."""
    return int(picture[1:].size - 2 * np.count_nonzero(picture[1:] != picture[:-1]))


@_measure("larger", "Galloway 1975, long run emphasis, there per run")
def stretch(picture: Picture) -> float:
    """The length of the stretch of one colour, down its column, that a cell lies in, on average:
    Σ n² / Σ n over the stretches' lengths n, in cells."""
    H, T = picture.shape
    ends = np.ones((T, H), bool)  # whether a cell is the last of its stretch, column after column
    ends[:, :-1] = (picture[1:] != picture[:-1]).T
    lengths = np.diff(np.flatnonzero(ends), prepend=-1)
    return float((lengths**2).sum() / picture.size)


@_measure("larger", "Stauffer and Aharony 1994, mean cluster size")
def patch(picture: Picture) -> float:
    """The size of the patch that a cell lies in, on average: Σ n² / Σ n over the sizes n of the regions of
    one colour, cells being connected along their edges; as a share of the picture."""
    return float((_patches(picture) ** 2).sum() / picture.size**2)


@_measure("smaller", "Rosenfeld and Pfaltz 1966, connected components")
def patches(picture: Picture) -> int:
    """How many such patches there are."""
    return len(_patches(picture))


@_measure("larger", "Field 1987; Graham and Field 2007 for paintings")
def spectrum(picture: Picture) -> float:
    """How steeply the power falls with the frequency down the columns: α of 1 / f^α, by least squares of
    log power, averaged over the columns, on log f for f = 1 … H / 2. Noise has 0, scenes and paintings
    about 2."""
    waves = np.fft.rfft(picture * 2.0 - 1, axis=0)[1:]  # (H // 2, T)
    power = (np.abs(waves) ** 2).mean(axis=1)
    frequency = np.arange(1, len(power) + 1)
    seen = power > 1e-9 * len(picture) ** 2  # of all that a column can have
    if seen.sum() < 2:
        return np.nan
    return -float(np.polyfit(np.log(frequency[seen]), np.log(power[seen]), 1)[0])


def entropy(picture: Picture, scale: int) -> float:
    """How mixed the colours are in squares of `scale` cells a side, in bits: see `MEASURES`.

    A picture that is smaller than that is looked at in its whole height, or width.
    """
    shares = _shares(picture, scale)
    mixed = shares[(shares > 0) & (shares < 1)]
    bits = -(mixed * np.log2(mixed) + (1 - mixed) * np.log2(1 - mixed)).sum()
    return float(bits / shares.size)


def _at(scale: int) -> Callable[[Picture], float]:
    def measure(picture: Picture) -> float:
        return entropy(picture, scale)

    measure.__doc__ = (
        f"How mixed the colours are in squares of {scale} × {scale} cells: the entropy of the share p of +1 "
        "in one, −p log₂ p − (1 − p) log₂ (1 − p), averaged over all places for it."
    )
    return measure


for _scale in SCALES:
    _measure("smaller", "Shannon 1948, in windows", f"entropy_{_scale}")(_at(_scale))


def _patches(picture: Picture) -> npt.NDArray[np.int64]:
    """The sizes of the connected regions of either colour."""
    from scipy import ndimage

    sizes = []
    for cells in (picture, ~picture):
        labels, _ = ndimage.label(cells)  # by edges
        sizes.append(np.bincount(labels.ravel())[1:])
    return np.concatenate(sizes)


def _shares(picture: Picture, scale: int) -> npt.NDArray[np.float64]:
    """The share of +1 in each window, from the sums of all that is above and left of a corner."""
    height, width = (min(scale, length) for length in picture.shape)
    sums = np.zeros((picture.shape[0] + 1, picture.shape[1] + 1), np.int64)
    sums[1:, 1:] = picture.cumsum(axis=0, dtype=np.int64).cumsum(axis=1)
    lower, upper = sums[height:], sums[:-height]
    inside = lower[:, width:] - upper[:, width:] - lower[:, :-width] + upper[:, :-width]
    return np.asarray(inside / (height * width))
