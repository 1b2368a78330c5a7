"""Web pages: a template filled in, and data and pictures that are in a page themselves."""

import base64
import json
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined


def filled(template: Path, **values: Any) -> str:
    """A Jinja2 template with these values; all of them are escaped, unless they are `Markup`.

    Raises `jinja2.UndefinedError` for one that the template needs and that isn't given.
    """
    jinja = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return jinja.from_string(template.read_text(encoding="utf-8")).render(values)


def address(png: bytes) -> str:
    """A PNG as an address that is the picture itself."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def in_script(data: Any) -> str:
    """JSON that can stand in a script element, whatever texts are in it."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
