"""How fast a training step is, beside the same step by autograd and with PyTorch's own GRU.

All take the recipe's step (forward, backward, clipping, Adam) on the same windows, in turn, each in a
process of its own, as one would run it. How many times ours a step takes is the median of what the turns
say: a turn lasts seconds, in which a machine's other users seldom come or go. The two that ours is held
against are written as one would write them in PyTorch. On a quiet machine:

    make bench
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import instances  # noqa: F401  (first: it finds the library)
from phonecase.files import write_text
from phonecase.model import BinaryHighway, CharLM
from phonecase.training import Recipe
from phonecase.training.loop import (
    choose_precision,
    keep_freed_memory,
    make_optimizers,
    precision_name,
    use_threads,
)

V = 63  # characters
OURS = "phonecase"
MATRIX = 2048  # side of the matrices by whose product the machine's own speed is measured

Step = Callable[[], None]
Loss = Callable[[Tensor], Tensor]


class PlainLM(nn.Module):
    """The post's network in plain PyTorch, with a recurrent layer of one's choice."""

    def __init__(self, recurrent: nn.Module, hidden_size: int, feed_forward_layers: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, hidden_size)
        self.recurrent = recurrent
        layers: list[nn.Module] = []
        for _ in range(feed_forward_layers):
            layers += [
                nn.Linear(hidden_size, 4 * hidden_size),
                nn.ReLU(),
                nn.Linear(4 * hidden_size, hidden_size),
            ]
        self.head = nn.Sequential(*layers, nn.Linear(hidden_size, V))

    def loss(self, tokens: Tensor) -> Tensor:
        """Mean nats per character: tokens (B, L+1)."""
        states = self.recurrent(self.embedding(tokens[:, :-1].t()))
        states = states[0] if isinstance(states, tuple) else states  # nn.GRU also gives the last one
        return F.cross_entropy(self.head(states).flatten(0, 1), tokens[:, 1:].t().flatten())


def ours(recipe: Recipe, precision: torch.dtype) -> Step:
    model = CharLM(V, recipe.hidden_size, recipe.feed_forward_layers)
    return stepper(model, lambda tokens: model.loss(tokens, precision), recipe)


def plain(recipe: Recipe, recurrent: nn.Module, precision: torch.dtype) -> Step:
    model = PlainLM(recurrent, recipe.hidden_size, recipe.feed_forward_layers)

    def loss(tokens: Tensor) -> Tensor:
        with torch.autocast("cpu", precision, enabled=precision != torch.float32):
            return model.loss(tokens)

    return stepper(model, loss, recipe)


def stepper(model: nn.Module, loss: Loss, recipe: Recipe) -> Step:
    """One step of training."""
    optimizer = torch.optim.Adam(model.parameters(), recipe.learning_rate, fused=True)
    tokens = torch.randint(V, (recipe.batch_size, recipe.window), generator=torch.Generator().manual_seed(0))

    def step() -> None:
        optimizer.zero_grad()
        loss(tokens).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm or torch.inf)
        optimizer.step()

    return step


def steps(recipe: Recipe) -> dict[str, Callable[[], Step]]:
    """What makes each step that is compared. The first is the one that all are held against."""
    H = recipe.hidden_size
    precision = choose_precision(recipe.precision, torch.device("cpu"))
    low = f", {precision_name(precision)}"
    return {  # where the first precision is float32 already, there are only three
        f"{OURS}{low}": lambda: ours(recipe, precision),
        f"{OURS}, float32": lambda: ours(recipe, torch.float32),
        f"nn.GRU{low}": lambda: plain(recipe, nn.GRU(H, H), precision),
        "nn.GRU, float32": lambda: plain(recipe, nn.GRU(H, H), torch.float32),
        f"autograd loop{low}": lambda: plain(recipe, BinaryHighway(H), precision),
        "autograd loop, float32": lambda: plain(recipe, BinaryHighway(H), torch.float32),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settings", default="{}", metavar="JSON", help="the recipe (default: the post's)")
    parser.add_argument("--turns", type=int, default=7, help="of each, with three counted steps (default: 7)")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("results/bench/training.md"),
        help="the Markdown file to write (default: %(default)s)",
    )
    args = parser.parse_args()
    recipe = Recipe.from_json(args.settings)
    threads = use_threads(args.threads)
    runners = {name: Runner(name, args.settings, threads) for name in steps(recipe)}
    seconds: dict[str, list[float]] = {name: [] for name in runners}
    for _ in range(args.turns):
        for name, runner in runners.items():
            seconds[name].append(runner.do(take_steps))
    megabytes = {name: runner.do(peak_memory) for name, runner in runners.items()}
    text = (
        f"{recipe.batch_size} × {recipe.window} characters a step, {recipe.hidden_size} units, "
        f"{threads} threads, PyTorch {torch.__version__}\n\n"
        + table(recipe, seconds, megabytes)
        + "\n"
        + figures(recipe, statistics.median(next(iter(seconds.values()))))
    )
    print(text, end="")
    write_text(args.out, text)


class Runner:
    """A process that holds one of the steps, and does what it is asked to."""

    def __init__(self, name: str, settings: str, threads: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._pool = context.Pool(1, initializer=prepare, initargs=(name, settings, threads))

    def do(self, work: Callable[[], float]) -> float:
        """What the work returns when the process does it."""
        return self._pool.apply(work)


held: dict[str, Any] = {}
"""What a runner's process holds: its step, and the memory that it had before."""


