"""Passages of a plain text: lines by number, and phrases."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus.lines import find_lines, lines_named
from phonecase.corpus.passages import find_passage
from phonecase.corpus.readers import read_text
from phonecase.corpus.verses import Verse, join
from phonecase.corpus.vocab import Vocabulary
from phonecase.errors import UserError


def file(name: str, text: str) -> list[Verse]:
    return [Verse(name, 0, number, line) for number, line in enumerate(text.split("\n"), start=1)]


MOBY = file(
    "moby.txt", "Call me Ishmael. Some years ago--\nnever mind how long\nprecisely--\n\nCall me a cab"
)
EMMA = file("emma.txt", "Emma Woodhouse, handsome,\nclever, and rich")
TEXT = [*MOBY, *EMMA]


@pytest.mark.parametrize(
    ("written", "text", "named"),
    [
        ("moby.txt:2", "never mind how long", "moby.txt:2"),
        ("moby.txt:2-4", "never mind how long\nprecisely--\n", "moby.txt:2-4"),
        (" moby.txt:2 – 3 ", "never mind how long\nprecisely--", "moby.txt:2-3"),
        ("emma.txt:1-2", "Emma Woodhouse, handsome,\nclever, and rich", "emma.txt:1-2"),
        ('"Ishmael. Some"', "Ishmael. Some", "moby.txt:1"),
        ("“long precisely”", "long\nprecisely", "moby.txt:2-3"),
        ("'ago-- never  mind'", "ago--\nnever mind", "moby.txt:1-2"),
        ("«clever»", "clever", "emma.txt:2"),
    ],
)
def test_what_is_named_is_found(written: str, text: str, named: str) -> None:
    found = find_lines(written, TEXT)
    assert join(found) == text
    assert lines_named(found) == named
    assert find_passage("opening", written, TEXT, Vocabulary("a")) == (named, found)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (
            "moby.txt",
            "'moby.txt' is not a passage of a plain text; write lines, as in 'moby.txt:1-12', or a phrase",
        ),
        ("Romans 1:16", "there is no file 'Romans 1'; there are moby.txt, emma.txt"),
        ("mobi.txt:1", "there is no file 'mobi.txt'; did you mean 'moby.txt'?"),
        ("moby.txt:0-3", "there is no line 0 of moby.txt: it has 5"),
        ("moby.txt:3-6", "there is no line 6 of moby.txt: it has 5"),
        ("moby.txt:3-2", "'moby.txt:3-2' runs backwards: name the earlier line first"),
        ('"Call me"', "'Call me' is in the text 2 times: moby.txt:1, moby.txt:5; take more words, or name "),
        ('"call me ishmael"', "'call me ishmael' is not in the text; with other capitals it is: moby.txt:1"),
        ('"cab Emma"', "'cab Emma' is not in the text"),
    ],
)
def test_what_is_not_there_is_said(written: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        find_passage("opening", written, TEXT, Vocabulary("a"))
    assert str(error.value).startswith(f"passages.opening: {message}")


def test_a_frequent_phrase_is_counted_in_no_time() -> None:
    text = file("long.txt", "a phrase\n" * 300_000)
    with pytest.raises(UserError, match=r"in the text 300000 times: long\.txt:1, long\.txt:2, "):
        find_lines('"phrase"', text)


def test_less_than_two_characters_are_no_passage() -> None:
    with pytest.raises(
        UserError, match=r"^passages\.blank: '' is too short: a state needs a character after"
    ):
        find_passage("blank", "moby.txt:4", TEXT, Vocabulary("a"))


@pytest.mark.parametrize("written", ["N\u00e9.txt:1", "Ne\u0301.txt:1"])
def test_a_name_may_have_its_accents_apart(written: str, tmp_path: Path) -> None:
    path = tmp_path / "Ne\u0301.txt"
    path.write_text("one\ntwo\n")
    assert join(find_lines(written, list(read_text(path)))) == "one"


@given(st.lists(st.text("ab ", max_size=4), min_size=1, max_size=5), st.data())
def test_a_phrase_is_found_exactly_where_it_is_once(lines: list[str], data: st.DataObject) -> None:
    text = "\n".join(lines)
    first = data.draw(st.integers(0, len(text)))
    phrase = text[first : data.draw(st.integers(first, len(text)))].strip()
    if not phrase:
        return
    words = phrase.split()
    places = [
        start for start in range(len(text)) if text[start : start + 1].strip() and _reads(text[start:], words)
    ]
    if len(places) > 1:
        with pytest.raises(UserError, match="times: x:"):
            find_lines(f'"{phrase}"', file("x", text))
    else:
        found = find_lines(f'"{phrase}"', file("x", text))
        assert join(found).split() == words
        assert found[0].verse == text.count("\n", 0, places[0]) + 1


def _reads(text: str, words: list[str]) -> bool:
    """Whether a text begins with these words, with any white space between them: letter by letter."""
    for number, word in enumerate(words):
        if number:
            stripped = text.lstrip()
            if stripped == text:
                return False
            text = stripped
        if not text.startswith(word):
            return False
        text = text[len(word) :]
    return True
