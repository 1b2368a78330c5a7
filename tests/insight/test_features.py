"""What is true at each place of a text, against regular expressions that look back from each place."""

import re
from collections.abc import Callable

import numpy as np
import pytest

from phonecase.corpus import Vocabulary
from phonecase.errors import UserError
from phonecase.insight.features import Feature, find_features, frequent_words, last, shifted, since

TEXT = """In the beginning God created the heaven and the earth.
And the earth was without form, and void; and darkness was upon the face of the deep. And the Spirit
And God said, Let there be light: and there was light. (As it is written!) The well-beloved's sheep? """
WORDS = ["the", "and", "be"]
VOCABULARY = Vocabulary.of(TEXT)
L = "[A-Za-z'-]"
Past = Callable[[str], object]


def so(pattern: str) -> Past:
    """Whether what was read ends like that."""
    return lambda past: "yes" if re.search(rf"(?:{pattern})\Z", past) else "no"


def length(pattern: str, most: int, *, names: tuple[str, ...] = ()) -> Past:
    """How long the end of that kind is."""

    def label(past: str) -> object:
        found = re.search(rf"(?:{pattern})*\Z", past)
        assert found
        return [*names, *map(str, range(len(names), most)), f"{most} or "][min(len(found.group()), most)]

    return label


def before(back: int) -> Past:
    return lambda past: {" ": "a space", "\n": "a line break"}.get(past[-1 - back], past[-1 - back])


def words(past: str) -> list[str]:
    return re.findall(f"{L}+", past)


def clause(past: str) -> str:
    return re.split(r"[,;:.?!\n]", past)[-1]


PASTS: dict[str, Past] = {  # by what was read so far
    "letter": so(L),
    "vowel": so("[aeiouAEIOU]"),
    "consonant": so("[b-df-hj-np-tv-zB-DF-HJ-NP-TV-Z'-]"),
    "capital": so("[A-Z]"),
    "punctuation": so("[,;:.?!()]"),
    "blank": so(r"\s"),
    "character": before(0),
    "character 1 back": before(1),
    "character 3 back": before(3),
    "vowel before": so("[aeiouAEIOU](.|\n)"),
    "punctuation before": so("[,;:.?!()](.|\n)"),
    "since a vowel": length("[^aeiouAEIOU]", 5, names=("no",)),
    "first letter": so(f"(^|[^A-Za-z'-]){L}"),
    "second letter": so(f"(^|[^A-Za-z'-]){L}{{2}}"),
    "third letter or later": so(f"{L}{{3}}"),
    "fifth letter or later": so(f"{L}{{5}}"),
    "place in the word": length(L, 8),
    "initial": lambda past: words(past)[-1][0] if re.search(rf"{L}\Z", past) else "none",
    "capitalised": so(f"(^|[^A-Za-z'-])[A-Z]{L}*"),
    "spelling 'the'": so("(^|[^A-Za-z'-])[tT](h|he)?"),
    "after 'the'": so(f"(^|[^A-Za-z'-])[tT]he[^A-Za-z'-]+{L}*"),
    "spelling 'and'": so("(^|[^A-Za-z'-])[aA](n|nd)?"),
    "after 'and'": so(f"(^|[^A-Za-z'-])[aA]nd[^A-Za-z'-]+{L}*"),
    "clause start": lambda past: "yes" if len(clause(past)) <= 8 else "no",
    "late in the clause": lambda past: "yes" if len(clause(past)) > 30 else "no",
    "verse start": lambda past: "yes" if len(past.split("\n")[-1]) <= 8 else "no",
    "words in the clause": lambda past: str(min(len(words(clause(past))), 8)).replace("8", "8 or more"),
}
NEXT: dict[str, Past] = {  # by the character that comes
    "next is blank": so(r"\s"),
    "next is a vowel": so("[aeiouAEIOU]"),
    "next is punctuation": so("[,;:.?!()]"),
    "next is a capital": so("[A-Z]"),
    "next character": before(0),
}


@pytest.fixture(scope="module")
def found() -> dict[str, Feature]:
    return {feature.name: feature for feature in find_features(TEXT, VOCABULARY, WORDS)}


