"""The tables of docs/reruns.md: what must run again after which change, as jobs, too; how each fault ends.

`PYTHONPATH=scripts:tests python -m workflow.matrix` brings the page up to date.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from phonecase.files import write_text
from workflow import planning

TABLE: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("reruns.yaml").read_text(encoding="utf-8"))
FAULTS: dict[str, list[tuple[str, str, list[str]]]] = yaml.safe_load(
    Path(__file__).with_name("faults.yaml").read_text(encoding="utf-8")
)
PAGE = Path(__file__).parents[2] / "docs/reruns.md"
ONWARDS = "→"
GATHERING = ("all", "measures")  # rules that make nothing themselves
OF_THE_FIRST = ("favourite", "figures")  # rules without wildcards that read the first model and passage


class Job(NamedTuple):
    """A job by its rule and its names, each of a kind that is a wildcard; None where it has none."""

    rule: str
    model: str | None = None
    passage: str | None = None
    strategy: str | None = None
    style: str | None = None

    def may_read(self, other: "Job") -> bool:
        """Whether its names are none but those of the other, where both have one."""
        return all(None in pair or pair[0] == pair[1] for pair in zip(self[1:], other[1:], strict=True))


def jobs_of(plan: Iterable[planning.Job]) -> dict[Job, str]:
    """The jobs of a plan that make something, with their reasons."""
    found = {}
    for job in plan:
        if job.rule not in GATHERING:
            names = dict(zip(job.kinds, job.wildcards, strict=True))
            if job.rule in ("experiments", *OF_THE_FIRST):
                names["passage"] = "romans"
            if job.rule in OF_THE_FIRST:
                names["model"] = "tiny"
            found[Job(job.rule, **names)] = job.reason
    return found


def expand(runs: Iterable[str], jobs: Collection[Job]) -> set[Job]:
    """Those of all the `jobs` that a cell of the table means."""
    found: set[Job] = set()
    for words in runs:
        rule, *names = words.removesuffix(ONWARDS).split()
        new = {job for job in jobs if job.rule == rule and set(names) <= set(job[1:])}
        if not new:
            raise ValueError(f"{words!r} means no job")
        while new:
            found |= new
            new = (
                {follower for job in new for follower in _followers(job, jobs)} if ONWARDS in words else set()
            )
            new -= found
    return found


def _followers(job: Job, jobs: Collection[Job]) -> Iterator[Job]:
    readers = TABLE["follows"].get(job.rule, [])
    return (other for other in jobs if other.rule in readers and other.may_read(job))


def current(page: str) -> str:
    """The page with its tables, between `<!-- NAME -->` and `<!-- end -->`, as the files here have them."""
    tables = {"counts": _counts(), "settings": _settings(), "files": _files(), "code": _code()}
    tables |= {name: _faults(name) for name in FAULTS}
    for name, table in tables.items():
        before, opened, rest = page.partition(f"<!-- {name} -->\n")
        _, closed, after = rest.partition("<!-- end -->")
        if not (opened and closed):
            raise ValueError(f"the page has no place for the table of {name}")
        page = before + opened + table + closed + after
    return page


def _counts() -> str:
    keys = {key for key, *_ in TABLE["settings"]}
    programs = sum(len(files) for files, _ in TABLE["code"])
    faults = [tests for rows in FAULTS.values() for *_, tests in rows]
    tests = {test for named in faults for test in named}
    return (
        f"{len(TABLE['settings'])} changes of {len(keys)} keys, {len(TABLE['files'])} files, "
        f"{programs} programs; {len(faults)} faults, by {len(tests)} tests.\n"
    )


def _settings() -> str:
    """Keys one below the other that run the same, for the same reason, share a row."""
    rows: list[tuple[list[str], str, str]] = []
    for key, _, note, runs in TABLE["settings"]:
        cell = _runs(runs)
        if rows and rows[-1][1:] == (note, cell) and not note:
            rows[-1][0].append(key)
        else:
            rows.append(([key], note, cell))
    lines = [
        f"| {', '.join(f'`{key}`' for key in keys)}{note and ': '}{note} | {cell} |"
        for keys, note, cell in rows
    ]
    return "\n".join(["| setting | runs again |", "|:--|:--|", *lines, ""])


def _files() -> str:
    lines = [
        f"| `{file}` | {'a line of ours' if lost is None else _runs(lost)} | {_runs(other)} |"
        for file, lost, other in TABLE["files"]
    ]
    return "\n".join(["| file | lost | another one in its place |", "|:--|:--|:--|", *lines, ""])


def _code() -> str:
    lines = [
        f"| {', '.join(f'`{file}`' for file in files)} | {_runs(runs)} |" for files, runs in TABLE["code"]
    ]
    return "\n".join(["| program in `scripts/` | runs again |", "|:--|:--|", *lines, ""])


def _faults(name: str) -> str:
    first, second = ("file", "checked when it is read") if name == "file" else ("what happens", "how it ends")
    lines = [f"| {what} | {ends} | {', '.join(map(_test, tests))} |" for what, ends, tests in FAULTS[name]]
    return "\n".join([f"| {first} | {second} | tests |", "|:--|:--|:--|", *lines, ""])


def _test(test: str) -> str:
    """A link to a test, by its name in words."""
    file, _, name = test.partition("::")
    return f"[{name.removeprefix('test_').replace('_', ' ')}](../tests/{file})"


def _runs(runs: Iterable[str]) -> str:
    return (
        ", ".join(f"`{words.removesuffix(ONWARDS).strip()}`{' →' * (ONWARDS in words)}" for words in runs)
        or "nothing"
    )


if __name__ == "__main__":
    write_text(PAGE, current(PAGE.read_text(encoding="utf-8")))
