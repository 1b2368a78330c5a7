"""What a run costs as it grows: each stage against its sizes, and the plan of a sweep against its models.

Seconds are those of the processor, which other work on the machine changes less than those on the clock; a
plan has both. The orders have a bench of their own (bench/orders.py). On any machine:

    make bench-scale
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
import yaml

import instances  # first: it finds the library
from phonecase.art import Style, render, write_png
from phonecase.files import write_text
from phonecase.model import CharLM
from phonecase.ordering import Ordering
from phonecase.states import States, write_states
from phonecase.training import Recipe, Training

ROOT = Path(__file__).parent.parent
PARTS = ("Snakefile", "config.yaml", "envs", "profiles", "rules", "scripts", "docs")
# The smallest workflow of so many pictures, with no settings, logs or code to look after: Snakemake's share.
BARE = """
rule all:
    input: [f"art/{m}/{p}/0/{s}.png" for m in range(MANY) for p in range(MANY) for s in range(15)]

rule states:
    output: "states/{m}/{p}.parquet"
    shell: "touch {output}"

rule order:
    input: "states/{m}/{p}.parquet"
    output: "orders/{m}/{p}/{o}.parquet"
    shell: "touch {output}"

rule render:
    input: "states/{m}/{p}.parquet", lambda w: [f"orders/{w.m}/{w.p}/{o}.parquet" for o in range(15)]
    output: [f"art/{{m}}/{{p}}/{o}/{{s}}{form}.png" for o in range(15) for form in ("", ".portrait")]
    shell: "touch {output}"
