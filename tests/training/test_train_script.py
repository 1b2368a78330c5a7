"""The real script, on a real but tiny text."""

import hashlib
import json
import platform
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch

from phonecase.corpus import Vocabulary
from phonecase.model import CharLM

SCRIPT = Path(__file__).parents[2] / "scripts" / "train.py"
TINY = {
    "hidden_size": 6,
    "batch_size": 4,
    "window": 32,
    "steps": 30,
    "validate_every": 10,
    "learning_rate": 0.01,
}
OUTPUTS = {
    "weights": "weights.safetensors",
    "history": "history.parquet",
    "summary": "summary.json",
    "log": "train.log",
}


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    verses = [f"{word} begat the son of {word}" for word in ("adam", "seth", "enos", "cainan") * 20]
    (tmp_path / "train.txt").write_text("\n".join(verses * 4) + "\n")
    (tmp_path / "validation.txt").write_text("\n".join(verses) + "\n")
    Vocabulary.of("\n".join(verses)).save(tmp_path / "vocab.json")
    return tmp_path


def command(corpus: Path, settings: dict[str, Any], *more: str, out: str = "out") -> list[str]:
    paths = {
        "train": corpus / "train.txt",
        "validation": corpus / "validation.txt",
        "vocab": corpus / "vocab.json",
        **{name: corpus / out / file for name, file in OUTPUTS.items()},
    }
    options = [part for name, path in paths.items() for part in (f"--{name}", str(path))]
    fixed = ["--settings", json.dumps(settings), "--device=cpu", "--threads=1"]
    return [sys.executable, str(SCRIPT), *options, *fixed, *more]


def train(corpus: Path, settings: dict[str, Any], *more: str, out: str = "out") -> str:
    arguments = command(corpus, settings, *more, out=out)
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stderr


def test_a_training_leaves_weights_history_summary_and_log(corpus: Path) -> None:
    said = train(corpus, TINY)
    out = corpus / "out"
    assert sorted(path.name for path in out.iterdir()) == sorted(OUTPUTS.values())

    history = pd.read_parquet(out / "history.parquet")
    assert history["step"].tolist() == [10, 20, 30]
    assert history["characters"].tolist() == [1280, 2560, 3840]

    summary = json.loads((out / "summary.json").read_text())
    assert summary["validation_bits"] == history["validation_bits"].iloc[-1]
    assert summary["best_validation_bits"] == history["validation_bits"].min()
    assert summary["validation_nats"] == pytest.approx(summary["validation_bits"] * 0.6931472)
    assert summary["characters"] == 3840
    assert summary["settings"]["window"] == 32
    assert summary["settings"]["schedule"] == "constant"
    assert (summary["seed"], summary["device"]) == (0, "cpu")
    assert summary["versions"]["torch"] == torch.__version__
    assert summary["processor"].startswith(platform.machine())

    model = CharLM.load(out)
    assert sum(parameter.numel() for parameter in model.parameters()) == summary["parameters"]

    log = (out / "train.log").read_text()
    assert log.splitlines()[:-1] == said.splitlines()  # no bar where there is no terminal
    assert f", torch {torch.__version__} on " in log.splitlines()[-1]
    assert [line.split()[1] for line in log.splitlines() if line.startswith("step")] == [
        "10/30",
        "20/30",
        "30/30",
    ]
    assert "device: cpu (as asked)" in log


@pytest.mark.slow
def test_the_same_recipe_makes_the_same_weights(corpus: Path) -> None:
    for out in ("a", "b"):
        train(corpus, TINY, out=out)
    first, second = (corpus / out / "weights.safetensors" for out in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"learning_rte": 0.1}, "learning_rate"),
        ({"steps": 0}, "steps"),
        ({"window": 60_000}, "choose a smaller window"),
    ],
)
def test_a_mistake_is_one_line_and_leaves_nothing(
    corpus: Path, settings: dict[str, Any], message: str
) -> None:
    done = subprocess.run(command(corpus, settings), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert message in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in (corpus / "out").iterdir()] == ["train.log"]


