"""What our plots have in common: colours, a plain frame, and files that the same data make byte for byte."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

from phonecase.files import atomic

BLUE, CLAY, GREY = "#0040A1", "#D08C60", "#888888"
DPI = 150  # of a figure as PNG
STYLE: Any = {  # Any, as matplotlib's stubs ask for literal keys
    "svg.fonttype": "none",  # letters stay letters
    "svg.hashsalt": "phonecase",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": "#444444",
    "xtick.color": "#666666",
    "ytick.color": "#666666",
}


def save(figure: Figure, paths: Iterable[Path]) -> None:
    """Write a figure in the form that each file's ending says, without a date."""
    for path in paths:
        with atomic(path) as temporary:
            metadata = {"Date": None} if path.suffix == ".svg" else None
            figure.savefig(temporary, dpi=DPI, metadata=metadata)
