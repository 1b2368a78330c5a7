"""The books: their order, what people and files call them, and how many verses each chapter of the 66 has.

The versification is that of the King James Version, counted from the text itself (which a test repeats):
1,189 chapters and 31,102 verses. With it a wrong reference is answered before any text is there. The books
that other canons have beside the 66 are known by name, for Bibles that have them.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from phonecase.errors import UserError, suggestion

# Each book, the names in use that are not just the beginning of its own, and the verses of its chapters.
_TABLE = """
Genesis: Gn, 1 Moses, 1 Moses Called Genesis
    31 25 24 26 32 22 24 22 29 32 32 20 18 24 21 16 27 33 38 18 34 24 20 67 34 35 46 22 35 43 55 32 20 31
    29 43 36 30 23 23 57 38 34 34 28 34 31 22 33 26
Exodus: 2 Moses, 2 Moses Called Exodus
    22 25 22 31 23 30 25 32 35 29 10 51 22 31 27 36 16 27 25 26 36 31 33 18 40 37 21 43 46 38 18 35 23 35
    35 38 29 31 43 38
Leviticus: Lv, 3 Moses, 3 Moses Called Leviticus
    17 16 17 35 19 30 38 36 24 20 47 8 59 57 33 34 16 30 37 27 24 33 44 23 55 46 34
Numbers: Nm, Nb, 4 Moses, 4 Moses Called Numbers
    54 34 51 49 31 27 89 26 23 36 35 16 33 45 41 50 13 32 22 29 35 41 30 25 18 65 23 31 40 16 54 42 56 29
    34 13
Deuteronomy: Dt, 5 Moses, 5 Moses Called Deuteronomy
    46 37 29 49 33 25 26 20 29 22 32 32 18 29 23 22 20 22 21 20 23 30 25 22 19 19 26 68 29 20 30 52 29 12
Joshua: Jsh
    18 24 17 24 15 27 26 35 27 43 23 24 33 15 63 10 18 28 51 9 45 34 16 33
Judges: Jdg, Jg, Jdgs
    36 23 31 24 31 40 25 35 57 18 40 15 25 20 20 31 13 31 30 48 25
Ruth: Rth
    22 23 18 22
1 Samuel: 1 Sm
    28 36 21 22 12 21 17 22 27 27 15 25 23 52 35 23 58 30 24 42 15 23 29 22 44 25 12 25 11 31 13
2 Samuel: 2 Sm
    27 32 39 12 25 23 29 18 13 19 27 31 39 33 37 23 29 33 43 26 22 51 39 25
1 Kings: 1 Kgs, 1 Kg
    53 46 28 34 18 38 51 66 28 29 43 33 34 31 34 34 24 46 21 43 29 53
2 Kings: 2 Kgs, 2 Kg
    18 25 27 44 27 33 20 29 37 36 21 21 25 29 38 20 41 37 37 21 26 20 37 20 30
1 Chronicles:
    54 55 24 43 26 81 40 40 44 14 47 40 14 17 29 43 27 17 19 8 30 19 32 31 31 32 34 21 30
2 Chronicles:
    17 18 17 22 14 42 22 18 31 19 23 16 22 15 19 14 19 34 11 37 20 12 21 27 28 23 9 27 36 27 21 33 25 33
    27 23
Ezra:
    11 70 13 24 17 22 28 36 15 44
Nehemiah:
    11 20 32 23 19 19 73 18 38 39 36 47 31
Esther:
    22 23 15 17 14 14 10 17 32 3
Job: Jb
    22 13 26 21 27 30 21 22 35 22 20 25 28 22 35 22 16 21 29 29 34 30 17 25 6 14 23 28 25 31 40 22 33 37
    16 33 24 41 30 24 34 17
Psalms: Pss, Psm
    6 12 8 8 12 10 17 9 20 18 7 8 6 7 5 11 15 50 14 9 13 31 6 10 22 12 14 9 11 12 24 11 22 22 28 12 40 22
    13 17 13 11 5 26 17 11 9 14 20 23 19 9 6 7 23 13 11 11 17 12 8 12 11 10 13 20 7 35 36 5 24 20 28 23 10
    12 20 72 13 19 16 8 18 12 13 17 7 18 52 17 16 15 5 23 11 13 12 9 9 5 8 28 22 35 45 48 43 13 31 7 10 10
    9 8 18 19 2 29 176 7 8 9 4 8 5 6 5 6 8 8 3 18 3 3 21 26 9 8 24 13 10 7 12 15 21 10 20 14 9 6
