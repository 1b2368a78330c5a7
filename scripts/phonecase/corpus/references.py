"""Passages: from `Romans 1:16-17` to the verses that it names.

A parser of our own: pythonbible finds nothing in `Romnas 1:16` and `Romans 1:99` and doesn't say why, and
reads `Romans 1:16–17`, with a printer's dash, as one verse.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from phonecase.corpus import canon
from phonecase.corpus.canon import Book
from phonecase.corpus.verses import Verse
from phonecase.errors import UserError

_EXAMPLES = "write it like 'Romans 1:16-17', 'Psalm 23', 'John 1:1-2:11' or 'Genesis 1:1; John 1:1'"

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_PART = re.compile(r"(?P<book>(?:\d\w*\s*)?[^\W\d][^\d,:;-]*)?(?P<places>\d[\d\s:,-]*)?")
_PLACE = re.compile(r"(\d+)(?:\s*:\s*(\d+))?(?:\s*-\s*(\d+)(?:\s*:\s*(\d+))?)?")


class Span(NamedTuple):
    """Neighbouring verses of one book, from the first to the last, each (chapter, verse)."""

    book: str
    first: tuple[int, int]
    last: tuple[int, int]

    def __str__(self) -> str:
        counts = canon.find(self.book).verses
        (chapter, verse), (last_chapter, last_verse) = self.first, self.last
        book = "Psalm" if self.book == "Psalms" and chapter == last_chapter else self.book
        if verse == 1 and last_verse == counts[last_chapter - 1]:  # whole chapters
            if (chapter, last_chapter) == (1, len(counts)):
                return book
            return f"{book} {chapter}" + (f"-{last_chapter}" if last_chapter > chapter else "")
        start = f"{book} {chapter}:{verse}"
        if last_chapter > chapter:
            return f"{start}-{last_chapter}:{last_verse}"
        return start + (f"-{last_verse}" if last_verse > verse else "")


@dataclass(frozen=True)
class Reference:
    """A passage: spans of verses, in the order in which they are to be read.

    Its text, as in `Genesis 1:1; John 1:1-2:11; Psalm 23`, parses to the same reference again.
    """

    spans: tuple[Span, ...]

    def __str__(self) -> str:
        return "; ".join(map(str, self.spans))


def parse(text: str) -> Reference:
    """Read a reference.

    Passages are separated by `;`, further chapters or verses of one by `,`. A book may be abbreviated;
    alone, it means all of it. A number is a chapter, or a verse where a chapter was named before it
    (`Romans 1:16, 18`) or the book has but one (`Jude 24`).

    Raises UserError, saying what the last verse is or which book was meant, when there is no such passage.
    """
    spans: list[Span] = []
    book = None
    for part in text.translate(_DASHES).split(";"):
        match = _PART.fullmatch(part.strip())
        if not match or not match.group():
            raise UserError(
                f"'{text}' is not a passage; {_EXAMPLES}" if text.strip() else f"empty; {_EXAMPLES}"
            )
        if match["book"]:
            book = canon.find(match["book"].strip())
        if book is None:
            raise UserError(f"'{text}' names no book; {_EXAMPLES}")
        spans += _spans(book, match["places"], text)
    return Reference(tuple(spans))


def _spans(book: Book, places: str | None, text: str) -> Iterator[Span]:
    """The spans of one book that `1:1-2:11, 15` names."""
    if places is None:
        yield Span(book.name, (1, 1), (len(book.verses), book.verses[-1]))
        return
    inside = 1 if len(book.verses) == 1 else None  # the chapter that a number alone is a verse of
    for place in places.split(","):
        match = _PLACE.fullmatch(place.strip())
        if not match:
            raise UserError(f"'{place.strip()}' in '{text}' is not a chapter or verse; {_EXAMPLES}")
        chapter = int(match[1])
        verse, to_chapter, to_verse = (int(number) if number else None for number in match.groups()[1:])
        if verse is None and inside is not None:  # the 18 of 1:16, 18
            chapter, verse = inside, chapter
        if to_chapter is None:
            to_chapter, to_verse = chapter, verse
        elif to_verse is None and verse is not None:  # the 17 of 1:16-17
            to_chapter, to_verse = chapter, to_chapter
        first = _existing(book, chapter, 1 if verse is None else verse)
        last = _existing(book, to_chapter, to_verse)
        if last < first:
            raise UserError(f"'{place.strip()}' in '{text}' runs backwards: name the earlier one first")
        yield Span(book.name, first, last)
        inside = to_chapter if to_verse is not None else None


def _existing(book: Book, chapter: int, verse: int | None) -> tuple[int, int]:
    """That verse, by default the chapter's last. Raises UserError when there is none."""
    count = book.verses[chapter - 1] if 1 <= chapter <= len(book.verses) else 0
    if not 1 <= (count if verse is None else verse) <= count:
        place = f"{book.name} {chapter}" + (f":{verse}" if count else "")
        raise UserError(f"there is no {place}: {book.extent(chapter)}")
    return chapter, count if verse is None else verse


def passage(verses: Sequence[Verse], reference: Reference) -> list[Verse]:
    """The verses of a passage, span by span."""
    return [
        verse
        for span in reference.spans
        for verse in verses
        if verse.book == span.book and span.first <= (verse.chapter, verse.verse) <= span.last
    ]
