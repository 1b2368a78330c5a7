"""TensorBoard's own reader reads what we write."""

import errno
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tensorboardX.record_writer import RecordWriter

from phonecase.training.loop import Log
from phonecase.training.tensorboard import TensorBoard

Read = Callable[[Path], Any]


@pytest.fixture(scope="module")
def read() -> Read:
    module = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs TensorBoard's reader: pip install tensorboard",
    )
    return lambda folder: module.EventAccumulator(str(folder)).Reload()


def row(step: int) -> Log:
    return Log(
        step=step,
        characters=step * 100,
        train_bits=1.5 + 1 / step,
        validation_bits=2.5 + 1 / step,
        learning_rate=0.5 / step,
        gradient_norm=step / 4,
        seconds=step * 10.0,
        characters_per_second=1024.0,
    )


def write(folder: Path, monkeypatch: pytest.MonkeyPatch, *, at: float, before: int, until: int) -> None:
    """A run at that time of the clock, which goes on after `before` rows."""
    monkeypatch.setattr("time.time", lambda: at)
    log = TensorBoard(folder, [row(step) for step in range(1, before + 1)])
    for step in range(before + 1, until + 1):
        log.write(row(step))


def test_every_figure_of_the_history_is_read_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    write(tmp_path, monkeypatch, at=5000, before=0, until=4)
    found = read(tmp_path)
    expected = {
        "bits per character/training": "train_bits",
        "bits per character/validation": "validation_bits",
        "optimiser/learning rate": "learning_rate",
        "optimiser/gradient norm": "gradient_norm",
        "speed/characters per second": "characters_per_second",
    }
    assert set(found.Tags()["scalars"]) == set(expected)
    for tag, key in expected.items():
        for step, scalar in enumerate(found.Scalars(tag), start=1):
            figures: dict[str, Any] = dict(row(step))
            assert (scalar.step, scalar.wall_time) == (step, 5000 + 10 * step)
            assert scalar.value == pytest.approx(figures[key])
        assert step == 4


def test_after_an_interruption_each_step_is_there_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    """Killed after row 5, gone on from a checkpoint with 3 rows an hour later, once more after row 7."""
    write(tmp_path, monkeypatch, at=5000, before=0, until=5)
    write(tmp_path, monkeypatch, at=8600, before=3, until=7)
    write(tmp_path, monkeypatch, at=9900, before=7, until=9)
    scalars = read(tmp_path).Scalars("bits per character/validation")
    assert [scalar.step for scalar in scalars] == list(range(1, 10))
    seconds = [later.wall_time - scalars[0].wall_time for later in scalars]
    assert seconds == [10.0 * past for past in range(9)], "relative time is time spent training"


def test_a_new_training_takes_the_place_of_the_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, read: Read
) -> None:
    write(tmp_path, monkeypatch, at=5000, before=0, until=9)
    write(tmp_path, monkeypatch, at=6000, before=0, until=2)
    scalars = read(tmp_path).Scalars("optimiser/gradient norm")
    assert [scalar.step for scalar in scalars] == [1, 2]


def test_a_row_is_in_the_file_at_once(tmp_path: Path, read: Read) -> None:
    log = TensorBoard(tmp_path, [])
    for step in (1, 2, 3):
        log.write(row(step))
        assert len(read(tmp_path).Scalars("optimiser/learning rate")) == step


def test_a_full_disk_is_a_warning_and_what_is_missing_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, read: Read
) -> None:
    log = TensorBoard(tmp_path, [row(1)])

    def full(_: RecordWriter) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(RecordWriter, "flush", full)
        log.write(row(2))
    assert "the log for TensorBoard lacks step 2: [Errno 28] No space left on device" in caplog.text
    log.write(row(3))
    assert [scalar.step for scalar in read(tmp_path).Scalars("optimiser/learning rate")] == [1, 2, 3]
