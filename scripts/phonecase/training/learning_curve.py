"""The learning curve: what training has learnt against how much it has read, and against how long it took."""

from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator, StrMethodFormatter
from numpy.typing import ArrayLike

from phonecase.plotting import BLUE, CLAY, GREY, STYLE, save

POST_BITS = 1.9  # bits per character that the post reports for its validation book

_CURVES = (("training", CLAY, "train_bits"), ("validation", BLUE, "validation_bits"))


def draw_learning_curve(history: Mapping[str, ArrayLike], png: Path, svg: Path) -> None:
    """Draw bits per character against characters read and against time, as PNG and SVG.

    `history` has the columns of the table that training keeps, `characters`, `seconds`, `train_bits` and
    `validation_bits`, each (N,): one row for each look at the validation text. Time is what training itself
    took, over all runs of a job that was interrupted. The post's 1.9 is a dotted line. The same history makes
    the same bytes.
    """
    characters, seconds = np.asarray(history["characters"]), np.asarray(history["seconds"])  # (N,)
    curves = [(name, colour, np.asarray(history[column])) for name, colour, column in _CURVES]
    unit, size = _unit_of_time(seconds[-1])
    with mpl.rc_context(STYLE | {"font.size": 11}):
        figure = Figure(figsize=(10, 4.5), layout="constrained")
        by_characters, by_time = figure.subplots(1, 2, sharey=True)
        for axes, x in ((by_characters, characters), (by_time, seconds / size)):
            axes.axhline(POST_BITS, color=GREY, linestyle=":", linewidth=1.2)
            for name, colour, bits in curves:
                marker = "o" if len(bits) == 1 else None
                label = f"{name}  {bits[-1]:.3f}"
                axes.plot(x, bits, color=colour, linewidth=2, marker=marker, label=label)
            axes.set_xlim(0, None)
            axes.grid(axis="y", color="#EEEEEE")
            axes.set_axisbelow(True)
        by_characters.set(xlabel="characters read", ylabel="bits per character")
        by_characters.xaxis.set_major_formatter(EngFormatter(sep=" "))
        by_characters.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        by_time.set_xlabel(f"{unit} of training")
        by_time.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        # The first moments fall from far above; what is worth seeing lies below.
        both = np.stack([bits for _, _, bits in curves])  # (2, N)
        top = both.max() if both[:, -1].max() > 3.6 else min(both.max(), 3.6)
        by_time.set_ylim(min(both.min(), POST_BITS) - 0.1, max(top, POST_BITS) + 0.1)
        figure.legend(
            *by_time.get_legend_handles_labels(), loc="outside upper center", ncols=2, frameon=False
        )
        by_time.annotate(
            "the post: 1.9\n(1.88 in the end)",
            (1.01, POST_BITS),
            xycoords=by_time.get_yaxis_transform(),  # beside the line's end, where no curve can meet it
            color="#666666",
            fontsize=9,
            va="center",
            annotation_clip=False,
        )
        save(figure, (png, svg))


def _unit_of_time(total: float) -> tuple[str, int]:
    """A unit in which so many seconds read well, and how many seconds it has."""
    for unit, size in (("hours", 3600), ("minutes", 60)):
        if total >= 2 * size:
            return unit, size
    return "seconds", 1
