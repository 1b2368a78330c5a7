"""Pictures drawn before, taken again where nothing that they are made from has changed.

One job draws a style's pictures in every order, since starting a process takes longer than drawing. Snakemake
removes all of them before it runs that job again, for the sake of one new order, say. The others are found
here: a folder of files named by a hash of what they were made from and a hash of themselves.
"""

import hashlib
import os
import shutil
from pathlib import Path

from phonecase.files import atomic


class Kept:
    """A folder of files that were made before, each known by its source: a text of all that it depends on.

    Without a folder nothing is kept, and nothing is there.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._used: set[Path] = set()

    def take(self, path: Path, source: str) -> bool:
        """Put the file of that source at `path`; whether there was one.

        A kept file that isn't any more what it was, since somebody edited it, is none.
        """
        for kept in self._folder.glob(f"{_name(source)}-*") if self._folder else ():
            if kept.name == f"{_name(source)}-{_digest(kept)}":
                _link(kept, path)
                self._used.add(kept)
                return True
        return False

    def keep(self, path: Path, source: str) -> None:
        """Keep a file that was made from a source."""
        if self._folder:
            kept = self._folder / f"{_name(source)}-{_digest(path)}"
            _link(path, kept)
            self._used.add(kept)

    def drop_others(self) -> None:
        """Remove what was neither taken nor kept this time."""
        if self._folder:
            for path in set(self._folder.glob("*")) - self._used:
                path.unlink()


def _name(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()[:32]


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:32]


def _link(source: Path, target: Path) -> None:
    """Have a file at another place, too: by a link, which takes no room, or else as a copy."""
    with atomic(target) as temporary:
        temporary.unlink()
        try:
            os.link(source, temporary)
        except OSError:
            shutil.copyfile(source, temporary)