Proverbs: Prv
    33 22 35 27 23 35 27 36 18 32 31 28 25 35 33 33 28 24 29 30 31 29 35 34 28 28 27 28 27 33 31
Ecclesiastes: Qoheleth, Qoh, Ecclesiastes or the Preacher
    18 26 22 16 20 12 29 17 18 20 10 14
Song of Solomon: Song of Songs, Canticles, Canticle of Canticles, Cant, SOS, Sol, Sng, SS
    17 17 11 16 16 13 13 14
Isaiah:
    31 22 26 6 30 13 25 22 21 34 16 6 22 32 9 14 14 7 25 6 17 25 18 23 12 21 13 29 24 33 9 20 24 17 10 22
    38 22 8 31 29 25 28 28 25 13 15 22 26 11 23 15 12 17 13 12 21 14 21 22 11 12 19 12 25 24
Jeremiah: Jr
    19 37 25 31 31 30 34 22 26 25 23 17 27 22 21 21 27 23 15 18 14 30 40 10 38 24 22 17 32 24 40 44 26 22
    19 32 21 28 18 16 18 22 13 30 5 28 7 47 39 46 64 34
Lamentations: Lamentations of Jeremiah
    22 22 66 22 22
Ezekiel: Ezk
    28 10 27 17 17 14 27 18 11 22 25 28 23 23 8 63 24 32 14 49 32 31 49 27 17 21 36 26 21 26 18 32 33 31
    15 38 28 23 29 49 26 20 27 31 25 24 23 35
Daniel: Dn
    21 49 30 37 31 28 28 27 27 21 45 13
Hosea:
    11 23 5 19 15 11 16 14 17 15 12 14 16 9
Joel: Jl
    20 32 21
Amos:
    15 16 15 13 27 14 17 14 15
Obadiah:
    21
Jonah: Jnh
    17 10 10 11
Micah:
    16 13 12 13 15 16 20
Nahum:
    15 13 19
Habakkuk: Hb
    17 20 19
Zephaniah: Zp
    18 15 20
Haggai: Hg
    15 23
Zechariah: Zc
    21 13 10 14 11 15 14 23 17 12 17 14 9 21
Malachi: Ml
    14 17 18 6
Matthew: Mt
    25 23 17 25 48 34 29 34 38 42 30 50 58 36 39 28 27 35 30 34 46 46 39 51 46 75 66 20
Mark: Mrk, Mk, Mr
    45 28 35 41 43 56 37 38 50 52 33 44 37 72 47 20
Luke: Lk
    80 52 38 44 39 49 50 56 62 42 54 59 35 35 32 31 37 43 48 47 38 71 56 53
John: Jhn, Jn
    51 25 36 54 47 71 53 59 41 42 57 50 38 31 27 33 26 40 42 31 25
Acts: Acts of the Apostles
    26 47 26 37 42 15 60 40 43 48 30 25 52 28 41 40 34 28 41 38 40 30 35 27 27 32 44 31
Romans: Rm
    32 29 31 25 21 23 25 39 33 21 36 21 14 23 33 27
1 Corinthians:
    31 16 23 21 13 20 40 13 27 33 34 31 13 40 58 24
2 Corinthians:
    24 17 18 18 21 18 16 24 15 18 33 21 14
Galatians:
    24 21 29 31 26 18
Ephesians:
    23 22 21 32 33 24
Philippians: Phil, Php
    30 30 21 23
Colossians:
    29 23 25 18
1 Thessalonians:
    10 20 13 18 28
2 Thessalonians:
    12 17 18
1 Timothy: 1 Tm
    20 15 16 16 25 21
2 Timothy: 2 Tm
    18 26 17 22
Titus:
    16 15 15
Philemon: Phlm, Phm
    25
Hebrews:
    14 18 19 16 14 20 28 13 28 39 40 29 25
James: Jas, Jm
    27 26 18 17 20
1 Peter: 1 Pt
    25 25 22 19 14
2 Peter: 2 Pt
    21 22 18
