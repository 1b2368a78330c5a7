"""Leases of GPUs that aren't there: names of devices stand in for them."""

import multiprocessing
import os
import signal
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from phonecase.training import devices
from phonecase.training.devices import lease, lease_gpu
from workflow.small import SETTINGS, copy_workflow

NAMES = ["GPU-a", "GPU-b"]
SCRIPTS = Path(devices.__file__).parents[2]

HOLD = """\
import sys
from pathlib import Path
from phonecase.training.devices import lease
with lease(sys.argv[2:], Path(sys.argv[1])) as held:
    print(held, flush=True)
    sys.stdin.read()
"""


def holder(folder: Path, *names: str) -> "subprocess.Popen[str]":
    """Another process that holds one of the devices until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder), *names],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
    )


def answer(process: "subprocess.Popen[str]") -> int:
    assert process.stdout is not None
    return int(process.stdout.readline())


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """One who would wait for a device gives up at once."""

    def give_up(seconds: float) -> None:
        raise TimeoutError

    monkeypatch.setattr("phonecase.training.devices.time.sleep", give_up)


def test_each_takes_the_first_that_is_free(tmp_path: Path) -> None:
    with lease(NAMES, tmp_path) as one:
        with lease(NAMES, tmp_path) as two:
            assert (one, two) == (0, 1)
        with lease(NAMES, tmp_path) as again:
            assert again == 1
    with lease(NAMES, tmp_path) as first:
        assert first == 0


def test_when_all_are_taken_one_waits_and_says_so(
    tmp_path: Path, impatient: None, caplog: pytest.LogCaptureFixture
) -> None:
    with ExitStack() as stack:
        for _ in NAMES:
            stack.enter_context(lease(NAMES, tmp_path))
        with caplog.at_level("INFO"), pytest.raises(TimeoutError):
            stack.enter_context(lease(NAMES, tmp_path))
    assert caplog.messages == ["all 2 GPUs are taken by other trainings; waiting for one"]
    with lease(NAMES, tmp_path) as held:
        assert held == 0


def test_a_failure_frees_the_device(tmp_path: Path, impatient: None) -> None:
    with pytest.raises(RuntimeError), lease(NAMES[:1], tmp_path):
        raise RuntimeError
    with lease(NAMES[:1], tmp_path) as held:
        assert held == 0


def test_a_killed_process_frees_its_device(tmp_path: Path, impatient: None) -> None:
    process = holder(tmp_path, *NAMES)
    assert answer(process) == 0
    with lease(NAMES, tmp_path) as beside:
        assert beside == 1
    process.send_signal(signal.SIGKILL)
    process.wait()
    with lease(NAMES[:1], tmp_path) as held:
        assert held == 0


def _take_a_turn(folder: Path) -> None:
    """Fails when somebody else is at the same device: the marker is there already then."""
    devices._SECONDS_BETWEEN_TRIES = 0.01
    with lease(NAMES, folder / "locks") as held:
        marker = folder / f"at-{held}"
        marker.touch(exist_ok=False)
        with (folder / f"turns-{held}").open("a") as turns:
            turns.write(".")
        marker.unlink()


def test_many_at_once_never_meet_at_a_device_and_all_have_their_turn(tmp_path: Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        pool.map(_take_a_turn, [tmp_path] * 40, chunksize=1)
    assert sum(len(turns.read_text()) for turns in tmp_path.glob("turns-*")) == 40


def see(monkeypatch: pytest.MonkeyPatch, folder: Path, *uuids: str) -> None:
    """Let PyTorch see these GPUs, as CUDA_VISIBLE_DEVICES has it show them."""
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr("tempfile.tempdir", None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: len(uuids))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda number: f"a {uuids[number]}")
    monkeypatch.setattr(
        torch.cuda, "get_device_properties", lambda number: SimpleNamespace(uuid=uuids[number])
    )
    monkeypatch.setattr(torch.cuda, "set_device", lambda number: None)


def test_a_gpu_is_the_same_gpu_by_whatever_number_a_process_sees_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    cuda = torch.device("cuda")
    see(monkeypatch, tmp_path, "b")  # CUDA_VISIBLE_DEVICES=1, or b's UUID, or what SLURM sets for b's job
    with lease_gpu(cuda) as only:
        assert only == torch.device("cuda", 0)
        see(monkeypatch, tmp_path, "b", "a")
        with lease_gpu(cuda) as other:
            assert other == torch.device("cuda", 1)
        see(monkeypatch, tmp_path, "b")
        with pytest.raises(TimeoutError), lease_gpu(cuda):
            pass


def test_two_jobs_that_slurm_gave_a_gpu_each_don_t_wait_for_each_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, impatient: None
) -> None:
    """With cgroups each sees its own as number 0."""
    see(monkeypatch, tmp_path, "a")
    with lease_gpu(torch.device("cuda")) as one:
        see(monkeypatch, tmp_path, "b")
        with lease_gpu(torch.device("cuda")) as other:
            assert one == other == torch.device("cuda", 0)


def test_without_a_gpu_there_is_nothing_to_lease(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    see(monkeypatch, tmp_path)
    for name in ("cpu", "mps"):
        with lease_gpu(torch.device(name)) as device:
            assert device == torch.device(name)
    assert not list(tmp_path.iterdir())


# In place of train.py: says how many threads it was given, and whether another was at work at the same time.
TRAINING = """\
import argparse
import os
import time
from pathlib import Path

parser = argparse.ArgumentParser()
for option in ("--threads", "--weights", "--history", "--summary", "--log"):
    parser.add_argument(option)
args, _ = parser.parse_known_args()
here = Path("at-work") / Path(args.weights).parent.name
here.mkdir(parents=True)


def met():
    return Path("met").exists() or len(list(here.parent.iterdir())) > 1


end = time.monotonic() + float(os.environ["PATIENCE"])
while not met() and time.monotonic() < end:
    time.sleep(0.05)
if met():
    Path("met").touch()
with open("threads", "a") as threads:
    threads.write(args.threads)
here.rmdir()
for output in (args.weights, args.history, args.summary):
    Path(output).touch()
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cores", "gpus", "patience", "met", "threads"),
    [
        (8, 1, 3, False, "44"),
        (8, 2, 120, True, "44"),
        (2, 1, 0, False, "22"),
    ],
    ids=["one after the other", "side by side", "all of a small machine"],
)
def test_as_many_trainings_at_once_as_gpus_are_allowed_whether_or_not_there_are_any(
    tmp_path: Path, cores: int, gpus: int, patience: int, met: bool, threads: str
) -> None:
    """`--resources gpu=1` is a limit on a machine without a GPU too, and a training has its cores."""
    folder = copy_workflow(tmp_path / "phonecase")
    (folder / "config.yaml").write_text(SETTINGS.replace("model: tiny\n", "model: [tiny, other]\n"))
    (folder / "scripts/train.py").write_text(TRAINING)
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "snakemake",
            "--until",
            "train",
            f"--cores={cores}",
            f"--resources=gpu={gpus}",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PATIENCE": str(patience), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "met").exists() == met
    assert (folder / "threads").read_text() == threads
