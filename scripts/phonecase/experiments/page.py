"""A comparison of models for reading: as Markdown, as a plot, and as one web page that holds all it shows."""

import json
import math
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phonecase.experiments.table import settings_of
from phonecase.pages import address, filled
from phonecase.plotting import BLUE, CLAY, GREY

TEMPLATE = Path(__file__).with_suffix(".html")
MOST_NAMES = 40  # models by name in the plot, one below the other
MOST_TICKS = 12  # values of a setting that are all marked
MOST_PICTURES = 1000  # pictures in the page: some 6 kB each
POINT: Any = {"s": 26, "color": BLUE, "alpha": 0.6, "linewidths": 0}
COLUMNS = [  # title, column, format
    ("bits/char", "validation_bits", ".4f"),
    ("best", "best_validation_bits", ".4f"),
    ("seconds", "seconds", ",.0f"),
    ("flip rate", "flip_rate", ".2%"),
    ("best order", "order", ""),
    ("similarity", "similarity", ",.0f"),
]
NOTE = (
    "Bits per character on the books that were kept back, at the last step and at best; seconds of training; "
    "the share of units that change at a character; the order with the most similar neighbours. "
    "In brackets: the difference from the baseline."
)
UNFINISHED = ("failed", "unfinished", "not run")


def headline(table: pd.DataFrame) -> str:
    """How many models there are, and how many of them are done."""
    counts = table["status"].value_counts()
    rest = [f", {counts[status]:,} {status}" for status in UNFINISHED if status in counts]
    return f"{len(table):,} model{'s' * (len(table) != 1)}, {counts.get('done', 0):,} done" + "".join(rest)


def markdown(table: pd.DataFrame, plot: str) -> str:
    """The table for reading, above it the plot, a file of that name beside it."""
    settings = settings_of(table)
    titles = ["model", *settings, *(title for title, _, _ in COLUMNS), "status"]
    lines = [
        f"# Experiments: {headline(table)}",
        "",
        NOTE,
        "",
        f"![validation bits of the models]({plot})",
        "",
        "| " + " | ".join(titles) + " |",
        "|" + ":--|" * (1 + len(settings)) + "--:|" * 4 + ":--|--:|:--|",
    ]
    for row in table.to_dict("records"):
        cells = [f"`{row['model']}`" + (" (baseline)" if _is_baseline(row) else "")]
        cells += [_setting(row[key]) for key in settings]
        cells += [" ".join(part for part in _value(row, column, form) if part) for _, column, form in COLUMNS]
        cells.append(_status(row).replace("|", "\\|"))
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def page(table: pd.DataFrame, plot: bytes) -> str:
    """One web page with the plot, the table and the pictures in it: a file that opens anywhere."""
    settings = settings_of(table)
    rows = [
        {
            "status": row["status"],
            "name": row["model"],
            "is_baseline": _is_baseline(row),
            "picture": address(row["picture"]) if _is_shown(row, place) else None,
            "settings": [_setting(row[key]) for key in settings],
            "measures": [_value(row, column, form) for _, column, form in COLUMNS],
            "outcome": _status(row),
        }
        for place, row in enumerate(table.to_dict("records"))
    ]
    return filled(
        TEMPLATE,
        headline=headline(table),
        note=NOTE,
        most_pictures=MOST_PICTURES if len(table) > MOST_PICTURES else None,
        plot=address(plot),
        titles=["", "model", *settings, *(title for title, _, _ in COLUMNS), "status"],
        rows=rows,
    )


