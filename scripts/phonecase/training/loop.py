"""Training: random windows of the text, an optimiser, and a look at the validation text now and then.

`Training.run` is a generator of log dicts, one a step. The progress bar, the history and the checkpoints
are its consumers; between two of its steps they may read, save or stop it.
"""

import ctypes
import hashlib
import math
import os
import sys
import time
from collections.abc import Iterator
from typing import Any, Literal, TypedDict

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from phonecase.errors import UserError
from phonecase.model import CharLM
from phonecase.model.fast.cpu import use_own_threads
from phonecase.training.muon import Muon
from phonecase.training.recipe import Precision, Recipe

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
VALIDATION_WINDOW = 512  # characters: the post's, whatever the training's window is
_VALIDATION_BATCH = 64  # windows at a time
_M_TRIM_THRESHOLD, _M_MMAP_MAX = -1, -4  # of glibc's malloc.h


class Log(TypedDict):
    """What a step reports."""

    step: int
    """Steps done, this one included."""
    characters: int
    """Read so far, counting all of each window."""
    train_bits: float
    """Bits per character, the mean over the steps since the last validation."""
    validation_bits: float | None
    """Bits per character; None except after the steps that look at the validation text."""
    learning_rate: float
    gradient_norm: float
    """Before clipping."""
    seconds: float
    """Spent so far, over all runs of a job that was interrupted."""
    characters_per_second: float
    """Since the last validation."""


class Training:
    """One training run: the model, its optimiser, and how far they are."""

    def __init__(
        self,
        recipe: Recipe,
        text: NDArray[np.int64],
        validation: NDArray[np.int64],
        vocab_size: int,
        device: torch.device | str = "cpu",
    ) -> None:
        """Text and validation are character numbers. Raises `UserError` when one is shorter than a window."""
        if len(text) < recipe.window:
            raise UserError(
                f"the training text has {len(text)} characters, fewer than one window of {recipe.window}; "
                "choose a smaller window"
            )
        if len(validation) < VALIDATION_WINDOW:
            raise UserError(
                f"the validation text has {len(validation)} characters, fewer than the {VALIDATION_WINDOW} "
                "it is measured by; hold out a longer book"
            )
        self.recipe = recipe
        self.device = torch.device(device)
        self.precision = choose_precision(recipe.precision, self.device)
        self.text = torch.from_numpy(text).to(self.device)
        self.validation = torch.from_numpy(validation).to(self.device)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)
            model = CharLM(
                vocab_size, recipe.hidden_size, recipe.feed_forward_layers, recipe.core, recipe.layers
            )
        with torch.no_grad():
            model.embedding.weight *= recipe.embedding_scale
        self.model = model.to(self.device)
        self.optimizers = make_optimizers(self.model, recipe, self.precision)
        self.step = 0
        self.seconds = 0.0
        self.history: list[Log] = []  # one for each validation
        self._nats: list[float] = []  # the batches' losses since the last validation

    @property
    def key(self) -> str:
        """A hash of the recipe and the data: trainings with the same key are the same training."""
        digest = hashlib.sha256(f"{self.model.vocab_size} {self.recipe.model_dump_json()}".encode())
        for part in (self.text, self.validation):
            digest.update(f" {len(part)} ".encode() + part.cpu().numpy().tobytes())
        return digest.hexdigest()

    def state_dict(self) -> dict[str, Any]:
        """Everything that a step changes."""
        return {
            "model": self.model.state_dict(),
            "optimizers": [optimizer.state_dict() for optimizer in self.optimizers],
            "step": self.step,
            "seconds": self.seconds,
            "history": self.history,
            "nats": self._nats,
        }

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go on from where `state_dict` was taken."""
        self.model.load_state_dict(state["model"])
        for optimizer, its in zip(self.optimizers, state["optimizers"], strict=True):
            optimizer.load_state_dict(its)
        self.step = state["step"]
        self.seconds = state["seconds"]
        self.history = list(state["history"])
        self._nats = list(state["nats"])

    def run(self) -> Iterator[Log]:
        """Train to the last step, one log dict a step. Raises `UserError` when the training diverges."""
        recipe = self.recipe
        while self.step < recipe.steps:
            start = time.perf_counter()
            learning_rate = recipe.learning_rate_at(self.step)
            nats, gradient_norm = self._update(learning_rate)
            self.step += 1
            if not (math.isfinite(nats) and math.isfinite(gradient_norm)):
                raise self._diverged(f"a loss of {nats} and a gradient of norm {gradient_norm}")
            self._nats.append(nats)
            validates = self.step % recipe.validate_every == 0 or self.step == recipe.steps
            validation_bits = evaluate(self.model, self.validation) / math.log(2) if validates else None
            self.seconds += time.perf_counter() - start

            characters = self.step * recipe.batch_size * recipe.window
            before = self.history[-1] if self.history else {"characters": 0, "seconds": 0.0}
            entry = Log(
                step=self.step,
                characters=characters,
                train_bits=math.fsum(self._nats) / len(self._nats) / math.log(2),
                validation_bits=validation_bits,
                learning_rate=learning_rate,
                gradient_norm=gradient_norm,
                seconds=self.seconds,
                characters_per_second=(characters - before["characters"])
                / (self.seconds - before["seconds"]),
            )
            if validates:
                guessing = math.log2(self.model.vocab_size)
                if entry["train_bits"] > guessing + 1:
                    raise self._diverged(
                        f"{entry['train_bits']:.1f} bits per character, where guessing costs {guessing:.1f}"
                    )
                self.history.append(entry)
                self._nats = []
            yield entry

    def _update(self, learning_rate: float) -> tuple[float, float]:
        """One step of the optimiser: the batch's loss in nats, and the gradient's norm."""
        self.model.zero_grad()
        loss = self.model.loss(self._batch(), self.precision)
        loss.backward()  # type: ignore[no-untyped-call]
        limit = math.inf if self.recipe.clip_norm is None else self.recipe.clip_norm
        norm = torch.nn.utils.clip_grad_norm_(self.model.parameters(), limit)
        for optimizer in self.optimizers:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate
            optimizer.step()
        return loss.item(), norm.item()

    def _batch(self) -> Tensor:
        """Windows at uniformly random places, which follow from the seed and the step alone: (B, window)."""
        random = np.random.default_rng((self.recipe.seed, self.step))
        last = len(self.text) - self.recipe.window
        starts = torch.from_numpy(random.integers(0, last, self.recipe.batch_size, endpoint=True))
        offsets = torch.arange(self.recipe.window, device=self.device)
        return self.text[starts.to(self.device)[:, None] + offsets]

    def _diverged(self, what: str) -> UserError:
        advice = [f"a learning_rate below {self.recipe.learning_rate:g}"]
        advice += [] if self.recipe.clip_norm else ["clip_norm: 1"]
        warmup = min(100, self.recipe.steps // 10)
        advice += [f"warmup_steps: {warmup}"] if warmup and not self.recipe.warmup_steps else []
        return UserError(f"training diverged at step {self.step} ({what}); try {' or '.join(advice)}")


def make_optimizers(model: CharLM, recipe: Recipe, precision: torch.dtype) -> list[torch.optim.Optimizer]:
    """The recipe's optimiser; or two, as Muon is for the matrices between embedding and readout only."""
    recurrent, feed_forward, outer = list[Tensor](), list[Tensor](), list[Tensor]()
    for name, parameter in model.named_parameters():
        if parameter.ndim != 2 or name.startswith(("embedding", "readout")):
            outer.append(parameter)
        elif name.startswith("recurrent"):
            recurrent.append(parameter)
        else:
            feed_forward.append(parameter)
    fused = outer[0].device.type in ("cpu", "cuda")
    if recipe.optimizer == "muon":
        groups: list[dict[str, Any]] = [{"params": recurrent, "rows": recipe.hidden_size}]
        groups += [{"params": feed_forward}] if feed_forward else []
        muon = Muon(groups, weight_decay=recipe.weight_decay, precision=precision)
        return [muon, torch.optim.AdamW(outer, weight_decay=0, fused=fused)]
    groups = [
        {"params": recurrent + feed_forward, "weight_decay": recipe.weight_decay},
        {"params": outer, "weight_decay": 0},
    ]
    return [torch.optim.AdamW(groups, fused=fused)]


