"""How well every core learns, trained alike: the post's recipe, stopped early, with other recurrent layers.

A model of bench/cores.yaml makes a row of the table. What is measured is kept in results/bench/cores, and a
training that was interrupted goes on from its checkpoint, at most a minute back, so the table can be made in
parts and in any order:

    make bench-cores ARGS="--models binary gru"

The table has all that was measured so far with as many steps. A model is measured again when its recipe has
changed, or when its file in results/bench/cores is gone.
"""

import argparse
import json
import math
import statistics
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
import yaml
from tqdm import tqdm

import instances  # noqa: F401  (first: it finds the library)
from phonecase.corpus import SourceSettings, SplitSettings, Vocabulary, fetch, join, split
from phonecase.files import write_text
from phonecase.training import Checkpoints, Recipe
from phonecase.training.loop import Training, choose_device, keep_freed_memory, use_threads

MODELS = Path(__file__).with_name("cores.yaml")
NETWORK = ("core", "layers", "hidden_size", "feed_forward_layers")
EVERY = 100  # steps from one validation to the next, and that the training loss is a mean over: the author's
RESULTS = Path("results/bench")

# The author's figures in nats, "validation (training)", from the notebook that his post links to
# (douglasorr.github.io, 2021-09-phone-case/phone_case_train.ipynb), after so many steps.
AUTHOR = {
    10_000: {
        "binary": "1.30 (1.13)",
        "binary-1ff": "1.35 (1.19)",
        "highway-1ff": "1.16 (0.96)",
        "gru": "1.24 (1.06)",
        "gru-1ff": "1.18 (0.98)",
        "gru-2ff": "1.16 (0.95)",
        "gru-2": "1.17 (0.96)",
        "gru-3": "1.15 (0.92)",
        "gru-256": "1.16 (0.93)",
    },
    1_000: {"binary": "1.45 (1.32)", "binary-deep": "1.42 (1.28)"},
}


def main() -> None:
    models = yaml.safe_load(MODELS.read_text(encoding="utf-8"))["models"]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--models", nargs="+", choices=models, default=list(models), metavar="NAME",
                        help=f"which to measure: {', '.join(models)} (default: all)")  # fmt: skip
    parser.add_argument("--steps", type=int, default=1000, help="of each training (default: %(default)s)")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="cpu",
                        help="where to train (default: %(default)s)")  # fmt: skip
    parser.add_argument("--threads", type=int, help="default: all cores")
    parser.add_argument("--out", type=Path, default=RESULTS / "cores.md",
                        help="the Markdown file to write (default: %(default)s)")  # fmt: skip
    args = parser.parse_args()
    device, _ = choose_device(args.device)
    threads = use_threads(args.threads, own=device.type == "cpu")
    keep_freed_memory()
    on = torch.cuda.get_device_name() if device.type == "cuda" else f"{device.type}, {threads} threads"
    folder = RESULTS / "cores" / str(args.steps)
    data = text_and_validation()
    for name in args.models:
        recipe = Recipe.checked(models[name] | {"steps": args.steps, "validate_every": EVERY}, name)
        training = Training(recipe, **data, device=device)
        result = folder / f"{name}.json"
        if not (result.is_file() and json.loads(result.read_text())["key"] == training.key):
            write_text(result, json.dumps(measure(name, training, folder) | {"on": on}, indent=2) + "\n")
        write_text(args.out, table(models, folder, args.steps))
    print(args.out.read_text(encoding="utf-8"), end="")


def text_and_validation() -> dict[str, Any]:
    """The text as a run with the default settings has it: Romans is kept back."""
    verses = fetch(SourceSettings()).verses
    vocabulary = Vocabulary.of(join(verses))
    train, validation = split(verses, SplitSettings().validation_books)
    return {
        "text": vocabulary.encode(join(train)),
        "validation": vocabulary.encode(join(validation)),
        "vocab_size": len(vocabulary),
    }


def measure(name: str, training: Training, folder: Path) -> dict[str, Any]:
    """Train to the last step, or go on to it. The time is the median step's since this process began."""
    checkpoints = Checkpoints(folder / "checkpoints", training)
    checkpoints.restore()
    steps, seconds, before = training.recipe.steps, [], training.seconds
    for entry in tqdm(training.run(), desc=name, initial=training.step, total=steps, unit=" steps"):
        seconds.append(entry["seconds"] - before)
        before = entry["seconds"]
        if training.step < steps:
            checkpoints.save_when_due()
    last = training.history[-1]
    checkpoints.remove()
    return {
        "key": training.key,
        "recipe": training.recipe.model_dump(include=set(NETWORK)),
        "parameters": sum(parameter.numel() for parameter in training.model.parameters()),
        "validation_bits": last["validation_bits"],
        "training_bits": last["train_bits"],
        "seconds_per_step": statistics.median(seconds),
    }


def table(models: Mapping[str, Any], folder: Path, steps: int) -> str:
    """What was measured so far, best first."""
    read = {path.stem: json.loads(path.read_text()) for path in folder.glob("*.json")}
    found = sorted((read[name] | {"name": name} for name in models if name in read), key=validation_bits)
    budgets = [budget for budget in sorted(AUTHOR) if budget == steps or budget == 10_000]
    author = "".join(f" the author, {budget:,} steps: nats |" for budget in budgets)
    lines = [
        f"The first {steps:,} steps of the recipe. Validation (training) each.\n",
        f"| model | recipe | parameters | bits per character | nats |{author} ms a step | on |",
        "|:--|:--|--:|--:|--:|" + "--:|" * len(budgets) + "--:|:--|",
    ]
    for row in found:
        bits = row["validation_bits"], row["training_bits"]
        nats = tuple(each * math.log(2) for each in bits)
        cells = [
            f"`{row['name']}`",
            ", ".join(f"{key}: {value}" for key, value in models[row["name"]].items()),
            f"{row['parameters']:,}",
            "{:.3f} ({:.3f})".format(*bits),
            "{:.2f} ({:.2f})".format(*nats),
            *(AUTHOR[budget].get(row["name"], "") for budget in budgets),
            f"{row['seconds_per_step'] * 1000:.0f}",
            row["on"],
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def validation_bits(row: Mapping[str, Any]) -> float:
    bits: float = row["validation_bits"]
    return bits


if __name__ == "__main__":
    main()
