"""Snakemake's records of what each file was made from, kept so that they tell the truth after anything.

Of each file that a job made, Snakemake keeps a record: the job's parameters (our settings and code) and its
inputs' hashes; and while the job runs, a marker. Both are files in `.snakemake`, named alike. By the records
it knows what must be made anew. Three things it doesn't know from them, as of version 9.27:

- That a job failed: it is recorded like one that ended well. If a job was killed, the record of its last run
  stays. Either way its files are gone, but what was once made from them counts as up to date.
- Anything, without `.snakemake`: then it takes the results as they are.
- That an input is another file now, unless this is newer than what was made from it.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from phonecase.files import write_text

UNFINISHED = "its last run did not end well"
KINDS = ("metadata", "incomplete")  # the folders of the records and of the markers
LATE = 1_000_000_000  # ns from a file's own date to its arrival, from which on the latter counts


def keep_beside(results: Path, snakemake: Path) -> None:
    """Have Snakemake keep its records and markers in `results/records`, by links from its own folder.

    They go where the results go, and stay when `.snakemake` is removed. What it kept there before is moved.
    """
    for kind in KINDS:
        link, folder = snakemake / kind, results / "records" / kind
        if link.is_symlink() and link.is_dir():
            continue
        folder.mkdir(parents=True, exist_ok=True)
        snakemake.mkdir(exist_ok=True)
        if link.is_dir() and not link.is_symlink():
            _move(link, folder)
        link.unlink(missing_ok=True)
        link.symlink_to(os.path.relpath(folder.resolve(), snakemake.resolve()))  # either may be a link itself


def let_go(snakemake: Path) -> None:
    """Remove the links to records that are gone with the results: Snakemake makes no folder where one is."""
    for link in (snakemake / kind for kind in KINDS):
        if link.is_symlink() and not link.exists():
            link.unlink()


def _move(source: Path, target: Path) -> None:
    """Move all files of a folder into another, onto those with the same names, and remove it."""
    for folder, _, names in os.walk(source, topdown=False):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True, exist_ok=True)
        for name in names:
            (Path(folder) / name).replace(there / name)
        Path(folder).rmdir()


def doubt_unfinished(snakemake: Path) -> None:
    """Have no job count as done whose last run left its marker: its record gets parameters that no rule has.

    So whatever is asked for, it runs again, and what follows from it, also where its files are gone.
    """
    for marker in snakemake.joinpath("incomplete").rglob("*"):
        path = snakemake / "metadata" / marker.relative_to(snakemake / "incomplete")
        with suppress(OSError, ValueError, LookupError, TypeError):  # a folder, a new file, a torn record
            record = json.loads(path.read_text(encoding="utf-8"))
            if record["params"] != [UNFINISHED] and marker.exists():
                write_text(path, json.dumps(record | {"params": [UNFINISHED]}))


def date_by_arrival(folders: Iterable[Path], records: Path) -> None:
    """Give files that came with an older date (by `mv`, `cp -p`, `touch -d`, a tar) that of their arrival.

    Then, and only then, Snakemake compares their content with what it recorded. Where it recorded nothing it
    would go by the dates, so that these stay as they are.
    """
    if not any(records.glob("*")):
        return
    for top in folders:
        for folder, _, names in os.walk(top):
            for name in names:
                with suppress(OSError):  # gone meanwhile, or somebody else's
                    path = Path(folder, name)
                    found = path.stat()
                    if found.st_ctime_ns - found.st_mtime_ns > LATE:
                        os.utime(path)
