"""A person's own words as a passage, and what becomes of characters that the network never saw."""

import contextlib
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from phonecase.corpus.canon import described
from phonecase.corpus.readers import read_text
from phonecase.corpus.settings import OwnWords, Unknown
from phonecase.corpus.verses import Verse, join
from phonecase.corpus.vocab import Vocabulary
from phonecase.errors import UserError

log = logging.getLogger(__name__)

ALIKE = {
    **dict.fromkeys("‘’‚‛′‵ʼʹ`´‹›", ("'",)),
    **dict.fromkeys("“”„‟″«»", ('"', "'")),
    '"': ("'",),
    "'": ("’",),
    **dict.fromkeys("‐‑‒–−", ("-",)),
    **dict.fromkeys("—―", ("--", "-")),
    "-": ("‐", "–", "־"),
    "…": ("...", "."),
    **dict.fromkeys("[{⟨", ("(",)),
    **dict.fromkeys("]}⟩", (")",)),
    **dict.fromkeys("•·", (".",)),
    **dict.fromkeys("。．", (".",)),
    **dict.fromkeys("、", (",",)),
    "&": ("and",),
    "ß": ("ss",),
    **{"æ": ("ae",), "Æ": ("Ae",), "œ": ("oe",), "Œ": ("Oe",), "þ": ("th",), "Þ": ("Th",), "ð": ("d",)},
    "ς": ("σ",),
    "\n": (" ",),
}
"""What printers and languages have, and what stands for it where it is not known."""


def own_words(name: str, words: OwnWords, vocabulary: Vocabulary) -> list[Verse]:
    """The lines of a person's words, with characters that the vocabulary has; the log says what was changed.

    A line is a verse of chapter 0 of the file, or of the passage's name. Raises UserError when the file can't
    be read, or has unknown characters that are not to be replaced or skipped.
    """
    if words.file is not None:
        lines = _lines_of(words.file)
    else:
        text = unicodedata.normalize("NFC", words.text or "").rstrip("\n")
        lines = [Verse(name, 0, number, line) for number, line in enumerate(text.split("\n"), start=1)]
    known = known_or_said(join(lines), vocabulary, words.unknown)
    return [line._replace(text=text) for line, text in zip(lines, known.split("\n"), strict=False)]


def _lines_of(path: Path) -> list[Verse]:
    try:
        return list(read_text(path))
    except FileNotFoundError:
        raise UserError(f"there is no file {path}") from None
    except UnicodeDecodeError as error:
        raise UserError(f"{path}: not UTF-8 text (byte {error.start})") from None


def known_or_said(text: str, vocabulary: Vocabulary, unknown: Unknown) -> str:
    """The text with its unknown characters replaced or left out, each of which the log names and counts.

    Raises UserError that says which they are, where they are and what is near them, when they are refused or
    nothing is near.
    """
    strange = Counter(character for character in text if character not in vocabulary.characters)
    near = {character: nearest(character, vocabulary) for character in strange}
    refused = {
        "refuse": list(strange),
        "nearest": [character for character in strange if near[character] is None],
        "skip": [],
    }[unknown]
    if refused:
        named = [_place(text, character, near[character]) for character in refused[:4]]
        more = f" and {len(refused) - 4} more" if len(refused) > 4 else ""
        raise UserError(
            f"the network does not know {', '.join(named)}{more}; "
            f"{'' if unknown == 'nearest' else '`unknown: nearest` reads the nearest, '}"
            "`unknown: skip` leaves them out"
        )
    stands = dict.fromkeys(near, "") if unknown == "skip" else near
    for character, count in strange.items():
        what = f"is read as '{stands[character]}'" if stands[character] else "is left out"
        log.info("%s %s, %d time%s", described(character), what, count, "s" if count > 1 else "")
    return "".join(stands.get(character, character) or "" for character in text)


def _place(text: str, character: str, near: str | None) -> str:
    """A character, where it stands first, and what is near."""
    before = text[: text.index(character)]
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    hint = f"nearest: '{near}'" if near else "none is near"
    return f"{described(character)} (line {line}, character {column}; {hint})"


def nearest(character: str, vocabulary: Vocabulary) -> str | None:
    """The most similar text of known characters, empty for an accent alone, or None where nothing is near."""
    for text in _similar(character):
        for written in (text, text.swapcase()):
            if all(letter in vocabulary.characters for letter in written):
                return written
    return None


def _similar(character: str) -> Iterator[str]:
    """What may stand for a character, the most similar first."""
    yield from ALIKE.get(character, ())
    plain = unicodedata.normalize("NFKD", character)
    letters = "".join(letter for letter in plain if not unicodedata.combining(letter))
    yield letters  # é is e and an accent, ﬁ is f and i
    yield character  # in the other case
    for letter in letters:
        yield from ALIKE.get(letter, ())
    name = unicodedata.name(character, "")
    base, has_more, _ = name.partition(" WITH ")  # ø is LATIN SMALL LETTER O WITH STROKE
    if has_more:
        with contextlib.suppress(KeyError):
            yield unicodedata.lookup(base)
    match unicodedata.category(character):
        case "Zs" | "Cc" if character.isspace():
            yield " "
        case "Pd":
            yield "-"
        case "Mn" | "Cf":
            yield ""
