"""What there is to know at a place in a text: some forty features, each with the words that a sentence needs.

A feature has one of a few values after each character, made from the characters up to it; the five of the
kind `next` are a character ahead, as what a network that predicts may know in part. Two more, of the kind
`lot`, are control tasks: they give each character, or each pair, a label by lot, so that what tells as much
of them as of the others tells which characters there are and no more (Hewitt and Liang 2019,
arXiv:1909.03368).
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from phonecase.corpus import Vocabulary

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]
Kind = TypeVar("Kind", bound=np.generic)

VOWELS = frozenset("aeiouαεηιουωаеёиоуыэюя")
PAUSES = {",": 1, "،": 1, "、": 1, ";": 2, ":": 2, ".": 3, "?": 3, "!": 3, "。": 3, "؟": 3}
PAUSE_NAMES = ("a line break", "a comma", "a colon or semicolon", "a full stop or the like")
WORDS = 5  # the most frequent ones, which have features of their own
YES = ("no", "yes")


@dataclass(frozen=True, eq=False)
class Feature:
    """One thing that may be known at each of the T places of a text."""

    name: str
    kind: str
    """what it is about: character, past, word, clause, verse, next or lot"""
    phrase: str
    """how a sentence says it, with {} for some of its values if there are more than two"""
    labels: tuple[str, ...]
    """what its K values are called"""
    values: Numbers
    """(T,), each from 0 to K − 1"""


def frequent_words(text: str, most: int = WORDS) -> list[str]:
    """The words of two letters or more that a text has most often, in small letters."""
    counts = Counter(re.findall(r"[^\W\d_]{2,}", text.lower()))
    return sorted(counts, key=lambda word: (-counts[word], word))[:most]


def find_features(text: str, vocabulary: Vocabulary, words: Sequence[str]) -> list[Feature]:
    """The features of a text of T + 1 characters, after each of which but the last there is a state.

    They are the same, with the same labels, for every text of the vocabulary. `words` are those that have
    features of their own (`frequent_words` of what is trained on). Raises UserError for a character that the
    vocabulary hasn't.
    """
    return list(_found(_Places(text, vocabulary), words))


class _Places:
    """A text of N = T + 1 characters as arrays: of which class each is, and how far it is from what."""

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        self.characters = vocabulary.characters
        self.numbers = vocabulary.encode(text)  # (N,)
        self.small = self.those(lambda c: ord(c.lower()[0]))
        self.letter = self.those(_in_words) > 0
        self.vowel = self.those(lambda c: unicodedata.normalize("NFD", c.lower())[0] in VOWELS) > 0
        self.capital = self.those(str.isupper) > 0
        self.line = self.those(lambda c: c == "\n") > 0
        self.blank = self.those(str.isspace) > 0
        self.mark = self.those(lambda c: not _in_words(c) and unicodedata.category(c)[0] == "P") > 0
        self.pause = self.those(lambda c: PAUSES.get(c, 0))
        self.begins = self.letter & ~shifted(self.letter)  # a word
        self.ends = self.letter & ~np.append(self.letter[1:], False)
        self.place = np.where(self.letter, since(~self.letter), 0)  # of a letter in its word, from 1
        self.before = shifted(last(self.ends), fill=-1)  # where the word before the present one ends

    def those(self, of: Callable[[str], int]) -> Numbers:
        """What each place's character has, by character.  # (N,)"""
        return np.array([int(of(c)) for c in self.characters], np.int64)[self.numbers]

    def spelling(self, word: str) -> tuple[Flags, Flags]:
        """Where the word so far is a beginning of `word`, and where all of it.  # (N,), (N,)"""
        within = np.zeros(len(self.numbers), bool)
        right = within
        for place, letter in enumerate(word, start=1):
            here = (self.place == place) & (self.small == ord(letter))
            right = here & shifted(right) if place > 1 else here
            within |= right
        return within, right

    def of_the_word_before(self, values: NDArray[np.generic], otherwise: int = 0) -> Numbers:
        """What was so at the end of the word before.  # (N,)"""
        return np.where(self.before >= 0, values[self.before].astype(np.int64), otherwise)

    def shown(self) -> tuple[str, ...]:
        """The characters' names in a sentence."""
        return tuple({" ": "a space", "\n": "a line break"}.get(c, c) for c in self.characters)


