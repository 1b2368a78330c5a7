"""Passages: what people write, the verses it names, and what they are told when there are none."""

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus import canon
from phonecase.corpus.references import Reference, Span, parse, passage
from phonecase.corpus.settings import SourceSettings
from phonecase.corpus.sources import fetch
from phonecase.corpus.verses import Verse, join
from phonecase.corpus.versification import KJV, Versification
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
        ("Gen 1.1", "Genesis 1:1"),
        ("Lev.19.18", "Leviticus 19:18"),
        ("1 Thess. 1.8–9", "1 Thessalonians 1:8-9"),
        ("Leviticus 19：18", "Leviticus 19:18"),
        ("Ｊｏｈｎ　３：１６", "John 3:16"),
        ("Rom\u200b 1:16\u200e", "Romans 1:16"),
        ("Romans 1:16;", "Romans 1:16"),
        ("Romans 1:16.", "Romans 1:16"),
        ("Romans 1:16-17 KJV", "Romans 1:16-17"),
        ("Romans (AV)", "Romans"),
        ("Ps 119:105f", "Psalm 119:105-106"),
        ("Rom 1:16 f., 20", "Romans 1:16-17; Romans 1:20"),
        ("1. John 1:9", "1 John 1:9"),
        ("Ist John 1:9", "1 John 1:9"),
        ("St John 3:16", "John 3:16"),
        ("The Epistle of Paul the Apostle to the Romans 1:16", "Romans 1:16"),
        ("Gen. iii. 3", "Genesis 3:3"),
        ("Gen. iii. 3-5", "Genesis 3:3-5"),
        ("Psalm XXIII", "Psalm 23"),
        ("Gen i-iii", "Genesis 1-3"),
        ("Romans i. 16-iii. 2", "Romans 1:16-3:2"),
        ("Psalm 1-iii", "Psalms 1-3"),
        ("Gen. i. 1, iii. 3", "Genesis 1:1; Genesis 3:3"),
        ("Gen. i. 1; iii. 3", "Genesis 1:1; Genesis 3:3"),
        ("Rom 1:1, II Cor iii; iii John 4", "Romans 1:1; 2 Corinthians 3; 3 John 1:4"),
        ("The Lamentations of Jeremiah 3", "Lamentations 3"),
        ("2 Moses 3", "Exodus 3"),
        ("1JN 2:3", "1 John 2:3"),
        ("Ps. cxix. 105", "Psalm 119:105"),
        ("I John iv. 8", "1 John 4:8"),
        ("Jude 1", "Jude 1:1"),
        ("Ezra 1:1-Ezra 2:1", "Ezra 1:1-2:1"),
        ("1 Kings 1:1-1 Kings 1:10", "1 Kings 1:1-10"),
        ("Genesis 1:1-Exodus 2:3", "Genesis; Exodus 1:1-2:3"),
        ("Gen 50:26 – Lev 1:1", "Genesis 50:26; Exodus; Leviticus 1:1"),
        ("Matt-John", "Matthew; Mark; Luke; John"),
        ("Matt. 1:21, Luke 1:17", "Matthew 1:21; Luke 1:17"),
        ("Genesis 1:1, I John 1:1", "Genesis 1:1; 1 John 1:1"),
        # the comma of the continent, where chapters 5 and 3 are no sensible reading, or are not there
        ("Matthew 5,3", "Matthew 5:3"),
        ("Mt 5,3-12", "Matthew 5:3-12"),
        ("Psalm 89,37", "Psalm 89:37"),
        ("Rom 1,16-17", "Romans 1:16-17"),
        ("Joh 1,1-2,11", "John 1:1-2:11"),
        ("Rom 2,1.17", "Romans 2:1; Romans 2:17"),
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
        (";", "';' is not a passage; write it like "),
        ("Genesis 1:1;; John 1:1", "'Genesis 1:1;; John 1:1' is not a passage; write it like "),
        ("Romans 1:16 sic", "'Romans 1:16 sic' is not a passage; write it like "),
        ("Romans 1:16-", "'1:16-' in 'Romans 1:16-' is not a chapter or verse; write it like "),
        ("Ps 119:105ff", "'105ff' in 'Ps 119:105ff' doesn't say where it ends: name the last verse"),
        ("Rom 1:1¹", "'Rom 1:1¹' has a raised ¹, as a footnote's mark: leave it out"),
        ("Gen 1:1 to 3", "'to' in 'Gen 1:1 to 3': write '-' for a range and ',' between verses"),
        ("Rom 1-3; 4 John", "there is no book '4 John'; did you mean '3 John'?"),
        ("Rom 1:16a", "'16a' in 'Rom 1:16a' is a part of a verse; verses are read whole"),
        (
            "Romans 1:16 NIV",
            "'Romans 1:16 NIV': which translation is read is a setting of the corpus; leave out NIV",
        ),
        (
            "Genesis 1:1 John 1:1",
            "'Genesis 1:1 John 1:1' has two passages with nothing between; put a ';' before 'John 1:1'",
        ),
        (
            "Genesis 1:1 1 John 1:1",
            "'Genesis 1:1 1 John 1:1' has two passages with nothing between; put a ';' before '1 John 1:1'",
        ),
        (
            "Exodus 2:3-Genesis 1:1",
            "'Exodus 2:3-Genesis 1:1' runs backwards: name the earlier one first",
        ),
        ("Gen 1:1-Ex 2-Lev 3", "'Gen 1:1-Ex 2-Lev 3' in 'Gen 1:1-Ex 2-Lev 3' has more than two ends; "),
        ("Judith 1:1", "Judith is not in this text"),
        ("Tobit 1", "Tobit is not in this text"),
        ("Joh 3,16", "'Joh 3,16' could be 'John 3:16' or 'John 3; John 16': write the one that you mean"),
        ("Rom 1,16", "'Rom 1,16' could be 'Romans 1:16' or 'Romans 1; Romans 16': write the one"),
        ("Ps 119, 23", "'Ps 119, 23' could be 'Psalm 119:23' or 'Psalm 119; Psalm 23': write the one"),
        ("Jude 1,3", "'Jude 1,3' could be 'Jude 1:3' or 'Jude 1:1; Jude 1:3': write the one"),
    ],
)
def test_a_passage_that_is_not_there(written: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        parse(written)
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


OTHER = Versification.of(
    [
        *(("Psalms", 150, verse) for verse in range(1, 7)),
        *(("Psalm 151", 1, verse) for verse in range(1, 8)),
        *(("4 Maccabees", 1, verse) for verse in range(1, 4)),
        *(("XXA", chapter, 1) for chapter in (2, 1)),
    ]
)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("Psalm 151", "Psalm 151"),
        ("Psalm 151:3", "Psalm 151 1:3"),
        ("PS2", "Psalm 151"),
        ("PS2 1:2-3", "Psalm 151 1:2-3"),
        ("Ps 150:6, 4 Macc 1:1", "Psalm 150:6; 4 Maccabees 1:1"),
        ("Ps 150:6-4MA 1:1", "Psalm 150:6; Psalm 151; 4 Maccabees 1:1"),
        ("xxa 1:1", "XXA 1"),
        ("XXA 2-1", "XXA"),
    ],
)
def test_books_of_other_canons(written: str, canonical: str) -> None:
    reference = parse(written, OTHER)
    assert str(reference) == canonical
    assert parse(canonical, OTHER) == reference


