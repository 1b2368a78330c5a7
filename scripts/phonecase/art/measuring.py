"""Orders and signs side by side, by how calm or lively their pictures are, and the best by a measure."""

import math
from collections.abc import Mapping
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from phonecase.art.measures import MEASURES
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.units import Units

if TYPE_CHECKING:
    import pandas as pd

SIGNED = "±"  # after the name of an order whose rows are negated where that suits the one before
FORMATS = {"similarity": ",.0f", "patches": ",.0f", "patch": ".1%", "stretch": ".1f"}  # others: ".3f"


def measure(states: States, orderings: Mapping[str, Ordering]) -> "pd.DataFrame":
    """A row for each order and one for it with the signs that suit it best; a column for each measure.

    Where those signs change nothing, an order comes once. The most similar stands first.
    """
    import pandas as pd

    rows = []
    for name, ordering in _with_signs(states, orderings).items():
        picture = ordering.shown(states) > 0
        values = {key: known.function(picture) for key, known in MEASURES.items()}
        rows.append({"order": name} | values)
    return pd.DataFrame(rows).sort_values("similarity", ascending=False, kind="stable", ignore_index=True)


def best_by(name: str, states: States, orderings: Mapping[str, Ordering]) -> str:
    """The order whose picture is the calmest by the measure of that name, the first of several."""
    return max(orderings, key=lambda order: MEASURES[name].calmness(orderings[order].shown(states) > 0))


def agreement(table: "pd.DataFrame") -> "pd.DataFrame":
    """How far the measures agree on which picture is calmer: Kendall's τ of each with each, from −1 to 1."""
    turned = table[list(MEASURES)] * [1 if known.calm == "larger" else -1 for known in MEASURES.values()]
    return turned.corr(method="kendall")


def markdown(table: "pd.DataFrame") -> str:
    """The table for reading, the calmest by each measure in bold; then which that is, and who agrees."""
    calmest = {name: _extreme(table, name, calm=True) for name in MEASURES}
    lines = ["| order | " + " | ".join(MEASURES) + " |", "|:--|" + "--:|" * len(MEASURES)]
    for row in table.to_dict("records"):
        cells = [_cell(name, row[name], row["order"] in calmest[name]) for name in MEASURES]
        lines.append(f"| {row['order']} | " + " | ".join(cells) + " |")
    tau = agreement(table).to_dict()
    lines += ["", "| measure | calmest | liveliest | τ with similarity |", "|:--|:--|:--|--:|"]
    for name in MEASURES:
        ends = (calmest[name], _extreme(table, name, calm=False))
        words = " | ".join(", ".join(orders) for orders in ends)
        lines.append(f"| {name} | {words} | {_number(tau['similarity'][name], '.2f')} |")
    pairs = {(one, other): tau[one][other] for one, other in combinations(MEASURES, 2)}
    known = {pair: value for pair, value in pairs.items() if not math.isnan(value)}
    if known:  # not of a single picture, nor where all are as calm
        mean, least = np.mean(list(known.values())), min(known, key=lambda pair: known[pair])
        lines += [
            "",
            f"Two measures agree on which picture is calmer with a Kendall's τ of {_number(mean, '.2f')} "
            f"on average; least of all {least[0]} and {least[1]}, {_number(known[least], '.2f')}.",
        ]
    return "\n".join(lines) + "\n"


def _with_signs(states: States, orderings: Mapping[str, Ordering]) -> dict[str, Ordering]:
    pictures = {}
    for name, ordering in orderings.items():
        signs = Units(states, signed=True).signs(ordering.permutation)
        pictures[name] = ordering
        if abs(int(signs @ ordering.signs)) < len(signs):  # other signs, and not all of them
            pictures[f"{name} {SIGNED}"] = Ordering(ordering.permutation, signs)
    return pictures


def _extreme(table: "pd.DataFrame", name: str, *, calm: bool) -> list[str]:
    """The orders that are the calmest by a measure, or the liveliest."""
    values = table[name]
    value = values.max() if calm == (MEASURES[name].calm == "larger") else values.min()
    return list(table["order"][values == value])


def _cell(name: str, value: float, calmest: bool) -> str:
    text = _number(value, FORMATS.get(name, ".3f"))
    return f"**{text}**" if calmest and text else text


def _number(value: float, form: str) -> str:
    return "" if math.isnan(value) else format(value, form).replace("-", "−")
