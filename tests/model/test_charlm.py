import math
import random
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from phonecase.errors import UserError
from phonecase.model import charlm as module
from phonecase.model.charlm import CharLM
from phonecase.model.weights import read_weights


@pytest.fixture
def model() -> CharLM:
    torch.manual_seed(0)
    return CharLM(vocab_size=11, hidden_size=6, feed_forward_layers=2)


@pytest.fixture
def tokens() -> torch.Tensor:
    return torch.randint(11, (4, 31), generator=torch.Generator().manual_seed(0))


def plain_loss(model: CharLM, tokens: torch.Tensor) -> torch.Tensor:
    """The post's network, layer by layer, with the reference cell."""
    states = model.recurrent(model.embedding(tokens[:, :-1]).transpose(0, 1)).transpose(0, 1)
    logits = model.readout(model.feed_forward(states))
    return F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())


def test_the_posts_network_has_its_layers() -> None:
    model = CharLM(63)
    shapes = {name: tuple(parameter.shape) for name, parameter in model.named_parameters()}
    assert shapes == {
        "embedding.weight": (63, 128),
        "recurrent.gates.weight": (384, 256),
        "recurrent.gates.bias": (384,),
        "recurrent.initial_state": (128,),
        "feed_forward.0.weight": (512, 128),
        "feed_forward.0.bias": (512,),
        "feed_forward.2.weight": (128, 512),
        "feed_forward.2.bias": (128,),
        "feed_forward.3.weight": (512, 128),
        "feed_forward.3.bias": (512,),
        "feed_forward.5.weight": (128, 512),
        "feed_forward.5.bias": (128,),
        "readout.weight": (63, 128),
        "readout.bias": (63,),
    }


@pytest.mark.parametrize("layers", [0, 1, 2, 3])
def test_loss_and_gradients_are_those_of_the_plain_network(layers: int, tokens: torch.Tensor) -> None:
    torch.manual_seed(layers)
    model = CharLM(11, 6, layers)
    ours, theirs = model.loss(tokens), plain_loss(model, tokens)
    torch.testing.assert_close(ours, theirs, rtol=1e-6, atol=1e-6)
    parameters = list(model.parameters())
    for mine, other in zip(
        torch.autograd.grad(ours, parameters), torch.autograd.grad(theirs, parameters), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-6)


@torch.no_grad()
def test_loss_is_the_mean_surprise_of_what_follows(model: CharLM, tokens: torch.Tensor) -> None:
    chances = model.logits(tokens[:, :-1]).softmax(-1)
    surprises = [-math.log(chances[b, t, tokens[b, t + 1]]) for b in range(4) for t in range(30)]
    assert model.loss(tokens).item() == pytest.approx(sum(surprises) / len(surprises), rel=1e-5)


def test_bfloat16_changes_the_loss_by_rounding_only_and_no_state(tokens: torch.Tensor) -> None:
    torch.manual_seed(1)
    model = CharLM(11, 6)
    assert model.loss(tokens, torch.bfloat16).dtype == torch.float32
    assert model.loss(tokens, torch.bfloat16).item() == pytest.approx(model.loss(tokens).item(), abs=0.02)


def test_states_are_the_reference_cells(model: CharLM, tokens: torch.Tensor) -> None:
    states = model.states(tokens)
    assert states.dtype == torch.int8
    assert states.shape == (4, 31, 6)
    reference = model.recurrent(model.embedding(tokens).transpose(0, 1)).transpose(0, 1)
    assert torch.equal(states, reference.to(torch.int8))


