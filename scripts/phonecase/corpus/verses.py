"""The text as a table of verses: its file, what the King James Version must be like, the split."""

import io
import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple, Self

from phonecase.corpus import canon
from phonecase.corpus.settings import SplitSettings
from phonecase.corpus.versification import KJV
from phonecase.errors import UserError, suggestion
from phonecase.files import read_json, read_text, write_text

SHORTEST = 512
"""Characters: the least to validate on, one window of the validation."""


Key = tuple[str, int, int]
"""(book, chapter, verse); of a plain text, (file, 0, line)."""


class Verse(NamedTuple):
    """One verse; `book` is the name that `canon` gives it.

    A line of a plain text is the same: `book` is the file's name, `chapter` 0, `verse` the line's number.
    """

    book: str
    chapter: int
    verse: int
    text: str

    @property
    def key(self) -> Key:
        """Which verse it is."""
        return self[:3]


def join(verses: Iterable[Verse]) -> str:
    """Their text as the network reads it: verses separated by line breaks, none at the end."""
    return "\n".join(verse.text for verse in verses)


# ---- files


def read_verses(path: Path) -> list[Verse]:
    """The verses of a table that `write_verses` wrote. Raises UserError when it is not there, or no such.

    It must be the file whose SHA-256 is in the provenance.json beside it, if there is one.
    """
    noted, maker = path.with_name("provenance.json"), "fetch_kjv.py"
    sha256 = read_json(noted, maker, "corpus_sha256")["corpus_sha256"] if noted.exists() else None
    verses = []
    for number, line in enumerate(io.StringIO(read_text(path, maker, sha256), newline="\n"), start=1):
        match line.removesuffix("\n").split("\t", 3):
            case [book, chapter, verse, text] if chapter.isdecimal() and verse.isdecimal():
                verses.append(Verse(book, int(chapter), int(verse), text))
            case _:
                raise UserError(f"{path}: {no_verse(number, line)}")
    return verses


def no_verse(number: int, line: str) -> str:
    """What is wrong with a line of a table that is no verse."""
    return (
        f"line {number} should be a book, chapter, verse and text, separated by tabs; "
        f"it is {line[:60].rstrip()!r}"
    )


def write_verses(path: Path, verses: Iterable[Verse]) -> None:
    """Write a table with a line `book⇥chapter⇥verse⇥text` for each."""
    write_text(path, "".join(f"{v.book}\t{v.chapter}\t{v.verse}\t{v.text}\n" for v in verses))


# ---- what the text should be

_MARKS = str.maketrans({"’": "'", "æ": "ae", "Æ": "Ae", "—": "--"} | dict.fromkeys("[]¶#", ""))
_STRANGE = re.compile(r"[^A-WYZa-z !'(),\-.:;?]")
"""No verse has these. Six complete editions have the same 62 characters, and a damaged one some other:
quotation marks around the text, notes in braces, a verse's number, a piece of HTML, a `$` within a word."""


def normalise(text: str) -> str:
    """The normal form of a verse: no editor's marks, plain ASCII, single spaces."""
    return " ".join(text.translate(_MARKS).split())


def fault(verses: Sequence[Verse]) -> str | None:
    """The first thing wrong with a text that should be the whole King James Version in normal form, or None.

    Each of the 31,102 verses must be there once, in canonical order, with a text of plain letters and
    punctuation.
    """
    expected = list(canon.keys())
    for place, verse in enumerate(verses):
        if place == len(expected) or verse.key != expected[place]:
            return _misplaced(verses, place, expected)
        if not verse.text:
            return f"{name(verse.key)} has no text"
        if strange := _STRANGE.search(verse.text):
            character = strange.group()
            return f"{name(verse.key)} has {character!r} ({canon.described(character)}), which no verse has"
    if len(verses) < len(expected):
        after = f"the text ends after {name(verses[-1].key)}" if verses else "there are no verses at all"
        return f"{name(expected[len(verses)])} is missing; {after}"
    return None


def _misplaced(verses: Sequence[Verse], place: int, expected: Sequence[Key]) -> str:
    """Why the verse at a place isn't the expected one: unknown, a second copy, or another is missing."""
    key = verses[place].key
    if key not in expected:
        return _unknown(key)
    if key in expected[:place]:
        return f"{name(key)} is there twice, the second time after {name(expected[place - 1])}"
    there = {verse.key for verse in verses}
    missing = expected[place]
    if missing in there:
        return f"{name(key)} is out of order: {name(missing)} should be in its place"
    if not any(book == missing[0] for book, _, _ in there):
        return f"the whole book {missing[0]} is missing"
    return f"{name(missing)} is missing"


def _unknown(key: Key) -> str:
    book, chapter, _ = key
    if book not in canon.NAMES:
        return f"there is no book '{book}'{suggestion(book, canon.NAMES)}"
    return f"there is no {name(key)}: {KJV.extent(book, chapter)}"