def prepare(name: str, settings: str, threads: int) -> None:
    use_threads(threads, own=name.startswith(OURS))
    if name.startswith(OURS):
        keep_freed_memory()
    held["before"] = resident_megabytes()
    held["step"] = steps(Recipe.from_json(settings))[name]()


def take_steps() -> float:
    """The seconds of a step that follows another, as steps do."""
    held["step"]()
    return statistics.median(timed(held["step"]) for _ in range(3))


def peak_memory() -> float:
    """The MB that the steps needed, over what the process had when it began."""
    return resident_megabytes() - float(held["before"])


def resident_megabytes() -> float:
    """The most that this process ever had."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def table(recipe: Recipe, seconds: dict[str, list[float]], megabytes: dict[str, float]) -> str:
    characters = recipe.batch_size * recipe.window
    own = next(iter(seconds.values()))
    lines = [
        "| step | median ms | min–max | characters/s | times ours | peak MB |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for name, times in seconds.items():
        median = statistics.median(times)
        ratio = statistics.median(theirs / mine for theirs, mine in zip(times, own, strict=True))
        lines.append(
            f"| {name} | {median * 1000:.0f} | {min(times) * 1000:.0f}–{max(times) * 1000:.0f} "
            f"| {characters / median:,.0f} | {ratio:.1f} | {megabytes[name]:.0f} |"
        )
    return "\n".join(lines) + "\n"


def figures(recipe: Recipe, seconds: float) -> str:
    """How near a step comes to the machine's own speed, and how fast states are extracted."""
    operations = flops(recipe)
    speeds = {precision: product_speed(precision) for precision in (torch.float32, torch.bfloat16)}
    parts = ", ".join(
        f"{operations / seconds / speed:.0%} of what a {precision_name(precision)} product "
        f"of {MATRIX} × {MATRIX} reaches ({speed / 1e9:.0f} GFLOP/s)"
        for precision, speed in speeds.items()
    )
    model = CharLM(V, recipe.hidden_size, recipe.feed_forward_layers)
    text = torch.randint(V, (1, 50_000))
    extraction = statistics.median(timed(lambda: model.states(text)) for _ in range(3))
    scored = statistics.median(timed(lambda: model.logits(text)) for _ in range(3))
    return (
        f"- A step is {operations / 1e9:.1f} GFLOP of matrix products as the network is written, at "
        f"{operations / seconds / 1e9:.0f} GFLOP/s: {parts}.\n"
        f"- States of a text of 50,000 characters: {50_000 / extraction:,.0f} characters/s; with the scores "
        f"of what comes next: {50_000 / scored:,.0f}.\n"
        f"- The optimiser's share of a step: {', '.join(optimizer_times(recipe))}.\n"
    )


def optimizer_times(recipe: Recipe) -> Iterator[str]:
    """What the optimisers take, with PyTorch's own Muon beside ours."""
    precision = choose_precision(recipe.precision, torch.device("cpu"))
    model = CharLM(V, recipe.hidden_size, recipe.feed_forward_layers)
    adam, muon = (
        make_optimizers(model, recipe.model_copy(update={"optimizer": name}), precision)
        for name in ("adam", "muon")
    )
    matrices = [parameter for group in muon[0].param_groups for parameter in group["params"]]
    compared = {"Adam": adam, "Muon": muon, "PyTorch's Muon": [torch.optim.Muon(matrices), *muon[1:]]}
    for parameter in model.parameters():
        parameter.grad = torch.randn_like(parameter)
    for name, optimizers in compared.items():
        seconds = [timed(lambda its=optimizers: [each.step() for each in its]) for _ in range(20)]  # type: ignore[misc]
        yield f"{name} {statistics.median(seconds) * 1000:.1f} ms"


def flops(recipe: Recipe) -> int:
    """The operations of a step's matrix products as the network is written, forward and twice back."""
    H, layers = recipe.hidden_size, recipe.feed_forward_layers
    products = 3 * H * H + 8 * layers * H * H + V * H  # of a character: recurrence, feed-forward, readout
    return 6 * products * recipe.batch_size * (recipe.window - 1)  # a multiply and an add each


def product_speed(precision: torch.dtype) -> float:
    """Floating-point operations a second in the product of two large matrices."""
    a = torch.randn(MATRIX, MATRIX).to(precision)
    return 2 * MATRIX**3 / statistics.median(timed(lambda: a @ a) for _ in range(7))


if __name__ == "__main__":
    main()
