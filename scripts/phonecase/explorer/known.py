"""What `snakemake insight` found out about a network's units, in its page."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phonecase.errors import UserError
from phonecase.files import sha256_of
from phonecase.pages import in_script
from phonecase.tables import read_made

DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)


def sentences(units: Path, flips: Path, weights: Path) -> dict[int, str]:
    """About each unit a sentence that is true, or else how far the best one is from it, and what it is worth.

    None where they were found out about other weights. Raises `UserError` for what describe_units.py and
    flip_bits.py don't write.
    """
    told = read_made(units, "describe_units.py", ("unit", "sentence", "feature", "balanced_accuracy"))
    flipped = read_made(flips, "flip_bits.py", ("unit", "cost"))
    of = sha256_of(weights).encode()
    if any((table.schema.metadata or {}).get(b"weights_sha256") != of for table in (told, flipped)):
        return {}
    costs = dict(zip(*(flipped[name].to_pylist() for name in ("unit", "cost")), strict=True))
    least = sorted(costs.values())
    return {
        row["unit"]: f"{_told(row)} Turned, it costs {cost:.3f} bits at the next character, more than "
        f"{least.index(cost)} of the others do."
        for row in told.to_pylist()
        for cost in [costs[row["unit"]]]
    }


def _told(unit: Mapping[str, Any]) -> str:
    """What tells a unit."""
    return unit["sentence"] or (
        f"What tells it best is the {unit['feature']}, and that in {unit['balanced_accuracy']:.0%} of the "
        "cases; chance does in 50%."
    )


def with_sentences(html: str, known: Mapping[int, str]) -> str:
    """The page of a model with these sentences about its units. Raises `UserError` for another file."""
    if not (found := DATA.search(html)):
        raise UserError("not the page of a model; remove it, and explore.py makes it anew")
    data = json.loads(found[2]) | {"units_known": known}
    return f"{html[: found.start(2)]}{in_script(data)}{html[found.end(2) :]}"