def test_a_text_with_a_foreign_character_is_named(corpus: Path) -> None:
    (corpus / "validation.txt").write_text("Zebra\n")
    done = subprocess.run(command(corpus, TINY), capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "validation.txt: the character 'Z' (U+005A, at position 0)" in done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_signal_saves_and_the_next_run_goes_on(corpus: Path, number: signal.Signals) -> None:
    settings = {**TINY, "steps": 600, "validate_every": 100}
    train(corpus, settings, out="whole")
    job = subprocess.Popen(command(corpus, settings), stderr=subprocess.PIPE, text=True)
    assert job.stderr is not None
    said = ""
    while not said.startswith("step"):
        said = job.stderr.readline()
    job.send_signal(number)
    if number == signal.SIGTERM:
        job.send_signal(number)  # SLURM's own, and the one that Snakemake hands on
    _, said = job.communicate(timeout=60)
    assert job.returncode == 128 + number
    assert f"stopped by {number.name} after step" in said
    assert "Traceback" not in said
    assert "going on after step" in train(corpus, settings)
    first, second = (corpus / out / "weights.safetensors" for out in ("whole", "out"))
    assert first.read_bytes() == second.read_bytes()
    assert not (corpus / "out" / "checkpoints").exists()


@pytest.mark.slow
def test_a_log_for_tensorboard_survives_a_kill_and_changes_nothing(corpus: Path) -> None:
    reader = pytest.importorskip(
        "tensorboard.backend.event_processing.event_accumulator",
        reason="needs TensorBoard's reader: pip install tensorboard",
    )
    settings = {**TINY, "steps": 600, "validate_every": 50}
    train(corpus, settings, out="without")
    folder = corpus / "out" / "tensorboard"
    logged = (f"--tensorboard={folder}", "--checkpoint-seconds=0.02")
    with subprocess.Popen(command(corpus, settings, *logged), stderr=subprocess.PIPE, text=True) as job:
        assert job.stderr is not None
        while "step 150/600" not in job.stderr.readline():
            pass
        job.kill()
    assert "going on after step" in train(corpus, settings, *logged)
    first, second = (corpus / out / "weights.safetensors" for out in ("without", "out"))
    assert first.read_bytes() == second.read_bytes()

    history = pd.read_parquet(corpus / "out" / "history.parquet")
    scalars = reader.EventAccumulator(str(folder)).Reload().Scalars("bits per character/validation")
    assert len(list(folder.iterdir())) == 2  # one of each run
    assert [scalar.step for scalar in scalars] == history["step"].tolist()
    assert [scalar.value for scalar in scalars] == pytest.approx(history["validation_bits"].tolist())


@pytest.mark.slow
def test_killed_at_random_moments_it_ends_with_the_same_weights(corpus: Path) -> None:
    settings = {**TINY, "steps": 1500, "validate_every": 100}
    train(corpus, settings, out="whole")
    dice = random.Random(0)
    saved = corpus / "out" / "checkpoints"
    kills = 0
    for _ in range(4):
        before = set(saved.glob("*.checkpoint"))
        job = subprocess.Popen(
            command(corpus, settings, "--checkpoint-seconds=0.02"), stderr=subprocess.DEVNULL
        )
        while job.poll() is None and set(saved.glob("*.checkpoint")) == before:
            time.sleep(0.001)  # until it has got somewhere; then at any moment, in a write as like as not
        time.sleep(dice.uniform(0, 0.3))
        job.kill()
        kills += job.wait() == -signal.SIGKILL
    assert kills >= 2
    assert "going on after step" in train(corpus, settings)
    digests = {
        hashlib.sha256((corpus / out / "weights.safetensors").read_bytes()).hexdigest()
        for out in ("whole", "out")
    }
    assert len(digests) == 1
