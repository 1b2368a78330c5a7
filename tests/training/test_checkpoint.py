import errno
import logging
from pathlib import Path

import numpy as np
import pytest
import torch

from phonecase.training.checkpoint import Checkpoints
from phonecase.training.loop import Training
from phonecase.training.recipe import Recipe

RECIPE = Recipe(
    hidden_size=6,
    feed_forward_layers=1,
    batch_size=4,
    window=16,
    steps=23,
    validate_every=5,
    optimizer="muon",  # and so Adam as well, for the rest
    weight_decay=0.1,
    schedule="linear",
    warmup_steps=4,
    clip_norm=1.0,
)


def training(recipe: Recipe = RECIPE) -> Training:
    text = np.random.default_rng(0).integers(0, 9, 2000)
    return Training(recipe, text, text[::-1].copy(), vocab_size=9)


def stop_after(run: Training, checkpoints: Checkpoints, steps: int) -> None:
    """Train some steps, save, and be gone as if killed."""
    for _, _ in zip(range(steps), run.run(), strict=False):
        pass
    checkpoints.save()


def assert_same(ours: Training, theirs: Training) -> None:
    weights = ours.model.state_dict()
    for name, tensor in theirs.model.state_dict().items():
        assert torch.equal(weights[name], tensor), name
    times = ("seconds", "characters_per_second")
    histories = [
        [{name: value for name, value in entry.items() if name not in times} for entry in run.history]
        for run in (ours, theirs)
    ]
    assert histories[0] == histories[1]


@pytest.fixture(scope="module")
def uninterrupted() -> Training:
    run = training()
    list(run.run())
    return run


@pytest.mark.parametrize("stops", [[1], [5], [22], [23], [3, 1, 6, 2], [1] * 10])
def test_a_training_stopped_anywhere_ends_with_the_same_weights(
    tmp_path: Path, uninterrupted: Training, stops: list[int]
) -> None:
    for steps in stops:
        run = training()
        checkpoints = Checkpoints(tmp_path, run)
        checkpoints.restore()
        stop_after(run, checkpoints, steps)
    run = training()
    Checkpoints(tmp_path, run).restore()
    assert run.step == sum(stops)
    list(run.run())
    assert_same(run, uninterrupted)


@pytest.mark.parametrize("damage", ["cut", "empty", "flipped"])
def test_a_torn_checkpoint_is_noticed_and_the_one_before_taken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, uninterrupted: Training, damage: str
) -> None:
    run = training()
    checkpoints = Checkpoints(tmp_path, run)
    for _ in range(3):
        stop_after(run, checkpoints, 4)
    last = max(tmp_path.iterdir())
    content = last.read_bytes()
    half = len(content) // 2
    flipped = content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :]
    last.write_bytes({"cut": content[:-100], "empty": b"", "flipped": flipped}[damage])
    run = training()
    with caplog.at_level(logging.INFO, "phonecase"):
        Checkpoints(tmp_path, run).restore()
    assert run.step == 8
    assert f"{last}: this checkpoint is torn" in caplog.text
    list(run.run())
    assert_same(run, uninterrupted)


def test_what_a_gpu_saved_goes_on_where_there_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training()
    with monkeypatch.context() as context:
        context.setattr("torch.serialization.location_tag", lambda storage: "cuda:1")
        stop_after(run, Checkpoints(tmp_path, run), 5)
    again = training()
    Checkpoints(tmp_path, again).restore()
    assert again.step == 5
    assert_same(again, run)


def test_a_checkpoint_of_another_recipe_is_never_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = training(RECIPE.model_copy(update={"seed": 7}))
    stop_after(other, Checkpoints(tmp_path, other), 5)
    run = training()
    with caplog.at_level(logging.INFO, "phonecase"):
        Checkpoints(tmp_path, run).restore()
    assert run.step == 0
    assert "1 checkpoints of another recipe, text or program, not used" in caplog.text


def test_a_checkpoint_of_another_program_is_never_used(tmp_path: Path) -> None:
    run, edited, again = training(), training(), training()
    stop_after(run, Checkpoints(tmp_path, run, program="train.py:1"), 5)
    Checkpoints(tmp_path, edited, program="train.py:2").restore()
    Checkpoints(tmp_path, again, program="train.py:1").restore()
    assert (edited.step, again.step) == (0, 5)


def test_the_last_two_are_kept_until_the_training_ends_well(tmp_path: Path) -> None:
    folder = tmp_path / "checkpoints"
    run = training()
    checkpoints = Checkpoints(folder, run)
    for _ in range(4):
        stop_after(run, checkpoints, 2)
    assert [path.name[-20:] for path in sorted(folder.iterdir())] == [
        "000000006.checkpoint",
        "000000008.checkpoint",
    ]
    checkpoints.remove()
    assert not folder.exists()


def test_what_a_kill_left_half_written_is_cleared_away(tmp_path: Path) -> None:
    run = training()
    half = tmp_path / f".{Checkpoints(tmp_path, run)._key[:16]}-000000004-abcdef.checkpoint"
    half.write_bytes(b"half")
    Checkpoints(tmp_path, run).restore()
    assert run.step == 0
    assert not half.exists()


def test_it_saves_when_the_time_has_come(tmp_path: Path) -> None:
    run = training()
    Checkpoints(tmp_path, run, every_seconds=3600).save_when_due()
    assert list(tmp_path.iterdir()) == []
    Checkpoints(tmp_path, run, every_seconds=0).save_when_due()
    assert len(list(tmp_path.iterdir())) == 1


def test_a_full_disk_is_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    run = training()
    monkeypatch.setattr(Path, "write_bytes", full)
    Checkpoints(tmp_path, run, every_seconds=0).save_when_due()
    assert "no checkpoint at step 0: [Errno 28] No space left on device" in caplog.text
    assert list(tmp_path.iterdir()) == []