def test_a_long_text_goes_through_in_pieces(
    model: CharLM, tokens: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = model.states(tokens)
    monkeypatch.setattr(module, "_CHUNK", 7)
    assert torch.equal(model.states(tokens), whole)


def test_the_values_of_binary_states_are_the_states(model: CharLM, tokens: torch.Tensor) -> None:
    assert model.binary
    assert torch.equal(model.values(tokens).to(torch.int8), model.states(tokens))


def test_the_states_of_other_cores_are_the_signs_of_their_values(
    tokens: torch.Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = CharLM(11, 6, core="lstm", layers=2)
    assert not model.binary
    values = model.values(tokens)
    assert values.abs().max() < 1
    monkeypatch.setattr(module, "_CHUNK", 7)
    torch.testing.assert_close(model.values(tokens), values)
    assert model.states(tokens).dtype == torch.int8
    assert torch.equal(model.states(tokens) == 1, values >= 0)


def test_permuting_and_negating_units_changes_nothing_but_the_states_order_and_signs(
    model: CharLM, tokens: torch.Tensor
) -> None:
    permutation = torch.tensor([3, 0, 5, 1, 4, 2])
    signs = torch.tensor([1.0, -1, -1, 1, -1, 1])
    twin = CharLM(11, 6)
    weights = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    candidate, carry, update = (permutation + 6 * block for block in range(3))
    rows = torch.cat((candidate, carry, update))
    row_signs = torch.cat((signs, torch.ones(12)))
    gates = weights["recurrent.gates.weight"][rows] * row_signs[:, None]
    gates[:, :6] = gates[:, permutation] * signs
    weights["recurrent.gates.weight"] = gates
    weights["recurrent.gates.bias"] = weights["recurrent.gates.bias"][rows] * row_signs
    weights["recurrent.initial_state"] = weights["recurrent.initial_state"][permutation] * signs
    weights["feed_forward.0.weight"] = weights["feed_forward.0.weight"][:, permutation] * signs
    twin.load_state_dict(weights)
    assert torch.equal(twin.states(tokens), model.states(tokens)[..., permutation] * signs.to(torch.int8))
    torch.testing.assert_close(twin.loss(tokens), model.loss(tokens))


def test_weights_of_a_core_that_is_not_known_are_refused_by_name(model: CharLM, tmp_path: Path) -> None:
    model.core = "transformer"  # as a later version may have written it
    model.save(tmp_path)
    with pytest.raises(UserError, match=r"weights\.safetensors: there is no core 'transformer'; the cores"):
        CharLM.load(tmp_path)


@pytest.mark.parametrize("name", ["", "mine.safetensors"])
def test_weights_round_trip_through_a_folder_or_a_file(model: CharLM, tmp_path: Path, name: str) -> None:
    path = tmp_path / "made" / name
    model.save(path)
    loaded = CharLM.load(str(path))
    assert (loaded.vocab_size, loaded.hidden_size, loaded.feed_forward_layers) == (11, 6, 2)
    for name, tensor in model.state_dict().items():
        assert torch.equal(loaded.state_dict()[name], tensor)


def test_the_same_weights_make_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    code = """
import sys, torch; from pathlib import Path; from phonecase.model import CharLM
torch.manual_seed(0); CharLM(5, 3, 1).save(Path(sys.argv[1]))"""
    library = Path(module.__file__).parents[2]
    for name in ("a", "b"):
        subprocess.run(
            [sys.executable, "-c", code, tmp_path / name], check=True, env={"PYTHONPATH": str(library)}
        )
    first, second = ((tmp_path / name / "weights.safetensors").read_bytes() for name in ("a", "b"))
    assert first == second


def test_other_files_are_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"weights\.safetensors: there are no such weights"):
        CharLM.load(tmp_path)
    (tmp_path / "weights.safetensors").write_bytes(b"<html>not found</html>")
    with pytest.raises(UserError, match=r"weights\.safetensors: not the weights of a CharLM"):
        CharLM.load(tmp_path)


@pytest.mark.parametrize("seed", range(20))
def test_a_bit_that_turned_in_the_weights_is_noticed(model: CharLM, tmp_path: Path, seed: int) -> None:
    file = tmp_path / "weights.safetensors"
    model.save(file)
    content = bytearray(file.read_bytes())
    bit = random.Random(seed).randrange(8 * len(content))
    content[bit // 8] ^= 1 << bit % 8
    file.write_bytes(content)
    with pytest.raises(UserError, match=r"weights\.safetensors: "):
        CharLM.load(tmp_path)


@pytest.mark.parametrize("share", [0, 0.001, 0.5, 0.99])
def test_half_of_the_weights_are_none(model: CharLM, tmp_path: Path, share: float) -> None:
    file = tmp_path / "weights.safetensors"
    model.save(file)
    content = file.read_bytes()
    file.write_bytes(content[: int(share * len(content))])
    with pytest.raises(UserError, match=r"weights\.safetensors: not the weights of a CharLM"):
        CharLM.load(tmp_path)


def test_weights_are_of_the_sizes_that_the_file_says(model: CharLM, tmp_path: Path) -> None:
    model.hidden_size = 7
    model.save(tmp_path)
    for read in (CharLM.load, read_weights):
        with pytest.raises(UserError, match=r"weights\.safetensors: .* of other sizes"):
            read(tmp_path)


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_weights_are_numbers(model: CharLM, tmp_path: Path, value: float) -> None:
    with torch.no_grad():
        next(model.parameters())[-1] = value
    model.save(tmp_path)
    with pytest.raises(UserError, match=r"weights\.safetensors: .*not numbers"):
        CharLM.load(tmp_path)