def name(key: Key) -> str:
    """`Romans 1:16`."""
    book, chapter, verse = key
    return f"{book} {chapter}:{verse}"


# ---- the split


def split(verses: Iterable[Verse], validation_books: Collection[str]) -> tuple[list[Verse], list[Verse]]:
    """The verses to train on and those to validate on, both in their order."""
    train: list[Verse] = []
    validation: list[Verse] = []
    for verse in verses:
        (validation if verse.book in validation_books else train).append(verse)
    return train, validation


def divide(verses: Sequence[Verse], settings: SplitSettings) -> tuple[list[Verse], list[Verse]]:
    """What to train on and what to validate on: other books or files, or a share of the text at its end.

    A share is whole lines, or of a text whose lines are too long, a part of one from a word on.
    Raises UserError when there is no such book, or one part is too small.
    """
    if settings.share:
        kept = settings.share * (len(join(verses)) + 1)
        place = len(verses)
        while place and kept >= len(verses[place - 1].text) + 1:
            place -= 1
            kept -= len(verses[place].text) + 1
        train, validation = list(verses[:place]), list(verses[place:])
        more = int(kept) - 1  # characters of a line
        if place and more > 0 and len(join(validation)) < SHORTEST:
            last = train.pop()
            end = len(last.text) - more
            end = last.text.rfind(" ", 0, end) if " " in last.text[:end] else end
            train.append(last._replace(text=last.text[:end]))
            validation.insert(0, last._replace(text=last.text[end:].removeprefix(" ")))
    else:
        books = dict.fromkeys(verse.book for verse in verses)
        for book in settings.validation or settings.validation_books:
            if book not in books:
                raise UserError(f"{book}, to validate on, is not in the text; it has {', '.join(books)}")
        train, validation = split(verses, settings.validation or settings.validation_books)
    if len(join(validation)) < SHORTEST:
        raise UserError(
            f"there are {len(join(validation))} characters to validate on; "
            f"one window of the validation has {SHORTEST}, so keep back more"
        )
    if not join(train):
        raise UserError("nothing is left to train on: keep back less")
    return train, validation


class Counts(NamedTuple):
    """What one should see of a part of the text."""

    part: str
    books: int
    """Or files, of a plain text."""
    chapters: int
    verses: int
    """Or lines, of a plain text."""
    characters: int
    """As the network reads it: with a line break between verses."""
    alphabet: int
    """How many different characters, the line break among them."""
    rarest: str
    """The five rarest characters and how often each occurs."""

    @classmethod
    def of(cls, part: str, verses: Sequence[Verse]) -> Self:
        """Count a part of the text."""
        text = join(verses)
        chapters = {(verse.book, verse.chapter) for verse in verses if verse.chapter}
        books = {verse.book for verse in verses}
        found = occurrences(text)
        rarest = sorted(found, key=lambda character: (found[character], character))[:5]
        named = ", ".join(f"{_shown(character)} {found[character]}" for character in rarest)
        return cls(part, len(books), len(chapters), len(verses), len(text), len(found), named)


def occurrences(text: str) -> dict[str, int]:
    """How often each character occurs: what collections.Counter finds, which takes twenty times as long."""
    import numpy as np  # here, since who only checks a reference needs none of it

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
    counts = np.bincount(codes)
    return {chr(code): int(counts[code]) for code in np.flatnonzero(counts)}


def _shown(character: str) -> str:
    """A letter as it is, others by number: a screen may draw them over a neighbour, or turn the line."""
    return character if character.isascii() and character.isalnum() else f"U+{ord(character):04X}"


def _rows(counts: Iterable[Counts], number: str) -> list[tuple[str, ...]]:
    """The counts with a heading, numbers in this format; a plain text has files and lines and no chapters."""
    rows = [(c.part, *(format(n, number) for n in c[1:-1]), c.rarest) for c in counts]
    heading: tuple[str, ...] = Counts._fields
    if all(row[2] == "0" for row in rows):
        heading = tuple({"books": "files", "verses": "lines"}.get(name, name) for name in heading)
        return [row[:2] + row[3:] for row in (heading, *rows)]
    return [heading, *rows]


def write_counts(path: Path, counts: Iterable[Counts]) -> None:
    """Write the counts as a table separated by tabs, with a heading."""
    write_text(path, "".join("\t".join(row) + "\n" for row in _rows(counts, "d")))


def counts_table(counts: Iterable[Counts]) -> str:
    """The same table for people."""
    rows = _rows(counts, ",d")
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}"
        + "".join(f"{cell:>{width + 2}}" for cell, width in zip(row[1:-1], widths[1:], strict=False))
        + f"  {row[-1]}"
        for row in rows
    )
