"""The learning curve: what training has learnt against how much it has read."""

from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter

from phonecase.files import atomic

POST_BITS = 1.9  # bits per character that the post reports for its validation book

_STYLE: Any = {  # Any, as matplotlib's stubs ask for literal keys
    "font.size": 11,
    "svg.fonttype": "none",  # letters stay letters
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": "#888888",
    "axes.labelcolor": "#444444",
    "xtick.color": "#666666",
    "ytick.color": "#666666",
    "svg.hashsalt": "phonecase",
}


def draw_learning_curve(history: pd.DataFrame, png: Path, svg: Path) -> None:
    """Draw bits per character against characters read, as PNG and SVG; the post's 1.9 is a dotted line.

    `history` is the table that training keeps, a row for each look at the validation text.
    """
    curves = [("training", "#D08C60", "train_bits"), ("validation", "#0040A1", "validation_bits")]
    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=(8, 4.5), layout="constrained")
        axes = figure.add_subplot()
        axes.axhline(POST_BITS, color="#888888", linestyle=":", linewidth=1.2)
        axes.text(
            0.01,
            POST_BITS,
            "the post, 1.9",
            color="#666666",
            fontsize=9,
            va="bottom",
            transform=axes.get_yaxis_transform(),
        )
        for name, colour, column in curves:
            marker = "o" if len(history) == 1 else None
            label = f"{name}  {history[column].iloc[-1]:.3f}"
            axes.plot(
                history["characters"], history[column], color=colour, linewidth=2, marker=marker, label=label
            )
        axes.set(xlabel="characters read", ylabel="bits per character", xlim=(0, None))
        # The first moments fall from far above; what is worth seeing lies below.
        bits = history[[column for _, _, column in curves]].to_numpy()
        axes.set_ylim(min(bits.min(), POST_BITS) - 0.1, max(bits[-1].max(), min(bits.max(), 3.6)) + 0.1)
        axes.xaxis.set_major_formatter(EngFormatter(sep=" "))
        axes.grid(axis="y", color="#EEEEEE")
        axes.set_axisbelow(True)
        axes.legend(frameon=False)
        for path in (png, svg):
            with atomic(path) as temporary:
                metadata = {"Date": None} if path.suffix == ".svg" else None
                figure.savefig(temporary, dpi=150, metadata=metadata)
