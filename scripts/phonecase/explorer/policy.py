"""What a page of ours lets in: its own style and programs, known by their hashes, and nothing else."""

import base64
import hashlib


def digest(text: str) -> str:
    """A style or a program in the words of a Content-Security-Policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
