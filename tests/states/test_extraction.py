import logging
import math

import numpy as np
import pytest
import torch
from torch.nn import functional as F

from phonecase.corpus import Verse, Vocabulary
from phonecase.errors import UserError
from phonecase.model import CharLM
from phonecase.states.extraction import extract

VERSES = [Verse("Romans", 1, 16, "for I am"), Verse("Romans", 1, 17, "for")]
TEXT = "for I am\nfor"


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return Vocabulary.of(TEXT)


@pytest.fixture(scope="module")
def model(vocabulary: Vocabulary) -> CharLM:
    torch.manual_seed(0)
    return CharLM(len(vocabulary), hidden_size=24)


def test_all_characters_but_the_last_are_fed(model: CharLM, vocabulary: Vocabulary) -> None:
    states = extract(model, vocabulary, VERSES)
    assert states.text + states.metadata["last_character"] == TEXT
    assert states.units.shape == (len(TEXT) - 1, 24)
    assert set(np.unique(states.units)) == {-1, 1}


def test_a_line_break_belongs_to_the_verse_before_it(model: CharLM, vocabulary: Vocabulary) -> None:
    places = extract(model, vocabulary, VERSES).places
    assert places == [("Romans", 1, 16)] * len("for I am\n") + [("Romans", 1, 17)] * len("fo")


def test_the_surprise_is_the_bits_paid_for_each_character(model: CharLM, vocabulary: Vocabulary) -> None:
    states = extract(model, vocabulary, VERSES)
    tokens = torch.from_numpy(vocabulary.encode(TEXT))
    paid = [math.nan]
    for t in range(1, len(TEXT)):  # each character from nothing but those before it
        logits = model.logits(tokens[None, :t])[0, -1].detach()
        paid.append(float(-F.log_softmax(logits, dim=0)[tokens[t]] / math.log(2)))
    np.testing.assert_allclose(states.surprise, paid[:-1], rtol=1e-4)
    assert states.metadata["last_surprise"] == pytest.approx(paid[-1], rel=1e-4)
    mean = model.loss(tokens[None]).item() / math.log(2)
    assert states.metadata["bits_per_character"] == pytest.approx(mean, rel=1e-4)


def test_the_states_are_those_that_the_model_gives(model: CharLM, vocabulary: Vocabulary) -> None:
    fed = torch.from_numpy(vocabulary.encode(TEXT[:-1]))[None]
    np.testing.assert_array_equal(extract(model, vocabulary, VERSES).units, model.states(fed)[0].numpy())


@pytest.mark.parametrize("core", ["highway", "gru", "lstm"])
def test_states_that_are_numbers_are_kept_beside_their_signs(
    vocabulary: Vocabulary, caplog: pytest.LogCaptureFixture, core: str
) -> None:
    torch.manual_seed(0)
    model = CharLM(len(vocabulary), hidden_size=24, core=core, layers=2)
    with caplog.at_level(logging.INFO, "phonecase"):
        states = extract(model, vocabulary, VERSES)
    assert f"the states of core {core} are numbers: their signs are what is ordered and drawn" in caplog.text
    fed = torch.from_numpy(vocabulary.encode(TEXT[:-1]))[None]
    assert states.values is not None
    np.testing.assert_array_equal(states.values, model.values(fed)[0].numpy())
    np.testing.assert_array_equal(states.units, np.where(states.values >= 0, 1, -1))
    assert len(np.unique(states.values)) > 100


@pytest.mark.parametrize("core", ["binary_highway", "binary_highway_deep"])
def test_bits_are_all_that_there_is_of_a_binary_state(
    vocabulary: Vocabulary, caplog: pytest.LogCaptureFixture, core: str
) -> None:
    model = CharLM(len(vocabulary), hidden_size=24, core=core)
    with caplog.at_level(logging.INFO, "phonecase"):
        assert extract(model, vocabulary, VERSES).values is None
    assert caplog.text == ""


def test_a_passage_needs_two_characters_that_the_network_knows(model: CharLM, vocabulary: Vocabulary) -> None:
    with pytest.raises(UserError, match="too short"):
        extract(model, vocabulary, [Verse("Romans", 1, 1, "I")])
    with pytest.raises(UserError, match="'z'"):
        extract(model, vocabulary, [Verse("Romans", 1, 1, "zoo")])
