"""How long a memory is, against one whose length is known and against networks run place by place."""

import importlib
from typing import Any

import numpy as np
import pytest
import torch

from phonecase.insight.networks import UNTRAINED, bits, untrained, values
from phonecase.insight.reach import erased, guessed, measure_reach, read_out
from phonecase.model import CharLM
from phonecase.training import Recipe
from phonecase.training.loop import Training

module = importlib.import_module("phonecase.insight.reach")
V, H = 5, 8
TEXT = np.random.default_rng(0).integers(0, V, 900)


@pytest.fixture(scope="module")
def model() -> CharLM:
    torch.manual_seed(0)
    return CharLM(V, H, 1)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("PAST", 30), ("LENGTH", 10)):
        monkeypatch.setattr(module, name, value)


@pytest.mark.usefixtures("short")
def test_each_past_is_what_it_says(model: CharLM) -> None:
    found = measure_reach(model, TEXT, "abcde", apart=10)
    places = list(range(30, len(TEXT) - 10, 10))
    assert found["places"] == len(places)

    def after(past: Any, place: int) -> tuple[Any, Any]:
        """The states (11, H) along a place after some past, and the bits (10,) of what came."""
        fed = np.concatenate([past, TEXT[place : place + 10]])
        states = values(model, fed)[len(past) - 1 if len(past) else 0 :]
        came = TEXT[place + 1 : place + 11]
        return states, bits(model, torch.from_numpy(states[-10:]), torch.from_numpy(came)).numpy()

    pasts = [TEXT[place - 30 : place] for place in places]
    own = [after(past, place) for past, place in zip(pasts, places, strict=True)]
    half = len(places) // 2
    other = [after(pasts[i - half], place) for i, place in enumerate(places)]
    fresh = [after(TEXT[:0], place) for place in places]
    for name, each in (("fresh", fresh), ("other", other)):
        more = np.array([theirs[1] - ours[1] for theirs, ours in zip(each, own, strict=True)])  # (N, 10)
        np.testing.assert_allclose([mean for mean, _ in found[name]], more.mean(0), atol=1e-5)
        error = more.std(0, ddof=1) / len(places) ** 0.5
        np.testing.assert_allclose([error for _, error in found[name]], error, atol=1e-5)
    differing = np.array([(a[0] != b[0]).sum(1) for a, b in zip(own, other, strict=True)]).T  # (11, N)
    np.testing.assert_allclose(found["differing"], differing.mean(1) / H)
    np.testing.assert_allclose(found["agreed"], (differing == 0).mean(1))


@pytest.mark.usefixtures("short")
@pytest.mark.parametrize(("core", "layers"), [("gru", 1), ("lstm", 2), ("binary_highway_deep", 1)])
def test_any_core_has_a_reach(core: str, layers: int) -> None:
    torch.manual_seed(0)
    found = measure_reach(CharLM(V, H, 0, core, layers), TEXT, "abcde")
    assert len(found["fresh"]) == len(found["other"]) == 10
    assert len(found["differing"]) == 11
    assert np.isfinite(found["fresh"]).all()


def test_what_erases_is_told_by_the_character_that_was_read() -> None:
    differing = np.array([[8, 4], [4, 4], [4, 1], [1, 0], [1, 0]])
    characters = np.array([[0, 1], [1, 0], [0, 0], [1, 1]])
    found = erased(differing, characters, "ab")
    assert found == {"a": pytest.approx(1 - (4 + 1 + 1 + 0) / (8 + 4 + 4 + 1)), "b": pytest.approx(1 - 9 / 9)}


@pytest.mark.parametrize("back", [0, 2, 7])
def test_a_memory_of_one_character_is_read_out_there_and_nowhere_else(back: int) -> None:
    random = np.random.default_rng(3)
    texts = tuple(random.integers(0, V, 4_000) for _ in range(2))
    states = tuple(np.eye(V, dtype=np.float32)[np.roll(text, back)] for text in texts)
    right = read_out((states[0], states[1]), (texts[0], texts[1]), V)
    assert right[back] == 1
    assert all(share < 0.3 for k, share in enumerate(right) if k != back)


def test_what_follows_gives_a_character_away_where_it_must() -> None:
    text = np.arange(6_000) % V  # each character has but one before it
    assert guessed((text, text), V) == [1, 1, 1, 1]
    by_lot = np.random.default_rng(4).integers(0, V, 6_000)
    assert all(share < 0.3 for share in guessed((by_lot, by_lot[::-1].copy()), V))


def test_untrained_networks_are_as_training_finds_them() -> None:
    recipe = Recipe(
        hidden_size=4, window=8, batch_size=2, steps=3, embedding_scale=3, core="gru", layers=2, seed=7
    )
    text = np.random.default_rng(0).integers(0, V, 600)
    made = untrained(recipe, text, text, V)
    assert len(made) == UNTRAINED
    first = Training(recipe, text, text, V).model.state_dict()
    for name, tensor in made[0].state_dict().items():
        assert torch.equal(tensor, first[name])
    assert not torch.equal(made[0].embedding.weight, made[1].embedding.weight)


def test_a_character_that_is_hardly_met_says_nothing() -> None:
    characters = np.zeros((300, 1), np.int64)
    characters[7] = 1
    assert list(erased(np.full((301, 1), 3), characters, "ab")) == ["a"]


def test_where_no_units_differ_nothing_is_erased() -> None:
    assert erased(np.zeros((5, 3), np.int64), np.zeros((4, 3), np.int64), "ab") == {}
