import math
import os
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray
from torch.nn import functional as F

from phonecase.errors import UserError
from phonecase.model import CharLM
from phonecase.model.fast import cpu
from phonecase.training.loop import (
    Training,
    choose_device,
    choose_precision,
    evaluate,
    use_threads,
)
from phonecase.training.recipe import Recipe

TINY: dict[str, Any] = {
    "hidden_size": 6,
    "feed_forward_layers": 1,
    "batch_size": 4,
    "window": 16,
    "steps": 12,
    "validate_every": 5,
}


def text(length: int, seed: int = 0) -> NDArray[np.int64]:
    """Characters of which each is one, two or three after the one before."""
    return np.random.default_rng(seed).integers(1, 4, length).cumsum() % 9


def training(**settings: Any) -> Training:
    return Training(Recipe(**{**TINY, **settings}), text(2000), text(1100, seed=1), vocab_size=9)


def weights(run: Training) -> dict[str, torch.Tensor]:
    return run.model.state_dict()


def test_every_step_is_logged_and_validations_make_the_history() -> None:
    run = training(warmup_steps=3, schedule="linear", learning_rate=0.01)
    logs = list(run.run())
    assert [entry["step"] for entry in logs] == list(range(1, 13))
    assert [entry["characters"] for entry in logs] == [64 * step for step in range(1, 13)]
    assert [entry["learning_rate"] for entry in logs] == [
        run.recipe.learning_rate_at(step) for step in range(12)
    ]
    assert [entry["step"] for entry in run.history] == [5, 10, 12]
    assert run.history == [entry for entry in logs if entry["validation_bits"] is not None]
    assert run.history[-1]["validation_bits"] == evaluate(run.model, run.validation) / math.log(2)
    assert all(entry["seconds"] > 0 and entry["characters_per_second"] > 0 for entry in logs)


def test_it_learns_what_there_is_to_learn() -> None:
    run = training(
        hidden_size=16, batch_size=16, window=64, steps=150, learning_rate=0.02, validate_every=150
    )
    (entry,) = [entry for entry in run.run() if entry["validation_bits"] is not None]
    assert entry["validation_bits"] is not None
    assert math.log2(3) - 0.02 < entry["validation_bits"] < math.log2(3) + 0.15  # one of three may follow


def test_the_seed_decides_the_weights() -> None:
    runs = [training(seed=seed) for seed in (1, 1, 2)]
    for number, run in enumerate(runs):
        torch.manual_seed(number)  # which the training neither reads nor disturbs
        before = torch.get_rng_state()
        list(run.run())
        assert torch.equal(torch.get_rng_state(), before)
    first, same, other = (weights(run) for run in runs)
    assert all(torch.equal(first[name], same[name]) for name in first)
    assert not torch.equal(first["readout.weight"], other["readout.weight"])


def test_the_first_embeddings_are_as_large_as_asked_for_and_nothing_else_is() -> None:
    plain, scaled = weights(training()), weights(training(embedding_scale=2.5))
    for name in plain:
        assert torch.equal(scaled[name], plain[name] * (2.5 if name == "embedding.weight" else 1))


def test_one_step_is_adams_with_the_gradient_clipped() -> None:
    run = training(clip_norm=0.01, learning_rate=0.1, steps=1)
    twin = CharLM(9, 6, 1)
    twin.load_state_dict(weights(run))
    loss = twin.loss(run._batch(), run.precision)
    gradients = torch.autograd.grad(loss, list(twin.parameters()))
    norm = math.sqrt(sum(float(gradient.square().sum()) for gradient in gradients))
    (entry,) = run.run()
    assert entry["gradient_norm"] == pytest.approx(norm, rel=1e-4)
    assert entry["train_bits"] == pytest.approx(loss.item() / math.log(2))
    for before, after, gradient in zip(twin.parameters(), run.model.parameters(), gradients, strict=True):
        clipped = gradient * 0.01 / norm
        expected = before - 0.1 * clipped / (clipped.abs() + 1e-8)  # Adam's first step
        torch.testing.assert_close(after, expected, rtol=1e-3, atol=1e-4)


