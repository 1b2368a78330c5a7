"""Texts beside the King James Version: Bibles of a verse per line in any script, and plain texts."""

import logging
import unicodedata
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from phonecase.corpus import SourceSettings, Verse, Vocabulary, canon, fetch, find_passage, join
from phonecase.corpus.settings import CorpusSettings, SplitSettings
from phonecase.corpus.sources import FOLDED
from phonecase.corpus.verses import Counts, counts_table, divide, read_verses, write_verses
from phonecase.errors import UserError

CODES = dict(zip(canon.NAMES, canon._CODES.split(), strict=True))


def as_vpl(verses: Sequence[Verse]) -> str:
    return "".join(f"{CODES[v.book]} {v.chapter}:{v.verse} {v.text}\n" for v in verses)


def fetch_text(source: str, path: Path | list[Path], **settings: Any) -> list[Verse]:
    return fetch(SourceSettings.checked({"source": source, "path": path, **settings})).verses


# A Hebrew and a Greek passage, their books in the Hebrew order, one verse decomposed, one without text, one
# outside the 66 books.
HEBREW = """\
GEN 1:1 בְּרֵאשִׁ֖ית בָּרָ֣א אֱלֹהִ֑ים אֵ֥ת הַשָּׁמַ֖יִם וְאֵ֥ת הָאָֽרֶץ׃
GEN 1:2 וְהָאָ֗רֶץ הָיְתָ֥ה תֹ֙הוּ֙ וָבֹ֔הוּ
MAL 3:24 וְהֵשִׁ֤יב לֵב־אָבוֹת֙
PSA 3:1 מִזְמ֥וֹר לְדָוִ֑ד
"""
GREEK = """\
TOB 1:1 Βίβλος λόγων Τωβίτ,  τοῦ Τωβιὴλ
MAT 17:21\x20
MAT 17:22 Συστρεφομένων δὲ αὐτῶν
ROM 1:16 Οὐ γὰρ ἐπαισχύνομαι τὸ εὐαγγέλιον\u00a0·
ROM 1:18 Ἀποκαλύπτεται γὰρ
XXA 1:1 ἄλλο
"""


def test_the_default_text_goes_through_a_verse_per_line_and_back(tmp_path: Path) -> None:
    verses = fetch(SourceSettings()).verses
    with zipfile.ZipFile(tmp_path / "kjv_vpl.zip", "w", compresslevel=1) as archive:
        archive.writestr("kjv_vpl.txt", as_vpl(verses))
    assert fetch_text("vpl", tmp_path / "kjv_vpl.zip") == verses
    (tmp_path / "kjv.txt").write_text("\ufeff" + as_vpl(verses).replace("\n", "\r\n"), newline="")
    assert fetch_text("vpl", tmp_path / "kjv.txt") == verses
    write_verses(tmp_path / "text.tsv", verses)
    assert read_verses(tmp_path / "text.tsv") == verses


def test_a_text_is_composed_and_has_single_spaces_and_is_otherwise_untouched(tmp_path: Path) -> None:
    path = tmp_path / "grc_vpl.txt"
    path.write_text(unicodedata.normalize("NFD", GREEK))
    verses = fetch_text("vpl", path)
    assert [verse.key for verse in verses] == [
        ("Tobit", 1, 1),
        ("Matthew", 17, 22),
        ("Romans", 1, 16),
        ("Romans", 1, 18),
        ("XXA", 1, 1),
    ]
    assert verses[0].text == "Βίβλος λόγων Τωβίτ, τοῦ Τωβιὴλ"
    assert verses[2].text == "Οὐ γὰρ ἐπαισχύνομαι τὸ εὐαγγέλιον ·"
    assert all(unicodedata.is_normalized("NFC", verse.text) for verse in verses)


def test_verses_without_text_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "grc_vpl.txt").write_text(GREEK)
    fetch_text("vpl", tmp_path / "grc_vpl.txt")
    assert "verses without text, which are left out: 1, Matthew 17:21" in caplog.text


def test_the_order_and_the_versification_are_the_file_s(tmp_path: Path) -> None:
    (tmp_path / "hbo_vpl.txt").write_text(HEBREW)
    verses = fetch_text("vpl", tmp_path / "hbo_vpl.txt")
    assert [verse.book for verse in verses] == ["Genesis", "Genesis", "Malachi", "Psalms"]
    vocabulary = Vocabulary.of(join(verses))
    for written, reference, count in [
        ("Mal 3:24", "Malachi", 1),
        ("Ps 3:1", "Psalms", 1),
        ("GEN 1,1", "Genesis 1:1", 1),
        ("Gen 1:2-Mal 3:24", "Genesis 1:2; Malachi", 2),
    ]:
        found = find_passage("x", written, verses, vocabulary)
        assert (found.reference, len(found.verses)) == (reference, count)
    with pytest.raises(UserError, match=r"^passages\.x: there is no Malachi 4: Malachi has the chapters 3$"):
        find_passage("x", "Mal 4:6", verses, vocabulary)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("GEN 1:1 a\nGEN 1:2 b\nGEN 1:1 c\n", "Genesis 1:1 is there twice, on lines 1 and 3"),
        ("GEN 1:1 a\nIn the beginning\n", "line 2 should be like 'GEN 1:1 text'; it is 'In the beginning'"),
        ("GEN 1:1\n", "there is no text in it"),
        ("<html>404</html>", "a web page (HTML), not the text"),
    ],
)
def test_a_broken_bible_is_refused(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "vpl.txt").write_text(text)
    with pytest.raises(UserError) as error:
        fetch_text("vpl", tmp_path / "vpl.txt")
    assert str(error.value) == f"{tmp_path / 'vpl.txt'}: {message}"


