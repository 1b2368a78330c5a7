"""Passages: what people write, the verses it names, and what they are told when there are none."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus import canon
from phonecase.corpus.references import Reference, Span, parse, passage
from phonecase.corpus.sources import fetch
from phonecase.corpus.verses import SourceSettings, Verse, join
from phonecase.errors import UserError

KEYS = list(canon.keys())


@pytest.fixture(scope="module")
def verses() -> list[Verse]:
    return fetch(SourceSettings()).verses


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Any verses of one book, whole chapters and whole books among them."""
    book = draw(st.sampled_from(canon.BOOKS))
    kind = draw(st.sampled_from(["verses", "verse", "chapters", "book"]))
    chapters = sorted(draw(st.tuples(*[st.integers(1, len(book.verses))] * 2)))
    if kind == "book":
        chapters = [1, len(book.verses)]
    first, last = ((chapter, draw(st.integers(1, book.verses[chapter - 1]))) for chapter in chapters)
    if kind in ("book", "chapters"):
        first, last = (chapters[0], 1), (chapters[1], book.verses[chapters[1] - 1])
    first, last = sorted((first, last))
    return Span(book.name, first, first if kind == "verse" else last)


references = st.builds(Reference, st.lists(spans(), min_size=1, max_size=4).map(tuple))


@given(references)
def test_a_reference_reads_what_it_writes(reference: Reference) -> None:
    assert parse(str(reference)) == reference


@given(references, st.data())
def test_writing_habits_do_not_matter(reference: Reference, data: st.DataObject) -> None:
    text = str(reference)
    dash = data.draw(st.sampled_from("-–—−‑"))
    blank = data.draw(st.sampled_from(["", " ", "  ", "\u00a0"]))
    text = (
        text.replace("-", f"{blank}{dash}{blank}").replace(":", f"{blank}:{blank}").replace("; ", f"{blank};")
    )
    text = data.draw(st.sampled_from([text, text.lower(), text.upper(), f" {text} "]))
    assert parse(text) == reference


@given(references)
def test_a_passage_is_a_slice_of_the_canon(reference: Reference) -> None:
    books = {span.book for span in reference.spans}
    keys = [key for key in KEYS if key[0] in books]
    slices = [
        keys[keys.index((span.book, *span.first)) : keys.index((span.book, *span.last)) + 1]
        for span in reference.spans
    ]
    verses = [Verse(*key, "") for key in keys]
    assert [verse.key for verse in passage(verses, reference)] == [key for part in slices for key in part]


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Romans 1:16-17", "Romans 1:16-17"),
        ("Rom. 1:16–17", "Romans 1:16-17"),
        ("Psalms 23", "Psalm 23"),
        ("ps 23, 121", "Psalm 23; Psalm 121"),
        ("John 1:1-2:11", "John 1:1-2:11"),
        ("John 1-2:11", "John 1:1-2:11"),
        ("1 Cor 13", "1 Corinthians 13"),
        ("I Cor 13:1-13", "1 Corinthians 13"),
        ("First Corinthians 13:4", "1 Corinthians 13:4"),
        ("1Cor13", "1 Corinthians 13"),
        ("Genesis 1:1; John 1:1", "Genesis 1:1; John 1:1"),
        ("Gen 1:1; 2:3", "Genesis 1:1; Genesis 2:3"),
        ("Rom. 1:16, 18", "Romans 1:16; Romans 1:18"),
        ("Rom 1:16,18-20, 2:3, 5", "Romans 1:16; Romans 1:18-20; Romans 2:3; Romans 2:5"),
        ("John 1:51-2:1, 11", "John 1:51-2:1; John 2:11"),
        ("Song of Songs 2", "Song of Solomon 2"),
        ("Jude 1:24", "Jude 1:24"),
        ("Jude 24", "Jude 1:24"),
        ("Jude 24-25", "Jude 1:24-25"),
        ("3 John", "3 John"),
        ("III John 4", "3 John 1:4"),
        ("Romans", "Romans"),
    ],
)
def test_what_people_write(written: str, canonical: str) -> None:
    assert str(parse(written)) == canonical


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("Romnas 1:16", "there is no book 'Romnas'; did you mean 'Romans'?"),
        ("Ju 1:1", "'Ju' could be Judges or Jude"),
        ("Romans 1:33", "there is no Romans 1:33: Romans 1 has 32 verses"),
        ("Romans 1:0", "there is no Romans 1:0: Romans 1 has 32 verses"),
        ("Romans 1:30-33", "there is no Romans 1:33: Romans 1 has 32 verses"),
        ("Romans 17", "there is no Romans 17: Romans has 16 chapters"),
        ("Romans 16:27-17:1", "there is no Romans 17: Romans has 16 chapters"),
        ("Romans 0", "there is no Romans 0: Romans has 16 chapters"),
        ("Jude 2:1", "there is no Jude 2: Jude has 1 chapter"),
        ("Jude 26", "there is no Jude 1:26: Jude 1 has 25 verses"),
        ("Romans 1:17-16", "'1:17-16' in 'Romans 1:17-16' runs backwards: name the earlier one first"),
        ("Romans 2:1-1:32", "'2:1-1:32' in 'Romans 2:1-1:32' runs backwards: name the earlier one first"),
        ("1:16", "'1:16' names no book; write it like "),
        ("", "empty; write it like "),
        ("  ", "empty; write it like "),
        ("Genesis 1:1;", "'Genesis 1:1;' is not a passage; write it like "),
        ("Genesis 1:1, John 1:1", "'Genesis 1:1, John 1:1' is not a passage; write it like "),
        ("Romans 1:16-", "'1:16-' in 'Romans 1:16-' is not a chapter or verse; write it like "),
        ("Romans 1:16ff", "'Romans 1:16ff' is not a passage; write it like "),
    ],
)
def test_a_passage_that_is_not_there(written: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parse(written)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@given(st.text(alphabet="Rom 1I2:-,;.é\n–", max_size=20))
def test_anything_else_is_a_user_error(text: str) -> None:
    try:
        reference = parse(text)
    except UserError:
        return
    assert parse(str(reference)) == reference


def test_the_posts_passage_has_275_characters(verses: Sequence[Verse]) -> None:
    text = join(passage(verses, parse("Romans 1:16-17")))
    assert len(text) == 275
    assert text.startswith(
        "For I am not ashamed of the gospel of Christ: for it is the power of God unto salvation"
    )
    assert "\nFor therein is the righteousness of God revealed from faith to faith:" in text
    assert text.endswith("The just shall live by faith.")


def test_passages_are_read_in_the_order_they_are_named(verses: Sequence[Verse]) -> None:
    named = passage(verses, parse("John 1:1; Genesis 1:1"))
    assert [verse.text[:16] for verse in named] == ["In the beginning", "In the beginning"]
    assert [verse.book for verse in named] == ["John", "Genesis"]
