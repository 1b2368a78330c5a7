"""Runs of the workflow through a cluster's profile, as a user starts and stops them."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from cluster.daemons import wait_until
from workflow import small

# Still smaller: on a cluster each job costs seconds of Snakemake's own.
SETTINGS = small.SETTINGS.replace("  insertion:\n", "").replace(
    '  plum: {colours: ["#FFDF40", "#402040"]}\n', ""
)

# What the small clusters need beyond the profiles: SLURM's sacct has no database, and we are in a hurry.
SLURM = (
    "--workflow-profile=profiles/slurm",
    "--slurm-status-command=squeue",
    "--slurm-init-seconds-before-status-checks=8",
    "--seconds-between-status-checks=1",
    "--set-threads=train=1",
)
GRID_ENGINE = (
    "--workflow-profile=profiles/sge",
    "--seconds-between-status-checks=1",
    "--set-threads=train=1",
)
# Checkpoints many times a second, so that there is one soon after a training began.
OFTEN = ("--device {params.device:q}", "--device {params.device:q} --checkpoint-seconds 0.2")


def copy(folder: Path, to: Path, settings: str) -> Path:
    """A copy of a project with other settings, whose trainings leave checkpoints often."""
    shutil.copytree(folder, to)
    (to / "config.yaml").write_text(settings)
    rules = (to / "rules/model.smk").read_text()
    assert rules.count(OFTEN[0]) == 1
    (to / "rules/model.smk").write_text(rules.replace(*OFTEN))
    return to


def copy_without_results(folder: Path, to: Path) -> Path:
    """A copy of a project as it was before its first run, but with what Numba compiled."""
    return shutil.copytree(folder, to, ignore=shutil.ignore_patterns("results", ".snakemake"))


started: list["subprocess.Popen[str]"] = []  # whatever of these is left when a test ends is killed


def start(
    folder: Path,
    *arguments: str,
    options: Sequence[str] = SLURM,
    environment: Mapping[str, str] | None = None,
) -> "subprocess.Popen[str]":
    """Start Snakemake in a terminal of its own, so to speak; its messages go to one pipe."""
    run = subprocess.Popen(
        [sys.executable, "-m", "snakemake", *options, *arguments],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})},
        start_new_session=True,
        preexec_fn=_heed_interrupts,
    )
    started.append(run)
    return run


def kill_what_is_left() -> None:
    """End the runs that a failed test left behind."""
    while started:
        run = started.pop()
        if run.poll() is None:
            os.killpg(run.pid, signal.SIGKILL)
            run.communicate()


def finish(run: "subprocess.Popen[str]") -> str:
    """Wait for its end; what it said."""
    try:
        said, _ = run.communicate(timeout=300)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        raise
    return said


def interrupt(run: "subprocess.Popen[str]") -> None:
    """Ctrl-C: the whole foreground job gets SIGINT."""
    os.killpg(run.pid, signal.SIGINT)


def wait_for_checkpoint(folder: Path, *models: str) -> str:
    """Wait until one of the trainings is under way, and say which."""

    def under_way() -> list[str]:
        checkpoints = folder.glob("results/models/*/checkpoints/*.checkpoint")
        return sorted({path.parent.parent.name for path in checkpoints} & set(models))

    return wait_until(under_way, f"a checkpoint of {' or '.join(models)}", 120)[0]


def training_process(folder: Path, model: str) -> int:
    """The process that trains a model."""
    weights = f"results/models/{model}/weights.safetensors".encode()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes().split(b"\0")
            here = (process / "cwd").resolve() == folder.resolve()
        except OSError:
            continue  # it ended while we looked
        if here and words[1:2] and words[1].endswith(b"/train.py") and weights in words:
            return int(process.name)
    raise AssertionError(f"nothing trains {model}")


def log_of(folder: Path, model: str) -> str:
    """A training's log so far; empty before it begins."""
    path = folder / f"results/logs/train/{model}.log"
    return path.read_text() if path.exists() else ""


def weights_of(folder: Path, model: str) -> bytes:
    return (folder / f"results/models/{model}/weights.safetensors").read_bytes()


def _heed_interrupts() -> None:
    """A test run in the background ignores Ctrl-C, and so would its children."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
