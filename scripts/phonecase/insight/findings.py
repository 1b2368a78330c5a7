"""What was measured of one network, and what it says in a sentence."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from phonecase.files import read_json
from phonecase.insight.worth import LADDERS, NOTHING, first, reach
from phonecase.tables import read_made

Number = TypeVar("Number", int, float)

READABLE = 0.05  # by how much a read-out must beat a guess
UNITS = (
    "unit",
    "mean",
    "flip_rate",
    "feature",
    "explained",
    "balanced_accuracy",
    "above_untrained",
    "sentence",
)
ROWS = ("order", "row", "unit", "negated")
COSTS = ("unit", "cost", "error", "cost_in_all", "characters")


@dataclass(frozen=True, eq=False)
class Findings:
    """What was measured of a network."""

    model: str
    ngrams: dict[str, Any]
    reach: dict[str, Any]
    units: list[dict[str, Any]]
    """a row for each, with what it is told by and what it costs"""
    told: dict[str, Any]
    flips: dict[str, Any]
    redundancy: dict[str, Any]
    neighbours: list[dict[str, Any]]
    """a row for each order: how near like units are in it"""
    rows: list[dict[str, Any]]
    """of the picture in the most similar order, from the top: which unit each shows"""

    @classmethod
    def load(cls, model: str, folder: Path, ngrams: Path) -> Self:
        """Read what the measurements left in a folder. Raises UserError for anything else."""
        units = read_made(folder / "units.parquet", "describe_units.py", UNITS).to_pylist()
        costs = read_made(folder / "flips.parquet", "flip_bits.py", COSTS).to_pylist()
        rows = read_made(folder / "rows.parquet", "measure_neighbours.py", ROWS).to_pylist()
        return cls(
            model,
            read_json(ngrams, "count_ngrams.py", *LADDERS),
            read_json(folder / "reach.json", "measure_reach.py", "fresh", "other", "erased")
            | read_json(
                folder / "reach_controls.json", "control_reach.py", "read_out", "guessed", "untrained"
            ),
            [told | cost for told, cost in zip(units, costs, strict=True)],
            read_json(folder / "units.json", "describe_units.py", "trained", "untrained", "last"),
            read_json(folder / "flips.json", "flip_bits.py", "cost", "alive", "least", "lot"),
            read_json(folder / "redundancy.json", "measure_redundancy.py", "trained", "untrained"),
            read_json(folder / "neighbours.json", "measure_neighbours.py", "orders")["orders"],
            [row for row in rows if row["order"] == rows[0]["order"]],
        )

    # ---- in sentences

    def reach_title(self) -> str:
        """How many characters are worth as much as all."""
        k = reach(self.reach["fresh"])
        if k == math.inf:
            return f"More than {len(self.reach['fresh'])} characters of the past pay"
        many = characters(int(k))
        return f"{many} of the past pay: with no more, a fresh start costs less than {NOTHING} bits"

    def worth(self) -> str:
        """Between which n-grams the network stands."""
        bits = self.reach["bits"]
        parts = [f"With all of its past the network pays {bits:.3f} bits per character."]
        for key, name in LADDERS.items():
            ladder = self.ngrams[key]
            best = min(range(len(ladder)), key=ladder.__getitem__)
            k = first(each <= bits for each in ladder)
            said = f"{name} counts of {characters(k or 0)} are enough for that"
            if k is None:
                said = f"No {name} counts get there"
            parts.append(f"{said}; at best they pay {ladder[best]:.3f}, with {characters(best)}.")
        return " ".join(parts)

    def pasts_title(self) -> str:
        """When two pasts are one."""
        own, never = (half(each["agreed"]) for each in (self.reach, self.mean_untrained))
        end = len(self.reach["agreed"]) - 1
        later = f"untrained, not within {end}" if never == math.inf else f"untrained, after {never:.0f}"
        if own < math.inf:
            return f"Half the time, two pasts are one picture after {characters(int(own))} ({later})"
        share = self.reach["differing"][-1]
        return f"After {characters(end)}, two pasts still differ in {share:.0%} of the units"

    def erasers_title(self) -> str:
        """What erases most and least."""
        erased = self.reach["erased"]
        if not erased:
            return "Nothing was met often enough to say what erases"
        most, least = max(erased, key=erased.__getitem__), min(erased, key=erased.__getitem__)
        other = f"takes away {erased[least]:.0%}" if erased[least] >= 0 else f"adds {-erased[least]:.0%}"
        taken = f"{called(most)} takes away {erased[most]:.0%} of what two pasts differ in"
        return f"{taken[0].upper()}{taken[1:]}, {called(least)} {other}"

    def back_title(self) -> str:
        """How far back characters can be read."""
        right = self.reach["read_out"]
        k = first(each < self.guess(k) + READABLE for k, each in enumerate(right) if k)
        if k == 0:
            return "No character but the last can be read back out of the state"
        back = f"{characters(k) if k else f'more than {len(right) - 1} characters'}"
        return f"Behind the last character, {back} can be read back better than guessed"

    def learned_title(self) -> str:
        """What training adds to what tells the units."""
        own, *never = (last[-1] for last in self.told["last"])
        return (
            f"The last {len(self.told['last'][0])} characters tell {own:.0%} of a unit; "
            f"of one that was never trained, {sum(never) / len(never):.0%}"
        )

    def flips_title(self) -> str:
        """What a flip costs and how long it lives."""
        alive = self.flips["alive"]
        k = min(10, len(alive) - 1)
        costs = [row["cost"] for row in self.units]
        return (
            f"A flipped bit costs {sum(costs) / len(costs):.3f} bits at the next character "
            f"({min(costs):.3f} to {max(costs):.3f}); {alive[k]:.0%} of flips live {k} characters"
        )

    def frozen_title(self) -> str:
        """What can be done without."""
        said = [
            f"{size} for {cost:.2f}"
            for size, (cost, _) in zip(self.flips["sizes"], self.flips["least"], strict=True)
        ]
        return f"Bits that can be had back, and for how many bits per character: {', '.join(said)}"

    # ---- figures

    @property
    def mean_untrained(self) -> dict[str, list[float]]:
        """The untrained networks' curves, each the mean over the networks."""
        never = self.reach["untrained"]
        keys = ("differing", "agreed", "read_out")
        return {
            key: [mean(column) for column in zip(*(each[key] for each in never), strict=True)] for key in keys
        }

    def guess(self, back: int) -> float:
        """How often the character so far back is guessed from those after it; the last is not guessed."""
        guessed = self.reach["guessed"]
        return float(guessed[min(back, len(guessed)) - 1])

    def erased_untrained(self, character: str) -> float | None:
        """The mean share that a character erases in the untrained networks, if it is known of all."""
        shares = [each["erased"].get(character) for each in self.reach["untrained"]]
        return None if None in shares else mean(shares)


def characters(many: int) -> str:
    """`1 character`, `2 characters`."""
    return f"{many} character{'s' * (many != 1)}"


def called(character: str) -> str:
    """A character's name in a sentence."""
    names = {" ": "a space", "\n": "a line break", ",": "a comma", ".": "a full stop", ":": "a colon"}
    return names.get(character, f"'{character}'" if not character.isalpha() else f"the letter {character}")


def half(agreed: Sequence[float]) -> float:
    """After how many characters two pasts agree half the time; infinite where they don't."""
    found = first(share >= 0.5 for share in agreed)
    return math.inf if found is None else found


def mean(values: Sequence[float]) -> float:
    """The mean of some numbers."""
    return float(sum(values) / len(values))


def extremes(values: Iterable[Number], form: Callable[[Number], str]) -> str:
    """The least and the most of some numbers, or one if they read alike; nothing of none."""
    known = sorted(values)
    return " to ".join(dict.fromkeys(form(each) for each in (known[0], known[-1]))) if known else ""
