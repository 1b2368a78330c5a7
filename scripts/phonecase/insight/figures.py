"""The findings as figures: each says one thing in its title, and shows its control beside it."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from phonecase.insight.findings import Findings
from phonecase.insight.worth import LADDERS
from phonecase.plotting import BLUE, CLAY, GREY, STYLE

SHOWN = 20  # characters after a start
MOST_ERASERS = 40
NEVER = "never trained"
UNTRAINED: Any = {"color": GREY, "linewidth": 1, "linestyle": "--"}


def _reach(found: Findings, figure: Figure) -> None:
    axes = figure.subplots()
    reach, bits = found.reach, found.reach["bits"]
    axes.axhline(bits, color=BLUE, linewidth=1, linestyle=":", label=f"all of the past: {bits:.3f}")
    x = range(1, min(SHOWN, len(reach["fresh"])) + 1)
    for name, colour, label in (("fresh", BLUE, "a fresh start"), ("other", CLAY, "another place's memory")):
        axes.plot(
            x, [reach["bits"] + reach[name][k - 1][0] for k in x], color=colour, label=label, marker="o", ms=4
        )
    for (key, label), marker in zip(LADDERS.items(), ("s", "x"), strict=True):
        ladder = found.ngrams[key]
        style: Any = {"color": GREY, "marker": marker, "ms": 5, "linewidth": 1}
        axes.plot(range(1, len(ladder)), ladder[1:], label=f"counting: {label}", **style)
    axes.set(xlabel="characters that were read since, or that are counted", ylabel="bits per character")
    axes.set_xticks([1, *range(4, SHOWN + 1, 4)])
    axes.legend(frameon=False)


def _pasts(found: Findings, figure: Figure) -> None:
    left, right = figure.subplots(1, 2)
    for axes, key, label in (
        (left, "differing", "units that differ"),
        (right, "agreed", "pairs of pasts that agree in every unit"),
    ):
        for each in found.reach["untrained"]:
            axes.plot(each[key], **UNTRAINED)
        axes.plot([], label=NEVER, **UNTRAINED)
        axes.plot(found.reach[key], color=BLUE, linewidth=2, label=found.model)
        _percent(axes, "y")
        axes.set(xlabel="characters read since", ylabel=label, ylim=(0, None))
    left.legend(frameon=False)


def _erasers(found: Findings, figure: Figure) -> None:
    axes = figure.subplots()
    erased = found.reach["erased"]
    order = sorted(erased, key=lambda character: -erased[character])[:MOST_ERASERS]
    names = [{" ": "space", "\n": "line\nbreak"}.get(character, character) for character in order]
    axes.plot(range(len(order)), [erased[c] for c in order], "o", color=BLUE, label=found.model)
    never = [found.erased_untrained(character) for character in order]
    known = {place: share for place, share in enumerate(never) if share is not None}
    axes.plot(list(known), list(known.values()), "_", color=GREY, ms=12, mew=2, label=NEVER)
    axes.axhline(0, color=GREY, linewidth=0.8)
    axes.set_xticks(range(len(order)), names)
    axes.set(xlabel="the character that is read", ylabel="differences that it takes away")
    _percent(axes, "y")
    axes.legend(frameon=False)


def _back(found: Findings, figure: Figure) -> None:
    axes = figure.subplots()
    for each in found.reach["untrained"]:
        axes.plot(each["read_out"], **UNTRAINED)
    axes.plot([], label=NEVER, **UNTRAINED)
    back = range(1, len(found.reach["read_out"]))
    guesses = [found.guess(k) for k in back]
    axes.plot(back, guesses, color=CLAY, label="guessed from the characters after it")
    axes.plot(found.reach["read_out"], color=BLUE, linewidth=2, marker="o", ms=4, label=found.model)
    axes.set(xlabel="characters back", ylabel="read out right", ylim=(0, 1.02))
    axes.set_xticks(range(0, len(found.reach["read_out"]), 4))
    _percent(axes, "y")
    axes.legend(frameon=False)


def _learned(found: Findings, figure: Figure) -> None:
    left, right = figure.subplots(1, 2)
    for each, last in zip(found.told["untrained"], found.told["last"][1:], strict=True):
        left.plot(each["explained"], **UNTRAINED)
        right.plot(range(1, len(last) + 1), last, **UNTRAINED)
    last = found.told["last"][0]
    left.plot(found.told["trained"]["explained"], color=BLUE, linewidth=2, label=found.model)
    right.plot(range(1, len(last) + 1), last, color=BLUE, linewidth=2, marker="o", label=found.model)
    left.plot([], label=NEVER, **UNTRAINED)
    left.set(
        xlabel="units, the best told first", ylabel="entropy that its best feature explains", ylim=(0, 1)
    )
    right.set(xlabel="last characters", ylabel="entropy that they explain, median", ylim=(0, 1))
    for axes in (left, right):
        _percent(axes, "y")
    left.legend(frameon=False)


def _flips(found: Findings, figure: Figure) -> None:
    left, right = figure.subplots(1, 2)
    rows = sorted(found.units, key=lambda row: -row["cost"])
    x = range(len(rows))
    low, high = ([row["cost"] + side * 2 * row["error"] for row in rows] for side in (-1, 1))
    left.fill_between(x, low, high, color=BLUE, alpha=0.2, linewidth=0, label="± 2 standard errors")
    left.plot(x, [row["cost"] for row in rows], color=BLUE, linewidth=2)
    left.set(
        xlabel="units, the dearest first", ylabel="bits at the next character", ylim=(min(0, *low), None)
    )
    left.legend(frameon=False)
    right.plot(found.flips["alive"], color=BLUE, linewidth=2)
    right.set(
        xlabel="characters read since the flip", ylabel="flips that still change a unit", ylim=(0, 1.02)
    )
    _percent(right, "y")


def _frozen(found: Findings, figure: Figure) -> None:
    axes = figure.subplots()
    for key, colour, style, label in (
        ("least", BLUE, "o-", "those whose flips cost least"),
        ("lot", GREY, "s--", "as many by lot"),
    ):
        costs, errors = zip(*found.flips[key], strict=True)
        axes.errorbar(
            found.flips["sizes"],
            costs,
            [2 * e for e in errors],
            fmt=style,
            color=colour,
            label=label,
            capsize=3,
        )
    axes.set(
        xlabel="units that are held still",
        ylabel="bits per character that it costs, ± 2 s.e.",
        ylim=(0, None),
    )
    axes.set_xticks(found.flips["sizes"])
    axes.legend(frameon=False)


DRAWN: dict[str, tuple[Callable[[Findings], str], Callable[[Findings, Figure], None]]] = {
    "reach": (Findings.reach_title, _reach),
    "pasts": (Findings.pasts_title, _pasts),
    "erasers": (Findings.erasers_title, _erasers),
    "back": (Findings.back_title, _back),
    "learned": (Findings.learned_title, _learned),
    "flips": (Findings.flips_title, _flips),
    "frozen": (Findings.frozen_title, _frozen),
}
"""The figures by name: what each says, and how it is drawn."""


def draw(found: Findings, name: str) -> bytes:
    """One of the figures, as PNG."""
    title, drawing = DRAWN[name]
    with mpl.rc_context(STYLE | {"font.size": 11, "axes.titlelocation": "left"}):
        figure = Figure(figsize=(9, 4), layout="constrained")
        figure.suptitle(title(found), x=0.01, ha="left", fontsize=12, fontweight="bold", wrap=True)
        drawing(found, figure)
        for axes in figure.axes:
            axes.grid(axis="y", color="#EEEEEE")
            axes.set_axisbelow(True)
        written = BytesIO()
        figure.savefig(written, format="png", dpi=120)
    return written.getvalue()


def _percent(axes: Axes, axis: str) -> None:
    (axes.yaxis if axis == "y" else axes.xaxis).set_major_formatter("{x:.0%}")
