import math
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
import yaml
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from phonecase.errors import UserError
from phonecase.model.cell import BinaryHighway, sign
from phonecase.model.charlm import CharLM
from phonecase.model.cores import CORES, BinaryHighwayDeep, Core, Highway, make_core
from phonecase.training import Checkpoints, Training
from phonecase.training.recipe import CoreName, Recipe

H, V = 6, 9
BINARY = {"binary_highway", "binary_highway_deep"}
TINY: dict[str, Any] = {"hidden_size": H, "feed_forward_layers": 1, "batch_size": 4, "window": 16}

every_core = pytest.mark.parametrize("name", CORES)
every_stack = pytest.mark.parametrize("layers", [1, 2, 3])


def some_core(name: str, layers: int = 1) -> tuple[Core, Tensor, Tensor]:
    """A core with an initial state of its own where it has one, a table for it to read, and 31 rows of it."""
    torch.manual_seed(layers)
    core = make_core(name, H, layers)
    for key, parameter in core.named_parameters():
        if key.endswith("initial_state"):
            nn.init.normal_(parameter)
    return core, torch.randn(V, H), torch.randint(V, (31, 4))


def text(length: int, seed: int = 0) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Characters of which each is one, two or three after the one before."""
    return np.random.default_rng(seed).integers(1, 4, length).cumsum() % V


def training(**settings: Any) -> Training:
    return Training(Recipe(**{**TINY, **settings}), text(2000), text(1100, seed=1), vocab_size=V)


def test_a_recipe_may_name_every_core() -> None:
    assert set(get_args(CoreName)) == set(CORES)


def test_the_models_of_the_bench_are_recipes() -> None:
    file = Path(__file__).parents[2] / "bench/cores.yaml"
    models = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    recipes = [Recipe.checked(model, where=name) for name, model in models.items()]
    assert {recipe.core for recipe in recipes} == set(CORES)
    assert len(set(recipes)) == len(recipes)
    assert recipes[0] == Recipe()


def test_an_unknown_core_is_answered_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"there is no core 'grU2'; did you mean 'gru'\?"):
        make_core("grU2", H)
    with pytest.raises(UserError, match="there is no core 'transformer'; the cores are binary_highway, "):
        make_core("transformer", H)
    with pytest.raises(UserError, match="core: should be 'binary_highway', "):
        Recipe.checked({"core": "transformer"})


@torch.no_grad()
@every_core
@every_stack
def test_a_core_gives_a_state_for_every_character(name: str, layers: int) -> None:
    core, table, rows = some_core(name, layers)
    states, _ = core.read(table, rows)
    assert states.shape == (31, 4, H)
    assert core.binary == (name in BINARY) == (states.abs() == 1).all()


@torch.no_grad()
@every_core
@every_stack
def test_a_text_read_in_pieces_is_the_text_read_at_once(name: str, layers: int) -> None:
    core, table, rows = some_core(name, layers)
    whole, _ = core.read(table, rows)
    parts, carried = [], None
    for piece in torch.split(rows, [1, 10, 20]):
        states, carried = core.read(table, piece, carried)
        parts.append(states)
    torch.testing.assert_close(torch.cat(parts), whole)


@torch.no_grad()
@every_core
def test_the_past_decides_and_the_future_does_not(name: str) -> None:
    core, table, rows = some_core(name, 2)
    changed = rows.clone()
    changed[10] = (changed[10] + 1) % V
    before, after = core.read(table, rows)[0], core.read(table, changed)[0]
    assert torch.equal(before[:10], after[:10])
    if not core.binary:  # a bit needn't flip
        assert not torch.equal(before[10:], after[10:])


@torch.no_grad()
def test_highway_is_its_formula() -> None:
    core, table, rows = some_core("highway")
    assert isinstance(core, Highway)
    h = core.initial_state.expand(4, H)
    for x, state in zip(table[rows], core.read(table, rows)[0], strict=True):
        candidate, carry, update = core.gates(torch.cat([h, x], dim=1)).split(H, dim=1)
        h = carry.sigmoid() * h + update.sigmoid() * candidate.tanh()
        torch.testing.assert_close(state, h)


@torch.no_grad()
def test_the_deep_core_is_its_formula() -> None:
    core, table, rows = some_core("binary_highway_deep")
    assert isinstance(core, BinaryHighwayDeep)
    h = core.initial_state.expand(4, H)
    for x, state in zip(table[rows], core.read(table, rows)[0], strict=True):
        candidate, carry, update = core.gates(torch.cat([h, x], dim=1)).split(H, dim=1)
        s = carry.sigmoid() * h + update.sigmoid() * candidate
        candidate, carry, update = core.second(s).split(H, dim=1)
        h = sign(carry.sigmoid() * s + update.sigmoid() * candidate)
        assert torch.equal(state, h)


def test_the_deep_core_without_its_second_transition_is_the_posts() -> None:
    deep, table, rows = some_core("binary_highway_deep")
    assert isinstance(deep, BinaryHighwayDeep)
    post = BinaryHighway(H)
    post.load_state_dict({name: t for name, t in deep.state_dict().items() if not name.startswith("second")})
    with torch.no_grad():  # σ(40) · s + σ(−40) · candidate is s
        deep.second.weight.zero_()
        deep.second.bias.copy_(torch.tensor([0.0, 40, -40]).repeat_interleave(H))
    upstream = torch.randn(31, 4, H)
    ours, theirs = deep.read(table, rows)[0], post(table[rows])
    assert torch.equal(ours, theirs)
    for key, parameter in post.named_parameters():
        (mine,) = torch.autograd.grad(ours, deep.get_parameter(key), upstream, retain_graph=True)
        (other,) = torch.autograd.grad(theirs, parameter, upstream, retain_graph=True)
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_a_stack_of_grus_is_pytorchs_gru_of_as_many_layers() -> None:
    stack, table, rows = some_core("gru", 3)
    theirs = nn.GRU(H, H, num_layers=3)
    # 1.weight_ih_l0 here is weight_ih_l1 there
    theirs.load_state_dict({f"{key[2:-1]}{key[0]}": tensor for key, tensor in stack.state_dict().items()})
    torch.testing.assert_close(stack.read(table, rows)[0], theirs(table[rows])[0])


@torch.no_grad()
def test_a_stack_of_binary_layers_reads_the_states_of_the_one_below() -> None:
    stack, table, rows = some_core("binary_highway", 3)
    states = table[rows]
    for layer in stack.children():
        states = layer(states)  # by its definition
    assert torch.equal(stack.read(table, rows)[0], states)


class PostsCharLM(nn.Module):
    """The post's network, its parts drawn in the order in which weights of it have always been drawn."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(V, H)
        self.recurrent = BinaryHighway(H)
        up, down = (nn.Linear(H, 4 * H), nn.Linear(4 * H, H)), (nn.Linear(H, 4 * H), nn.Linear(4 * H, H))
        self.feed_forward = nn.Sequential(up[0], nn.ReLU(), up[1], down[0], nn.ReLU(), down[1])
        self.readout = nn.Linear(H, V)