def test_muon_takes_the_matrices_between_embedding_and_readout_and_adam_the_rest() -> None:
    run = training(optimizer="muon", learning_rate=0.1, weight_decay=0.5, steps=1)
    before = weights(run)
    before = {name: tensor.clone() for name, tensor in before.items()}
    list(run.run())
    inner = {"recurrent.gates.weight", "feed_forward.0.weight", "feed_forward.2.weight"}
    for name, after in weights(run).items():
        if name in inner:
            update = (before[name] * (1 - 0.1 * 0.5) - after) / 0.1  # decayed, then 0.2 √max(sides) · U Vᵀ
            for matrix in update.chunk(3) if name.startswith("recurrent") else [update]:  # each gate's own
                values = torch.linalg.svdvals(matrix / (0.2 * max(matrix.shape) ** 0.5))
                assert 0.7 < values.max() < 1.3
                assert matrix.square().mean().sqrt().item() == pytest.approx(
                    0.2, rel=0.4
                )  # as large as Adam's
        else:
            moved = (before[name] - after).abs()
            assert moved.max().item() == pytest.approx(0.1, rel=1e-3)  # Adam's first step, undecayed


def test_weight_decay_shrinks_the_inner_matrices_alone() -> None:
    with_decay, without = training(weight_decay=0.5, steps=1), training(steps=1)
    before = {name: tensor.clone() for name, tensor in weights(without).items()}
    list(with_decay.run())
    list(without.run())
    rate = without.recipe.learning_rate
    for name, after in weights(without).items():
        inner = after.ndim == 2 and not name.startswith(("embedding", "readout"))
        expected = after - rate * 0.5 * before[name] if inner else after
        torch.testing.assert_close(weights(with_decay)[name], expected)


def test_windows_lie_anywhere_in_the_text_with_even_chances() -> None:
    run = Training(Recipe(**{**TINY, "batch_size": 400}), np.arange(20), text(600), vocab_size=20)
    counts = np.zeros(5)
    for run.step in range(50):
        batch = run._batch()
        assert torch.equal(batch, batch[:, :1] + torch.arange(16))
        counts += np.bincount(batch[:, 0], minlength=5)
    assert np.allclose(counts / counts.sum(), 0.2, atol=0.02)


def test_validation_is_whole_windows_of_512_from_the_initial_state() -> None:
    torch.manual_seed(0)
    model = CharLM(9, 6)
    tokens = torch.from_numpy(text(512 * 70 + 300))
    losses = []
    for start in range(0, 512 * 70, 512):
        window = tokens[None, start : start + 512]
        losses.append(F.cross_entropy(model.logits(window[:, :-1])[0], window[0, 1:]).item())
    assert evaluate(model, tokens) == pytest.approx(np.mean(losses), rel=1e-5)


