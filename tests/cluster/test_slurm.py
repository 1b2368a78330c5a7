"""The workflow on a real SLURM of one node with two GPUs of cardboard, through the profile for users."""

import os
import signal
import subprocess
from pathlib import Path
from typing import NamedTuple

import pytest

from cluster.daemons import wait_until
from cluster.runs import (
    SETTINGS,
    copy,
    copy_without_results,
    finish,
    interrupt,
    log_of,
    start,
    training_process,
    wait_for_checkpoint,
    weights_of,
)
from cluster.slurm import GPUS, Cluster, Job, Task
from workflow.small import contents

pytestmark = pytest.mark.slow

# Long enough to be met under way. Models of the same recipe end with the same weights.
LONG = "{hidden_size: 8, feed_forward_layers: 0, steps: 2000, validate_every: 2000, batch_size: 2, window: 9}"

# Less than Snakemake itself takes on a node.
MEMORY = (
    "mem_mb: 4000 * attempt",
    "mem_mb: 100 if wildcards.model == 'hungry' and attempt == 1 else 4000 * attempt",
)


def with_models(*names: str, recipe: str = LONG) -> str:
    """The small project's settings with these models in place of its own."""
    before, rest = SETTINGS.split("model: tiny\n")
    _, after = rest.split("passages:")
    models = "".join(f"  {name}: {recipe}\n" for name in names)
    return f"{before}model: [{', '.join(names)}]\nmodels:\n{models}passages:{after}"


def test_a_run_on_the_cluster_gives_the_same_bytes_in_two_jobs(
    slurm: Cluster, local: Path, tmp_path: Path
) -> None:
    folder = copy_without_results(local, tmp_path / "phonecase")
    before = len(slurm.jobs())
    run = start(folder)
    said = finish(run)
    assert run.returncode == 0, said
    assert contents(folder) == contents(local)
    assert len(slurm.jobs()) - before == 2, "one to train, one for all the orders and pictures"


def test_a_folder_may_have_a_name_that_shells_and_snakemake_read(
    slurm: Cluster, local: Path, tmp_path: Path
) -> None:
    """Without `$`, which the plugin's `sbatch --wrap` fills in, and `%`, which SLURM does."""
    folder = copy_without_results(local, tmp_path / "a b'c;e&f|g(h)[i]{j}!ö…")
    run = start(folder)
    said = finish(run)
    assert run.returncode == 0, said
    assert contents(folder) == contents(local)


class SideBySide(NamedTuple):
    """Trainings of one recipe, of which all but one met with an accident."""

    folder: Path
    tasks: list[Task]
    jobs: list[Job]
    accidents: dict[str, str]
    said: str

    def jobs_of(self, model: str) -> list[Job]:
        return [job for job in self.jobs if job.comment.endswith(model)]


@pytest.fixture(scope="module")
def side_by_side(slurm: Cluster, local: Path, tmp_path_factory: pytest.TempPathFactory) -> SideBySide:
    """`late` comes to its time limit, `killed` loses its process, `preempted` is sent back to the queue.

    `hungry` asks for too little memory at first.
    """
    settings = with_models("late", "killed", "preempted", "hungry", "undisturbed")
    folder = copy(local, tmp_path_factory.mktemp("side_by_side") / "phonecase", settings)
    tasks, jobs = len(slurm.tasks()), len(slurm.jobs())
    profile = folder / "profiles/slurm/profile.yaml"
    text = profile.read_text()
    assert text.count(MEMORY[0]) == 1
    profile.write_text(text.replace(*MEMORY))
    run = start(folder, "--until", "train")
    accidents: dict[str, str] = {}
    for _ in range(3):  # in the order in which SLURM starts them
        model = wait_for_checkpoint(folder, *({"late", "killed", "preempted"} - accidents.keys()))
        (job,) = (number for number, rule in slurm.waiting_and_running().items() if rule.endswith(model))
        if model == "late":  # it sleeps through the minute that is the shortest limit; SLURM wakes it
            os.kill(training_process(folder, model), signal.SIGSTOP)
            subprocess.run(["scontrol", "update", f"JobId={job}", "TimeLimit=1"], check=True)
        elif model == "killed":
            os.kill(training_process(folder, model), signal.SIGKILL)
        else:
            subprocess.run(["scontrol", "requeue", job], check=True)
        accidents[model] = log_of(folder, model)
    said = finish(run)
    assert run.returncode == 0, said
    return SideBySide(folder, slurm.tasks()[tasks:], slurm.jobs()[jobs:], accidents, said)