1 John: 1 Jhn, 1 Jn
    10 29 24 21 21
2 John: 2 Jhn, 2 Jn
    13
3 John: 3 Jhn, 3 Jn
    14
Jude: Jde
    25
Revelation: Revelations, Revelation of John, Revelation of Jesus Christ, Apocalypse, Apoc, Rv
    20 29 22 11 14 17 17 13 21 11 19 17 18 20 8 21 18 24 21 15 27 21
"""


# The books of other canons: their codes in files, and other names in use.
_OTHER_TABLE = """
Tobit: TOB, Tobias
Judith: JDT
Greek Esther: ESG, Additions to Esther, Rest of Esther
Wisdom of Solomon: WIS, Wisdom
Sirach: SIR, Ecclesiasticus, Ecclus, Ben Sira
Baruch: BAR
Letter of Jeremiah: LJE
Song of the Three Young Men: S3Y, Prayer of Azariah, Song of the Three Holy Children
Susanna: SUS
Bel and the Dragon: BEL
Greek Daniel: DAG
1 Maccabees: 1MA, 1 Macc
2 Maccabees: 2MA, 2 Macc
3 Maccabees: 3MA, 3 Macc
4 Maccabees: 4MA, 4 Macc
1 Esdras: 1ES, 1 Esd
2 Esdras: 2ES, 2 Esd
Prayer of Manasseh: MAN, Prayer of Manasses
Psalm 151: PS2
Odes: ODA
Psalms of Solomon: PSS
Ezra Apocalypse: EZA
5 Ezra: 5EZ
6 Ezra: 6EZ
Jubilees: JUB
Enoch: ENO
2 Baruch: 2BA
Letter of Baruch: LBA
Additions to Daniel: ADD
Laodiceans: LAO
"""

# Codes of the 66 in files: those of the USFM standard in order, then eBible's older ones where they differ.
_CODES = """
GEN EXO LEV NUM DEU JOS JDG RUT 1SA 2SA 1KI 2KI 1CH 2CH EZR NEH EST JOB PSA PRO ECC SNG ISA JER LAM EZK DAN
HOS JOL AMO OBA JON MIC NAM HAB ZEP HAG ZEC MAL MAT MRK LUK JHN ACT ROM 1CO 2CO GAL EPH PHP COL 1TH 2TH 1TI
2TI TIT PHM HEB JAS 1PE 2PE 1JN 2JN 3JN JUD REV
"""
_OLDER_CODES = {
    "SOL": "SNG", "EZE": "EZK", "JOE": "JOL", "NAH": "NAM", "MAR": "MRK", "JOH": "JHN", "PHI": "PHP",
    "JAM": "JAS", "1JO": "1JN", "2JO": "2JN", "3JO": "3JN",
}  # fmt: skip


@dataclass(frozen=True)
class Book:
    """One book; of those that only other canons have, the verses are not known here."""

    name: str
    other_names: tuple[str, ...]
    """Abbreviations and titles in use, but for those that are the beginning of the name."""
    verses: tuple[int, ...]
    """How many verses chapter 1, 2, ... has."""

    def keys(self) -> Iterator[tuple[str, int, int]]:
        """The (book, chapter, verse) of every verse, in order."""
        for chapter, count in enumerate(self.verses, start=1):
            for verse in range(1, count + 1):
                yield self.name, chapter, verse


def _read(table: str) -> Iterator[Book]:
    for name, others, counts in re.findall(r"^(\w.*):(.*)\n((?: .*\n)+)", table, re.MULTILINE):
        other_names = tuple(filter(None, others.strip().split(", ")))
        yield Book(name, other_names, tuple(map(int, counts.split())))


BOOKS: tuple[Book, ...] = tuple(_read(_TABLE))
"""Genesis to Revelation."""

OTHER_BOOKS: tuple[Book, ...] = tuple(
    Book(name, tuple(others.split(", ")), ())
    for name, others in (line.split(": ") for line in _OTHER_TABLE.strip().splitlines())
)
"""Books that other canons have."""

NAMES: tuple[str, ...] = tuple(book.name for book in BOOKS)
OLD_TESTAMENT, NEW_TESTAMENT = NAMES[:39], NAMES[39:]

_BY_CODE = dict(zip(_CODES.split(), BOOKS, strict=True)) | {book.other_names[0]: book for book in OTHER_BOOKS}
_NUMBERS = {
    word: number
    for number, words in {
        "1": "1st ist first i",
        "2": "2nd iind second ii",
        "3": "3rd iiird third iii",
        "4": "4th fourth iv",
        "5": "5th fifth v",
    }.items()
    for word in words.split()
}
_IN_TITLES = re.compile(
    r"\b(the|st|saint|s|books?|of|gospel|according|to|epistle|letter|general|paul|apostle|prophet|david|divine)\b"
)


def keys() -> Iterator[tuple[str, int, int]]:
    """The (book, chapter, verse) of all 31,102 verses, in canonical order."""
    for book in BOOKS:
        yield from book.keys()


def by_code(code: str) -> Book | None:
    """The book of a code in files, such as `GEN` or `1JN` (eBible's older `1JO`), or None."""
    code = code.upper()
    return _BY_CODE.get(_OLDER_CODES.get(code, code))


def find(name: str) -> Book:
    """The book meant by a name, an abbreviation, a code or the beginning of only one name.

    Capitals, full stops and spaces don't matter, nor what a title adds (`The Gospel according to St. John`);
    a book's number may be `1`, `I`, `1st` or `First`. Books of other canons are found after the 66.
    Raises UserError when no book is meant, or several could be.
    """
    for character in name:
        if unicodedata.category(character) in ("Cc", "Cf"):
            raise UserError(f"the book's name {name!r} has a strange character, {described(character)}")
    if not _plain(name).strip("0123456789"):  # else 3 would be the beginning of 3 John alone
        raise UserError(f"there is no book '{name}'")
    for plain, known in ((_plain(name), _KNOWN), (_without_titles(name), _WITHOUT_TITLES)):
        if plain in known:
            return known[plain]
        if name in _BY_CODE:  # as it stands in files: JUD is Jude, and Jud could be Judges
            return _BY_CODE[name]
        for books in (BOOKS, OTHER_BOOKS):
            begun = [book for book in books if _plain(book.name).startswith(plain)]
            begun = begun or [book for book in books if _plain(book.name).lstrip("123456").startswith(plain)]
            if len(begun) == 1:
                return begun[0]
            if begun and plain:
                raise UserError(f"'{name}' could be {' or '.join(book.name for book in begun)}")
    raise UserError(f"there is no book '{name}'{_cause(name)}")


def _cause(name: str) -> str:
    """Why a name is no book's: it is that of two, or nearly another."""
    ends = re.split(r"\s*[-‐‑‒–—]\s*", name)
    if len(ends) == 2 and all(map(is_book, ends)):
        return "; it is a range: name each of its books"
    return suggestion(" ".join(_words(name)), (*NAMES, *(book.name for book in OTHER_BOOKS)))


def is_book(name: str) -> bool:
    """Whether `find` finds a book of that name."""
    try:
        return bool(find(name))
    except UserError:
        return False


def described(character: str) -> str:
    """A character for people, whatever a screen makes of it: `U+00E9 LATIN SMALL LETTER E WITH ACUTE`."""
    name = unicodedata.name(character, "") or _CONTROLS.get(character, "")
    return f"U+{ord(character):04X} {name}".rstrip()


_CONTROLS = {"\t": "TAB", "\n": "LINE FEED", "\v": "VERTICAL TAB", "\f": "FORM FEED", "\r": "CARRIAGE RETURN"}


def _words(name: str) -> list[str]:
    """`II. Cor.` → ['2', 'cor']."""
    words = re.findall(r"\d(?:st|nd|rd|th)?|[^\W\d]+", name.lower())
    return [_NUMBERS.get(words[0], words[0]), *words[1:]] if words else []


def _plain(name: str) -> str:
    return "".join(_words(name))


def _without_titles(name: str) -> str:
    return _plain(_IN_TITLES.sub(" ", name.lower()))


_KNOWN = {_plain(name): book for book in (*OTHER_BOOKS, *BOOKS) for name in (book.name, *book.other_names)}
_WITHOUT_TITLES = {
    _without_titles(name): book for book in (*OTHER_BOOKS, *BOOKS) for name in (book.name, *book.other_names)
}