@torch.no_grad()
def evaluate(model: CharLM, tokens: Tensor) -> float:
    """Mean nats per character of a text (T,): whole windows of 512, each from the initial state, no tail."""
    windows = tokens[: len(tokens) // VALIDATION_WINDOW * VALIDATION_WINDOW].view(-1, VALIDATION_WINDOW)
    batches = torch.split(windows, _VALIDATION_BATCH)
    return math.fsum(model.loss(batch).item() * len(batch) for batch in batches) / len(windows)


def choose_device(name: DeviceName) -> tuple[torch.device, str]:
    """The device to train on, and why. Raises `UserError` when the one asked for is missing."""
    missing = {}
    if not torch.cuda.is_available():
        built = torch.version.cuda or torch.version.hip
        missing["cuda"] = "no CUDA GPU is visible" if built else "this PyTorch is built without CUDA"
    if not torch.backends.mps.is_available():
        missing["mps"] = "there is no Apple GPU"
    if name in missing:
        raise UserError(f"device: {name} is not to be had: {missing[name]}; 'auto' takes the best there is")
    if name == "cpu" or (name == "auto" and len(missing) == 2):
        return torch.device("cpu"), "as asked" if name == "cpu" else "; ".join(missing.values())
    if name == "cuda" or "cuda" not in missing:
        return torch.device(
            "cuda"
        ), f"{'as asked' if name == 'cuda' else 'found'}: {torch.cuda.get_device_name()}"
    return torch.device("mps"), "as asked" if name == "mps" else f"an Apple GPU; {missing['cuda']}"


def choose_precision(name: Precision, device: torch.device) -> torch.dtype:
    """The precision of the feed-forward layers: auto is bfloat16 where the hardware multiplies it faster."""
    if name == "auto" and device.type == "cuda":
        faster = torch.cuda.is_bf16_supported(including_emulation=False)
    elif name == "auto" and device.type == "cpu":
        capabilities: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # not in every PyTorch
        faster = any(capabilities.get(name) for name in ("avx512_bf16", "amx_bf16", "bf16"))
    else:
        faster = name == "bfloat16"
    return torch.bfloat16 if faster else torch.float32


def precision_name(precision: torch.dtype) -> str:
    """What PyTorch calls a precision: float32 or bfloat16."""
    return str(precision).removeprefix("torch.")


def use_threads(asked: int | None = None, *, own: bool = False) -> int:
    """Compute in this many threads, but never in more than the cores this process may use.

    They are PyTorch's; or `own` ones (`cpu.use_own_threads`), in which a training ends with the same weights
    however many they are. More threads than cores wait for one another at every one of the thousands of small
    steps, and make training many times slower.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = cores if asked is None else max(1, min(asked, cores))
    use_own_threads(threads) if own else torch.set_num_threads(threads)
    return threads


def keep_freed_memory() -> None:
    """Have the C library keep freed memory for the next step instead of handing it back to the system.

    A step frees what the next one allocates again. Blocks of this size go back to the system each time,
    which then clears every page anew: up to a third of a step's time. Only glibc knows these options.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is not None:
        mallopt(_M_MMAP_MAX, 0)
        mallopt(_M_TRIM_THRESHOLD, 2**31 - 1)
