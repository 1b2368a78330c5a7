"""Which verses a text has: of each book its chapters, of each chapter its verses, in the text's own order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from phonecase.corpus import canon


@dataclass(frozen=True)
class Versification:
    """The books of a text, each with its chapters and their verses."""

    books: Mapping[str, Mapping[int, Sequence[int]]]
    """Verse numbers; a `range` where none is left out, so that equal versifications are equal."""

    @classmethod
    def of(cls, keys: Iterable[tuple[str, int, int]]) -> Self:
        """That of a text with these (book, chapter, verse)."""
        books: dict[str, dict[int, list[int]]] = {}
        for book, chapter, verse in keys:
            books.setdefault(book, {}).setdefault(chapter, []).append(verse)
        return cls(
            {
                book: {chapter: _run(verses) for chapter, verses in chapters.items()}
                for book, chapters in books.items()
            }
        )

    def place(self, book: str, verse: tuple[int, int]) -> tuple[int, int]:
        """Where a (chapter, verse) comes in the book: the places of the chapter and of the verse in it."""
        chapters = self.books[book]
        chapter, number = verse
        return list(chapters).index(chapter), chapters[chapter].index(number)

    def extent(self, book: str, chapter: int) -> str:
        """How far that chapter or else the book goes: `Romans 1 has 32 verses`, `Romans has 16 chapters`."""
        chapters = self.books[book]
        if chapter in chapters:
            return f"{book} {chapter} has {_counted(chapters[chapter], 'verse')}"
        return f"{book} has {_counted(_run(list(chapters)), 'chapter')}"


def _run(numbers: list[int]) -> Sequence[int]:
    run = range(numbers[0], numbers[-1] + 1)
    return run if list(run) == numbers else tuple(numbers)


def _counted(numbers: Sequence[int], what: str) -> str:
    """`32 verses`, or which they are where that doesn't say it."""
    if numbers == range(1, len(numbers) + 1):
        return f"{len(numbers)} {what}{'s' if len(numbers) > 1 else ''}"
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return f"the {what}s {', '.join('-'.join(map(str, run)) for run in runs)}"


KJV = Versification(
    {
        book.name: {chapter: range(1, count + 1) for chapter, count in enumerate(book.verses, start=1)}
        for book in canon.BOOKS
    }
)
"""That of the King James Version, and with it of most English Bibles without the Apocrypha."""