@pytest.mark.parametrize("order", [(1, 2, 3, 4), (1, 4, 2, 3), (4, 3, 2, 1)])
def test_the_text_s_own_order_counts(order: tuple[int, ...]) -> None:
    text = [Verse("Genesis", chapter, verse, "") for chapter in (2, 1) for verse in order]
    bible = Versification.of(verse.key for verse in text)
    assert passage(text, parse("Genesis", bible)) == text
    assert passage(text, parse("Genesis 1", bible)) == text[4:]
    assert passage(text, parse(f"Gen 1:{order[1]}-{order[2]}", bible)) == text[5:7]
    with pytest.raises(UserError, match="runs backwards: name the earlier one first"):
        parse("Gen 1-2", bible)


@given(st.text(alphabet="Rom 1I2:-,;.é\n–", max_size=20))
def test_anything_else_is_a_user_error(text: str) -> None:
    try:
        reference = parse(text)
    except UserError:
        return
    assert parse(str(reference)) == reference


DOCS = (Path(__file__).parents[2] / "docs" / "corpus.md").read_text(encoding="utf-8")
WRITTEN = re.findall(r"^\| (`[^|]*) \| ([^|]*) \|$", DOCS.split("| written | is |")[1], re.MULTILINE)


def test_the_documentation_s_examples_are_read_or_refused_as_it_says() -> None:
    assert len(WRITTEN) >= 10
    for examples, meaning in WRITTEN:
        read = [is_there(example) for example in re.findall("`(.*?)`", examples)]
        assert read == [not meaning.startswith("refused")] * len(read), examples
        other = [is_there(example) for example in re.findall("`([^`]*)` is refused", meaning)]
        assert not any(other), meaning
    for same in (WRITTEN[0][0], "`Matt-John`, `Matthew; Mark; Luke; John`"):
        first, *others = map(parse, re.findall("`(.*?)`", same))
        assert all(other == first for other in others)


