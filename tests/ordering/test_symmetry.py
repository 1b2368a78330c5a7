import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from phonecase.model import CORES, CharLM
from phonecase.ordering import Ordering, order_units
from phonecase.ordering.symmetry import permuted


def some_model(hidden_size: int, feed_forward_layers: int, seed: int) -> CharLM:
    """A network whose gates sum exactly, in any order: its weights are small multiples of 1/64."""
    torch.manual_seed(seed)
    model = CharLM(9, hidden_size, feed_forward_layers)
    with torch.no_grad():
        for parameter in (*model.recurrent.parameters(), model.embedding.weight):
            parameter.copy_(torch.randint(-32, 33, parameter.shape) / 64)
    return model


@given(
    hidden_size=st.integers(1, 20),
    feed_forward_layers=st.integers(0, 2),
    seed=st.integers(0, 1000),
)
def test_the_permuted_network_is_the_picture_and_does_the_same(
    hidden_size: int, feed_forward_layers: int, seed: int
) -> None:
    model = some_model(hidden_size, feed_forward_layers, seed)
    rng = np.random.default_rng(seed)
    ordering = Ordering(
        rng.permutation(hidden_size).astype(np.int32), rng.choice(np.array([-1, 1], np.int8), hidden_size)
    )
    tokens = torch.from_numpy(rng.integers(0, 9, (2, 30)))
    before = [parameter.clone() for parameter in model.parameters()]
    other = permuted(model, ordering)
    for states, picture in zip(model.states(tokens).numpy(), other.states(tokens).numpy(), strict=True):
        np.testing.assert_array_equal(picture.T, ordering.shown(states))
    torch.testing.assert_close(other.logits(tokens), model.logits(tokens), rtol=1e-4, atol=1e-5)
    assert all(torch.equal(a, b) for a, b in zip(model.parameters(), before, strict=True)), "left as it was"


@pytest.mark.parametrize("core", CORES)
@pytest.mark.parametrize("layers", [1, 2])
def test_every_core_may_stand_in_any_order(core: str, layers: int) -> None:
    torch.manual_seed(layers)
    model = CharLM(9, 7, 1, core, layers).double()
    rng = np.random.default_rng(layers)
    ordering = Ordering(rng.permutation(7).astype(np.int32), rng.choice(np.array([-1, 1], np.int8), 7))
    tokens = torch.from_numpy(rng.integers(0, 9, (1, 30)))
    other = permuted(model, ordering)
    expected = model.values(tokens)[0, :, ordering.permutation.tolist()] * torch.from_numpy(ordering.signs)
    torch.testing.assert_close(other.values(tokens)[0], expected)
    torch.testing.assert_close(other.logits(tokens), model.logits(tokens))


def test_the_best_signed_order_of_the_permuted_networks_states_is_as_it_stands() -> None:
    model = some_model(24, 1, seed=5)
    tokens = torch.randint(0, 9, (1, 80), generator=torch.Generator().manual_seed(0))
    states = model.states(tokens)[0].numpy()
    ordering = order_units(states, "optimal_signed")
    picture = permuted(model, ordering).states(tokens)[0].numpy()
    np.testing.assert_array_equal(picture.T, ordering.shown(states))


def test_an_order_of_another_size_is_refused() -> None:
    ordering = Ordering(np.arange(5, dtype=np.int32), np.ones(5, np.int8))
    with pytest.raises(ValueError, match="an order of 5 units does not fit a network of 6"):
        permuted(some_model(6, 1, seed=0), ordering)
