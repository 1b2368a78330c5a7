"""A passage, however it is named: verses of a Bible, lines of a plain text, or a person's own words."""

from collections.abc import Sequence
from typing import NamedTuple

from phonecase.corpus.lines import find_lines, lines_named
from phonecase.corpus.references import parse, passage
from phonecase.corpus.settings import OwnWords
from phonecase.corpus.verses import Verse, join
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

    Raises UserError that names it when the text has no such passage, own words have unknown characters, or
    there are less than two characters.
    """
    try:
        if isinstance(setting, OwnWords):
            found = Passage(name, own_words(name, setting, vocabulary))
        elif not any(verse.chapter for verse in text):  # a plain text
            lines = find_lines(setting, text)
            found = Passage(lines_named(lines), lines)
        else:
            reference = parse(setting, Versification.of(verse.key for verse in text))
            found = Passage(str(reference), passage(text, reference))
        if len(characters := join(found.verses)) < 2:
            raise UserError(f"{characters!r} is too short: a state needs a character after it")
        return found
    except UserError as error:
        raise UserError(f"passages.{name}: {error}") from None
