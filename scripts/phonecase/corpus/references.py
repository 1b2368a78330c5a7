"""Passages of a Bible: from `Romans 1:16-17` to the verses that it names.

A parser of our own: pythonbible finds nothing in `Romnas 1:16` and `Romans 1:99` and doesn't say why, and
reads `Romans 1:16–17`, with a printer's dash, as one verse. What people and books write is read wherever it
has one meaning; where it has two, both are named.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from phonecase.corpus import canon
from phonecase.corpus.verses import Verse
from phonecase.corpus.versification import KJV, Versification
from phonecase.errors import UserError

_EXAMPLES = "write it like 'Romans 1:16-17', 'Psalm 23', 'John 1:1-2:11' or 'Genesis 1:1; John 1:1'"


class Span(NamedTuple):
    """Neighbouring verses of one book, from the first to the last, each (chapter, verse)."""

    book: str
    first: tuple[int, int]
    last: tuple[int, int]

    def written(self, text: Versification) -> str:
        """Its name in a text, the shortest: `Romans`, `Psalm 23`, `John 1:1-2:11`."""
        chapters = text.books[self.book]
        (chapter, verse), (last_chapter, last_verse) = self.first, self.last
        book = "Psalm" if self.book == "Psalms" and chapter == last_chapter else self.book
        if verse == chapters[chapter][0] and last_verse == chapters[last_chapter][-1]:  # whole chapters
            *_, end = chapters
            if (chapter, last_chapter) == (next(iter(chapters)), end):
                return self.book
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
    text: Versification = KJV

    def __str__(self) -> str:
        return "; ".join(span.written(self.text) for span in self.spans)


# ---- what is written

_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−", "-"))
_BOOK = r"(?:(?:[1-6](?:st|nd|rd|th)?|I{1,3})\b\.?\s*|[1-6])?(?!ff?\b)[^\W\d]{2,}"  # how a book's name begins
_NEXT_PASSAGE = re.compile(rf";|,(?=\s*{_BOOK})")
_NEXT_BOOK = re.compile(rf"-(?=\s*{_BOOK})")
_PIECE = re.compile(
    r"(?P<book>(?:\d\w{0,2}\b\.?\s*|\d)?[^\W\d]\D*)?(?P<places>\d[\d\s:.,-]*)?(?P<rest>.*)", re.DOTALL
)
_CODE = re.compile(r"(?P<book>[A-Z0-9]{3})(?P<places>\s.*)?")
# After a book's name or in a list, and not the number of the next book.
_ROMAN = re.compile(r"((?<=[^\W\d])[\s.]+|[-,;]\s*)([ivxlc]+)\b(?!\.?\s*[^\W\d])([\s.:,]*(?=\d))?", re.I)
_FOLLOWING = re.compile(r"(\d+)\s*f\b\.?(?=\s*(?:$|[,;]))")
_PLACE = re.compile(r"(\d+)(?::(\d+))?(?:-(\d+)(?::(\d+))?)?")
_TRANSLATION = re.compile(
    r"[\s,(\[]+(KJV|AV|NKJV|AKJV|NIV|ESV|NASB|NRSV|RSV|ASV|NLT|CSB|HCSB|MSG|AMP|WEB|YLT|NET|GNT|CEV|NAB|NJB)"
    r"[\])]*$"
)


def parse(text: str, bible: Versification = KJV) -> Reference:
    """Read a reference, in a Bible with this versification.

    Passages are separated by `;`, further chapters or verses of one by `,`. A book may be abbreviated;
    alone, it means all of it. A number, or a Roman one, is a chapter, or a verse where a chapter was named
    before it (`Romans 1:16, 18`) or the book has but one (`Jude 24`). A range may run on into another book.

    Raises UserError, saying what the last verse is or which book was meant, when there is no such passage,
    and naming both where it could be either of two.
    """
    if raised := next(filter(_is_raised, text), None):  # read as a digit it would make 11 of 1¹
        raise UserError(f"'{text}' has a raised {raised}, as a footnote's mark: leave it out")
    plain = unicodedata.normalize("NFKC", text).translate(_DASHES)
    plain = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    plain = " ".join(plain.split())
    plain = _ROMAN.sub(_in_digits, plain)
    plain = _FOLLOWING.sub(lambda match: f"{match[1]}-{int(match[1]) + 1}", plain.rstrip(" ;.,"))
    if not plain:
        raise UserError(
            f"empty; {_EXAMPLES}" if not text.strip() else f"'{text}' is not a passage; {_EXAMPLES}"
        )
    if translation := _TRANSLATION.search(plain):
        if translation[1] not in ("KJV", "AV") or bible != KJV:
            raise UserError(
                f"'{text}': which translation is read is a setting of the corpus; leave out {translation[1]}"
            )
        plain = plain[: translation.start()].rstrip(" ;.,")
    return Reference(tuple(_Reader(text, bible).spans(plain)), bible)


def _is_raised(character: str) -> bool:
    return character.isdigit() and unicodedata.decomposition(character).startswith(("<super>", "<sub>"))


def _in_digits(match: re.Match[str]) -> str:
    """A Roman chapter in digits, with a colon before its verse."""
    before, numeral, verse_follows = match.groups()
    chapter = _roman(numeral)
    return f"{before}{chapter}{':' if verse_follows is not None else ''}" if chapter else match[0]


class _Reader:
    """Reads the parts of one reference; the book that was named last goes on into the next part."""

    def __init__(self, text: str, bible: Versification) -> None:
        self.text = text
        self.bible = bible
        self.book = ""

    def spans(self, plain: str) -> Iterator[Span]:
        for part in _NEXT_PASSAGE.split(plain):
            ends = [self.piece(piece.strip()) for piece in _NEXT_BOOK.split(part)]
            if len(ends) > 2:
                raise UserError(f"'{part.strip()}' in '{self.text}' has more than two ends; {_EXAMPLES}")
            yield from ends[0] if len(ends) == 1 else self.across(*ends)

    def across(self, start: list[Span], end: list[Span]) -> Iterator[Span]:
        """A range whose end has a book of its own: the rest of the first book, all between, and that far."""
        first, last = start[-1], end[0]
        order = list(self.bible.books)
        books = order[order.index(first.book) : order.index(last.book) + 1]
        if not books or (
            len(books) == 1
            and self.bible.place(first.book, last.last) < self.bible.place(first.book, first.first)
        ):
            raise UserError(f"'{self.text}' runs backwards: name the earlier one first")
        yield from start[:-1]
        for book in books:
            _, *bounds = self.whole(book)
            if book == first.book:
                bounds[0] = first.first
            if book == last.book:
                bounds[1] = last.last
            yield Span(book, *bounds)
        yield from end[1:]

    def piece(self, piece: str) -> list[Span]:
        """The spans of one book: `Romans 1:16-17, 20`, or without the name where one went before."""
        if own := self.of_this_text(piece):
            self.book, places = own
        else:
            match = _PIECE.fullmatch(piece)
            assert match, "anything matches"
            book, places, rest = (match[name] or "" for name in ("book", "places", "rest"))
            if rest or not (book or places):
                raise UserError(self.reason(places, rest))
            if book:
                self.book = self.there(canon.find(book.strip(" .,:")).name)
        if not self.book:
            raise UserError(f"'{self.text}' names no book; {_EXAMPLES}")
        return self.places(places.strip(" .,:"))

    def of_this_text(self, piece: str) -> tuple[str, str] | None:
        """A book that the text has by this name or code, and its places: `Psalm 151`, `PS2 1`, `XXA 1:1`."""
        code = _CODE.fullmatch(piece)
        found = canon.by_code(code["book"]) if code else None
        if code and found and found.name in self.bible.books:
            return found.name, code["places"] or ""
        for name in sorted(self.bible.books, key=len, reverse=True):
            if re.match(rf"{re.escape(name)}(?!\w)", piece, re.IGNORECASE):
                places = piece[len(name) :]
                return (name, places) if not re.search(r"[^\W\d]", places) else None
        return None

    def reason(self, places: str, rest: str) -> str:
        """Why what follows the numbers can't be read."""
        if following := re.search(r"\s[1-6]\s*$", places):  # the 1 of 1 John
            places, rest = places[: following.start()], following[0].strip() + " " + rest
        number = re.findall(r"\d+", places)[-1:]
        if number and re.match(r"ff\b", rest):
            return f"'{number[0]}ff' in '{self.text}' doesn't say where it ends: name the last verse"
        if number and re.match(r"[a-z]\b", rest):
            return f"'{number[0]}{rest[0]}' in '{self.text}' is a part of a verse; verses are read whole"
        if number and (word := re.match(r"(to|through|until|and|&)(?!\w)", rest)):
            return f"'{word[0]}' in '{self.text}': write '-' for a range and ',' between verses"
        if number and canon.is_book(re.split(r"(?<=\D)\d", rest)[0]):
            return f"'{self.text}' has two passages with nothing between; put a ';' before '{rest.strip()}'"
        return f"'{self.text}' is not a passage; {_EXAMPLES}"

    def there(self, book: str) -> str:
        """The book, if the text has it."""
        if book not in self.bible.books:
            raise UserError(f"{book} is not in this text")
        return book

    def places(self, places: str) -> list[Span]:
        """The spans that `1:1-2:11, 15` names in the book."""
        if not places:
            return [self.whole(self.book)]
        tight = re.sub(r"\s*([:.,-])\s*", r"\1", places)
        as_points = re.sub(r"(?<=\d)\.(?=\d)", ":", tight)  # 1.16 is 1:16
        if ":" in tight or "," not in tight:
            return list(self.listed(as_points))
        # On the continent, 3,16 is 3:16 and 3,16.18 is 3:16, 18.
        chapter, _, verses = tight.partition(",")
        as_commas = f"{chapter}:" + re.sub(r"-(\d+),(?=\d)", r"-\1:", verses).replace(".", ",")
        listed, comma = self.possible(as_points), self.possible(as_commas)
        if listed is None:
            return comma or list(self.listed(as_points))
        rising = all(a.last < b.first for a, b in itertools.pairwise(listed))
        if comma is None or not (rising or ", " in places):  # nobody lists chapters 5 and 3 as `5,3`
            return comma or listed
        both = " or ".join(f"'{Reference(tuple(spans), self.bible)}'" for spans in (comma, listed))
        raise UserError(f"'{self.text}' could be {both}: write the one that you mean")

    def possible(self, places: str) -> list[Span] | None:
        """The spans, or None where there are no such verses."""
        try:
            return list(self.listed(places))
        except UserError:
            return None

    def listed(self, places: str) -> Iterator[Span]:
        """The spans of a list without spaces: `1:16,18-20,2:3`."""
        chapters = list(self.bible.books[self.book])
        inside = chapters[0] if len(chapters) == 1 else None  # the chapter that a number alone is a verse of
        for place in places.split(","):
            match = _PLACE.fullmatch(place)
            if not match:
                raise UserError(f"'{place}' in '{self.text}' is not a chapter or verse; {_EXAMPLES}")
            chapter = int(match[1])
            verse, to_chapter, to_verse = (int(number) if number else None for number in match.groups()[1:])
            if verse is None and inside is not None:  # the 18 of 1:16, 18
                chapter, verse = inside, chapter
            if to_chapter is None:
                to_chapter, to_verse = chapter, verse
            elif to_verse is None and verse is not None:  # the 17 of 1:16-17
                to_chapter, to_verse = chapter, to_chapter
            first = self.existing(chapter, verse, 0)
            last = self.existing(to_chapter, to_verse, -1)
            if self.bible.place(self.book, last) < self.bible.place(self.book, first):
                raise UserError(f"'{place}' in '{self.text}' runs backwards: name the earlier one first")
            yield Span(self.book, first, last)
            inside = to_chapter if to_verse is not None else None

    def existing(self, chapter: int, verse: int | None, default: int) -> tuple[int, int]:
        """That verse, or without one the chapter's first or last. Raises UserError when there is none."""
        verses: Sequence[int] = self.bible.books[self.book].get(chapter, ())
        if not verses or (verse is not None and verse not in verses):
            place = f"{self.book} {chapter}" + (f":{verse}" if verses else "")
            raise UserError(f"there is no {place}: {self.bible.extent(self.book, chapter)}")
        return chapter, verses[default] if verse is None else verse

    def whole(self, book: str) -> Span:
        """All of a book."""
        chapters = self.bible.books[book]
        first, *_ = chapters
        *_, last = chapters
        return Span(book, (first, chapters[first][0]), (last, chapters[last][-1]))


def _roman(numeral: str) -> int:
    """The number that a Roman numeral up to 199 is, 0 if it is none."""
    digits = re.fullmatch(r"(c?)(xc|xl|l?x{0,3})(ix|iv|v?i{0,3})", numeral.lower())
    values = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
    numbers = [values[digit] for digit in numeral.lower()] if digits else []
    return sum(-a if a < b else a for a, b in zip(numbers, [*numbers[1:], 0], strict=False))


def passage(verses: Sequence[Verse], reference: Reference) -> list[Verse]:
    """The verses of a passage, span by span, each from its first to its last in the text's own order."""
    found: list[Verse] = []
    for book, *ends in reference.spans:
        first, last = (reference.text.place(book, end) for end in ends)
        of_book = (verse for verse in verses if verse.book == book)
        found += (verse for verse in of_book if first <= reference.text.place(book, verse.key[1:]) <= last)
    return found
