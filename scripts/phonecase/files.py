"""Writing files so that a reader never meets half of one, and reading them so that half of one is told."""

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from phonecase.errors import UserError


class Claim:
    """A job's right to write its outputs, which ends when another run starts the same job.

    A job that outlives the Snakemake that started it (`kill -9`, a login node that is gone) would at its end
    put its outputs over those of a later run. A job's log has a name that no other job has. So who starts a
    job puts a new file there, and may write as long as that is the file that is there: the last one to start
    wins, on whichever node it runs.
    """

    def __init__(self, log: Path) -> None:
        """Put a new, empty log in its place. Raises OSError where that can't be done."""
        self.log = log
        with atomic(log) as temporary:
            self._file = temporary.stat()

    def check(self) -> None:
        """Raises `UserError` when the job is another's now."""
        try:
            if os.path.samestat(self._file, self.log.stat()):
                return
        except FileNotFoundError:
            pass
        raise UserError(f"{self.log} is another run's by now, or gone; so this one stops, and writes nothing")


claims: list[Claim] = []
"""What this process has to hold when it writes a file."""


@contextmanager
def atomic(path: Path) -> Iterator[Path]:
    """A temporary path beside `path`, moved onto it when the block ends well and removed when it fails.

    The temporary name keeps the suffix, since many writers choose the format by it. What a killed process
    left of an earlier attempt at the same file is removed first. An OSError that names no other file names
    `path`. Raises `UserError` when a claim of this process has ended.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    prefix = f".{path.stem}.part-"
    left = re.compile(rf"{re.escape(prefix)}[a-z0-9_]{{8}}{re.escape(path.suffix)}")
    for old in path.parent.iterdir():
        if left.fullmatch(old.name):
            old.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=prefix, suffix=path.suffix)
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        for claim in claims:
            claim.check()
        temporary.chmod(0o666 & ~_umask())
        temporary.replace(path)
    except OSError as error:
        ours = error.filename in (None, name) or str(error.filename2) == name  # copied to
        if error.errno is not None and ours:
            raise OSError(error.errno, os.strerror(error.errno), str(path)) from error
        raise
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write UTF-8 text with line feeds, atomically."""
    with atomic(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, by which others say which file they were made from."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def read_text(path: Path, maker: str, sha256: str | None = None) -> str:
    """UTF-8 text that a script made. Raises `UserError` when it is not there or something else.

    What it should be is known where its SHA-256 is.
    """
    try:
        content = path.read_bytes()
        if sha256 not in (None, hashlib.sha256(content).hexdigest()):
            raise UserError(f"{path}: changed after it was written; remove it, and {maker} makes it anew")
        return content.decode()
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; {maker} makes it") from None
    except UnicodeDecodeError as error:
        raise UserError(
            f"{path}: not UTF-8 text (byte {error.start}); remove it, and {maker} makes it anew"
        ) from None


def read_json(path: Path, maker: str, *keys: str) -> dict[str, Any]:
    """A JSON object that a script made, with these keys. Raises `UserError` for anything else."""
    try:
        content = json.loads(read_text(path, maker))
        if not isinstance(content, dict):
            raise ValueError("no object")
        if missing := [key for key in keys if key not in content]:
            raise ValueError(f"it has no {missing[0]}")
    except (ValueError, RecursionError) as error:
        raise UserError(
            f"{path}: not what {maker} writes ({error}); remove it, and it is made anew"
        ) from None
    return content


def _umask() -> int:
    """The process's file mode mask (which can only be read by setting it)."""
    mask = os.umask(0)
    os.umask(mask)
    return mask
