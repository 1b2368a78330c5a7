import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus.vocab import Vocabulary
from phonecase.errors import UserError


def test_numbers_are_places_in_sorted_order() -> None:
    vocabulary = Vocabulary.of("in the beginning\n")
    assert vocabulary.characters == "\n beghint"
    assert vocabulary.encode("\n be").tolist() == [0, 1, 2, 3]
    assert vocabulary.encode("be").dtype == np.int64
    assert len(vocabulary) == 9


@given(st.text(min_size=1))
def test_decoding_undoes_encoding(text: str) -> None:
    vocabulary = Vocabulary.of(text)
    assert vocabulary.decode(vocabulary.encode(text)) == text


def test_nothing_encodes_to_nothing() -> None:
    assert Vocabulary("ab").encode("").shape == (0,)


@pytest.mark.parametrize("stranger", ["A", "z", "é", "𝔾"])
def test_an_unknown_character_is_named(stranger: str) -> None:
    with pytest.raises(UserError, match=rf"'{stranger}' \(U\+[0-9A-F]{{4,5}}, at position 2\)"):
        Vocabulary("abc").encode(f"ab{stranger}c")


def test_the_empty_text_has_no_vocabulary() -> None:
    with pytest.raises(UserError, match="empty"):
        Vocabulary.of("")


def test_the_file_round_trips_with_the_same_bytes(tmp_path: Path) -> None:
    path = tmp_path / "vocab.json"
    vocabulary = Vocabulary.of("\n æ'\"\\z")
    vocabulary.save(path)
    first = path.read_bytes()
    assert json.loads(first) == list(vocabulary.characters)
    Vocabulary.load(path).save(path)
    assert path.read_bytes() == first
    assert Vocabulary.load(path) == vocabulary


@pytest.mark.parametrize(
    "content", ["", "{", '"abc"', '["a", "bc"]', '["b", "a"]', '["a", "a"]', "[]", "[1]"]
)
def test_another_file_is_refused_by_name(tmp_path: Path, content: str) -> None:
    path = tmp_path / "vocab.json"
    path.write_text(content)
    with pytest.raises(UserError, match=r"vocab\.json: not a vocabulary"):
        Vocabulary.load(path)


def test_a_missing_file_says_what_makes_it(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="build_vocab"):
        Vocabulary.load(tmp_path / "vocab.json")
