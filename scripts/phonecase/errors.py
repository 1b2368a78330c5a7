"""The errors that are the user's to mend, and how to suggest the nearest right name."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in the settings or a file that the user can mend; its text is all that they need.

    The text names the key or file, what is wrong and what would be right. Scripts print it on one
    line, without a traceback, and exit with status 1.
    """


def suggestion(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the nearest of the known names, or nothing when none is near."""
    lowered = {word.lower(): word for word in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1)
    return f"; did you mean '{lowered[near[0]]}'?" if near else ""