def _found(at: _Places, words: Sequence[str]) -> Iterator[Feature]:
    """All features of a text."""
    names = at.shown()
    clause, verse = since((at.pause > 0) | at.line), since(at.line)
    event = last((at.pause > 0) | at.line)
    since_vowel, begun = since(at.vowel), np.cumsum(at.begins)
    start = last(at.begins).clip(0)  # of the word that a letter is in

    def feature(
        name: str,
        kind: str,
        phrase: str,
        values: NDArray[np.generic],
        labels: tuple[str, ...] = YES,
    ) -> Feature:
        whole = values.astype(np.int64)
        return Feature(name, kind, phrase, labels, whole.clip(0, len(labels) - 1)[:-1])

    yield feature("letter", "character", "after a letter", at.letter)
    yield feature("vowel", "character", "after a vowel", at.vowel)
    yield feature("consonant", "character", "after a consonant", at.letter & ~at.vowel)
    yield feature("capital", "character", "after a capital", at.capital)
    yield feature("punctuation", "character", "after punctuation", at.mark)
    yield feature("blank", "character", "after a space or line break", at.blank)
    yield feature("character", "character", "after {}", at.numbers, names)

    for back, where in ((1, "just before"), (2, "two characters before"), (3, "three characters before")):
        yield feature(
            f"character {back} back", "past", f"where {{}} came {where}", shifted(at.numbers, back), names
        )
    yield feature("vowel before", "past", "where a vowel came just before", shifted(at.vowel))
    yield feature("punctuation before", "past", "where punctuation came just before", shifted(at.mark))
    yield feature(
        "since a vowel", "past", "{} characters after a vowel", since_vowel, ("no", *"1234", "5 or more")
    )

    yield feature("first letter", "word", "at the first letter of a word", at.place == 1)
    yield feature("second letter", "word", "at the second letter of a word", at.place == 2)
    yield feature("third letter or later", "word", "from the third letter of a word on", at.place >= 3)
    yield feature("fifth letter or later", "word", "from the fifth letter of a word on", at.place >= 5)
    yield feature(
        "place in the word", "word", "at place {} of a word", at.place, ("0", *"1234567", "8 or later")
    )
    initial = np.where(at.letter, 1 + at.numbers[start], 0)
    yield feature("initial", "word", "in a word with the initial {}", initial, ("none", *names))
    named = np.where(at.letter, at.capital[start], False)
    yield feature("capitalised", "word", "in a word with a capital", named)
    length = at.of_the_word_before(at.place)
    yield feature(
        "length of the word before", "word", "after a word of {} letters", length, (*"01234567", "8 or more")
    )
    for word in words:
        within, whole = at.spelling(word)
        yield feature(f"spelling '{word}'", "word", f"while '{word}' is spelt", within)
        follows = at.of_the_word_before(whole & at.ends)
        yield feature(f"after '{word}'", "word", f"after the word '{word}'", follows)

    yield feature("clause start", "clause", "in the first 8 characters of a clause", clause <= 8)
    yield feature("late in the clause", "clause", "more than 30 characters into a clause", clause > 30)
    yield feature(
        "place in the clause",
        "clause",
        "{} characters into a clause",
        np.digitize(clause, [1, 2, 4, 8, 16, 32, 64]),
        ("0", "1", "2 to 3", "4 to 7", "8 to 15", "16 to 31", "32 to 63", "64 or more"),
    )
    in_clause: Numbers = begun - np.where(event >= 0, begun[event], 0)
    yield feature(
        "words in the clause", "clause", "{} words into a clause", in_clause, (*"01234567", "8 or more")
    )
    kind = np.where(event >= 0, at.pause[event], 0)
    yield feature("last pause", "clause", "where the last pause was {}", kind, PAUSE_NAMES)

    yield feature("verse start", "verse", "in the first 8 characters of a line", verse <= 8)
    yield feature(
        "place in the verse",
        "verse",
        "{} characters into a line",
        np.digitize(verse, [1, 2, 4, 8, 16, 32, 64, 128]),
        ("0", "1", "2 to 3", "4 to 7", "8 to 15", "16 to 31", "32 to 63", "64 to 127", "128 or more"),
    )

    for name, flags, words_for_it in (
        ("next is blank", at.blank, "before a space or line break"),
        ("next is a vowel", at.vowel, "before a vowel"),
        ("next is punctuation", at.mark, "before punctuation"),
        ("next is a capital", at.capital, "before a capital"),
    ):
        yield feature(name, "next", words_for_it, np.append(flags[1:], False))
    yield feature("next character", "next", "before {}", np.append(at.numbers[1:], 0), names)

    V = len(at.characters)
    lots = np.random.default_rng(0).integers(0, 2, (V, V + 1))
    yield feature("characters by lot", "lot", "after a character by lot", lots[at.numbers, V])
    pairs = lots[at.numbers, shifted(at.numbers)]
    yield feature("pairs by lot", "lot", "after a pair of characters by lot", pairs)


def last(events: Flags) -> Numbers:
    """The last place up to each at which there was an event; −1 before the first.  # (N,)"""
    return np.maximum.accumulate(np.where(events, np.arange(len(events)), -1))


def since(events: Flags) -> Numbers:
    """How many characters ago the last event was, 0 at the event; the text's beginning is one.  # (N,)"""
    return np.arange(len(events)) - last(events)


def shifted(values: NDArray[Kind], back: int = 1, fill: int = 0) -> NDArray[Kind]:
    """What was so some characters before.  # (N,)"""
    result = np.full_like(values, fill)
    result[back:] = values[:-back]
    return result


def _in_words(character: str) -> bool:
    """Whether words have it: letters, the marks on them, digits, apostrophes and hyphens."""
    return unicodedata.category(character)[0] in "LMN" or character in "'’-"