def test_no_gpu_is_ever_given_to_two_jobs_and_two_jobs_do_run_at_once(side_by_side: SideBySide) -> None:
    holder: dict[str, str] = {}
    most = 0
    for event, job, gpu in side_by_side.tasks:
        if event == "begins":
            assert holder.setdefault(gpu, job) == job, f"GPU {gpu} has job {holder[gpu]} already"
        else:
            holder.pop(gpu, None)
        most = max(most, len(holder))
    assert {gpu for _, _, gpu in side_by_side.tasks} == {str(number) for number in range(GPUS)}
    assert most == GPUS


@pytest.mark.parametrize("model", ["late", "killed", "preempted"])
def test_a_training_that_met_with_an_accident_goes_on_and_ends_the_same(
    side_by_side: SideBySide, model: str
) -> None:
    assert "going on after step" not in side_by_side.accidents[model]
    assert "going on after step" in log_of(side_by_side.folder, model)
    assert weights_of(side_by_side.folder, model) == weights_of(side_by_side.folder, "undisturbed")


def test_at_the_time_limit_a_training_keeps_what_it_did(side_by_side: SideBySide) -> None:
    """It hears SIGTERM before SIGKILL, keeps that step, and says so on the user's screen."""
    assert [job.state for job in side_by_side.jobs_of("late")] == ["TIMEOUT", "COMPLETED"]
    assert "stopped by SIGTERM after step" in side_by_side.said


@pytest.mark.parametrize(
    ("model", "memory"),
    [
        ("undisturbed", ["4000M"]),
        ("preempted", ["4000M"]),  # SLURM itself starts it again
        ("killed", ["4000M", "8000M"]),
        ("late", ["4000M", "8000M"]),
        ("hungry", ["100M", "8000M"]),
    ],
)
def test_what_failed_is_submitted_again_with_more_memory(
    side_by_side: SideBySide, model: str, memory: list[str]
) -> None:
    assert [job.memory for job in side_by_side.jobs_of(model)] == memory


def test_a_failing_job_says_why_on_the_users_screen(slurm: Cluster, local: Path, tmp_path: Path) -> None:
    settings = with_models("hasty", recipe=LONG.replace("2000", "20").replace("{", "{learning_rate: 1.0, "))
    folder = copy(local, tmp_path / "phonecase", settings)
    run = start(folder, "--retries=0")
    said = finish(run)
    assert run.returncode == 1
    assert "train.py: error: training diverged at step 20" in said
    assert not slurm.waiting_and_running()


def test_after_ctrl_c_and_scancel_the_next_run_finishes_the_training(
    slurm: Cluster, local: Path, tmp_path: Path
) -> None:
    folder = copy(local, tmp_path / "phonecase", with_models("stopped", recipe=LONG.replace("2000", "8000")))

    run = start(folder, "--until", "train")
    wait_for_checkpoint(folder, "stopped")
    interrupt(run)
    finish(run)
    assert run.returncode != 0
    wait_until(lambda: not slurm.waiting_and_running(), "an empty queue", 60)

    run = start(folder, "--until", "train", "--retries=0")
    wait_until(lambda: "going on after step" in log_of(folder, "stopped"), "the training's going on", 120)
    subprocess.run(["scancel", *slurm.waiting_and_running()], check=True)
    finish(run)
    assert run.returncode != 0

    run = start(folder, "--until", "train")
    said = finish(run)
    assert run.returncode == 0, said
    assert "going on after step" in log_of(folder, "stopped")
