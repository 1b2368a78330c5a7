"""The canon: 66 books, and what people call them."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.corpus import canon
from phonecase.corpus.canon import BOOKS, NAMES, find
from phonecase.corpus.settings import SourceSettings
from phonecase.corpus.sources import fetch
from phonecase.errors import UserError


def test_the_canon_has_the_known_size() -> None:
    assert len(BOOKS) == 66
    assert sum(len(book.verses) for book in BOOKS) == 1_189
    assert sum(sum(book.verses) for book in BOOKS) == 31_102
    assert sum(sum(find(name).verses) for name in canon.NEW_TESTAMENT) == 7_957
    assert (NAMES[0], NAMES[38], NAMES[39], NAMES[65]) == ("Genesis", "Malachi", "Matthew", "Revelation")


def test_the_table_counts_the_real_text() -> None:
    assert [verse.key for verse in fetch(SourceSettings()).verses] == list(canon.keys())


def test_every_name_in_the_table_finds_its_book() -> None:
    for book in BOOKS:
        assert find(book.name) is book
        assert all(find(name) is book for name in book.other_names)


# As the Chicago Manual of Style and the SBL Handbook of Style abbreviate, and ways to write the numbers.
USUAL = """
Genesis: Gen | Exodus: Exod, Exod. | Leviticus: Lev | Numbers: Num | Deuteronomy: Deut | Joshua: Josh
Judges: Judg | Ruth: Ruth | 1 Samuel: 1 Sam | 2 Samuel: 2 Sam | 1 Kings: 1 Kgs, 1 Kings | 2 Kings: 2 Kgs
1 Chronicles: 1 Chron., 1 Chr | 2 Chronicles: 2 Chr | Ezra: Ezra | Nehemiah: Neh | Esther: Esth, Esther
Job: Job | Psalms: Ps, Pss, Psalm, Psa | Proverbs: Prov | Ecclesiastes: Eccl, Eccles., Qoh
Song of Solomon: Song, Song of Sol., Song of Songs, Cant | Isaiah: Isa | Jeremiah: Jer | Lamentations: Lam
Ezekiel: Ezek | Daniel: Dan | Hosea: Hos | Joel: Joel | Amos: Amos | Obadiah: Obad | Jonah: Jonah, Jon
Micah: Mic | Nahum: Nah | Habakkuk: Hab | Zephaniah: Zeph | Haggai: Hag | Zechariah: Zech | Malachi: Mal
Matthew: Matt, Mt | Mark: Mark, Mk | Luke: Luke, Lk | John: John, Jn | Acts: Acts | Romans: Rom
1 Corinthians: 1 Cor, I Cor., First Corinthians, 1st Corinthians, 1cor | 2 Corinthians: 2 Cor, II Corinthians
Galatians: Gal | Ephesians: Eph | Philippians: Phil | Colossians: Col | 1 Thessalonians: 1 Thess
2 Thessalonians: 2 Thess | 1 Timothy: 1 Tim | 2 Timothy: 2 Tim, Second Timothy | Titus: Titus, Tit
Philemon: Phlm, Philem. | Hebrews: Heb | James: Jas, James | 1 Peter: 1 Pet | 2 Peter: 2 Pet
1 John: 1 John, 1 Jn | 2 John: 2 John | 3 John: 3 John, III John, Third John | Jude: Jude
Revelation: Rev, Apoc., Revelations
"""


@pytest.mark.parametrize(("name", "others"), re.findall(r"([\w ]+): ([^|\n]+)", USUAL))
def test_usual_abbreviations(name: str, others: str) -> None:
    for other in others.split(","):
        assert find(other).name == name.strip()


@given(st.sampled_from(BOOKS), st.data())
def test_a_beginning_finds_its_book_or_asks_which(book: canon.Book, data: st.DataObject) -> None:
    beginning = book.name[: data.draw(st.integers(2, len(book.name)))]
    written = data.draw(st.sampled_from([beginning, beginning.upper(), beginning.lower(), f" {beginning}. "]))
    others = [other.name for other in BOOKS if other is not book and other.name.startswith(beginning)]
    known = [other for other in BOOKS if beginning in (other.name, *other.other_names)]
    known += [canon._BY_CODE[written]] if written in canon._BY_CODE else []
    if beginning.strip().isdigit():  # the 1 of 1 John
        with pytest.raises(UserError, match="there is no book"):
            find(written)
    elif known or not others:
        assert find(written) is (known or [book])[0]
    else:
        with pytest.raises(UserError, match=" or "):
            find(written)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Romnas", "there is no book 'Romnas'; did you mean 'Romans'?"),
        ("I Corinthains", "there is no book 'I Corinthains'; did you mean '1 Corinthians'?"),
        ("Thessalonian", "'Thessalonian' could be 1 Thessalonians or 2 Thessalonians"),
        ("Jud", "'Jud' could be Judges or Jude"),
        ("3", "there is no book '3'"),
        ("iii", "there is no book 'iii'"),
        ("2nd", "there is no book '2nd'"),
        ("omans", "there is no book 'omans'; did you mean 'Romans'?"),
        ("Matt-John", "there is no book 'Matt-John'; it is a range: name each of its books"),
        ("\fGenesis", "the book's name '\\x0cGenesis' has a strange character, U+000C FORM FEED"),
        (
            "Gen\u200besis",
            "the book's name 'Gen\\u200besis' has a strange character, U+200B ZERO WIDTH SPACE",
        ),
        ("Xyzzy", "there is no book 'Xyzzy'"),
        ("?!", "there is no book '?!'"),
    ],
)
def test_an_unknown_book_is_answered(name: str, message: str) -> None:
    with pytest.raises(UserError) as error:
        find(name)
    assert str(error.value) == message


# Titles as the King James Version prints them, and the other canons' books.
TITLES = {
    "The First Book of Samuel": "1 Samuel",
    "The Psalms of David": "Psalms",
    "The Book of the Prophet Isaiah": "Isaiah",
    "The Gospel According to St. John": "John",
    "The Acts of the Apostles": "Acts",
    "The Epistle of Paul the Apostle to the Romans": "Romans",
    "The Second Epistle General of Peter": "2 Peter",
    "The Revelation of St. John the Divine": "Revelation",
    "St John": "John",
    "Ist John": "1 John",
    "Judith": "Judith",
    "Tobit": "Tobit",
    "Wisdom": "Wisdom of Solomon",
    "Ecclesiasticus": "Sirach",
    "1 Macc": "1 Maccabees",
}


@pytest.mark.parametrize("title", TITLES)
def test_titles_and_other_canons(title: str) -> None:
    assert find(title).name == TITLES[title]


def test_every_code_is_its_book() -> None:
    codes = ["GEN", "SNG", "SOL", "EZK", "EZE", "MRK", "MAR", "JHN", "JOH", "1JN", "1JO", "JUD", "PHP", "PHI"]
    assert [book.name for code in codes if (book := canon.by_code(code))] == [
        "Genesis", "Song of Solomon", "Song of Solomon", "Ezekiel", "Ezekiel", "Mark", "Mark", "John", "John",
        "1 John", "1 John", "Jude", "Philippians", "Philippians",
    ]  # fmt: skip
    assert canon.by_code("Gen") is canon.by_code("GEN")
    assert canon.by_code("XXA") is None


def test_checking_names_and_references_imports_nothing_heavy() -> None:
    code = "import sys, phonecase.corpus.references, phonecase.corpus.sources; print(*sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(Path(canon.__file__).parents[2])},
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(result.stdout.split())
    assert "phonecase.corpus.references" in loaded
    assert not loaded & {"numpy", "pandas", "pooch", "requests", "torch", "tqdm"}
