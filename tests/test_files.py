import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from phonecase import files
from phonecase.errors import UserError
from phonecase.files import Claim, atomic, read_json, write_text

SCRIPTS = Path(files.__file__).parents[1]


def test_a_block_that_ends_well_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    with atomic(tmp_path / "new" / "a.txt") as temporary:
        temporary.write_text("whole")
        assert not (tmp_path / "new" / "a.txt").exists()
        assert temporary.suffix == ".txt"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["a.txt"]
    assert (tmp_path / "new" / "a.txt").read_text() == "whole"


def test_a_block_that_fails_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "old")

    def fail() -> None:
        with atomic(tmp_path / "a.txt") as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [path.name for path in tmp_path.iterdir()] == ["a.txt"]
    assert (tmp_path / "a.txt").read_text() == "old"


def test_a_file_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    (tmp_path / "plain.txt").write_text("")
    write_text(tmp_path / "ours.txt", "")
    assert (tmp_path / "ours.txt").stat().st_mode == (tmp_path / "plain.txt").stat().st_mode


def test_text_is_utf_8_with_line_feeds(tmp_path: Path) -> None:
    write_text(tmp_path / "a.txt", "é\n")
    assert (tmp_path / "a.txt").read_bytes() == b"\xc3\xa9\n"


def test_what_a_killed_process_left_of_a_file_goes_when_it_is_written_again(tmp_path: Path) -> None:
    kill_itself = (
        "import os, signal, sys, pathlib; from phonecase.files import atomic\n"
        "with atomic(pathlib.Path(sys.argv[1])) as temporary: os.kill(os.getpid(), signal.SIGKILL)"
    )
    for name in ("plum.png", "plum.part.png", "plum.svg"):
        subprocess.run(
            [sys.executable, "-c", kill_itself, tmp_path / name],
            env={"PYTHONPATH": str(SCRIPTS)},
            check=False,
        )
    (tmp_path / ".plum.part-mine.png").write_text("")
    left = set(tmp_path.iterdir())
    assert len(left) == 4
    write_text(tmp_path / "plum.png", "")
    assert len(left - set(tmp_path.iterdir())) == 1


def test_who_claims_a_job_last_may_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log, output = tmp_path / "logs" / "a.log", tmp_path / "a.txt"
    orphan = Claim(log)
    monkeypatch.setattr(files, "claims", [orphan])
    write_text(output, "before")
    claim = Claim(log)
    with pytest.raises(UserError, match=r"a\.log is another run's by now"):
        write_text(output, "orphan")
    monkeypatch.setattr(files, "claims", [claim])
    write_text(output, "after")
    assert output.read_text() == "after"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.txt"]
    log.unlink()
    with pytest.raises(UserError, match="or gone"):
        write_text(output, "nobody")


def test_a_file_that_cannot_be_written_is_named_and_not_its_temporary(tmp_path: Path) -> None:
    def fill() -> None:
        with atomic(tmp_path / "a.txt"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match="No space") as failed:
        fill()
    assert failed.value.filename == str(tmp_path / "a.txt")
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError) as failed:
        write_text(tmp_path / "folder", "")
    assert str(failed.value) == f"[Errno {errno.EISDIR}] Is a directory: '{tmp_path / 'folder'}'"


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b'{"seconds": 1', "not what order_rows.py writes"),
        (b"", "not what order_rows.py writes"),
        (b"[]", "no object"),
        (b"{}", "it has no seconds"),
        (b'{"seconds": "\xe9"}', r"not UTF-8 text \(byte 13\)"),
        (b"[" * 10**5, "not what order_rows.py writes"),
    ],
)
def test_half_an_object_is_none(tmp_path: Path, content: bytes, complaint: str) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(UserError, match=f"a.json: .*{complaint}.*; remove it, and ") as failed:
        read_json(tmp_path / "a.json", "order_rows.py", "seconds")
    assert "\n" not in str(failed.value)
