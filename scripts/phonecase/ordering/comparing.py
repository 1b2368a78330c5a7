"""All orders of a passage side by side: a table of every order × criterion, best first.

Over several models, the table has means and spreads.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phonecase.files import atomic, write_text
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.criteria import Grid
from phonecase.ordering.files import SavedOrder

if TYPE_CHECKING:
    import pandas as pd

PRINTED = "insertion"  # the strategy of the picture that the post's author had printed
DRAWS = 100  # random orders that show what chance gives
CHANCE = f"chance ({DRAWS} draws)"
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
    grid = Grid(states)
    rows: list[dict[str, Any]] = [
        {
            "order": name,
            "strategy": order.strategy,
            "settings": json.dumps(order.settings, sort_keys=True),
            "best": best[_signed(order)],
            **grid.criteria(order.ordering, best=best[_signed(order)]),
            "seconds": seconds.get(name),
        }
        for name, order in orders.items()
    ]
    draws = [_draw(states.shape[1], seed) for seed in range(DRAWS)]
    measured = pd.DataFrame([grid.criteria(draw, best=best[False]) for draw in draws])
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


def scores(table: "pd.DataFrame", orders: Collection[str]) -> dict[str, str]:
    """The similarity of some of a comparison's orders in words, with its share of the best; best first."""
    return {
        row["order"]: f"{row['similarity']:,.0f}"
        + ("" if math.isnan(row["share_of_best"]) else f"  ·  {row['share_of_best']:.1%}")
        for row in table.to_dict("records")
        if row["order"] in orders
    }


def _draw(H: int, seed: int) -> Ordering:
    """An order by chance."""
    permutation = np.random.default_rng(seed).permutation(H).astype(np.int32)
    return Ordering(permutation, np.ones(H, np.int8))


def _signed(order: SavedOrder) -> bool:
    return bool(order.settings["signed"])


def _best(orders: Mapping[str, SavedOrder], *, signed: bool) -> int | None:
    """The least of the proven bounds."""
    certificates = (o.ordering.certificate for o in orders.values() if _signed(o) == signed)
    return min((c["bound"] for c in certificates if c is not None), default=None)


def _cell(value: Any, spread: float | None, form: str) -> str:
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return ""
    known = spread is not None and not math.isnan(spread)
    return format(value, form).replace("-", "−") + (f" ± {spread:{form.lstrip('+')}}" if known else "")
