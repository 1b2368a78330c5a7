"""The learning curve: what training has learnt against how much it has read, and against how long it took."""

from pathlib import Path

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, MaxNLocator, StrMethodFormatter

from phonecase.plotting import BLUE, CLAY, GREY, STYLE, save

POST_BITS = 1.9  # bits per character that the post reports for its validation book

_CURVES = (("training", CLAY, "train_bits"), ("validation", BLUE, "validation_bits"))


def draw_learning_curve(history: pd.DataFrame, png: Path, svg: Path) -> None:
    """Draw bits per character against characters read and against time, as PNG and SVG.

    `history` is the table that training keeps, a row for each look at the validation text. Time is what
    training itself took, over all runs of a job that was interrupted. The post's 1.9 is a dotted line.
    The same history makes the same bytes.
    """
    unit, size = _unit_of_time(history["seconds"].iloc[-1])
    with mpl.rc_context(STYLE | {"font.size": 11}):
        figure = Figure(figsize=(10, 4.5), layout="constrained")
        by_characters, by_time = figure.subplots(1, 2, sharey=True)
        for axes, x in ((by_characters, history["characters"]), (by_time, history["seconds"] / size)):
            axes.axhline(POST_BITS, color=GREY, linestyle=":", linewidth=1.2)
            for name, colour, column in _CURVES:
                marker = "o" if len(history) == 1 else None
                label = f"{name}  {history[column].iloc[-1]:.3f}"
                axes.plot(x, history[column], color=colour, linewidth=2, marker=marker, label=label)
            axes.set_xlim(0, None)
            axes.grid(axis="y", color="#EEEEEE")
            axes.set_axisbelow(True)
        by_characters.set(xlabel="characters read", ylabel="bits per character")
        by_characters.xaxis.set_major_formatter(EngFormatter(sep=" "))
        by_characters.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
        by_time.set_xlabel(f"{unit} of training")
        by_time.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        # The first moments fall from far above; what is worth seeing lies below.
        bits = history[[column for _, _, column in _CURVES]].to_numpy()
        top = bits.max() if bits[-1].max() > 3.6 else min(bits.max(), 3.6)
        by_time.set_ylim(min(bits.min(), POST_BITS) - 0.1, top + 0.1)
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
