"""All orders of a passage side by side: a table of every order × criterion, best first.

Over several models, the table has means and spreads.
"""

import json
import math
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from phonecase.errors import UserError
from phonecase.files import write_text
from phonecase.ordering.core import Ordering, Permutation, States
from phonecase.ordering.criteria import Grid
from phonecase.ordering.files import SavedOrder
from phonecase.ordering.proof import verify
from phonecase.ordering.units import Units

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
MEASURED = ["best", "best_gap", *(column for _, column, form in COLUMNS if form)]  # the columns of numbers


def compare(
    states: States,
    orders: Mapping[str, SavedOrder],
    seconds: Mapping[str, float],
    *,
    names: Sequence[str] | None = None,  # (H,)
) -> "pd.DataFrame":
    """A row for each order, the most similar first, and one for chance.

    `best` is the least upper bound that any of the orders proves, for orders whose rows may be negated and
    for the others apart; `share_of_best` and `to_best` compare with it. `best_gap` is what the most similar
    of them lacks: 0 where the bound is reached, and so is the optimum. `to_printed` compares with the
    `insertion` order, if there is one. The row for chance has the means over seeded random orders, and their
    standard deviations in the columns that end in `_spread`. Where the units have names, `rows` has those of
    the picture's rows, from the top.

    Every certificate is verified. Raises UserError for one that does not prove what it states.
    """
    import pandas as pd

    best = _least_bounds(states, orders)
    gap = {
        signed: bound - max(o.similarity for o in orders.values() if _signed(o) == signed)
        for signed, bound in best.items()
    }
    grid = Grid(states)
    rows: list[dict[str, Any]] = [
        {
            "order": name,
            "strategy": order.strategy,
            "settings": json.dumps(order.settings, sort_keys=True),
            "best": best.get(_signed(order)),
            "best_gap": gap.get(_signed(order)),
            **grid.criteria(order.ordering, best=best.get(_signed(order))),
            "seconds": seconds.get(name),
            **({} if names is None else {"rows": " · ".join(order.ordering.named(names))}),
        }
        for name, order in orders.items()
    ]
    units = Units(states).by_rows()  # so that chance doesn't hang on their numbers either
    draws = [_draw(units, seed) for seed in range(DRAWS)]
    measured = pd.DataFrame([grid.criteria(draw, best=best.get(False)) for draw in draws])
    spreads = measured.std().add_suffix("_spread")
    bound = {"best": best.get(False), "best_gap": gap.get(False)}
    rows.append({"order": CHANCE, **bound, **measured.mean(), **spreads})
    table = pd.DataFrame(rows).astype({"best": "float64", "best_gap": "float64", "seconds": "float64"})
    printed = [o.similarity for o in orders.values() if o.strategy == PRINTED and not _signed(o)]
    table.insert(5, "to_printed", table["similarity"] - (printed[0] if printed else math.nan))
    table.insert(6, "to_best", table["similarity"] - table["best"])
    return table.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def over_models(tables: Sequence["pd.DataFrame"]) -> "pd.DataFrame":
    """The means of several models' comparisons of the same orders, the most similar order first.

    `models` counts the models that have the order. The columns that end in `_spread` are the standard
    deviations from model to model; nan where there is one model.
    """
    import pandas as pd

    rows = pd.concat(tables, ignore_index=True)
    by_order = rows.groupby("order", sort=False)
    means, spreads = by_order[MEASURED].mean(), by_order[MEASURED].std().add_suffix("_spread")
    table = pd.concat([by_order.size().rename("models"), means, spreads], axis=1).reset_index()
    return table.sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def markdown(table: "pd.DataFrame") -> str:
    """A comparison for reading, of one model's orders or over several models.

    Where the best is only known by a bound, what is said of it is marked by ≥ (or ≤).
    """
    lines = [
        "| " + " | ".join(title for title, _, _ in COLUMNS) + " |",
        "|" + "|".join(":--" if column == "order" else "--:" for _, column, _ in COLUMNS) + "|",
    ]
    for row in table.to_dict("records"):
        cells = [_cell(row, column, form) for _, column, form in COLUMNS]
        lines.append("| " + " | ".join(cells) + " |")
    if "rows" in table:
        named = table.dropna(subset="rows")
        lines += ["", "The rows from the top, with a − before one that is negated:", ""]
        lines += [f"- {order}: {rows}" for order, rows in zip(named["order"], named["rows"], strict=True)]
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
        import pyarrow as pa

        from phonecase.tables import write_table

        write_table(parquet, pa.Table.from_pandas(table, preserve_index=False))


def scores(table: "pd.DataFrame", orders: Collection[str]) -> dict[str, str]:
    """The similarity of some of a comparison's orders in words, with its share of the best; best first."""
    words = {}
    for row in table.to_dict("records"):
        if row["order"] in orders:
            share = _cell(row, "share_of_best", ".1%")
            words[row["order"]] = f"{row['similarity']:,.0f}" + (f"  ·  {share}" if share else "")
    return words


def _draw(units: Permutation, seed: int) -> Ordering:
    """An order by chance, that of the strategy `random`."""
    permutation = np.random.default_rng(seed).permutation(units)
    return Ordering(permutation, np.ones(len(units), np.int8))


def _signed(order: SavedOrder) -> bool:
    return bool(order.settings["signed"])


def _least_bounds(states: States, orders: Mapping[str, SavedOrder]) -> dict[bool, int]:
    """The least of the bounds that are proven, for orders with negated rows (true) and without (false)."""
    least: dict[bool, int] = {}
    for name, order in orders.items():
        if order.ordering.certificate is None:
            continue
        signed = _signed(order)
        try:
            bound = verify(states, order.ordering)
            if order.ordering.certificate["signed"] != signed:
                raise ValueError("its certificate and its settings differ about negated rows")
        except ValueError as error:
            raise UserError(f"order '{name}': {error}") from None
        least[signed] = min(bound, least.get(signed, bound))
    return least


def _cell(row: Mapping[Any, Any], column: str, form: str) -> str:
    value, spread = row[column], row.get(f"{column}_spread")
    if isinstance(value, str):
        return value
    if value is None or math.isnan(value):
        return ""
    mark = ""
    if column in ("share_of_best", "to_best") and row["best_gap"] > 0:
        mark = "≤ " if column == "share_of_best" and value < 0 else "≥ "
        value = math.trunc(1000 * value) / 1000  # as it is shown: not more than is known
    elif column == "share_of_best" and value < 1:
        value = min(value, 0.999)  # 100% is what is as good
    known = spread is not None and not math.isnan(spread)
    number = format(value, form).replace("-", "−")
    return mark + number + (f" ± {spread:{form.lstrip('+')}}" if known else "")
