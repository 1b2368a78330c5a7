"""What `snakemake insight` found out about a network's units, in its page."""

import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path

from phonecase.errors import UserError
from phonecase.pages import in_script
from phonecase.tables import read_made

DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)


def sentences(units: Path, weights: Path) -> dict[int, str]:
    """A sentence about each unit: one that is true, or else how far the best one is from it.

    None where they were found out about other weights. Raises `UserError` for what describe_units.py doesn't
    write.
    """
    table = read_made(units, "describe_units.py", ("unit", "sentence", "feature", "balanced_accuracy"))
    of = (table.schema.metadata or {}).get(b"weights_sha256", b"").decode()
    if of != hashlib.sha256(weights.read_bytes()).hexdigest():
        return {}
    return {
        row["unit"]: row["sentence"]
        or f"What tells it best is the {row['feature']}, and that in {row['balanced_accuracy']:.0%} of the "
        "cases; chance does in 50%."
        for row in table.to_pylist()
    }


def with_sentences(html: str, known: Mapping[int, str]) -> str:
    """The page of a model with these sentences about its units. Raises `UserError` for another file."""
    if not (found := DATA.search(html)):
        raise UserError("not the page of a model; remove it, and explore.py makes it anew")
    data = json.loads(found[2]) | {"units_known": known}
    return f"{html[: found.start(2)]}{in_script(data)}{html[found.end(2) :]}"
