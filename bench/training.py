"""How fast a training step is, beside the same step by autograd and with PyTorch's own GRU.

All take the recipe's step (forward, backward, clipping, Adam) on the same windows, in turn, in one process;
their medians are compared. The two it is held against are written as one would write them in PyTorch. Peak
memory is each one's own, in a process of its own. On a quiet machine:

    make bench
"""

import argparse
import multiprocessing
import resource
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional as F

import instances  # noqa: F401  (first: it finds the library)
from phonecase.cell import BinaryHighway
from phonecase.files import write_text
from phonecase.model import CharLM
from phonecase.recipe import Recipe
from phonecase.training import choose_precision, keep_freed_memory, use_threads

V = 63  # characters
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
    low = f", {name(precision)}"
    return {  # where the first precision is float32 already, there are only three
        f"phonecase{low}": lambda: ours(recipe, precision),
        "phonecase, float32": lambda: ours(recipe, torch.float32),
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
    parser.add_argument("--steps", type=int, default=7, help="counted steps of each (default: 7)")
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
    keep_freed_memory()
    megabytes = {name: in_a_process(peak_memory, args.settings, threads, name) for name in steps(recipe)}
    made = {name: make() for name, make in steps(recipe).items()}
    seconds: dict[str, list[float]] = {name: [] for name in made}
    for round_ in range(args.steps + 1):
        for name, step in made.items():
            took = timed(step)
            if round_:  # the first compiles and allocates
                seconds[name].append(took)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    text = (
        f"{recipe.batch_size} × {recipe.window} characters a step, {recipe.hidden_size} units, "
        f"{threads} threads, PyTorch {torch.__version__}\n\n"
        + table(recipe, seconds, megabytes)
        + "\n"
        + figures(recipe, next(iter(medians.values())))
    )
    print(text, end="")
    write_text(args.out, text)


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def in_a_process(work: Callable[..., float], *words: object) -> float:
    """What the work returns when a fresh process does it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, words)


def peak_memory(settings: str, threads: int, name: str) -> float:
    """The MB that three steps need, over what the process had when it began."""
    use_threads(threads)
    keep_freed_memory()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step = steps(Recipe.from_json(settings))[name]()
    for _ in range(3):
        step()
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, KiB elsewhere
    return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * unit / 1e6


def table(recipe: Recipe, seconds: dict[str, list[float]], megabytes: dict[str, float]) -> str:
    characters = recipe.batch_size * recipe.window
    own = statistics.median(next(iter(seconds.values())))
    lines = [
        "| step | median ms | min–max | characters/s | times ours | peak MB |",
        "|:--|--:|--:|--:|--:|--:|",
    ]
    for name, times in seconds.items():
        median = statistics.median(times)
        lines.append(
            f"| {name} | {median * 1000:.0f} | {min(times) * 1000:.0f}–{max(times) * 1000:.0f} "
            f"| {characters / median:,.0f} | {median / own:.1f} | {megabytes[name]:.0f} |"
        )
    return "\n".join(lines) + "\n"


def figures(recipe: Recipe, seconds: float) -> str:
    """How near a step comes to the machine's own speed, and how fast states are extracted."""
    H, layers = recipe.hidden_size, recipe.feed_forward_layers
    products = 3 * H * H + 8 * layers * H * H + V * H  # of a character: recurrence, feed-forward, readout
    characters = recipe.batch_size * (recipe.window - 1)
    flops = 6 * products * characters  # a multiply and an add, forward and twice back
    speeds = {precision: product_speed(precision) for precision in (torch.float32, torch.bfloat16)}
    parts = ", ".join(
        f"{flops / seconds / speed:.0%} of what a {name(precision)} product of {MATRIX} × {MATRIX} reaches "
        f"({speed / 1e9:.0f} GFLOP/s)"
        for precision, speed in speeds.items()
    )
    model = CharLM(V, H, layers)
    text = torch.randint(V, (1, 50_000))
    extraction = statistics.median(timed(lambda: model.states(text)) for _ in range(3))
    scored = statistics.median(timed(lambda: model.logits(text)) for _ in range(3))
    return (
        f"- A step is {flops / 1e9:.1f} GFLOP of matrix products as the network is written, at "
        f"{flops / seconds / 1e9:.0f} GFLOP/s: {parts}.\n"
        f"- States of a text of 50,000 characters: {50_000 / extraction:,.0f} characters/s; with the scores "
        f"of what comes next: {50_000 / scored:,.0f}.\n"
    )


def product_speed(precision: torch.dtype) -> float:
    """Floating-point operations a second in the product of two large matrices."""
    a = torch.randn(MATRIX, MATRIX).to(precision)
    return 2 * MATRIX**3 / statistics.median(timed(lambda: a @ a) for _ in range(7))


def name(precision: torch.dtype) -> str:
    return str(precision).removeprefix("torch.")


if __name__ == "__main__":
    main()
