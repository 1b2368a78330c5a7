"""A passage, however it is named: verses of a Bible, lines of a plain text, or a person's own words."""

from collections.abc import Sequence
from typing import NamedTuple

from phonecase.corpus.lines import find_lines, lines_named
from phonecase.corpus.references import parse, passage
from phonecase.corpus.settings import OwnWords
from phonecase.corpus.verses import Verse
from phonecase.corpus.versification import Versification
from phonecase.corpus.vocab import Vocabulary
from phonecase.corpus.words import own_words
from phonecase.errors import UserError


class Passage(NamedTuple):
    """What the network is to read."""

    reference: str
    """Where it stands: `Romans 1:16-17`, `moby.txt:120-131`; of own words the passage's name."""
    verses: list[Verse]


def find_passage(
    name: str, setting: str | OwnWords, text: Sequence[Verse], vocabulary: Vocabulary
) -> Passage:
    """The passage of that name in the settings.

    Raises UserError that names it when the text has no such passage, or own words have unknown characters.
    """
    try:
        if isinstance(setting, OwnWords):
            verses = own_words(name, setting, vocabulary)
            return Passage(name, verses)
        if not any(verse.chapter for verse in text):  # a plain text
            verses = find_lines(setting, text)
            return Passage(lines_named(verses), verses)
        reference = parse(setting, Versification.of(verse.key for verse in text))
        return Passage(str(reference), passage(text, reference))
    except UserError as error:
        raise UserError(f"passages.{name}: {error}") from None
