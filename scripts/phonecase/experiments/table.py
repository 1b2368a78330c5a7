"""Experiments: models side by side, how well each learnt, how long it remembers, and how good it looks.

What a model left is read from the folder of results. It counts only if it belongs together: trained by the
model's present recipe, states and reach of those weights, orders of those states. What is not there has a
status in its place, and a reason from its job's log.
"""

import io
from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from phonecase.art import Style, render
from phonecase.experiments.sweep import Experiment, experiments
from phonecase.files import read_json, sha256_of
from phonecase.insight.worth import LADDERS, reach, worth
from phonecase.ordering import read_ordering, states_hash
from phonecase.ordering.core import States as Units
from phonecase.settings import Settings
from phonecase.states import read_states
from phonecase.training import Recipe

NGRAMS = "insight/ngrams.json"  # of the results
MEASURES = (
    "validation_bits",
    "best_validation_bits",
    *LADDERS,
    "reach",
    "seconds",
    "flip_rate",
    "similarity",
)


class About(Settings):
    """Which models are compared, and by what."""

    models: dict[str, Recipe]
    """The named models that are compared or that a sweep starts from."""

    model: list[str]
    """Without a sweep, the models that are compared; the first is the baseline."""

    sweep: dict[str, Any]
    """As in `config.yaml`; a sweep's model is the baseline of its members."""

    passage: str
    """The name of the passage whose states are measured and drawn."""

    orders: list[str]
    """The names of the orders, of which the best is drawn."""

    style: Style
    """The colours of the picture."""

    def experiments(self) -> dict[str, Experiment]:
        """Every model that is compared."""
        return experiments(self.models, self.model, self.sweep)


def compare(about: About, results: Path) -> pd.DataFrame:
    """A row for each model, the fewest bits first, those without any last.

    Columns: `model`, `baseline`; each setting that is not the same in all of them; `status` (done, failed,
    unfinished or not run) and `reason`; the measures: `validation_bits` per character at the last step and
    `best_validation_bits` on the way there, how many characters n-grams by `kneser_ney` and `witten_bell`
    take to pay as little, `reach` in characters (both infinite where there is no end to it; see
    `phonecase.insight.worth`), `seconds` of training, `flip_rate`, and the `similarity` of the best `order`;
    each measure's difference from the baseline in `{measure}_delta`; `picture`, the best order as a PNG.
    """
    found = about.experiments()
    recipes = {name: experiment.recipe.model_dump() for name, experiment in found.items()}
    differing = [key for key in Recipe.model_fields if len({recipe[key] for recipe in recipes.values()}) > 1]
    rows = [
        {
            "model": name,
            "baseline": experiment.baseline,
            **{key: recipes[name][key] for key in differing},
            **_Outcome(name, experiment.recipe, about, results).row(),
        }
        for name, experiment in found.items()
    ]
    outcome = ["status", "reason", *MEASURES, "order", "picture"]
    table = pd.DataFrame(rows, columns=["model", "baseline", *differing, *outcome])
    for measure in MEASURES:
        table[measure] = table[measure].astype("float64")
        own = dict(zip(table["model"], table[measure], strict=True))
        table[f"{measure}_delta"] = table[measure] - table["baseline"].map(own)
    return table.sort_values("validation_bits", kind="stable", ignore_index=True)


def counts(results: Path) -> list[float]:
    """What counting comes to: bits by characters of context (Kneser-Ney); none if that wasn't measured."""
    file = results / NGRAMS
    return list(read_json(file, "count_ngrams.py", "kneser_ney")["kneser_ney"]) if file.exists() else []


def settings_of(table: pd.DataFrame) -> list[str]:
    """The settings in which the models of a table differ."""
    return [column for column in table.columns if column in Recipe.model_fields]


def flip_rate(units: Units) -> float:
    """The mean share of units that change from one character to the next, in states (T, H)."""
    return float((units[1:] != units[:-1]).mean())


class _Unfinished(Exception):  # noqa: N818  (the models' fault, not ours)
    """Something that a model should have left is not there, or doesn't belong to the rest."""

    def __init__(self, status: str, reason: str = "") -> None:
        super().__init__(status, reason)
        self.status, self.reason = status, reason


