"""Train the network on the training text, measure it on the validation text, and keep how it went."""

from phonecase.console import run

import argparse
import csv
import io
import json
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import torch
from numpy.typing import NDArray

from phonecase.corpus import Vocabulary
from phonecase.environment import processor, versions
from phonecase.errors import UserError
from phonecase.files import read_text, write_text
from phonecase.tables import write_table
from phonecase.training import Checkpoints, Progress, Recipe, TensorBoard, lease_gpu
from phonecase.training.loop import (
    Log,
    Training,
    choose_device,
    keep_freed_memory,
    precision_name,
    use_threads,
)

log = logging.getLogger("phonecase.train")


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="train.py", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="the training text, one verse a line")
    parser.add_argument("--validation", type=Path, required=True, help="the validation text, the same")
    parser.add_argument("--vocab", type=Path, required=True, help="the characters, from build_vocab.py")
    parser.add_argument(
        "--settings", default="{}", metavar="JSON", help="the recipe; what it leaves out is as in the post"
    )
    parser.add_argument(
        "--device",
        choices=("auto", "cpu", "cuda", "mps"),
        default="auto",
        help="auto (default) is CUDA, or else MPS, or else the CPU",
    )
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads; default and limit: all cores")
    parser.add_argument(
        "--checkpoint-seconds",
        type=float,
        default=60,
        metavar="S",
        help="time from one checkpoint to the next (default 60); they lie in checkpoints/ beside the weights",
    )
    parser.add_argument(
        "--code",
        default="",
        metavar="TEXT",
        help="says which program this is: checkpoints of another are not taken",
    )
    outputs = parser.add_argument_group("outputs")
    outputs.add_argument("--weights", type=Path, required=True, help="safetensors")
    outputs.add_argument("--history", type=Path, required=True, help="parquet, a row for each validation")
    outputs.add_argument("--summary", type=Path, required=True, help="JSON: figures, settings, versions")
    outputs.add_argument(
        "--tensorboard",
        type=Path,
        metavar="FOLDER",
        help="also log the history to this folder, for TensorBoard",
    )
    run(parser, work)


def work(args: argparse.Namespace) -> None:
    """Train, or go on training, on a device of its own."""
    device, why = choose_device(args.device)
    with lease_gpu(device) as own:
        train(args, own, why)


def train(args: argparse.Namespace, device: torch.device, why: str) -> None:
    """Train, or go on training, and write the outputs."""
    recipe = Recipe.from_json(args.settings)
    vocabulary = Vocabulary.load(args.vocab)
    threads = use_threads(args.threads, own=device.type == "cpu")
    keep_freed_memory()
    # PyTorch's own cores would round what is to be float32: see Recipe.precision.
    torch.backends.cudnn.allow_tf32 = False
    training = Training(
        recipe,
        text=_read(args.train, vocabulary),
        validation=_read(args.validation, vocabulary),
        vocab_size=len(vocabulary),
        device=device,
    )
    precision = precision_name(training.precision)
    log.info("device: %s (%s), %d threads, feed-forward layers in %s", device.type, why, threads, precision)
    folder = args.weights.parent / "checkpoints"
    checkpoints = Checkpoints(folder, training, args.checkpoint_seconds, program=args.code)
    checkpoints.restore()

    progress = Progress(recipe.steps, training.step, training.seconds)
    tensorboard = TensorBoard(args.tensorboard, training.history) if args.tensorboard else None

    with _stop_signals() as received, progress.bar() as show:
        for entry in training.run():
            show(entry)
            if entry["validation_bits"] is not None:
                log.info("%s", progress.line(entry))
                if tensorboard:
                    tensorboard.write(entry)
            if received and training.step < recipe.steps:
                path = checkpoints.save()
                log.error(
                    "stopped by %s after step %d; the same command goes on from %s",
                    received[0].name,
                    training.step,
                    path,
                )
                raise SystemExit(128 + received[0])
            checkpoints.save_when_due()

    training.model.save(args.weights)
    write_table(args.history, pa.Table.from_pandas(pd.DataFrame(training.history), preserve_index=False))
    summary = summarise(training, threads=threads)
    write_text(args.summary, json.dumps(summary, indent=2) + "\n")
    checkpoints.remove()
    log.info(
        "validation: %.4f bits per character, best %.4f after step %d; %.0f s of training",
        summary["validation_bits"],
        summary["best_validation_bits"],
        summary["best_step"],
        summary["seconds"],
    )


def summarise(training: Training, threads: int) -> dict[str, Any]:
    """The figures of a finished training, and under what they came about."""
    last = training.history[-1]
    best = min(training.history, key=_validation_bits)
    bits_to_nats = np.log(2)
    return {
        "validation_bits": last["validation_bits"],
        "validation_nats": _validation_bits(last) * bits_to_nats,
        "best_validation_bits": best["validation_bits"],
        "best_validation_nats": _validation_bits(best) * bits_to_nats,
        "best_step": best["step"],
        "carried_validation_bits": training.model.carried_loss(training.validation) / bits_to_nats,
        "train_bits": last["train_bits"],
        "train_nats": last["train_bits"] * bits_to_nats,
        "steps": last["step"],
        "characters": last["characters"],
        "seconds": round(last["seconds"], 1),
        "characters_per_second": round(last["characters"] / last["seconds"]),
        "parameters": sum(parameter.numel() for parameter in training.model.parameters()),
        "vocab_size": training.model.vocab_size,
        "train_characters": len(training.text),
        "validation_characters": len(training.validation),
        "seed": training.recipe.seed,
        "settings": training.recipe.model_dump(),
        "device": training.device.type,
        "precision": precision_name(training.precision),
        "threads": threads,
        "processor": processor(),
        "versions": versions(),
    }


def _validation_bits(entry: Log) -> float:
    bits = entry["validation_bits"]
    assert bits is not None, "a row of history has a validation"
    return bits


def _read(path: Path, vocabulary: Vocabulary) -> NDArray[np.int64]:
    """A file of verses as character numbers: the verses joined by line breaks.

    It must have as many characters as the counts.tsv beside it says, if there is one.
    """
    maker = "split_by_book.py"
    text = read_text(path, maker).removesuffix("\n")
    counts = path.with_name("counts.tsv")
    if counts.exists():
        rows = csv.DictReader(io.StringIO(read_text(counts, maker)), delimiter="\t")
        known = next((row.get("characters") for row in rows if row.get("part") == path.stem), None)
        if known not in (None, str(len(text))):
            raise UserError(
                f"{path}: {len(text)} characters, of which {counts.name} counts {known}; "
                f"remove it, and {maker} makes it anew"
            )
    try:
        return vocabulary.encode(text)
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


@contextmanager
def _stop_signals() -> Iterator[list[signal.Signals]]:
    """A list that SIGTERM or Ctrl-C goes on, so that the step under way can end.

    A second Ctrl-C kills. A second SIGTERM doesn't: SLURM sends one to every process of a job, and Snakemake
    hands its own on.
    """
    received: list[signal.Signals] = []

    def note(number: int, _: FrameType | None) -> None:
        received.append(signal.Signals(number))
        signal.signal(signal.SIGINT, signal.SIG_DFL)

    before = {number: signal.signal(number, note) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield received
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    main()
