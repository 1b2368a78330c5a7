"""What a bit is worth, against networks that are run one character, one place and one unit at a time."""

import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from phonecase.insight import flips as module
from phonecase.insight.flips import flip_costs, follow, freeze
from phonecase.insight.networks import chosen, read, showing, shown, values
from phonecase.model import CharLM

V, H = 7, 6
CORES = [("binary_highway", 1), ("gru", 1), ("lstm", 1), ("binary_highway", 2), ("lstm", 2), ("highway", 2)]
cores = pytest.mark.parametrize(("core", "layers"), CORES, ids=lambda each: str(each))


def network(core: str = "binary_highway", layers: int = 1) -> CharLM:
    torch.manual_seed(1)
    model = CharLM(V, H, 1, core, layers)
    with torch.no_grad():
        model.readout.weight *= 20  # so that a flip is felt
        model.embedding.weight *= 4
    return model


def tokens(length: int) -> "np.ndarray[tuple[int], np.dtype[np.int64]]":
    return np.random.default_rng(0).integers(0, V, length)


@torch.no_grad()
def paid(model: CharLM, state: torch.Tensor, came: int) -> float:
    """Bits for a character after a state (H,), by the layers one after the other."""
    logits = model.readout(model.feed_forward(state[None]))
    return F.cross_entropy(logits, torch.tensor([came])).item() / math.log(2)


@torch.no_grad()
def step(model: CharLM, carried: object, character: int) -> tuple[torch.Tensor, object]:
    """One character of one text: the state (H,), and what is carried."""
    states, carried = model.recurrent.read(model.embedding.weight, torch.tensor([[character]]), carried)
    return states[0, 0], carried


def negated(model: CharLM, carried: object, unit: int) -> object:
    """What is carried with a unit negated, by hand."""
    if isinstance(carried, tuple):
        place = -1 if model.layers > 1 else 0  # the last layer; of an LSTM, h and not c
        parts = list(carried)
        if model.layers > 1 and isinstance(parts[-1], tuple):
            parts[-1] = (negated(network(), parts[-1][0], unit), parts[-1][1])
        else:
            parts[place] = negated(network(), parts[place], unit)
        return tuple(parts)
    assert isinstance(carried, torch.Tensor)
    turned = carried.clone()
    turned[..., unit] *= -1
    return turned


def test_a_flip_costs_what_it_does_at_each_place() -> None:
    model, text = network(), tokens(41)
    states = values(model, text[:-1])
    cost, error = flip_costs(model, states, text[1:])
    for unit in range(H):
        each = []
        for state, came in zip(states, text[1:], strict=True):
            turned = torch.from_numpy(state.copy())
            own = paid(model, turned, int(came))
            turned[unit] *= -1
            each.append(paid(model, turned, int(came)) - own)
        assert cost[unit] == pytest.approx(np.mean(each), abs=1e-5)
        assert error[unit] == pytest.approx(np.std(each, ddof=1) / len(each) ** 0.5, abs=1e-5)
    assert abs(cost).max() > 0.1


@cores
def test_a_flip_is_followed_as_by_hand(monkeypatch: pytest.MonkeyPatch, core: str, layers: int) -> None:
    past, length, places = 5, 4, 8
    for name, value in (("PAST", past), ("LENGTH", length), ("FOLLOWED", places), ("_AT_ONCE", 3 * H * H)):
        monkeypatch.setattr(module, name, value)
    model, text = network(core, layers), tokens(past + length + 1 + places)
    cost, alive = follow(model, text)
    expected, differs = np.zeros((length + 1, H)), np.zeros((length + 1, H))
    for place in range(past, past + places):
        carried: object = None
        for t in range(place - past, place):
            state, carried = step(model, carried, int(text[t]))
        for unit in range(H):
            own, other = (state, carried), (state.clone(), negated(model, carried, unit))
            other[0][unit] *= -1
            for k in range(length + 1):
                if k:
                    own, other = (step(model, each[1], int(text[place + k - 1])) for each in (own, other))
                came = int(text[place + k])
                expected[k, unit] += paid(model, other[0], came) - paid(model, own[0], came)
                differs[k, unit] += bool(((own[0] >= 0) != (other[0] >= 0)).any())
    np.testing.assert_allclose(cost, expected / places, atol=1e-4)
    np.testing.assert_allclose(alive, differs / places, atol=1e-6)
    assert (alive[0] == 1).all()


@cores
def test_held_units_stay_what_they_are(monkeypatch: pytest.MonkeyPatch, core: str, layers: int) -> None:
    for name, value in (("STRETCHES", 2), ("HELD", 6), ("WARM", 3)):
        monkeypatch.setattr(module, name, value)
    model, text = network(core, layers), tokens(2 * 9 + 1)
    at = np.linspace(-1, 1, H).astype(np.float32)
    groups = [[0, 3], list(range(H)), []]
    found = freeze(model, text, groups, at)
    for group, (mean, error) in zip(groups, found, strict=True):
        each = []
        for start in (0, 9):
            total = 0.0
            for held, sign in ((group, 1), ([], -1)):
                carried: object = None
                for t in range(9):
                    state, carried = step(model, carried, int(text[start + t]))
                    state = state.clone()
                    state[held] = torch.from_numpy(at[held])
                    carried = showing(model, carried, state[None])
                    total += sign * paid(model, state, int(text[start + t + 1])) * (t >= 3)
            each.append(total / 6)
        assert mean == pytest.approx(np.mean(each), abs=1e-5)
        assert error == pytest.approx(abs(each[0] - each[1]) / 2, abs=1e-5)
    assert found[2] == (0, 0)


@cores
def test_what_is_shown_is_the_last_state_and_can_be_another(core: str, layers: int) -> None:
    model = network(core, layers)
    rows = torch.from_numpy(tokens(15).reshape(5, 3))
    states, carried = read(model, rows)
    torch.testing.assert_close(shown(model, carried), states[-1])
    other = torch.randn(3, H)
    torch.testing.assert_close(shown(model, showing(model, carried, other)), other)
    torch.testing.assert_close(shown(model, carried), states[-1])  # and the first is as it was
    again, _ = read(model, rows, showing(model, carried, states[-1]))
    torch.testing.assert_close(again, read(model, rows, carried)[0])
    twice = chosen(carried, torch.tensor([2, 2, 0, 1]))
    torch.testing.assert_close(shown(model, twice), states[-1][[2, 2, 0, 1]])


def test_the_same_network_and_text_give_the_same_numbers() -> None:
    model, text = network(), tokens(400)
    first, second = (follow(model, text) for _ in range(2))
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("characters", [2_000, 2_500, 4_160])
def test_in_a_short_text_units_are_held_for_as_long_as_goes_unpaid(characters: int) -> None:
    model = network("binary_highway", 1)
    text = np.random.default_rng(0).integers(0, V, characters)
    ((mean, error), (none, _)) = freeze(model, text, [list(range(H)), []], np.ones(H, np.float32))
    assert mean != 0
    assert error > 0
    assert none == 0