def draw(table: pd.DataFrame, path: Path) -> None:
    """Draw the validation bits of the models, as PNG.

    Against the one numeric setting that varies beside the seed, if it is like that, else model by model; a
    point for each seed, medians joined or marked.
    """
    varied = [key for key in settings_of(table) if key != "seed"]
    numeric = list(table[varied].select_dtypes("number").dropna(axis="columns"))
    with mpl.rc_context(
        {"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY}
    ):
        figure = Figure(layout="constrained")
        axes = figure.add_subplot()
        if len(varied) == len(numeric) == table["baseline"].nunique() == 1:
            figure.set_size_inches(8, 4.5)
            _against(axes, table, varied[0])
        else:
            shown = _one_below_the_other(axes, table)
            figure.set_size_inches(9, 1.4 + 0.3 * shown)
        axes.set_axisbelow(True)
        figure.savefig(path, dpi=150)


def _against(axes: Axes, table: pd.DataFrame, key: str) -> None:
    """Bits against a setting."""
    done = table.dropna(subset="validation_bits")
    axes.grid(axis="y", color="#EEEEEE")
    axes.scatter(done[key], done["validation_bits"], **POINT, label="a seed")
    medians = done.groupby(key)["validation_bits"].median()
    axes.plot(medians.index, medians, color=BLUE, linewidth=1.6, label="median")
    own = done[done["model"] == done["baseline"]]
    if len(own):
        ring: Any = {"s": 90, "facecolors": "none", "edgecolors": CLAY}
        axes.scatter(own[key], own["validation_bits"], **ring, label="baseline")
    failed = table[table["status"] == "failed"]
    if len(failed):  # where they would stand, at the top
        top: Any = {"transform": axes.get_xaxis_transform(), "clip_on": False}
        axes.scatter(failed[key], [0.97] * len(failed), marker="x", color=CLAY, **top, label="failed")
    values = sorted(table[key].unique())
    least, most = values[0], values[-1]
    if least > 0 and most / least >= 8:
        axes.set_xscale("log")
        beside = (most / least) ** 0.05
        axes.set_xlim(least / beside, most * beside)
    else:
        beside = 0.05 * (most - least)
        axes.set_xlim(least - beside, most + beside)
    if len(values) <= MOST_TICKS:
        axes.set_xticks(values, [f"{value:g}" for value in values])
        axes.minorticks_off()
    axes.set(xlabel=key, ylabel="validation, bits per character")
    axes.legend(frameon=False)


def _one_below_the_other(axes: Axes, table: pd.DataFrame) -> int:
    """Bits of each model, those that differ by their seeds alone in one line; returns how many lines."""
    done = table.dropna(subset="validation_bits")
    names = done["model"].str.replace(r"~seed=\d+", "", regex=True)
    groups = sorted(done.groupby(names)["validation_bits"], key=lambda group: float(group[1].median()))
    shown = groups[:MOST_NAMES]
    axes.grid(axis="x", color="#EEEEEE")
    for line, (_, bits) in enumerate(shown):
        axes.scatter(bits, [line] * len(bits), **POINT)
        axes.scatter([bits.median()], [line], marker="|", s=160, color=CLAY)
    axes.set_yticks(range(len(shown)), [str(name) for name, _ in shown])
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    rest = f"; the best {MOST_NAMES} of {len(groups):,}" if len(groups) > MOST_NAMES else ""
    axes.set(xlabel=f"validation, bits per character (a point a seed, a line at the median{rest})")
    return len(shown)


def _is_baseline(row: dict[Any, Any]) -> bool:
    return bool(row["model"] == row["baseline"])


def _setting(value: Any) -> str:
    """A setting as in config.yaml."""
    if isinstance(value, str):
        return value
    if pd.isna(value):
        return "null"
    return f"{value:.10g}" if isinstance(value, float) else json.dumps(value)


def _value(row: dict[Any, Any], column: str, form: str) -> tuple[str, str]:
    """A measure, and its difference from the baseline."""
    value, delta = row[column], row.get(f"{column}_delta", math.nan)
    if pd.isna(value):
        return "", ""
    if not form:
        return str(value), ""
    known = not (pd.isna(delta) or _is_baseline(row))
    return format(value, form).replace("-", "−"), f"({delta:+{form}})".replace("-", "−") if known else ""


def _status(row: dict[Any, Any]) -> str:
    return f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"])


def _is_shown(row: dict[Any, Any], place: int) -> bool:
    return isinstance(row["picture"], bytes) and place < MOST_PICTURES
