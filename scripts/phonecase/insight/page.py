"""The findings of one network for reading: as a web page that holds all it shows, and as Markdown."""

from collections.abc import Mapping
from pathlib import Path

from phonecase.insight.figures import DRAWN
from phonecase.insight.findings import Findings, extremes
from phonecase.insight.summary import summary
from phonecase.pages import address, filled

TEMPLATE = Path(__file__).with_suffix(".html")
SAID = {  # under each figure: what it shows, and what its control is
    "reach": """Bits per character of a network that started anew some characters ago, or with the memory of
        another place of the text, beside counts of as many characters in the training text.""",
    "pasts": """Two networks with pasts from two places read the same characters. Dashed: five networks of the
        same recipe that were never trained.""",
    "erasers": """Of the units in which two pasts differ, the share that agrees after this character is read;
        below 0 more differ than before. The bars: the mean of networks that were never trained.""",
    "back": """A linear map, fitted to training text and scored on the text kept back, from the state to the
        character so far back; beside it the same from the characters that came since, without any memory.""",
    "learned": """Rules learned on training text and scored on the text kept back: by the one of some forty
        features that tells a unit best, and by the last characters. Dashed: networks never trained.""",
    "flips": "Each unit is negated at thousands of places of the text kept back, and the network goes on.",
    "frozen": """Units are held at what they mostly are, those first whose flips cost least in other text;
        dashed, as many by lot.""",
}


def page(found: Findings, figures: Mapping[str, bytes]) -> str:
    """One web page with everything in it."""
    shown = [
        {
            "name": name,
            "title": DRAWN[name][0](found),
            "said": " ".join(SAID[name].split()),
            "picture": address(png),
        }
        for name, png in figures.items()
    ]
    return filled(
        TEMPLATE,
        model=found.model,
        figures=shown,
        worth=found.worth(),
        tables=tables(found),
        note=note(found),
    )


def markdown(found: Findings, figures: Mapping[str, str]) -> str:
    """The same in Markdown, the figures being files of these names beside it."""
    lines = [f"# What the bits of `{found.model}` know", "", found.worth(), ""]
    for name, file in figures.items():
        title = DRAWN[name][0](found)
        lines += [f"## {title}", "", f"![{title}]({file})", "", " ".join(SAID[name].split()), ""]
    for title, heading, rows in tables(found):
        lines += [
            f"## {title}",
            "",
            _row(heading),
            _row([":--"] + ["--:"] * (len(heading) - 1)),
            *map(_row, rows),
            "",
        ]
    return "\n".join([*lines, note(found), ""])


def tables(found: Findings) -> list[tuple[str, list[str], list[list[str]]]]:
    """Each table's title, heading and rows."""
    told = [row for row in found.units if row["sentence"]]
    never = [each["true"] for each in found.told["untrained"]]
    sentences = [
        [
            row["sentence"],
            str(row["unit"]),
            f"{row['explained']:.0%}",
            f"{row['balanced_accuracy']:.2f}",
            f"{row['above_untrained']:.0%}",
            f"{row['cost']:.3f}",
        ]
        for row in sorted(told, key=lambda row: -row["explained"])
    ]
    many = f"{len(told)} of {len(found.units)}; in untrained networks {extremes(never, str)}"
    title = f"Units that a sentence tells: {many}"
    heading = [
        "sentence",
        "unit",
        "of its entropy",
        "balanced accuracy",
        "better than untrained",
        "a flip's bits",
    ]
    return [
        (title, heading, sentences),
        _redundancy(found),
        _neighbours(found),
        ("In short", ["", found.model, "never trained"], [list(row) for row in summary(found)]),
        _rows(found),
    ]


def note(found: Findings) -> str:
    """What the sentences leave open."""
    chance = found.told["above_chance"]
    return (
        f"Of all pairs of a unit and a feature, {chance['trained']:.0%} have more to do with each other than "
        f"any pair has with another text's; but so have {chance['untrained']:.0%} in a network never "
        "trained. So it is the size of an effect that counts here, and what it is untrained."
    )


def _redundancy(found: Findings) -> tuple[str, list[str], list[list[str]]]:
    """What the units hold between them, beside untrained networks."""
    own, never = found.redundancy["trained"], found.redundancy["untrained"]
    forms = {
        "distinct": ("different states", "{:,.0f}"),
        "marginal": ("bits at most: the units' own entropies", "{:.1f}"),
        "tree": ("bits at most: a tree of units", "{:.1f}"),
        "collision": ("bits at least: equal states", "{:.1f}"),
        "components": ("components with 90% of the variance", "{:.0f}"),
    }
    rows = []
    for key, (label, form) in forms.items():
        theirs = extremes((each[key] for each in never if each[key] is not None), form.format)
        rows.append([label, "" if own[key] is None else form.format(own[key]), theirs])
    told, *others = (sorted(each["told"])[len(each["told"]) // 2] for each in (own, *never))
    label = "a unit's variance that the others tell, median"
    rows.append([label, f"{told:.0%}", extremes(others, "{:.0%}".format)])
    title = f"{len(found.units)} units hold at most {own['tree']:.0f} bits between them"
    return title, [f"in {own['states']:,} characters", found.model, "never trained"], rows


def _neighbours(found: Findings) -> tuple[str, list[str], list[list[str]]]:
    """How near like units are in each order, those first in which they are nearest."""
    names = {"mean": "mean", "flip_rate": "flip rate", "explained": "how well told", "cost": "a flip's cost"}
    order = sorted(found.neighbours, key=lambda row: sum(row[name] for name in names))
    rows = [[row["order"], *(f"{row[name]:.1f}".replace("-", "−") for name in names)] for row in order]
    title = "Whether orders put like units together: standard deviations from orders by chance"
    return title, ["order", *names.values()], rows


def _rows(found: Findings) -> tuple[str, list[str], list[list[str]]]:
    """What each row of the picture is, from the top, in the order whose neighbours are most similar."""
    rows = []
    for shown in found.rows:
        unit = found.units[shown["unit"]]
        rows.append(
            [
                f"{'−' if shown['negated'] else ''}{shown['unit']}",
                f"{unit['mean']:+.2f}".replace("-", "−"),
                f"{unit['flip_rate']:.0%}",
                f"{unit['cost']:.3f}",
                unit["feature"],
                f"{unit['explained']:.0%}",
                unit["sentence"] or "",
            ]
        )
    title = f"The picture's rows in the order {found.rows[0]['order']}, from the top (− shown negated)"
    heading = ["unit", "mean", "flips", "a flip's bits", "told best by", "of its entropy", "sentence"]
    return title, heading, rows


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
