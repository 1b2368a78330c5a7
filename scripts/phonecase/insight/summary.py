"""What was found out about several networks, models or seeds, side by side: a column for each."""

import math
from collections.abc import Iterator, Sequence

from phonecase.insight.findings import Findings, called, characters, extremes, half, mean
from phonecase.insight.worth import LADDERS, reach, worth

ERASERS = (",", ".", "\n", " ")  # the characters that are shown, where a text has them
BACK = ("the last character", "the one before it", "the one before that")
Figure = tuple[str, str, str]
"""What it is, the network's, and that of networks never trained, where there is one"""


def side_by_side(several: Sequence[Findings]) -> str:
    """The main figures of several networks as Markdown; in brackets those of networks never trained."""
    columns = [{label: (own, never) for label, own, never in summary(found)} for found in several]
    labels = dict.fromkeys(label for column in columns for label in column)
    lines = [
        "# What the bits know, network by network",
        "",
        "In brackets: networks of the same recipe that were never trained. "
        "∞: more than was measured, or than any counts can do.",
        "",
        "| | " + " | ".join(f"`{found.model}`" for found in several) + " |",
        "|:--|" + "--:|" * len(several),
    ]
    for label in labels:
        cells = [column.get(label, ("", "")) for column in columns]
        shown = [f"{own} ({never})" if never else own for own, never in cells]
        lines.append(f"| {label} | " + " | ".join(shown) + " |")
    return "\n".join(lines) + "\n"


def summary(found: Findings) -> list[Figure]:
    """The main figures of a network."""
    return [*_memory(found), *_units(found), *_worth(found)]


def _memory(found: Findings) -> Iterator[Figure]:
    """How well it predicts, how far back, what it forgets."""
    own, never = found.reach, found.reach["untrained"]
    yield "bits per character", f"{own['bits']:.3f}", ""
    for key, name in LADDERS.items():
        many = worth(own["bits"], found.ngrams[key])
        yield f"characters of context with which counts do as well, {name}", _fraction(many), ""
    yield "characters of the past that pay", _whole(reach(own["fresh"])), ""
    yield (
        "characters until two pasts are one picture, half the time",
        _whole(half(own["agreed"])),
        extremes([half(each["agreed"]) for each in never], _whole),
    )
    for character in (each for each in ERASERS if each in own["erased"]):
        theirs = [each["erased"][character] for each in never if character in each["erased"]]
        share = _percent(own["erased"][character])
        yield f"of what they differ in, {called(character)} takes away", share, extremes(theirs, _percent)
    for back, where in enumerate(BACK):
        theirs = [each["read_out"][back] for each in never]
        yield f"{where}, read out right", _percent(own["read_out"][back]), extremes(theirs, _percent)


def _units(found: Findings) -> Iterator[Figure]:
    """What its units are told by."""
    told = found.told
    kinds = [
        ("entropy", told["trained"]["explained"], [each["explained"] for each in told["untrained"]], told)
    ]
    if by_value := told.get("values"):
        kinds.append(("variance, as a number", by_value["trained"], by_value["untrained"], by_value))
    for kind, own, never, whole in kinds:
        theirs = [mean(each) for each in never]
        yield f"of a unit's {kind}, its best feature tells", _percent(mean(own)), extremes(theirs, _percent)
        last, *others = (each[-1] for each in whole["last"])
        label = f"of a unit's {kind}, the last {characters(len(whole['last'][0]))} tell"
        yield label, _percent(last), extremes(others, _percent)
    chance = told["above_chance"]
    yield "pairs of unit and feature above chance", _percent(chance["trained"]), _percent(chance["untrained"])
    sentences = sum(row["sentence"] is not None for row in found.units)
    yield (
        "units with a sentence",
        f"{sentences} of {len(found.units)}",
        extremes([each["true"] for each in told["untrained"]], str),
    )


def _worth(found: Findings) -> Iterator[Figure]:
    """What its units are worth, and what they hold between them."""
    costs, alive = [row["cost"] for row in found.units], found.flips["alive"]
    k = min(10, len(alive) - 1)
    yield "bits for a flip, at the next character", _bits(mean(costs)), ""
    yield "bits for the cheapest and the dearest", extremes(costs, _bits), ""
    yield f"flips that live {characters(k)}", _percent(alive[k]), ""
    for size, (cost, _) in zip(found.flips["sizes"], found.flips["least"], strict=True):
        yield f"bits without the {size} that are needed least", _bits(cost), ""
    own, never = found.redundancy["trained"], found.redundancy["untrained"]
    yield (
        f"different states of {own['states']:,}",
        f"{own['distinct']:,}",
        extremes([each["distinct"] for each in never], "{:,}".format),
    )
    yield (
        "bits that a state holds at most",
        f"{own['tree']:.0f}",
        extremes([each["tree"] for each in never], "{:.0f}".format),
    )


def _bits(cost: float) -> str:
    return f"{cost:.3f}".replace("-", "−")


def _percent(share: float) -> str:
    return f"{share:.0%}".replace("-", "−")


def _fraction(many: float) -> str:
    return "∞" if many == math.inf else f"{many:.1f}"


def _whole(many: float) -> str:
    return "∞" if many == math.inf else f"{many:.0f}"
