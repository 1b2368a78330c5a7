"""What each unit is told by, beside chance and beside networks that were never trained."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phonecase.insight.features import Feature
from phonecase.insight.told import Told, entropy

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Values = NDArray[np.float32]

NEARLY = 0.02  # of a unit's entropy or variance: what a plainer feature may explain less than the best one
TRUE = 0.9  # balanced accuracy from which on a sentence is true enough to say
CHANCE = 0.05  # and what chance may make as good in so many texts
RARE = 0.005  # of the text: values that a sentence doesn't mention


@dataclass(frozen=True, eq=False)
class Scored:
    """The features of H units, chosen on the one text and scored on the other."""

    fit: Told
    test: Told
    explained: Floats  # (F, H), on the text kept back
    feature: NDArray[np.int64]  # (H,), the one that is chosen
    balanced: Floats  # (H,), of the rule by it

    @classmethod
    def of(cls, features: Sequence[Feature], fit: Told, test: Told) -> "Scored":
        """Choose by what the rules explain of the text that they were learned on."""
        chosen = _plainest(features, fit.explained(fit))
        units = np.arange(len(chosen))
        return cls(fit, test, fit.explained(test), chosen, fit.balanced(test)[chosen, units])

    @property
    def best(self) -> Floats:
        """The share of each unit's entropy that its feature explains.  # (H,)"""
        best: Floats = self.explained[self.feature, np.arange(len(self.feature))]
        return best

    def spoken(self, features: Sequence[Feature]) -> dict[int, str]:
        """The sentences that are true enough as they are said, of the text kept back, by their units."""
        rules = self.fit.rules
        sentences = {}
        for unit in np.flatnonzero(self.balanced >= TRUE).tolist():
            row = int(self.feature[unit])
            values = slice(self.fit.starts[row], self.fit.starts[row] + len(features[row].labels))
            sentences[unit], rules[values, unit] = sentence(features[row], self.fit, row, unit)
        right = self.fit.right(rules, self.test)[self.feature, np.arange(len(self.feature))]
        return {unit: words for unit, words in sentences.items() if right[unit] >= TRUE}


def _plainest(features: Sequence[Feature], inside: Floats) -> NDArray[np.int64]:
    """The feature for each unit, by the shares (F, H) that they explain of the text to learn from.  # (H,)

    Of the features that explain nearly as much as the best, it is the one with the fewest values, and among
    as plain ones the best.
    """
    real = np.array([feature.kind != "lot" for feature in features])[:, None]
    sizes = np.array([len(feature.labels) for feature in features])[:, None]
    near = real & (inside >= np.where(real, inside, -np.inf).max(0) - NEARLY)
    chosen: NDArray[np.int64] = np.where(near, inside - sizes, -np.inf).argmax(0)
    return chosen