@given(st.sampled_from(canon.BOOKS), st.data())
def test_a_comma_is_never_taken_for_what_it_may_not_be(book: canon.Book, data: st.DataObject) -> None:
    """Whatever `Book a,b` is read as, the other reading is not there or lists chapters downwards."""
    a, b = (data.draw(st.integers(1, 60)) for _ in range(2))
    verse, chapters = ((f"{book.name} {text}") for text in (f"{a}:{b}", f"{a}; {b}"))
    there = [text for text in (verse, chapters) if is_there(text)]
    if is_there(f"{book.name} {a},{b}") and len(book.verses) > 1:
        read = parse(f"{book.name} {a},{b}")
        assert read == parse(verse if verse in there else chapters)
        assert len(there) == 1 or b <= a


def is_there(text: str) -> bool:
    try:
        return bool(parse(text))
    except UserError:
        return False


@given(st.integers(1, 150))
def test_a_chapter_may_be_a_roman_numeral(number: int) -> None:
    tens = [
        ("c", 100),
        ("xc", 90),
        ("l", 50),
        ("xl", 40),
        ("x", 10),
        ("ix", 9),
        ("v", 5),
        ("iv", 4),
        ("i", 1),
    ]
    numeral, rest = "", number
    for letters, value in tens:
        while rest >= value:
            numeral, rest = numeral + letters, rest - value
    for written in (f"Ps. {numeral}", f"Psalm {numeral.upper()}.", f"Psalms {numeral}. 1"):
        assert str(parse(written)).startswith(f"Psalm {number}")


def test_a_text_of_its_own_versification() -> None:
    """Romans between Tobit and an Obadiah without its first verses, and verses left out of a chapter."""
    keys = [("Tobit", 1, 1), ("Romans", 1, 1), ("Romans", 1, 3), ("Romans", 1, 4), ("Romans", 3, 1)]
    bible = Versification.of([*keys, ("Obadiah", 1, 5), ("Obadiah", 1, 6)])
    verses = [Verse(*key, "") for key in keys]
    assert [verse.key for verse in passage(verses, parse("Rom 1:1-3", bible))] == keys[1:3]
    for written, canonical in {
        "Tob 1,1": "Tobit",
        "Rom 1:1-4; 3": "Romans 1; Romans 3",
        "Rom 1:3-3:1": "Romans 1:3-3:1",
        "Obad 5": "Obadiah 1:5",
        "TOB-ROM 1:1": "Tobit; Romans 1:1",
    }.items():
        assert str(parse(written, bible)) == canonical
        assert parse(canonical, bible) == parse(written, bible)
    for written, message in {
        "Rom 1:2": "there is no Romans 1:2: Romans 1 has the verses 1, 3-4",
        "Rom 2": "there is no Romans 2: Romans has the chapters 1, 3",
        "Obad 1:1": "there is no Obadiah 1:1: Obadiah 1 has the verses 5-6",
        "Genesis 1": "Genesis is not in this text",
        "Rom 1 KJV": "'Rom 1 KJV': which translation is read is a setting of the corpus; leave out KJV",
    }.items():
        with pytest.raises(UserError) as error:
            parse(written, bible)
        assert str(error.value) == message


def test_the_posts_passage_has_275_characters(verses: Sequence[Verse]) -> None:
    text = join(passage(verses, parse("Romans 1:16-17")))
    assert len(text) == 275
    assert text.startswith(
        "For I am not ashamed of the gospel of Christ: for it is the power of God unto salvation"
    )
    assert "\nFor therein is the righteousness of God revealed from faith to faith:" in text
    assert text.endswith("The just shall live by faith.")


def test_the_versification_is_that_of_the_real_text(verses: Sequence[Verse]) -> None:
    assert Versification.of(verse.key for verse in verses) == KJV


def test_passages_are_read_in_the_order_they_are_named(verses: Sequence[Verse]) -> None:
    named = passage(verses, parse("John 1:1; Genesis 1:1"))
    assert [verse.text[:16] for verse in named] == ["In the beginning", "In the beginning"]
    assert [verse.book for verse in named] == ["John", "Genesis"]
