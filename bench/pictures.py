"""How long the way to the pictures takes, once a network is trained: whole runs of Snakemake, start-up included.

In copies of the workflow with a finished default run each, turn by turn:

    nothing to do       the same command again
    a changed colour    one of a style's two colours is another
    all but training    the text and its alphabet, from nothing; then all that follows a trained network

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

from phonecase.files import write_text

ROOT = Path(__file__).parents[1]
PARTS = ("Snakefile", "config.yaml", "docs", "envs", "profiles", "rules", "scripts")
TEXT = [f"results/corpus/{name}" for name in ("train.txt", "validation.txt", "vocab.json")]
FOLLOWS = ("states", "orders", "compare", "art")  # a trained network
STEPS = ("nothing to do", "a changed colour", "all but training")


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
        self.folder = folder
        python = root.resolve() / ".venv/bin/python"
        self.python = str(python if python.exists() else sys.executable)
        self.seconds: dict[str, list[float]] = {step: [] for step in STEPS}
        folder.mkdir()
        for part in PARTS:
            copy = shutil.copytree if (root / part).is_dir() else shutil.copy
            copy(root / part, folder / part)
        if config:
            shutil.copy(config, folder / "config.yaml")
        self.settings = (folder / "config.yaml").read_text(encoding="utf-8")
        self.colour = list(yaml.safe_load(self.settings)["styles"].values())[-1]["colours"][0]
        print(f"{self.name}: the whole run, training included: {self.run()[0]:.1f} s", file=sys.stderr)

    def turn(self) -> None:
        """Take each step once."""
        self.note("nothing to do", *self.run())
        other = self.settings.replace(self.colour, f"#{len(self.seconds['a changed colour']) + 0x123450:06X}")
        (self.folder / "config.yaml").write_text(other, encoding="utf-8")
        self.note("a changed colour", *self.run())
        (self.folder / "config.yaml").write_text(self.settings, encoding="utf-8")
        self.run()
        elsewhere = self.folder / "from-nothing"
        text, jobs = self.run("--directory", str(elsewhere), "--configfile", "config.yaml", *TEXT)
        shutil.rmtree(elsewhere)
        for name in FOLLOWS:
            shutil.rmtree(self.folder / "results" / name)
        shutil.rmtree(self.folder / ".snakemake/phonecase", ignore_errors=True)
        (self.folder / "results/models").joinpath("swift", "learning_curve.png").unlink(missing_ok=True)
        rest, more = self.run()
        self.note("all but training", text + rest, jobs + more)

    def note(self, step: str, seconds: float, jobs: int) -> None:
        self.seconds[step].append(seconds)
        self.jobs = getattr(self, "jobs", {}) | {step: jobs}

    def run(self, *arguments: str) -> tuple[float, int]:
        """Call Snakemake as the README does: the seconds, and how many jobs there were."""
        command = [self.python, "-m", "snakemake", "--cores", "4", "--resources", "gpu=1", *arguments]
        start = time.perf_counter()
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
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
