"""How a step of training grows with the hidden size, the window, the batch and the threads.

Each is varied by itself around one small step of the post's network. A step is that of `phonecase.training`,
whole. Each round takes every step once, so that a slow moment of the machine meets them all alike, and their
medians are compared. Writes a table and a picture. On a quiet machine, in a few minutes:

    make bench-growth
"""

import argparse
import platform
import statistics
from collections.abc import Iterable, Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

import instances  # noqa: F401  (first: it finds the library)
from phonecase.files import write_text
from phonecase.plotting import BLUE, CLAY, GREY, STYLE, save
from phonecase.training import Recipe
from phonecase.training.loop import (
    Training,
    choose_device,
    keep_freed_memory,
    precision_name,
    use_threads,
)
from training import V, flops, timed

SMALL = {"hidden_size": 128, "batch_size": 32, "window": 128}  # what is varied
ENDLESS = {"steps": 10**8, "validate_every": 10**8}


class Point:
    """A step that is measured, and the value that sets it apart."""

    def __init__(self, value: int, settings: dict[str, int], threads: int, device: torch.device) -> None:
        text = np.random.default_rng(0).integers(0, V, 10_000)
        self.value = value
        self.threads = threads
        self.training = Training(Recipe.model_validate(settings | ENDLESS), text, text, V, device)
        self.seconds: list[float] = []
        self._steps = self.training.run()

    def measure(self) -> None:
        """Take a step, and the time it takes."""
        use_threads(self.threads)
        self.seconds.append(timed(lambda: next(self._steps)))

    @property
    def median(self) -> float:
        """The seconds of a step."""
        return statistics.median(self.seconds[1:])  # the first compiles and allocates

    @property
    def per_character(self) -> float:
        """The microseconds of a character."""
        recipe = self.training.recipe
        return self.median / (recipe.batch_size * recipe.window) * 1e6

    @property
    def speed(self) -> float:
        """GFLOP/s in the matrix products of the network as it is written, forward and twice back."""
        return flops(self.training.recipe) / self.median / 1e9


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for option, sizes in (
        ("--hidden-sizes", [64, 128, 256, 512, 1024]),
        ("--windows", [32, 64, 128, 256, 512, 1024]),
        ("--batch-sizes", [4, 8, 16, 32, 64, 128]),
    ):
        parser.add_argument(
            option, type=int, nargs="+", default=sizes, metavar="N", help="default: %(default)s"
        )
    parser.add_argument("--rounds", type=int, default=5, help="counted steps of each (default: 5)")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda", "mps"), default="cpu", help="default: cpu"
    )
    parser.add_argument(
        "--out", type=Path, default=Path("results/bench"), help="folder to write to (default: %(default)s)"
    )
    args = parser.parse_args()
    device, _ = choose_device(args.device)
    threads = use_threads(args.threads)
    keep_freed_memory()

    def varied(key: str, values: Sequence[int], **others: int) -> list[Point]:
        return [Point(value, SMALL | others | {key: value}, threads, device) for value in values]

    curves = {
        "hidden size": varied("hidden_size", args.hidden_sizes),
        "hidden size, without feed-forward layers": varied(
            "hidden_size", args.hidden_sizes, feed_forward_layers=0
        ),
        "window": varied("window", args.windows),
        "batch size": varied("batch_size", args.batch_sizes),
        "threads": [Point(number, SMALL, number, device) for number in up_to(threads)],
    }
    for _ in range(args.rounds + 1):
        for points in curves.values():
            for point in points:
                point.measure()

    precision = precision_name(curves["threads"][0].training.precision)
    where = f"{machine(device)}, {threads} threads, feed-forward in {precision}, PyTorch {torch.__version__}"
    step = "{hidden_size} units, {batch_size} windows of {window} characters".format(**SMALL)
    text = f"{where}. Where nothing else is said: {step}. Medians of {args.rounds} steps.\n"
    text += "".join(table(name, points) for name, points in curves.items())
    print(text, end="")
    write_text(args.out / "growth.md", text)
    draw(
        curves,
        f"A step of training: {step}, one of these varied\n{where}",
        [args.out / "growth.png", args.out / "growth.svg"],
    )


def up_to(threads: int) -> list[int]:
    """1, 2, 4, ... and that number itself."""
    return sorted({threads, *(2**power for power in range(threads.bit_length()))})


def machine(device: torch.device) -> str:
    """What it runs on, by the maker's name."""
    if device.type == "cuda":
        return torch.cuda.get_device_name()
    cpus = Path("/proc/cpuinfo")  # Linux
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    names = (line.partition(": ")[2] for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def table(name: str, points: Sequence[Point]) -> str:
    lines = [
        "",
        f"| {name} | ms | min–max | times the one above | µs a character | GFLOP/s |",
        "|--:|--:|--:|--:|--:|--:|",
    ]
    for above, point in zip([None, *points], points, strict=False):
        milliseconds = [1000 * seconds for seconds in point.seconds[1:]]
        times = f"{point.median / above.median:.2f}" if above else ""
        lines.append(
            f"| {point.value} | {1000 * point.median:.1f} | {min(milliseconds):.1f}–{max(milliseconds):.1f} "
            f"| {times} | {point.per_character:.2f} | {point.speed:.0f} |"
        )
    return "\n".join(lines) + "\n"


def draw(curves: dict[str, list[Point]], title: str, paths: Iterable[Path]) -> None:
    """The time of a character along each axis, and along the hidden size what grows by H and by H²."""
    (name, hidden), (_, recurrence), *others = curves.items()
    with mpl.rc_context(STYLE | {"font.size": 10}):
        figure = Figure(figsize=(10, 7.5), layout="constrained")
        figure.suptitle(title, fontsize=9, color="#666666")
        first, *rest = figure.subplots(2, 2, gridspec_kw={"hspace": 0.1, "wspace": 0.08}).flat
        plot(first, name, hidden, BLUE)
        plot(first, name, recurrence, CLAY)
        first.set_yscale("log")
        first.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        first.legend(["a step", "without feed-forward layers"], frameon=False)
        start, end = hidden[0], hidden[-1]
        for power, label in ((1, "∝ H"), (2, "∝ H²")):
            height = start.per_character * (end.value / start.value) ** power
            ends = [start.value, end.value], [start.per_character, height]
            first.plot(*ends, color=GREY, linestyle=":", linewidth=1.2, zorder=1)
            first.annotate(label, (end.value, height), (5, -3), textcoords="offset points", color="#666666")
        for axes, (name, points) in zip(rest, others, strict=True):
            plot(axes, name, points, BLUE)
            axes.set_ylim(0, None)
        save(figure, paths)


def plot(axes: Axes, name: str, points: Sequence[Point], colour: str) -> None:
    values, times = zip(*((point.value, point.per_character) for point in points), strict=True)
    axes.plot(values, times, color=colour, linewidth=2, marker="o", markersize=4)
    axes.set(xlabel=name, ylabel="µs a character", xscale="log")
    axes.xaxis.set_major_locator(FixedLocator(values))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axes.grid(axis="y", color="#EEEEEE")
    axes.set_axisbelow(True)


if __name__ == "__main__":
    main()
