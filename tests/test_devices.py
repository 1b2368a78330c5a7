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

from phonecase import devices
from phonecase.devices import lease, lease_gpu

NAMES = ["GPU-a", "GPU-b"]
SCRIPTS = Path(devices.__file__).parents[1]

HOLD = """\
import sys
from pathlib import Path
from phonecase.devices import lease
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

    monkeypatch.setattr("phonecase.devices.time.sleep", give_up)


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
