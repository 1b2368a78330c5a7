"""How long the way to the pictures takes, training apart: whole runs of Snakemake, start-up included.

In copies of the workflow with a finished default run each, turn by turn:

    nothing to do       the same command again
    a changed colour    one of a style's two colours is another
    all but training    everything from nothing, but that a copy of the trained network takes training's place

With `--beside FOLDER`, another checkout takes its turns with this one. On a quiet machine, some minutes for
the trainings and ten seconds a turn:

    make bench-pictures
    make bench-pictures ARGS="--beside ../phonecase-before"
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

import instances  # noqa: F401  (first: it finds the library)
from phonecase.files import write_text

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "config.yaml", "docs", "envs", "profiles", "rules", "scripts")
STEPS = ("nothing to do", "a changed colour", "all but training")

IN_PLACE_OF_TRAINING = """
import os, shutil, sys
for option in ("--weights", "--history", "--summary"):
    made = sys.argv[sys.argv.index(option) + 1]
    shutil.copy(os.path.join({trained!r}, made), made)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--beside", type=Path, nargs="*", default=[], help="folders of other checkouts")
    parser.add_argument("--config", type=Path, help="settings for all of them (default: each one's own)")
    parser.add_argument("--turns", type=int, default=5, help="(default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/bench/pictures.md"),
                        help="the Markdown file to write (default: %(default)s)")  # fmt: skip
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        projects = [
            Project(root, Path(folder) / str(number), args.config)
            for number, root in enumerate([ROOT, *args.beside])
        ]
        for _ in range(args.turns):
            for project in projects:
                project.turn()
    lines = [
        f"{args.turns} turns, {os.cpu_count()} cores; seconds, median (min-max)\n",
        "| checkout | jobs | " + " | ".join(STEPS) + " |",
        "|:--|--:|" + "--:|" * len(STEPS),
        *(project.row() for project in projects),
    ]
    write_text(args.out, "\n".join(lines) + "\n")
    print(*lines, sep="\n")


class Project:
    """A copy of a checkout in which the default run is done, with the Python of the checkout's own .venv."""

    def __init__(self, root: Path, folder: Path, config: Path | None) -> None:
        self.name = root.resolve().name
        self.root, self.folder, self.config = root, folder, config
        python = root.resolve() / ".venv/bin/python"
        self.python = str(python if python.exists() else sys.executable)
        self.seconds: dict[str, list[float]] = {step: [] for step in STEPS}
        self.jobs: dict[str, int] = {}
        self.copy_to(folder)
        self.settings = (folder / "config.yaml").read_text(encoding="utf-8")
        self.colour = list(yaml.safe_load(self.settings)["styles"].values())[-1]["colours"][0]
        print(f"{self.name}: the whole run, training included: {self.run(folder)[0]:.1f} s", file=sys.stderr)

    def copy_to(self, folder: Path) -> None:
        """Everything that a fresh checkout has and a run reads; with what numba has compiled, if anything."""
        folder.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (self.root / part).is_dir() else shutil.copy
            copy(self.root / part, folder / part)
        if self.config:
            shutil.copy(self.config, folder / "config.yaml")

    def turn(self) -> None:
        """Take each step once."""
        self.note("nothing to do", *self.run(self.folder))

        changed = self.settings.replace(self.colour, f"#12345{len(self.seconds['a changed colour']) % 10}")
        (self.folder / "config.yaml").write_text(changed, encoding="utf-8")
        self.note("a changed colour", *self.run(self.folder))
        (self.folder / "config.yaml").write_text(self.settings, encoding="utf-8")
        self.run(self.folder)

        with tempfile.TemporaryDirectory() as temporary:
            fresh = Path(temporary) / "fresh"
            shutil.copytree(self.folder, fresh, ignore=shutil.ignore_patterns("results", ".snakemake"))
            (fresh / "scripts/train.py").write_text(IN_PLACE_OF_TRAINING.format(trained=str(self.folder)))
            self.note("all but training", *self.run(fresh))

    def note(self, step: str, seconds: float, jobs: int) -> None:
        """Keep what a step took."""
        self.seconds[step].append(seconds)
        self.jobs[step] = jobs

    def run(self, folder: Path) -> tuple[float, int]:
        """Call Snakemake as the README does: the seconds, and how many jobs there were."""
        command = [self.python, "-m", "snakemake", "--cores", "4", "--resources", "gpu=1"]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if done.returncode:
            sys.exit(done.stderr)
        jobs = re.search(r"^total +(\d+)$", done.stderr, re.MULTILINE)
        return seconds, int(jobs.group(1)) if jobs else 0

    def row(self) -> str:
        """Its line of the table."""
        cells = [
            f"{statistics.median(found):.1f} ({min(found):.1f}-{max(found):.1f})"
            for found in self.seconds.values()
        ]
        jobs = ", ".join(str(self.jobs[step]) for step in STEPS)
        return f"| {self.name} | {jobs} | " + " | ".join(cells) + " |"


if __name__ == "__main__":
    main()
