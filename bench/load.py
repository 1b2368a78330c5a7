"""How a training fares when it isn't alone: its steps a second beside busy loops and another training.

What is fair is known: on 2 cores, 2 threads beside one busy loop are two of three that want a core, so they
should get 2/3 of what they have alone; beside two loops 1/2. And two trainings at once should together do as
much as one. Each in a process of its own, in turn: as `train.py` computes, in threads that sleep, and in
PyTorch's, OpenMP's, that go round in circles while they wait. On a quiet machine, a few minutes:

    make bench-load
"""

import argparse
import multiprocessing
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import torch
import yaml

from cores import text_and_validation
from phonecase.files import write_text
from phonecase.training import Recipe, Training
from phonecase.training.loop import keep_freed_memory, use_threads

CONFIG = Path(__file__).parents[1] / "config.yaml"
CONTEXT = multiprocessing.get_context("spawn")
WAYS = {"threads that sleep": True, "PyTorch's": False}  # whether they are our own


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--recipe", default="swift", help="its name in config.yaml (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=5, help="of each measurement (default: %(default)s)")
    parser.add_argument("--turns", type=int, default=3, help="(default: %(default)s)")
    parser.add_argument("--out", type=Path, default=Path("results/bench/load.md"),
                        help="the Markdown file to write (default: %(default)s)")  # fmt: skip
    args = parser.parse_args()
    settings = yaml.safe_load(CONFIG.read_text(encoding="utf-8"))["models"][args.recipe]
    found: dict[tuple[str, str], list[float]] = {}
    for _ in range(args.turns):
        for way, own in WAYS.items():
            for case, rate in rates(settings, own, args.seconds).items():
                found.setdefault((way, case), []).append(rate)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    fair = {"alone": 1.0, "one busy loop": cores / (cores + 1), "two busy loops": cores / (cores + 2)}
    lines = [
        f"`{args.recipe}`, {cores} threads on {cores} cores, steps a second; PyTorch {torch.__version__}\n",
        "| beside | fair | " + " | ".join(f"{way} | of the fair share" for way in WAYS) + " |",
        "|:--|--:|" + "--:|--:|" * len(WAYS),
    ]
    for case in (*fair, "another training"):
        share = fair.get(case, 1)  # of two trainings it is what both do together
        cells = []
        for way in WAYS:
            rate, alone = (statistics.median(found[way, name]) for name in (case, "alone"))
            cells += [f"{rate:.1f}", f"{rate / (alone * share):.2f}"]
        lines.append(f"| {case} | {share:.2f} | {' | '.join(cells)} |")
    ratios = [ours / theirs for ours, theirs in zip(*(found[way, "alone"] for way in WAYS), strict=True)]
    lines.append(
        f"\nAlone, threads that sleep do {statistics.median(ratios):.2f} of the steps that PyTorch's do, "
        f"the median of {args.turns} turns ({min(ratios):.2f}-{max(ratios):.2f})."
    )
    write_text(args.out, "\n".join(lines) + "\n")
    print(*lines, sep="\n")


def rates(settings: dict[str, object], own: bool, seconds: float) -> dict[str, float]:
    """Steps a second in each company; those of two trainings together."""
    with training(settings, own) as one:
        found = {"alone": steps([one], seconds)}
        for case, loops in (("one busy loop", 1), ("two busy loops", 2)):
            with ExitStack() as busy:
                for _ in range(loops):
                    busy.enter_context(process(spin))
                found[case] = steps([one], seconds)
        with training(settings, own) as other:
            found["another training"] = steps([one, other], seconds)
    return found


def steps(trainings: list[Connection], seconds: float) -> float:
    """What all of them do in a second, at the same time."""
    for each in trainings:
        each.send(seconds)
    return sum(float(each.recv()) for each in trainings)


@contextmanager
def training(settings: dict[str, object], own: bool) -> Iterator[Connection]:
    """A training that is ready: send it seconds, and it answers with its steps in each of them."""
    here, there = CONTEXT.Pipe()
    with process(train, there, settings, own):
        there.close()  # so that waiting for a process that failed ends
        here.recv()
        yield here


@contextmanager
def process(target: object, *arguments: object) -> Iterator[None]:
    """A process, for as long as it is wanted."""
    child = CONTEXT.Process(target=target, args=arguments, daemon=True)  # type: ignore[arg-type]
    child.start()
    try:
        yield
    finally:
        child.kill()
        child.join()


def train(asked: Connection, settings: dict[str, object], own: bool) -> None:
    """Take steps whenever it is asked to."""
    recipe = Recipe.checked({**settings, "steps": 10**8, "validate_every": 10**8})
    use_threads(own=own)
    keep_freed_memory()
    run = Training(recipe, **text_and_validation()).run()
    for _ in range(5):
        next(run)
    asked.send("ready")
    while True:
        seconds, count, start = asked.recv(), 0, time.perf_counter()
        while time.perf_counter() - start < seconds:
            next(run)
            count += 1
        asked.send(count / (time.perf_counter() - start))


def spin() -> None:
    """Want a core, always."""
    while True:
        pass


if __name__ == "__main__":
    main()