def test_the_defaults_are_the_posts_network_to_the_byte(tmp_path: Path) -> None:
    torch.manual_seed(3)
    posts = PostsCharLM().state_dict()
    torch.manual_seed(3)
    model = CharLM(V, H)
    assert {name: t.tolist() for name, t in model.state_dict().items()} == {
        name: t.tolist() for name, t in posts.items()
    }
    model.save(tmp_path)
    sizes = f'{{"vocab_size": {V}, "hidden_size": {H}, "feed_forward_layers": 2}}'
    save_file(posts, tmp_path / "posts.safetensors", metadata={"sizes": sizes})
    assert numbers(tmp_path / "weights.safetensors") == numbers(tmp_path / "posts.safetensors")


def numbers(path: Path) -> bytes:
    """All of a safetensors file but its header, which begins with its length."""
    content = path.read_bytes()
    return content[8 + int.from_bytes(content[:8], "little") :]


@every_core
@every_stack
def test_weights_come_back_with_their_core(tmp_path: Path, name: str, layers: int) -> None:
    model = CharLM(V, H, 1, name, layers)
    model.save(tmp_path)
    loaded = CharLM.load(tmp_path)
    assert (loaded.core, loaded.layers, loaded.binary) == (name, layers, name in BINARY)
    tokens = torch.randint(V, (2, 20))
    assert torch.equal(loaded.values(tokens), model.values(tokens))


@every_core
def test_every_core_learns(name: str) -> None:
    run = training(core=name, layers=2, steps=60, learning_rate=0.02, validate_every=20, clip_norm=1.0)
    list(run.run())
    first, *_, last = run.history
    assert last["train_bits"] < first["train_bits"] - 0.1
    assert last["validation_bits"] is not None
    assert last["validation_bits"] < math.log2(V) - 0.4


@every_core
def test_every_core_goes_on_from_its_checkpoint_with_the_same_weights(tmp_path: Path, name: str) -> None:
    recipe = {"core": name, "layers": 2, "steps": 7, "learning_rate": 0.01}
    whole = training(**recipe)
    list(whole.run())
    stopped = training(**recipe)
    for _ in zip(range(4), stopped.run(), strict=False):
        pass
    Checkpoints(tmp_path, stopped).save()
    resumed = training(**recipe)
    Checkpoints(tmp_path, resumed).restore()
    assert resumed.step == 4
    list(resumed.run())
    for key, tensor in whole.model.state_dict().items():
        assert torch.equal(resumed.model.state_dict()[key], tensor), key


def test_another_core_is_another_training() -> None:
    keys = {training(core=name, layers=layers).key for name in CORES for layers in (1, 2)}
    assert len(keys) == 2 * len(CORES)


@every_core
@every_stack
@pytest.mark.parametrize("precision", [torch.float32, torch.bfloat16])
def test_every_weight_learns(name: str, layers: int, precision: torch.dtype) -> None:
    torch.manual_seed(0)
    model = CharLM(V, H, 1, name, layers)
    model.loss(torch.randint(V, (4, 31)), precision).backward()  # type: ignore[no-untyped-call]
    for key, parameter in model.named_parameters():
        assert parameter.grad is not None, key
        assert parameter.grad.abs().sum() > 0, key


@torch.no_grad()
@every_core
def test_the_loss_is_that_of_the_values(name: str) -> None:
    torch.manual_seed(0)
    model = CharLM(V, H, 1, name, 2)
    tokens = torch.randint(V, (3, 20))
    logits = model.readout(model.feed_forward(model.values(tokens[:, :-1])))
    expected = F.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    torch.testing.assert_close(model.loss(tokens), expected)
