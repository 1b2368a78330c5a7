"""A person's own words: what the network is shown of them, and what is said of characters it never saw."""

import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus import OwnWords, Vocabulary
from phonecase.corpus.passages import find_passage
from phonecase.corpus.verses import join
from phonecase.corpus.words import known_or_said, nearest, own_words
from phonecase.errors import UserError

KJV = Vocabulary.of("\n !'(),-.:;?ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwxyz")


def read(text: str, unknown: str = "refuse") -> str:
    return join(own_words("vow", OwnWords.checked({"text": text, "unknown": unknown}), KJV))


def test_words_are_read_as_they_stand_a_line_a_verse() -> None:
    verses = own_words("vow", OwnWords(text="I take thee,\n\n  to have\n"), KJV)
    assert verses == [("vow", 0, 1, "I take thee,"), ("vow", 0, 2, ""), ("vow", 0, 3, "  to have")]


def test_a_file_is_read_like_the_same_text(tmp_path: Path) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes(b"\xef\xbb\xbfRoses\r\nare red\r\n\r\n")
    verses = own_words("poem", OwnWords(file=path), KJV)
    assert verses == [("poem.txt", 0, 1, "Roses"), ("poem.txt", 0, 2, "are red")]


def test_what_is_typed_in_two_ways_is_the_same() -> None:
    vocabulary = Vocabulary.of("née")
    assert join(own_words("x", OwnWords(text="ne\u0301e"), vocabulary)) == "née"


def test_unknown_characters_are_refused_with_their_place_and_the_nearest() -> None:
    with pytest.raises(UserError) as error:
        read("I do,\nfor’er, and a 7")
    assert str(error.value) == (
        "the network does not know U+2019 RIGHT SINGLE QUOTATION MARK (line 2, character 4; nearest: '''), "
        "U+0037 DIGIT SEVEN (line 2, character 15; none is near); "
        "`unknown: nearest` reads the nearest, `unknown: skip` leaves them out"
    )


def test_of_many_unknown_characters_some_are_named() -> None:
    with pytest.raises(UserError, match=r"U\+4E00 CJK UNIFIED IDEOGRAPH-4E00 \(line 1.* and 6 more; "):
        read("".join(map(chr, range(0x4E00, 0x4E0A))))


@pytest.mark.parametrize(
    ("strange", "read_as"),
    [
        ("’", "'"),
        ("“", "'"),  # the King James text has no double ones
        ("–", "-"),
        ("—", "--"),
        ("…", "..."),
        ("é", "e"),
        ("É", "E"),
        ("ø", "o"),
        ("ł", "l"),
        ("æ", "ae"),
        ("ß", "ss"),
        ("ﬁ", "fi"),
        ("X", "x"),
        ("Ａ", "A"),
        ("\u00a0", " "),
        ("\t", " "),
        ("[", "("),
        ("\u0301", ""),
        ("½", None),
        ("7", None),
        ("♥", None),
        ("א", None),
    ],
)
def test_the_nearest_character(strange: str, read_as: str | None) -> None:
    assert nearest(strange, KJV) == read_as


def test_the_nearest_depends_on_what_the_text_has() -> None:
    assert nearest("“", Vocabulary.of('"')) == '"'
    assert nearest("É", Vocabulary.of("é")) == "é"
    assert nearest("'", Vocabulary.of("’")) == "’"
    assert nearest("שׁ", Vocabulary.of("ש")) == "ש"  # a letter with its point


def test_the_nearest_are_read_and_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert read("Déjà vu — “I’m”", "nearest") == "Deja vu -- 'I'm'"
    assert "U+00E9 LATIN SMALL LETTER E WITH ACUTE is read as 'e', 1 time\n" in caplog.text
    assert "U+2014 EM DASH is read as '--', 1 time\n" in caplog.text


def test_where_nothing_is_near_nearest_refuses() -> None:
    with pytest.raises(UserError) as caught:
        read("é 7", "nearest")
    assert "does not know U+0037 DIGIT SEVEN (line 1, character 3; none is near" in str(caught.value)
    assert str(caught.value).endswith("; `unknown: skip` leaves them out")


def test_skipped_characters_are_said(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    assert read("1 by 1,\n♥ at 4", "skip") == " by ,\n at "
    assert "U+0031 DIGIT ONE is left out, 2 times" in caplog.text


@given(st.text(min_size=2), st.sampled_from(["nearest", "skip"]))
def test_whatever_is_read_is_known(text: str, unknown: str) -> None:
    try:
        known = known_or_said(text, KJV, unknown)  # type: ignore[arg-type]
    except UserError:
        assert unknown == "nearest"
    else:
        assert set(known) <= set(KJV.characters)
        assert unknown == "nearest" or known == "".join(c for c in text if c in KJV.characters)


@pytest.mark.parametrize(
    ("content", "message"),
    [(b"", "'' is too short"), (b"l\xefght", "not UTF-8 text"), (b"\xff\xfea\0", "UTF-16 text; save it as")],
)
def test_a_file_that_has_no_words(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "poem.txt"
    path.write_bytes(content)
    with pytest.raises(UserError, match=message):
        find_passage("poem", OwnWords(file=path), [], KJV)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"there is no file .*poem\.txt"):
        own_words("poem", OwnWords(file=tmp_path / "poem.txt"), KJV)


@pytest.mark.parametrize("text", ["1234", "1a2"])
def test_less_than_two_characters_are_left_of_words_that_are_unknown(text: str) -> None:
    words = OwnWords(text=text, unknown="skip")
    with pytest.raises(
        UserError, match=r"passages\.vow: 'a?' is too short: a state needs a character after it"
    ):
        find_passage("vow", words, [], KJV)
