"""What the pages share: colours and type, and a policy that lets in nothing but what is known by its hash."""

import base64
import hashlib
from pathlib import Path

STYLE = Path(__file__).with_suffix(".css")


def sheet(style: Path) -> str:
    """A page's style sheet: what all share, and its own."""
    return STYLE.read_text(encoding="utf-8") + style.read_text(encoding="utf-8")


def digest(text: str) -> str:
    """A style or a program in the words of a Content-Security-Policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
