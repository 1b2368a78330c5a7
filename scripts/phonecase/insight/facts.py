"""Findings as files: JSON that is the same, byte for byte, for the same findings."""

import json
from pathlib import Path
from typing import Any

from phonecase.files import write_text


def write_facts(path: Path, facts: dict[str, Any]) -> None:
    """Write findings as JSON, to six digits; the same findings, the same bytes."""
    write_text(path, json.dumps(_rounded(facts), sort_keys=True, ensure_ascii=False) + "\n")


def _rounded(value: Any) -> Any:
    match value:
        case dict():
            return {key: _rounded(each) for key, each in value.items()}
        case list() | tuple():
            return [_rounded(each) for each in value]
        case float():
            return round(value, 6)
    return value