@dataclass(frozen=True)
class _Outcome:
    """What one model left."""

    name: str
    recipe: Recipe
    about: About
    results: Path

    def row(self) -> dict[str, Any]:
        """Its columns of a comparison, as far as it got."""
        row: dict[str, Any] = {"status": "done", "reason": ""}
        try:
            summary = self._summary()
            row |= {key: summary[key] for key in ("validation_bits", "best_validation_bits", "seconds")}
            units = self._states()
            row["flip_rate"] = flip_rate(units)
            scores = self._scores(units)
            best = max(scores, key=scores.__getitem__)
            row |= {"order": best, "similarity": scores[best], "picture": self._picture(units, best)}
            row |= self._memory()
        except _Unfinished as unfinished:
            row |= {"status": unfinished.status, "reason": unfinished.reason}
        return row

    def _summary(self) -> dict[str, Any]:
        keys = ("settings", "validation_bits", "best_validation_bits", "seconds")
        summary = self._json(f"models/{self.name}/summary.json", "train", self.name, keys)
        if summary["settings"] != self.recipe.model_dump(mode="json"):
            raise _Unfinished("not run", "what is there had another recipe")
        return summary

    def _states(self) -> Units:
        place = f"{self.name}/{self.about.passage}"
        path = self.results / "states" / f"{place}.parquet"
        if not path.exists():
            raise self._unfinished(f"extract_states/{place}.log")
        states = read_states(path)
        if states.metadata.get("weights_sha256") != self._weights_sha256:
            raise _Unfinished("not run", "the states that are there are of other weights")
        return states.units

    @cached_property
    def _weights_sha256(self) -> str:
        return sha256_of(self.results / "models" / self.name / "weights.safetensors")

    def _memory(self) -> dict[str, float]:
        """How far back it remembers, and how much counting that is worth."""
        keys = ("bits", "fresh", "weights_sha256")
        found = self._json(f"insight/{self.name}/reach.json", "measure_reach", self.name, keys)
        if found["weights_sha256"] != self._weights_sha256:
            raise _Unfinished("not run", "the reach that is there is of other weights")
        ngrams = self._json(NGRAMS, "count_ngrams", "", tuple(LADDERS))
        return {"reach": reach(found["fresh"]), **{key: worth(found["bits"], ngrams[key]) for key in LADDERS}}

    def _scores(self, units: Units) -> dict[str, int]:
        """The similarity that each order has."""
        of_these = states_hash(units)
        scores = {}
        for order in self.about.orders:
            place = f"{self.name}/{self.about.passage}/{order}"
            report = self._json(f"orders/{place}.json", "order_rows", place, ("states_sha256", "similarity"))
            if report["states_sha256"] != of_these:
                raise _Unfinished("not run", f"the order {order} that is there is of other states")
            scores[order] = int(report["similarity"])
        return scores

    def _picture(self, units: Units, order: str) -> bytes:
        """The picture in an order as a small PNG, a pixel a cell."""
        path = self.results / "orders" / self.name / self.about.passage / f"{order}.parquet"
        picture = io.BytesIO()
        render(units, read_ordering(path), self.about.style).save(picture, "PNG", optimize=True)
        return picture.getvalue()

    def _json(self, path: str, maker: str, place: str, keys: Collection[str]) -> dict[str, Any]:
        """What a rule left in a file of its own for a model, or an order of it, or for all of them."""
        file = self.results / path
        if not file.exists():
            raise self._unfinished(f"{maker}/{place}.log" if place else f"{maker}.log")
        return read_json(file, f"{maker}.py", *keys)

    def _unfinished(self, log: str) -> _Unfinished:
        """What became of a job that left no output, by the last line of its log."""
        path = self.results / "logs" / log
        lines = (
            path.read_text(encoding="utf-8", errors="replace").strip().splitlines() if path.exists() else []
        )
        if not lines:
            return _Unfinished("not run")
        failed = any(": error: " in line for line in lines)
        return _Unfinished("failed" if failed else "unfinished", lines[-1].rpartition(": error: ")[2])