def describe(
    features: tuple[Sequence[Feature], Sequence[Feature]],
    units: tuple[Flags, Flags],
    untrained: Sequence[tuple[Flags, Flags]],
    others: Iterable[Sequence[Feature]],
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """A row for each unit, and what holds of all of them.

    Args:
        features: of the text to learn from, and of the one kept back.
        units: the network's along these texts; (T, H) and (T', H), true where a unit is up.
        untrained: the same of networks that were never trained.
        others: the features of other texts as long as the one kept back.

    A row has `mean` (of −1 and +1), `flip_rate`, `entropy`, the chosen `feature` with its `kind`, which
    share of the entropy it has `explained`, the `balanced_accuracy` of its rule, `chance` (how often the
    best pair of any unit and feature of another text is as good, at least 1 in as many texts and one),
    `above_untrained` (the share of untrained units whose feature explains less), and a `sentence`, or None
    where nothing true enough can be said.
    """
    fit, test = (Told.count(*each) for each in zip(features, units, strict=True))
    scored = Scored.of(features[1], fit, test)
    controls = [
        Scored.of(features[1], *(Told.count(*each) for each in zip(features, control, strict=True)))
        for control in untrained
    ]
    H = units[1].shape[1]
    spoken = scored.spoken(features[1])
    both = np.hstack([units[1], untrained[0][1]])  # (T', 2H)
    own = Told.count(features[1], both).information()
    drawn = np.array([Told.count(each, both).information() for each in others])  # (O, F, 2H)
    most = drawn[:, :, :H].max(axis=(1, 2))  # (O,)
    sayable = 1 / (1 + len(most)) <= CHANCE  # with few other texts chance can't be ruled out
    never = np.sort(np.concatenate([control.best for control in controls]))
    flips = (units[1][1:] != units[1][:-1]).mean(0)
    rows = []
    for unit, chosen in enumerate(scored.feature.tolist()):
        feature = features[1][chosen]
        chance = float((1 + (most >= own[chosen, unit]).sum()) / (1 + len(most)))
        rows.append(
            {
                "unit": unit,
                "mean": 2 * float(test.mean[unit]) - 1,
                "flip_rate": float(flips[unit]),
                "entropy": float(entropy(test.mean[unit])),
                "feature": feature.name,
                "kind": feature.kind,
                "explained": float(scored.best[unit]),
                "balanced_accuracy": float(scored.balanced[unit]),
                "chance": chance,
                "above_untrained": float(np.searchsorted(never, scored.best[unit]) / len(never)),
                "sentence": spoken.get(unit) if chance <= CHANCE else None,
            }
        )
    lots = [row for row, feature in enumerate(features[1]) if feature.kind == "lot"]
    real = [row for row, feature in enumerate(features[1]) if feature.kind != "lot"]
    facts = {
        "features": len(real),
        "above_chance": {
            name: float((own[real, half] > drawn[:, real, half].max(axis=(0, 1, 2))).mean())
            for name, half in (("trained", slice(H)), ("untrained", slice(H, None)))
        },
        "most_by_chance": float(most.max()),
        "trained": _facts(scored, lots, len(spoken) if sayable else 0),
        "untrained": [
            _facts(control, lots, len(control.spoken(features[1])) if sayable else 0) for control in controls
        ],
    }
    return rows, facts


def describe_values(
    features: tuple[Sequence[Feature], Sequence[Feature]],
    values: tuple[Values, Values],
    untrained: Iterable[tuple[Values, Values]],
) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The same for units whose values are numbers: by their values, not their signs.

    Arguments as for `describe`, (T, H) and (T', H) each. A row has the `value_feature` that tells the value
    best, which share of its variance it explains (`value_explained`) in the text kept back, and the share of
    untrained units whose feature explains less (`value_above_untrained`).
    """
    chosen, best = _by_value(features, values)
    controls = [_by_value(features, control)[1] for control in untrained]
    never = np.sort(np.concatenate(controls))
    rows = [
        {
            "value_feature": features[1][feature].name,
            "value_explained": float(share),
            "value_above_untrained": float(np.searchsorted(never, share) / len(never)),
        }
        for feature, share in zip(chosen.tolist(), best, strict=True)
    ]
    trained, *others = (np.sort(each)[::-1].tolist() for each in (best, *controls))
    return rows, {"trained": trained, "untrained": others}


def _by_value(
    features: tuple[Sequence[Feature], Sequence[Feature]], values: tuple[Values, Values]
) -> tuple[NDArray[np.int64], Floats]:
    """The feature that tells each unit's value best, and the share of the variance.  # (H,), (H,)"""
    mean = values[0].mean(0, dtype=np.float64).astype(np.float32)
    apart = [each - mean for each in values]
    fit, test = (Told.count(*each) for each in zip(features, apart, strict=True))
    squares = [np.square(each, dtype=np.float64).sum(0) for each in apart]
    inside = fit.explained_variance(fit, squares[0])
    chosen = _plainest(features[1], inside)
    explained: Floats = fit.explained_variance(test, squares[1])[chosen, np.arange(len(chosen))]
    return chosen, explained


def _facts(scored: Scored, lots: list[int], true: int) -> dict[str, Any]:
    """What holds of a network's units, of which so many have a true sentence."""
    return {
        "explained": [float(share) for share in np.sort(scored.best)[::-1]],
        "by_lot": float(scored.explained[lots].max(0).mean()),  # the control tasks
        "true": true,
    }


def sentence(feature: Feature, told: Told, row: int, unit: int) -> tuple[str, Flags]:
    """The rule of a unit in plain words: where it is up, or except where, whichever is shorter.

    `row` is the feature's among those that `told` counts. Rare values are left out. Beside the words, at
    which of the feature's values they say that the unit is up.
    """
    values = slice(told.starts[row], told.starts[row] + len(feature.labels))
    seen, up = told.seen[values], told.up[values, unit]
    high = up > seen * told.mean[unit]
    if len(feature.labels) == 2:
        return f"{'Up' if high[1] else 'Down'} {feature.phrase}.", high
    common = np.flatnonzero(seen >= RARE * seen.sum())
    ups, downs = ([int(v) for v in common if high[v] == which] for which in (True, False))
    if feature.name.endswith(("character", "back", "initial")):  # characters, the frequent first
        ups, downs = (sorted(each, key=lambda v: -seen[v]) for each in (ups, downs))
    fewer = ups if len(ups) <= len(downs) else downs
    named = feature.phrase.format(listed([feature.labels[v] for v in fewer]))
    at_these = np.isin(np.arange(len(feature.labels)), fewer)
    return (f"Up {named}.", at_these) if fewer is ups else (f"Up, except {named}.", ~at_these)


def listed(names: Sequence[str]) -> str:
    """Names one after the other: `t a n or a space`."""
    *most, end = names or ["nothing"]
    return f"{' '.join(most)} or {end}" if most else end
