"""The gallery: all that a run made on one page of pictures and links, results/index.html.

It lies among the results and shows them where they are, so the folder can move as a whole.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from markupsafe import Markup

from phonecase.explorer.look import digest, sheet
from phonecase.pages import filled
from phonecase.settings import Settings

TEMPLATE = Path(__file__).with_suffix(".html")
STYLE = Path(__file__).with_suffix(".css")
ON_REQUEST = {  # what a person may have asked for besides
    "experiments.html": "Models side by side",
    "insight/*/insight.html": "What the bits know, {}",
    "compare/*.md": "The orders over all models, {}",
    "print/*/*/*/*.proof.png": "Proof for print, {}",
    "report.html": "Snakemake's report",
}


class Gallery(Settings):
    """What there is to show, by its names."""

    models: list[str]
    grids: list[tuple[str, str]]
    """model and passage of each picture, or `own` and the name of a grid of one's own"""
    orders: list[str]
    styles: list[str]


@dataclass(frozen=True)
class Grid:
    """What is known of a picture: its title, what it is of, its size in cells, and each order's score."""

    title: str
    about: str
    characters: int
    units: int
    scores: Mapping[str, int]


def gallery(
    shown: Gallery, grids: Sequence[Grid], summaries: Mapping[str, Mapping[str, Any]], results: Path
) -> str:
    """The page.

    Args:
        shown: the names in the settings.
        grids: for each of its grids, what is known of it.
        summaries: how each model's training went, as train.py wrote it.
        results: where the page goes; what was made on request is looked for there.
    """
    style = sheet(STYLE)
    return filled(
        TEMPLATE,
        policy=f"default-src 'none'; img-src 'self' file:; style-src '{digest(style)}'; base-uri 'none'",
        style=Markup(style),
        orders=_counted(len(shown.orders), "order"),
        styles=_counted(len(shown.styles), "style"),
        style_names=shown.styles,
        grids=[_grid(names, grid, shown.styles) for names, grid in zip(shown.grids, grids, strict=True)],
        models=[_model(name, summaries[name]) for name in shown.models],
        more=list(_on_request(results)),
    )


def _grid(names: tuple[str, str], grid: Grid, styles: list[str]) -> dict[str, Any]:
    """A picture in all its orders, the best first, and in all styles."""
    place = "/".join(names)
    best = max(grid.scores, key=lambda order: grid.scores[order])
    return {
        "title": grid.title,
        "about": grid.about,
        "size": Markup('width="{}" height="{}"').format(
            grid.characters, grid.units
        ),  # room before it is there
        "orders": [
            {
                "name": order,
                "similarity": score,
                "file": f"art/{place}/{order}/{styles[0]}.png",
                "portrait": f"art/{place}/{order}/{styles[0]}.portrait.png",
            }
            for order, score in sorted(grid.scores.items(), key=lambda item: -item[1])
        ],
        "styles": [{"name": style, "file": f"art/{place}/{best}/{style}.png"} for style in styles],
        "sheet": f"art/{place}/contact_sheet.png",
        "folder": f"art/{place}/",
        "comparison": f"compare/{place}/orders",
        "states": f"states/{place}.parquet",
    }


def _model(name: str, summary: Mapping[str, Any]) -> dict[str, str]:
    return {
        "name": name,
        "explorer": f"explorer/{name}.html",
        "about": f"{summary['validation_bits']:.2f} bits for a character that it never saw",
        "curve": f"models/{name}/learning_curve.png",
        "weights": f"models/{name}/weights.safetensors",
        "summary": f"models/{name}/summary.json",
    }


def _on_request(results: Path) -> list[tuple[str, str]]:
    """The files that are there, each with what it is."""
    return [
        (path.relative_to(results).as_posix(), words.format("/".join(path.relative_to(results).parts[1:])))
        for pattern, words in ON_REQUEST.items()
        for path in sorted(results.glob(pattern))
    ]


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}{'s' * (count != 1)}"
