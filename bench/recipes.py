"""How long a recipe needs to the post's 1.9 bits a character, beside the loop that the post trained with.

Trains a recipe of config.yaml to its end, with several seeds, and notes where its validation first was at
1.9 bits or below; the looks at the validation book take part of the time. Then the post's recipe, until it
is there too. What as many of its steps take in a loop with autograd follows from the median of some of
them. On a quiet machine, a quarter of an hour:

    make bench-recipes
"""

import argparse
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from tqdm import tqdm

from cores import text_and_validation
from phonecase.files import write_text
from phonecase.training import Recipe
from phonecase.training.learning_curve import POST_BITS
from phonecase.training.loop import Log, Training, keep_freed_memory, use_threads
from training import Runner, take_steps

CONFIG = Path(__file__).parents[1] / "config.yaml"
LOOP = "autograd loop, float32"
EVERY = 100  # steps from one validation to the next


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=CONFIG, help="has the recipes (default: config.yaml)")
    parser.add_argument("--recipe", default="swift", help="its name (default: %(default)s)")
    parser.add_argument("--against", default="post", help="the loop's recipe (default: %(default)s)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2], help="(default: 0 1 2)")
    parser.add_argument("--bits", type=float, default=POST_BITS, help="where to get (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--out", type=Path, default=Path("results/bench/recipes.md"),
                        help="the Markdown file to write (default: %(default)s)")  # fmt: skip
    args = parser.parse_args()
    models = yaml.safe_load(args.config.read_text(encoding="utf-8"))["models"]
    recipes = {name: Recipe.checked(models[name], name) for name in (args.recipe, args.against)}
    threads = use_threads(args.threads, own=True)
    keep_freed_memory()
    data = text_and_validation()

    lines = [
        f"To {args.bits:g} bits a character of the validation book; "
        f"{threads} threads, PyTorch {torch.__version__}\n",
        "| recipe | seed | steps to there | characters | seconds | bits in the end | seconds in all |",
        "|:--|--:|--:|--:|--:|--:|--:|",
    ]
    seconds = []
    for seed in args.seeds:
        there, end = train(recipes[args.recipe], seed, data, args.bits)
        seconds.append(there["seconds"])
        lines.append(f"{row(args.recipe, seed, there)} {end['validation_bits']:.3f} | {end['seconds']:.0f} |")
    there, _ = train(recipes[args.against], args.seeds[0], data, args.bits, to_the_end=False)
    lines.append(f"{row(args.against, args.seeds[0], there)} | |")

    loop = Runner(LOOP, recipes[args.against].model_dump_json(), threads)
    step = statistics.median(loop.do(take_steps) for _ in range(7))
    median, theirs = statistics.median(seconds), there["step"] * step
    lines += [
        "",
        f"- The median of {args.recipe}: {median:.0f} s.",
        f"- {there['step']:,} steps of {args.against} in an {LOOP}, {step * 1000:.0f} ms each: "
        f"{theirs:.0f} s, {theirs / median:.0f} times as long.",
    ]
    text = "\n".join(lines) + "\n"
    print(text, end="")
    write_text(args.out, text)


def train(
    recipe: Recipe, seed: int, data: Mapping[str, Any], bits: float, to_the_end: bool = True
) -> tuple[Log, Log]:
    """Where the validation was first at so many bits or below, and where the training ended."""
    training = Training(recipe.model_copy(update={"seed": seed, "validate_every": EVERY}), **data)
    there = None
    for entry in tqdm(training.run(), desc=f"seed {seed}", total=recipe.steps, unit=" steps", disable=None):
        if entry["validation_bits"] is not None and entry["validation_bits"] <= bits:
            there = there or entry
            if not to_the_end:
                break
    if there is None:
        raise SystemExit(f"seed {seed} ended at {entry['validation_bits']} bits and never got to {bits:g}")
    return there, entry


def row(recipe: str, seed: int, there: Log) -> str:
    """The first cells of a row."""
    return f"| {recipe} | {seed} | {there['step']:,} | {there['characters']:,} | {there['seconds']:.0f} |"


if __name__ == "__main__":
    main()
