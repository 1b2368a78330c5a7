"""What is learned on and what is scored on, and what stands for chance."""

from pathlib import Path

import pytest

from phonecase.corpus import Vocabulary
from phonecase.errors import UserError
from phonecase.insight import texts as module
from phonecase.insight.texts import Texts

LINE = "And the word was with them, and the word was good.\n"


def load(folder: Path, train: int, validation: int) -> Texts:
    for name, lines in (("train", train), ("validation", validation)):
        (folder / f"{name}.txt").write_text("".join(LINE for _ in range(lines)))
    Vocabulary.of(LINE).save(folder / "vocab.json")
    return Texts.load(folder / "train.txt", folder / "validation.txt", folder / "vocab.json")


def test_rules_are_learned_at_the_end_of_the_one_and_scored_in_the_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FIT", 3_000)
    texts = load(tmp_path, 400, 100)
    assert texts.fit == texts.train[-3_001:]
    assert texts.test == (tmp_path / "validation.txt").read_text()[:-1]
    assert texts.words[:2] == ["and", "the"]
    assert len(texts.features(texts.test)[0].values) == len(texts.test) - 1


def test_others_are_as_long_as_what_is_scored_and_apart_from_each_other(tmp_path: Path) -> None:
    texts = load(tmp_path, 400, 100)
    others = texts.others()
    assert len(others) == 4
    assert {len(other) for other in others} == {len(texts.test)}
    assert others[0] == texts.train[: len(texts.test)]
    assert others[-1] == texts.train[-len(texts.test) :]


def test_a_text_kept_back_that_is_longer_than_the_rest_is_read_as_far(tmp_path: Path) -> None:
    texts = load(tmp_path, 50, 90)
    assert len(texts.test) == len(texts.train)
    assert len(texts.others()) == 1


def test_a_text_of_too_few_characters_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"validation\.txt: \d+ characters are too few; insight takes 2,000"):
        load(tmp_path, 50, 30)