@pytest.mark.parametrize("core", ["binary_highway", "lstm"])
@pytest.mark.parametrize("piece", [4096, 100, 1])
def test_carried_validation_reads_the_text_in_one_go(
    core: str, piece: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = training(core=core)
    monkeypatch.setattr("phonecase.model.charlm._CHUNK", piece)
    tokens = text(700)
    with torch.no_grad():
        chances = run.model.logits(torch.from_numpy(tokens[None, :-1])).log_softmax(-1)[0]
    surprise = -chances[torch.arange(699), torch.from_numpy(tokens[1:])].mean().item()
    assert run.model.carried_loss(torch.from_numpy(tokens)) == pytest.approx(surprise, rel=1e-5)


def test_the_key_is_that_of_recipe_and_data() -> None:
    key = training().key
    assert training().key == key
    assert training(seed=1).key != key
    recipe = Recipe(**TINY)
    assert Training(recipe, text(2000), text(1100, seed=2), vocab_size=9).key != key
    assert Training(recipe, text(2001), text(1100, seed=1), vocab_size=9).key != key


@pytest.mark.parametrize(
    ("lengths", "message"), [((15, 600), "training text has 15"), ((100, 511), "validation text has 511")]
)
def test_a_text_shorter_than_a_window_is_refused(lengths: tuple[int, int], message: str) -> None:
    with pytest.raises(UserError, match=message):
        Training(Recipe(**TINY), text(lengths[0]), text(lengths[1]), vocab_size=9)


def test_a_loss_that_is_no_number_stops_the_training_with_advice() -> None:
    run = training()
    logs = run.run()
    next(logs)
    with torch.no_grad():
        run.model.readout.bias[0] = math.nan
    with pytest.raises(
        UserError, match=r"diverged at step 2 .*nan.*; try a learning_rate below 0.001 or clip"
    ):
        next(logs)


@pytest.mark.parametrize(("steps", "advice"), [(5, ""), (50, "warmup_steps: 5"), (5000, "warmup_steps: 100")])
def test_the_advice_is_a_recipe_that_is_taken(steps: int, advice: str) -> None:
    run = training(learning_rate=1.0, steps=steps, clip_norm=1.0)
    said = str(run._diverged("a loss of inf"))
    assert said.endswith(f" or {advice}" if advice else "try a learning_rate below 1")
    training(**{"steps": steps} | (yaml.safe_load(f"{{{advice}}}") if advice else {}))


def test_a_loss_worse_than_guessing_stops_the_training() -> None:
    with pytest.raises(
        UserError, match=r"diverged at step 5 .* bits per character, where guessing costs 3\.2"
    ):
        list(training(learning_rate=1.0, steps=5).run())


@pytest.mark.parametrize(
    "recipe",
    [
        {"hidden_size": 64, "optimizer": "muon", "precision": "bfloat16"},
        {"hidden_size": 64, "precision": "float32"},
        {"hidden_size": 9, "layers": 2, "feed_forward_layers": 1},
        {"core": "gru", "hidden_size": 64},
        {"core": "highway", "hidden_size": 9, "optimizer": "muon"},
        {"hidden_size": 9, "window": 2},
    ],
    ids=lambda recipe: " ".join(map(str, recipe.values())),
)
def test_weights_and_history_are_the_same_in_however_many_threads(recipe: dict[str, Any]) -> None:
    before, found = torch.get_num_threads(), []
    try:
        for threads in (1, 2, 3, 4, 7):
            cpu.use_own_threads(threads)  # also more than there are cores
            sizes = {"batch_size": 11, "window": 40, "steps": 3, "clip_norm": 1.0, "validate_every": 2}
            trained = training(**sizes | recipe)
            history = [{**entry, "seconds": 0, "characters_per_second": 0} for entry in trained.run()]
            found.append((history, weights(trained)))
    finally:
        cpu._own_threads = 0
        torch.set_num_threads(before)
    for history, trained_weights in found[1:]:
        assert history == found[0][0]
        assert all(torch.equal(trained_weights[name], tensor) for name, tensor in found[0][1].items())


def test_no_more_threads_than_cores() -> None:
    before = torch.get_num_threads()
    try:
        cores = len(os.sched_getaffinity(0))
        assert use_threads() == cores
        assert use_threads(10_000) == cores
        assert use_threads(1) == 1 == torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


@pytest.mark.parametrize(
    ("cuda", "mps", "chosen"), [(0, 0, "cpu"), (0, 1, "mps"), (1, 0, "cuda"), (1, 1, "cuda")]
)
def test_auto_is_cuda_then_mps_then_the_cpu(
    monkeypatch: pytest.MonkeyPatch, cuda: int, mps: int, chosen: str
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(cuda))
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: bool(mps))
    device, why = choose_device("auto")
    assert device.type == chosen
    assert why
    assert choose_device("cpu") == (torch.device("cpu"), "as asked")
    if not cuda:
        with pytest.raises(UserError, match="device: cuda is not to be had"):
            choose_device("cuda")
    if not mps:
        with pytest.raises(UserError, match="device: mps is not to be had: there is no Apple GPU"):
            choose_device("mps")


def test_bfloat16_only_where_it_gains(monkeypatch: pytest.MonkeyPatch) -> None:
    cpu = torch.device("cpu")
    assert choose_precision("float32", cpu) == torch.float32
    assert choose_precision("bfloat16", cpu) == torch.bfloat16
    for capabilities, precision in (({"avx512_bf16": True}, torch.bfloat16), ({"avx2": True}, torch.float32)):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda found=capabilities: found, raising=False)
        assert choose_precision("auto", cpu) == precision
    assert choose_precision("auto", torch.device("mps")) == torch.float32


def test_the_curve_is_the_same_in_bfloat16() -> None:
    bits = []
    for precision in ("float32", "bfloat16"):
        run = training(hidden_size=16, batch_size=16, steps=100, learning_rate=0.01, precision=precision)
        list(run.run())
        bits.append(run.history[-1]["validation_bits"])
    assert bits[0] == pytest.approx(bits[1], abs=0.05)