def labels(feature: Feature) -> list[str]:
    """What a feature says at each place."""
    return [feature.labels[value] for value in feature.values]


def test_there_are_some_forty_each_with_words_for_a_sentence(found: dict[str, Feature]) -> None:
    assert 40 <= len(find_features(TEXT, VOCABULARY, [*WORDS, "of", "to"])) <= 50
    for feature in found.values():
        assert feature.values.shape == (len(TEXT) - 1,)
        assert 0 <= feature.values.min() <= feature.values.max() < len(feature.labels)
        assert ("{}" in feature.phrase) == (len(feature.labels) > 2)


def test_every_text_has_the_same_ones(found: dict[str, Feature]) -> None:
    others = find_features("the sheep", VOCABULARY, WORDS)
    assert [(f.name, f.labels) for f in others] == [(f.name, f.labels) for f in found.values()]
    with pytest.raises(UserError, match="'z'"):
        find_features("zoo", VOCABULARY, WORDS)


@pytest.mark.parametrize("name", PASTS)
def test_what_was_read_decides(found: dict[str, Feature], name: str) -> None:
    start = 3 if name.startswith("character") else 0  # before that, there was nothing so far back
    for place, label in list(enumerate(labels(found[name])))[start:]:
        expected = str(PASTS[name](TEXT[: place + 1]))
        assert label.startswith(expected), (TEXT[: place + 1][-20:], label)


@pytest.mark.parametrize("name", NEXT)
def test_what_comes_decides(found: dict[str, Feature], name: str) -> None:
    assert labels(found[name]) == [NEXT[name](character) for character in TEXT[1:]]


def test_how_far_a_clause_and_a_line_have_gone_is_told_in_steps_that_double(
    found: dict[str, Feature],
) -> None:
    for name, part in (("place in the clause", clause), ("place in the verse", lambda t: t.split("\n")[-1])):
        for place, label in enumerate(labels(found[name])):
            low, _, high = label.partition(" to ")
            far = len(part(TEXT[: place + 1]))
            assert int(low.removesuffix(" or more")) <= far
            assert far <= int(high or (low if low.isdigit() else 10**6))


def test_the_last_pause_is_told_by_kind(found: dict[str, Feature]) -> None:
    kinds = {
        "\n": "a line break",
        ",": "a comma",
        ";": "a colon",
        ":": "a colon",
        ".": "a full",
        "?": "a full",
    }
    kinds["!"] = "a full"
    for place, label in enumerate(labels(found["last pause"])):
        pauses = re.findall(r"[,;:.?!\n]", "\n" + TEXT[: place + 1])
        assert label.startswith(kinds[pauses[-1]])


def test_control_tasks_hang_on_the_characters_alone(found: dict[str, Feature]) -> None:
    by_character: dict[str, set[int]] = {}
    for character, value in zip(TEXT, found["characters by lot"].values, strict=False):
        by_character.setdefault(character, set()).add(int(value))
    assert all(len(values) == 1 for values in by_character.values())
    assert {value for values in by_character.values() for value in values} == {0, 1}


def test_an_accent_is_of_its_letter_and_any_script_has_words() -> None:
    text = "Été, λόγος слово. 光"
    found = {f.name: f for f in find_features(text, Vocabulary.of(text), [])}
    vowels = "".join(c for c, vowel in zip(text, found["vowel"].values, strict=False) if vowel)
    assert vowels == "Éé" + "όο" + "оо"
    assert found["letter"].values.tolist() == [int(c.isalpha()) for c in text[:-1]]


def test_distances() -> None:
    events = np.array([False, True, False, False, True])
    assert last(events).tolist() == [-1, 1, 1, 1, 4]
    assert since(events).tolist() == [1, 0, 1, 2, 0]
    assert shifted(np.array([5, 6, 7]), 2).tolist() == [0, 0, 5]


def test_frequent_words_are_the_most_frequent_of_two_letters_or_more() -> None:
    assert frequent_words("The sea, the land; a sea of seas: a the a end", 2) == ["the", "sea"]