"""
PLANNED = ("jobs", "processor s", "ms a job", "clock s", "MB of memory")
V = 63  # characters of the alphabet
# In a small process of its own, as a child's greatest memory is at least its parent's.
MEASURED = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True)
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""
STYLE = Style(colours=("#FEF7E9", "#0040A1"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--units", type=int, nargs="*", default=[32, 128, 512], help="default: 32 128 512")
    parser.add_argument(
        "--characters", type=int, nargs="*", default=[274, 2740], help="of a passage; default: 274 2740"
    )
    parser.add_argument(
        "--models", type=int, nargs="*", default=[10, 100, 1000], help="to plan; default: 10 100 1000"
    )
    parser.add_argument(
        "--orders", type=int, default=1, help="of config.yaml's, for the plan (default: 1; all: 99)"
    )
    parser.add_argument(
        "--grids", type=int, nargs="*", default=[1, 10],
        help="so many models and passages, in 15 orders and styles, to plan; default: 1 10",
    )  # fmt: skip
    parser.add_argument(
        "--out", type=Path, default=Path("results/bench/scale.md"), help="the tables; default: %(default)s"
    )
    args = parser.parse_args()
    torch.set_num_threads(1)
    lines: list[str] = []
    for line in _tables(args):
        print(line, flush=True)
        lines.append(line)
        write_text(args.out, "\n".join(lines) + "\n")


def _tables(args: argparse.Namespace) -> Iterator[str]:
    busy = f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores at the start"
    yield f"Processor seconds, one thread; {busy}."
    if args.units:
        yield from _table(["units", "training, 10⁶ characters", "weights, kB"], map(_training, args.units))
        titles = ["units", "characters", "extract_states", "states, kB", "render_variants", "pictures, kB"]
        sizes = [(units, characters) for units in args.units for characters in args.characters]
        yield from _table(titles, (_passage(*size) for size in sizes))
    if args.models:
        titles = ["models", "orders", *PLANNED]
        yield from _table(titles, (_sweep(models, args.orders) for models in args.models))
    if args.grids:
        titles = ["models", "passages", "orders", "styles", "planned by", *PLANNED]
        yield from _table(titles, (row for many in args.grids for row in _pictures(many)))


def _table(titles: list[str], rows: Iterator[list[str]]) -> Iterator[str]:
    yield ""
    yield "| " + " | ".join(titles) + " |"
    yield "|" + "--:|" * len(titles)
    for row in rows:
        yield "| " + " | ".join(row) + " |"


def _seconds(work: Callable[[], object]) -> float:
    """Of the processor; the second run counts, as the first compiles and warms up."""
    work()
    start = time.process_time()
    work()
    return time.process_time() - start


def _training(units: int) -> list[str]:
    """Steps of the recipe `swift`, with so many units."""
    models = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["models"]
    recipe = Recipe.checked({**models["swift"], "hidden_size": units}, "swift")
    text = np.random.default_rng(0).integers(0, V, 100_000)
    training = Training(recipe, text=text, validation=text[:512], vocab_size=V)
    steps = training.run()
    seconds = _seconds(lambda: [next(steps) for _ in range(3)])
    size = 4 * sum(parameter.numel() for parameter in training.model.parameters())
    return [
        str(units),
        f"{seconds / (3 * recipe.batch_size * recipe.window) * 1e6:.1f}",
        f"{size / 1e3:,.0f}",
    ]


def _passage(units: int, characters: int) -> list[str]:
    tokens = torch.zeros((1, characters), dtype=torch.int64)
    model = CharLM(V, units)
    made = instances.states(units, characters)
    identity = Ordering(np.arange(units, dtype=np.int32), np.ones(units, np.int8))
    with tempfile.TemporaryDirectory() as folder:
        path, picture = Path(folder, "states.parquet"), Path(folder, "picture.png")

        def extract() -> None:
            with torch.no_grad():
                model.scores(model.values(tokens))
            surprise = np.zeros(characters, np.float32)
            places = [("Romans", 1, 16)] * characters
            write_states(path, States("x" * characters, made, surprise, places, {}))

        def draw() -> None:
            for _ in ("landscape", "portrait"):
                write_png(picture, render(made, identity, STYLE, cell=7), dpi=300)

        seconds = [f"{_seconds(work):.3f}" for work in (extract, draw)]
        sizes = [f"{path.stat().st_size / 1e3:,.0f}", f"{2 * picture.stat().st_size / 1e3:,.0f}"]
    return [str(units), str(characters), seconds[0], sizes[0], seconds[1], sizes[1]]


def _sweep(models: int, orders: int) -> list[str]:
    """`snakemake -n experiments` for a sweep over so many seeds, without any results."""
    config = _default()
    config["sweep"] = {"swift": {"seed": list(range(models))}}
    config["orders"] = dict(list(config["orders"].items())[:orders])
    return [f"{models:,}", str(len(config["orders"])), *_plan(config, "experiments")]


def _pictures(many: int) -> Iterator[list[str]]:
    """`snakemake -n` for the pictures of so many models and passages, all in 15 orders and 15 styles."""
    config = _default()
    config["models"] = {f"seed{seed}": config["models"]["swift"] | {"seed": seed} for seed in range(many)}
    config["model"] = list(config["models"])
    config["passages"] = {f"psalm{number}": f"Psalm {number}" for number in range(1, many + 1)}
    orders, styles = list(config["orders"].items()), list(config["styles"].values())
    config["orders"] = dict(
        (orders + [(f"random{seed}", {"strategy": "random", "seed": seed}) for seed in range(15)])[:15]
    )
    config["styles"] = {f"style{number}": styles[number % len(styles)] for number in range(15)}
    sizes = [str(many), str(many), "15", "15"]
    yield [*sizes, "phonecase", *_plan(config)]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "Snakefile").write_text(BARE.replace("MANY", str(many)), encoding="utf-8")
        yield [*sizes, "bare Snakemake", *_planned(Path(folder))]


def _default() -> dict[str, Any]:
    """The settings of config.yaml."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def _plan(config: dict[str, Any], *targets: str) -> list[str]:
    """What these settings have planned in a folder without results, and what that takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            (shutil.copytree if (ROOT / part).is_dir() else shutil.copy)(ROOT / part, folder / part)
        (folder / "config.yaml").write_text(yaml.safe_dump(config, sort_keys=False), encoding="utf-8")
        return _planned(folder, *targets)


def _planned(folder: Path, *targets: str) -> list[str]:
    """What `snakemake -n` plans in a folder, and what that takes."""
    command = [sys.executable, "-m", "snakemake", *targets, "--dry-run", "--quiet=rules", "--cores=1"]
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *command], cwd=folder, capture_output=True, text=True
    )
    clock = time.monotonic() - start
    if done.returncode:
        raise SystemExit(done.stdout + done.stderr)
    jobs = int(re.findall(r"^total +(\d+)$", done.stdout, re.MULTILINE)[0])
    seconds, memory = map(float, done.stdout.splitlines()[-1].split())
    return [
        f"{jobs:,}",
        f"{seconds:.1f}",
        f"{seconds / jobs * 1e3:.1f}",
        f"{clock:.0f}",
        f"{memory / (1e6 if sys.platform == 'darwin' else 1e3):,.0f}",
    ]


if __name__ == "__main__":
    main()
