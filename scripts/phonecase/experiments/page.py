"""A comparison of models for reading: as Markdown, as a plot, and as one web page that holds all it shows."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phonecase.experiments.table import settings_of
from phonecase.insight.worth import LADDERS
from phonecase.pages import address, filled
from phonecase.plotting import BLUE, CLAY, GREY

TEMPLATE = Path(__file__).with_suffix(".html")
MOST_NAMES = 40  # models by name in the plot, one below the other
MOST_TICKS = 12  # values of a setting that are all marked
MOST_PICTURES = 1000  # pictures in the page: some 6 kB each
BITS = "validation_bits"
PLOTTED = {BITS: "validation, bits per character", "reach": "reach, characters"}
POINT: Any = {"s": 26, "color": BLUE, "alpha": 0.6, "linewidths": 0}
COLUMNS = [  # title, column, format
    ("bits/char", "validation_bits", ".4f"),
    ("best", "best_validation_bits", ".4f"),
    *((name, key, ".1f") for key, name in LADDERS.items()),
    ("reach", "reach", ".0f"),
    ("seconds", "seconds", ",.0f"),
    ("flip rate", "flip_rate", ".2%"),
    ("best order", "order", ""),
    ("similarity", "similarity", ",.0f"),
]
NOTE = (
    "Bits per character on the books that were kept back, at the last step and at best; how many characters "
    "of context n-grams take to do as well, counted by Kneser and Ney's rule and by Witten and Bell's; after "
    "how many characters a fresh start is as good as all of the past; seconds of training; the share "
    "of units that change at a character; the order with the most similar neighbours. "
    "In brackets: the difference from the baseline. ∞: more than was measured, or than any counts can do."
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
        "|"
        + ":--|" * (1 + len(settings))
        + "".join("--:|" if form else ":--|" for *_, form in COLUMNS)
        + ":--|",
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


def draw(table: pd.DataFrame, path: Path, ladder: Sequence[float] = ()) -> None:
    """Draw the validation bits of the models, beside them their reach if it is known, as PNG.

    Against the one numeric setting that varies beside the seed, if it is like that, else model by model; a
    point for each seed, medians joined or marked. `ladder` has the bits of n-grams with 0, 1, ... characters
    of context (Kneser-Ney), which are marked where the models' bits come near them.
    """
    varied = [key for key in settings_of(table) if key != "seed"]
    numeric = list(table[varied].select_dtypes("number").dropna(axis="columns"))
    with mpl.rc_context(
        {"font.size": 11, "axes.spines.top": False, "axes.spines.right": False, "axes.edgecolor": GREY}
    ):
        figure = Figure(layout="constrained")
        drawn = [measure for measure in PLOTTED if measure == BITS or _drawable(table[measure]).notna().any()]
        against = len(varied) == len(numeric) == table["baseline"].nunique() == 1
        panels = figure.subplots(
            1, len(drawn), sharey=not against, width_ratios=[3, 2][: len(drawn)], squeeze=False
        )[0]
        if against:
            figure.set_size_inches(5 + 3 * len(drawn), 4.5)
            for axes, measure in zip(panels, drawn, strict=True):
                _against(axes, table, varied[0], measure)
            panels[0].legend(frameon=False)
        else:
            groups = _by_name(table)
            figure.set_size_inches(6 + 3 * len(drawn), 1.4 + 0.3 * min(len(groups), MOST_NAMES))
            for axes, measure in zip(panels, drawn, strict=True):
                _one_below_the_other(axes, groups, measure)
        _rungs(panels[0], ladder, across=against)
        for axes in panels[1:]:
            axes.locator_params(axis="y" if against else "x", integer=True)
        for axes in panels:
            axes.set_axisbelow(True)
        figure.savefig(path, dpi=150)


def _drawable(values: "pd.Series[float]") -> "pd.Series[float]":
    """Without what has no end, as a reach may: a median of which most have none has none either."""
    return values.replace(math.inf, math.nan)


def _rungs(axes: Axes, ladder: Sequence[float], across: bool) -> None:
    """Lines where n-grams are, those that lie within what is drawn."""
    low, high = sorted(axes.get_ylim() if across else axes.get_xlim())
    for context, bits in enumerate(ladder):
        if low < bits < high:
            line, place = (axes.axhline, (1, bits)) if across else (axes.axvline, (bits, 1))
            line(bits, color=GREY, linewidth=1, linestyle=":")
            within: Any = axes.get_yaxis_transform() if across else axes.get_xaxis_transform()
            words = f"counts of {context} characters"
            side: Any = {"ha": "right", "va": "bottom"} if across else {"ha": "center", "va": "bottom"}
            axes.text(place[0], place[1], words, transform=within, color=GREY, fontsize=9, **side)


def _against(axes: Axes, table: pd.DataFrame, key: str, measure: str) -> None:
    """A measure against a setting."""
    done = table.dropna(subset=measure)
    axes.grid(axis="y", color="#EEEEEE")
    axes.scatter(done[key], _drawable(done[measure]), **POINT, label="a seed")
    medians = _drawable(done.groupby(key)[measure].median())
    axes.plot(medians.index, medians, color=BLUE, linewidth=1.6, label="median")
    own = done[done["model"] == done["baseline"]]
    if len(own):
        ring: Any = {"s": 90, "facecolors": "none", "edgecolors": CLAY}
        axes.scatter(own[key], _drawable(own[measure]), **ring, label="baseline")
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
    axes.set(xlabel=key, ylabel=PLOTTED[measure])


def _by_name(table: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The models that have bits, those that differ by their seeds alone together; the fewest bits first."""
    done = table.dropna(subset=BITS)
    names = done["model"].str.replace(r"~seed=\d+", "", regex=True)
    groups = [(str(name), group) for name, group in done.groupby(names)]
    return sorted(groups, key=lambda group: float(group[1][BITS].median()))


def _one_below_the_other(axes: Axes, groups: Sequence[tuple[str, pd.DataFrame]], measure: str) -> None:
    """A measure of each model, those of a group in one line."""
    shown = groups[:MOST_NAMES]
    axes.grid(axis="x", color="#EEEEEE")
    for line, (_, group) in enumerate(shown):
        median = pd.Series([group[measure].median()])
        axes.scatter(_drawable(group[measure]), [line] * len(group), **POINT)
        axes.scatter(_drawable(median), [line], marker="|", s=160, color=CLAY)
    axes.set_yticks(range(len(shown)), [name for name, _ in shown])
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    said = ""
    if measure == BITS:
        rest = f"; the best {MOST_NAMES} of {len(groups):,}" if len(groups) > MOST_NAMES else ""
        said = f"\n(a point a seed, a line at the median{rest})"
    axes.set(xlabel=f"{PLOTTED[measure]}{said}")


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
    if math.isinf(value):
        return "∞", ""
    known = math.isfinite(delta) and not _is_baseline(row)
    return format(value, form).replace("-", "−"), f"({delta:+{form}})".replace("-", "−") if known else ""


def _status(row: dict[Any, Any]) -> str:
    return f"{row['status']}: {row['reason']}" if row["reason"] else str(row["status"])


def _is_shown(row: dict[Any, Any], place: int) -> bool:
    return isinstance(row["picture"], bytes) and place < MOST_PICTURES
