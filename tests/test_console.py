import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


def run_script(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script whose work is `body`, as the scripts beside the library do."""
    script = (
        "import argparse, errno, logging\n"
        "from phonecase.console import run\n"
        "from phonecase.errors import UserError\n"
        f"def work(args):\n    {body}\n"
        "run(argparse.ArgumentParser(prog='order_rows.py'), work)\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(SCRIPTS)},
    )


def test_messages_go_to_the_terminal_and_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "a.log"
    done = run_script("logging.getLogger('phonecase.x').info('31,102 verses')", "--log", str(log))
    assert done.returncode == 0
    assert done.stderr == log.read_text() == "31,102 verses\n"


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("raise UserError('kjv.tsv: no such verse')", 1, "order_rows.py: error: kjv.tsv: no such verse\n"),
        (
            "raise OSError(errno.ENOSPC, 'No space left on device', 'a.png')",
            1,
            "order_rows.py: error: the disk is full while writing a.png; free some space and run again\n",
        ),
        ("raise KeyboardInterrupt", 130, "order_rows.py: interrupted\n"),
    ],
)
def test_what_the_user_can_mend_is_one_line(tmp_path: Path, body: str, status: int, message: str) -> None:
    failed = run_script(body, "--log", str(tmp_path / "a.log"))
    assert failed.returncode == status
    assert failed.stderr == (tmp_path / "a.log").read_text() == message


def test_what_nobody_foresaw_keeps_its_traceback(tmp_path: Path) -> None:
    failed = run_script("1 / 0", "--log", str(tmp_path / "a.log"))
    assert failed.returncode == 1
    for text in (failed.stderr, (tmp_path / "a.log").read_text()):
        assert "please report it" in text
        assert "ZeroDivisionError" in text
