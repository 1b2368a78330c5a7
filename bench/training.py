"""How fast a training step is, beside the same step by autograd and with PyTorch's own GRU.

All take the recipe's step (forward, backward, clipping, Adam) on the same windows, in turn, in one process,
with the same feed-forward layers and loss; their medians are compared. On a quiet machine:

    make bench
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

import instances  # noqa: F401  (first: it finds the library)
from phonecase.files import write_text
from phonecase.model import CharLM
from phonecase.recipe import Recipe
from phonecase.training import choose_precision, use_threads

V = 63  # characters
MATRIX = 2048  # side of the matrices by whose product the machine's own speed is measured


class AutogradLM(CharLM):
    """The same network, its recurrent layer as it is defined: a loop over the characters, and autograd."""

    def _recur(self, tokens: Tensor, initial: Tensor | None = None) -> Tensor:
        states: Tensor = self.recurrent(self.embedding(tokens.t()))
        return states


class GRULM(CharLM):
    """The same network with PyTorch's fused GRU for a recurrent layer: real states, other gates."""

    def __init__(self, vocab_size: int, hidden_size: int, feed_forward_layers: int) -> None:
        super().__init__(vocab_size, hidden_size, feed_forward_layers)
        self.recurrent = nn.GRU(hidden_size, hidden_size)  # type: ignore[assignment]

    def _recur(self, tokens: Tensor, initial: Tensor | None = None) -> Tensor:
        states: Tensor = self.recurrent(self.embedding(tokens.t()))[0]
        return states


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--settings", default="{}", metavar="JSON", help="the recipe (default: the post's)")
    parser.add_argument("--steps", type=int, default=7, help="counted steps of each (default: 7)")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--out", type=Path, help="also write the table to this Markdown file")
    args = parser.parse_args()
    recipe = Recipe.from_json(args.settings)
    threads = use_threads(args.threads)
    precision = choose_precision(recipe.precision, torch.device("cpu"))
    sizes = (V, recipe.hidden_size, recipe.feed_forward_layers)
    ours, autograd, gru = CharLM(*sizes), AutogradLM(*sizes), GRULM(*sizes)
    steps = {
        "phonecase": stepper(ours, recipe, precision),
        "phonecase, float32": stepper(CharLM(*sizes), recipe, torch.float32),
        "nn.GRU, float32": stepper(gru, recipe, torch.float32),
        "autograd loop, float32": stepper(autograd, recipe, torch.float32),
    }
    seconds = {name: [] for name in steps}  # type: dict[str, list[float]]
    for round_ in range(args.steps + 1):
        for name, step in steps.items():
            took = timed(step)
            if round_:  # the first compiles and allocates
                seconds[name].append(took)
    medians = {name: statistics.median(times) for name, times in seconds.items()}
    table = report(recipe, medians, seconds) + "\n" + figures(ours, recipe, medians["phonecase"])
    head = f"{recipe.batch_size} × {recipe.window} characters, {threads} threads, ours in {precision}\n\n"
    print(head + table, end="")
    if args.out:
        write_text(args.out, head + table)


def stepper(model: CharLM, recipe: Recipe, precision: torch.dtype) -> Callable[[], None]:
    """One step of training, as `phonecase.training` makes it."""
    optimizer = torch.optim.Adam(model.parameters(), recipe.learning_rate, fused=True)
    tokens = torch.randint(V, (recipe.batch_size, recipe.window), generator=torch.Generator().manual_seed(0))

    def step() -> None:
        optimizer.zero_grad()
        model.loss(tokens, precision).backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(model.parameters(), recipe.clip_norm or torch.inf)
        optimizer.step()

    return step


def timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def report(recipe: Recipe, medians: dict[str, float], seconds: dict[str, list[float]]) -> str:
    characters = recipe.batch_size * recipe.window
    lines = ["| step | median ms | min–max | characters/s | times ours |", "|:--|--:|--:|--:|--:|"]
    for name, median in medians.items():
        low, high = min(seconds[name]) * 1000, max(seconds[name]) * 1000
        lines.append(
            f"| {name} | {median * 1000:.0f} | {low:.0f}–{high:.0f} | {characters / median:,.0f} "
            f"| {median / medians['phonecase']:.1f} |"
        )
    return "\n".join(lines) + "\n"


def figures(model: CharLM, recipe: Recipe, seconds: float) -> str:
    """How near a step comes to the machine's own speed, and how fast states are extracted."""
    H, layers = recipe.hidden_size, recipe.feed_forward_layers
    products = 3 * H * H + 8 * layers * H * H + V * H  # of a character: recurrence, feed-forward, readout
    flops = (
        6 * products * recipe.batch_size * (recipe.window - 1)
    )  # a multiply and an add, forward and twice back
    a = torch.randn(MATRIX, MATRIX)
    matrix = statistics.median(timed(lambda: a @ a) for _ in range(7))
    peak = 2 * MATRIX**3 / matrix
    text = torch.randint(V, (1, 50_000))
    extraction = statistics.median(timed(lambda: model.states(text)) for _ in range(3))
    scored = statistics.median(timed(lambda: model.logits(text)) for _ in range(3))
    return (
        f"- A step is {flops / 1e9:.1f} GFLOP of matrix products, at {flops / seconds / 1e9:.0f} GFLOP/s: "
        f"{flops / seconds / peak:.0%} of what a float32 product of {MATRIX} × {MATRIX} reaches "
        f"({peak / 1e9:.0f} GFLOP/s).\n"
        f"- States of a text of 50,000 characters: {50_000 / extraction:,.0f} characters/s; with the scores "
        f"of what comes next: {50_000 / scored:,.0f}.\n"
    )


if __name__ == "__main__":
    main()
