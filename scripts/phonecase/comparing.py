"""All orders of a passage side by side: a table of every order × criterion, and a figure, best first.

Over several models, the table has means and spreads.
"""

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from phonecase.files import atomic, write_text
from phonecase.ordering import order_units
from phonecase.ordering.core import States
from phonecase.ordering.criteria import criteria
from phonecase.ordering.files import SavedOrder

if TYPE_CHECKING:
    import pandas as pd

PRINTED = "insertion"  # the strategy of the picture that the post's author had printed
DRAWS = 100  # random orders that show what chance gives
CHANCE = f"chance ({DRAWS} draws)"
COLOURS = np.array([(0xFE, 0xF7, 0xE9), (0x00, 0x40, 0xA1)], np.uint8)  # the printed ones: −1, +1
PAPER, INK, FAINT = (255, 255, 255), (28, 32, 44), (112, 118, 132)
PICTURE_WIDTH, GAP, MARGIN = 548, 44, 36  # of the figure, in pixels; twice what a README shows
ACROSS = 3  # pictures in a row of the figure
COLUMNS = [  # of the table for reading: title, column, format
    ("order", "order", ""),
    ("similarity", "similarity", ",.0f"),
    ("of best", "share_of_best", ".1%"),
    ("to best", "to_best", "+,.0f"),
    ("to printed", "to_printed", "+,.0f"),
    ("colour changes", "colour_changes", ",.0f"),
    ("BAR", "bar", ",.0f"),
    ("AR events", "ar_events", ",.0f"),
    ("inertia", "inertia", ",.0f"),
    ("2-SUM", "two_sum", ",.0f"),
    ("bytes", "compressed_bytes", ",.0f"),
    ("run down", "run_down", ".2f"),
    ("run across", "run_across", ".2f"),
    ("seconds", "seconds", ".2f"),
]


def compare(states: States, orders: Mapping[str, SavedOrder], seconds: Mapping[str, float]) -> "pd.DataFrame":
    """A row for each order, the most similar first, and one for chance.

    `best` is the least upper bound that any of the orders proves, for orders whose rows may be negated and
    for the others apart; `share_of_best` and `to_best` compare with it. `to_printed` compares with the
    `insertion` order, if there is one. The row for chance has the means over seeded random orders, and their
    standard deviations in the columns that end in `_spread`.
    """
    import pandas as pd

    best = {signed: _best(orders, signed=signed) for signed in (False, True)}
    rows: list[dict[str, Any]] = [
        {
            "order": name,
            "strategy": order.strategy,
            "settings": json.dumps(order.settings, sort_keys=True),
            "best": best[_signed(order)],
            **criteria(states, order.ordering, best=best[_signed(order)]),
            "seconds": seconds.get(name),
        }
        for name, order in orders.items()
    ]
    draws = [order_units(states, "random", seed=seed) for seed in range(DRAWS)]
    measured = pd.DataFrame([criteria(states, draw, best=best[False]) for draw in draws])
    spreads = measured.std().add_suffix("_spread")
    rows.append({"order": CHANCE, "best": best[False], **measured.mean(), **spreads})
    table = pd.DataFrame(rows).astype({"best": "float64", "seconds": "float64"})
    printed = [row["similarity"] for row in rows if row.get("strategy") == PRINTED]
    table.insert(4, "to_printed", table["similarity"] - (printed[0] if printed else math.nan))
    table.insert(5, "to_best", table["similarity"] - table["best"])
    return table.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def over_models(tables: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """The means of several models' comparisons of the same orders, the most similar order first.

    `models` counts the models that have the order. The columns that end in `_spread` are the standard
    deviations from model to model; nan where there is one model.
    """
    import pandas as pd

    rows = pd.concat(tables, ignore_index=True)
    measures = ["best", *(column for _, column, form in COLUMNS if form)]
    by_order = rows.groupby("order", sort=False)
    means, spreads = by_order[measures].mean(), by_order[measures].std().add_suffix("_spread")
    table = pd.concat([by_order.size().rename("models"), means, spreads], axis=1).reset_index()
    return table.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def markdown(table: "pd.DataFrame") -> str:
    """A comparison for reading, of one model's orders or over several models."""
    lines = [
        "| " + " | ".join(title for title, _, _ in COLUMNS) + " |",
        "|" + "|".join(":--" if column == "order" else "--:" for _, column, _ in COLUMNS) + "|",
    ]
    for row in table.to_dict("records"):
        cells = [_cell(row[column], row.get(f"{column}_spread"), form) for _, column, form in COLUMNS]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def write_tables(
    table: "pd.DataFrame", *, parquet: Path | None, csv: Path | None, reading: Path | None
) -> None:
    """Write a comparison in each form that is wanted; `reading` is for its Markdown."""
    if reading:
        write_text(reading, markdown(table))
    if csv:
        write_text(csv, table.to_csv(index=False))
    if parquet:
        with atomic(parquet) as path:
            table.to_parquet(path, index=False)


def figure(
    states: States, orders: Mapping[str, SavedOrder], table: "pd.DataFrame", title: str
) -> Image.Image:
    """All orders as small pictures in the printed colours, best first, each with its name and score.

    Every cell is a square of the same whole number of pixels.
    """
    T, H = states.shape
    cell = max(1, PICTURE_WIDTH // T)
    width, height = max(T * cell, PICTURE_WIDTH // 2), H * cell
    names = [name for name in table["order"] if name in orders]
    facts: dict[Any, dict[Any, Any]] = table.set_index("order").to_dict("index")
    name_font, score_font, title_font = (ImageFont.load_default(size) for size in (30, 25, 42))
    across = min(ACROSS, len(names))
    down = math.ceil(len(names) / across)
    caption, heading = 48, 96
    sheet = Image.new(
        "RGB",
        (
            2 * MARGIN + across * (width + GAP) - GAP,
            2 * MARGIN + heading + down * (caption + height + GAP) - GAP,
        ),
        PAPER,
    )
    draw = ImageDraw.Draw(sheet)
    draw.text((MARGIN, MARGIN + 42), title, INK, title_font, anchor="ls")
    for place, name in enumerate(names):
        x = MARGIN + place % across * (width + GAP)
        y = MARGIN + heading + place // across * (caption + height + GAP) + caption
        draw.text((x, y - 14), name, INK, name_font, anchor="ls")
        draw.text((x + width, y - 14), _score(facts[name]), FAINT, score_font, anchor="rs")
        grid = (orders[name].ordering.shown(states) > 0).astype(np.intp)  # (H, T)
        sheet.paste(Image.fromarray(COLOURS[grid].repeat(cell, axis=0).repeat(cell, axis=1)), (x, y))
    return sheet


def _signed(order: SavedOrder) -> bool:
    return bool(order.settings["signed"])


def _best(orders: Mapping[str, SavedOrder], *, signed: bool) -> int | None:
    """The least of the proven bounds."""
    certificates = (o.ordering.certificate for o in orders.values() if _signed(o) == signed)
    return min((c["bound"] for c in certificates if c is not None), default=None)


def _score(facts: Mapping[Any, Any]) -> str:
    share = facts["share_of_best"]
    return f"{facts['similarity']:,.0f}" + ("" if math.isnan(share) else f"  ·  {share:.1%}")


def _cell(value: Any, spread: float | None, form: str) -> str:
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return ""
    known = spread is not None and not math.isnan(spread)
    return format(value, form).replace("-", "−") + (f" ± {spread:{form.lstrip('+')}}" if known else "")
