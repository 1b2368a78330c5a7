"""What was made before is taken, as long as it is what it was."""

import os
from pathlib import Path

import pytest

from phonecase.art.kept import Kept


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "made" / "a.png"
    path.parent.mkdir()
    path.write_bytes(b"a picture")
    return path


def test_a_file_is_there_again_for_its_source_and_for_no_other(tmp_path: Path, made: Path) -> None:
    Kept(tmp_path / "kept").keep(made, "blue")
    made.unlink()
    assert not Kept(tmp_path / "kept").take(made, "green")
    assert not made.exists()
    assert Kept(tmp_path / "kept").take(made, "blue")
    assert made.read_bytes() == b"a picture"


def test_a_file_that_was_edited_since_is_not_taken(tmp_path: Path, made: Path) -> None:
    Kept(tmp_path / "kept").keep(made, "blue")
    with made.open("ab") as file:
        file.write(b", scribbled on")
    assert not Kept(tmp_path / "kept").take(tmp_path / "again.png", "blue")


def test_what_is_not_wanted_any_more_goes(tmp_path: Path, made: Path) -> None:
    before = Kept(tmp_path / "kept")
    before.keep(made, "blue")
    before.keep(made, "green")
    now = Kept(tmp_path / "kept")
    assert now.take(made, "blue")
    now.drop_others()
    assert Kept(tmp_path / "kept").take(made, "blue")
    assert not Kept(tmp_path / "kept").take(made, "green")


def test_where_there_are_no_links_it_is_a_copy(
    tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    Kept(tmp_path / "kept").keep(made, "blue")
    made.unlink()
    assert Kept(tmp_path / "kept").take(made, "blue")
    assert made.read_bytes() == b"a picture"


def test_without_a_folder_nothing_is_kept(tmp_path: Path, made: Path) -> None:
    nothing = Kept(None)
    nothing.keep(made, "blue")
    assert not nothing.take(made, "blue")
    nothing.drop_others()
    assert [path.name for path in tmp_path.rglob("*")] == ["made", "a.png"]