def test_a_plain_text_is_its_lines(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"def f():\r\n\treturn 1\t# one\r\n\r\n\r\n")
    (tmp_path / "b.txt").write_text("one\fpage\u2028line\n")
    verses = fetch_text("text", [tmp_path / "a.py", tmp_path / "b.txt"])
    assert verses == [
        ("a.py", 0, 1, "def f():"),
        ("a.py", 0, 2, "\treturn 1\t# one"),
        ("b.txt", 0, 1, "one\fpage\u2028line"),
    ]
    write_verses(tmp_path / "text.tsv", verses)
    assert read_verses(tmp_path / "text.tsv") == verses


def test_an_empty_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("\n\n")
    with pytest.raises(UserError, match=r"a\.txt: there is no text in it$"):
        fetch_text("text", tmp_path / "a.txt")


def test_a_home_folder_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "a.txt").write_text("text")
    assert join(fetch_text("text", Path("~/a.txt"))) == "text"


def test_rare_characters_become_one_that_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    (tmp_path / "a.txt").write_text("aaab\naaac\nccb€")
    verses = fetch_text("text", tmp_path / "a.txt", min_count=3)
    assert join(verses) == f"aaa{FOLDED}\naaac\ncc{FOLDED}{FOLDED}"
    assert caplog.messages[-1] == (
        "U+FFFD REPLACEMENT CHARACTER stands for 2 characters that occur less than 3 times: "
        "U+0062 LATIN SMALL LETTER B, U+20AC EURO SIGN"
    )
    assert join(fetch_text("text", tmp_path / "a.txt")) == "aaab\naaac\nccb€"


# ---- what is kept back

TEXT = [Verse("a.txt", 0, number, "x" * 99) for number in range(1, 101)]  # 10,000 characters
MORE = [Verse("b.txt", 0, number, "y" * 99) for number in range(1, 11)]


@pytest.mark.parametrize("percent", [6, 10, 55, 99])
def test_a_share_is_the_last_lines(percent: int) -> None:
    train, validation = divide(TEXT, SplitSettings(validation=[f"{percent}%"]))
    assert train + validation == TEXT
    assert len(validation) == percent


@pytest.mark.parametrize(("word", "space"), [("word", " "), ("字", "")])
def test_a_text_on_one_line_is_cut_at_a_word(word: str, space: str) -> None:
    text = space.join([word] * 4_000)
    (train,), (validation,) = divide([Verse("a.txt", 0, 1, text)], SplitSettings(validation=["20%"]))
    assert train.text + space + validation.text == text
    assert validation.text.startswith(word)
    assert abs(len(validation.text) - len(text) / 5) <= len(word) + 1


def test_files_are_kept_back_by_name() -> None:
    assert divide([*MORE, *TEXT], SplitSettings(validation=["b.txt"])) == (TEXT, MORE)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"validation": "5%"},
            "there are 499 characters to validate on; one window of the validation has 512",
        ),
        ({"validation": "b.txt"}, "b.txt, to validate on, is not in the text; it has a.txt"),
        ({"validation": "a.txt"}, "nothing is left to train on"),
        ({"validation_books": "Romans"}, "Romans, to validate on, is not in the text; it has a.txt"),
    ],
)
def test_a_part_that_is_too_small_is_refused(settings: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as error:
        divide(TEXT, SplitSettings.checked(settings))
    assert str(error.value).startswith(message)


def test_a_plain_text_keeps_back_5_percent_unless_it_says_otherwise() -> None:
    text = {"source": "text", "path": ["a.txt", "b.txt"]}
    assert CorpusSettings.checked(text).share == 0.05
    assert CorpusSettings.checked(text | {"validation": "b.txt"}).validation == ["b.txt"]
    assert CorpusSettings().validation is None


def test_the_counts_of_a_plain_text_are_of_files_and_lines() -> None:
    assert counts_table([Counts.of("whole text", [*TEXT, *MORE])]).splitlines() == [
        "part        files  lines  characters  alphabet  rarest",
        "whole text      2    110      10,999         3  U+000A 109, y 990, x 9900",
    ]


def test_no_character_in_the_table_of_counts_turns_its_line_around(tmp_path: Path) -> None:
    (tmp_path / "hbo_vpl.txt").write_text(HEBREW)
    assert counts_table([Counts.of("all", fetch_text("vpl", tmp_path / "hbo_vpl.txt"))]).isascii()
