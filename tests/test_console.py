import ast
import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[1] / "scripts"


def run_script(body: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a script whose work is `body`, as the scripts beside the library do."""
    job = start_script(body, *arguments)
    stdout, stderr = job.communicate()
    return subprocess.CompletedProcess(job.args, job.returncode, stdout, stderr)


def start_script(body: str, *arguments: str) -> subprocess.Popen[str]:
    script = (
        "import argparse, errno, logging\n"
        "from phonecase.console import run\n"
        "from phonecase.errors import UserError\n"
        f"def work(args):\n    {body}\n"
        "run(argparse.ArgumentParser(prog='order_rows.py'), work)\n"
    )
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"PYTHONPATH": str(SCRIPTS)},
    )


def test_messages_go_to_the_terminal_and_to_the_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "a.log"
    done = run_script("logging.getLogger('phonecase.x').info('31,102 verses')", "--log", str(log))
    assert done.returncode == 0
    assert done.stderr == "31,102 verses\n"
    said, made_with = log.read_text().splitlines()
    assert said == "31,102 verses"
    assert made_with.startswith(f"made with python {platform.python_version()} on {platform.system()}, ")


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ("raise UserError('kjv.tsv: no such verse')", 1, "order_rows.py: error: kjv.tsv: no such verse\n"),
        (
            "raise OSError(errno.ENOSPC, 'No space left on device', 'a.png')",
            1,
            "order_rows.py: error: a.png: the disk is full; free some space and run again\n",
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


def test_what_the_system_refuses_is_one_line(tmp_path: Path) -> None:
    failed = run_script(f"open({str(tmp_path)!r})")
    assert (failed.returncode, failed.stderr) == (1, f"order_rows.py: error: {tmp_path}: Is a directory\n")
    failed = run_script("pass", "--log", str(tmp_path))
    assert failed.stderr == f"order_rows.py: error: {tmp_path}: Is a directory\n"


WRITE = (
    "import pathlib, signal, sys; from phonecase.files import atomic\n"
    "    with atomic(pathlib.Path(args.log).with_suffix('.txt')): print(flush=True); signal.pause()"
)


@pytest.mark.parametrize(
    ("numbers", "status", "message"),
    [
        ([signal.SIGTERM], 143, "order_rows.py: terminated\n"),
        ([signal.SIGTERM] * 2, 143, "order_rows.py: terminated\n"),
        ([signal.SIGINT], 130, "order_rows.py: interrupted\n"),
    ],
)
def test_a_stopped_script_says_so_and_leaves_nothing_half_written(
    tmp_path: Path, numbers: list[signal.Signals], status: int, message: str
) -> None:
    job = start_script(WRITE, "--log", str(tmp_path / "a.log"))
    assert job.stdout is not None
    job.stdout.readline()
    for number in numbers:
        job.send_signal(number)
    assert (job.communicate()[1], job.returncode) == (message, status)
    assert [path.name for path in tmp_path.iterdir()] == ["a.log"]


def test_a_second_interrupt_kills_without_another_word(tmp_path: Path) -> None:
    stuck = (
        "import signal\n"
        "    try: print(flush=True); signal.pause()\n"
        "    finally: print(flush=True); signal.pause()"
    )
    job = start_script(stuck)
    assert job.stdout is not None
    for _ in range(2):
        job.stdout.readline()
        job.send_signal(signal.SIGINT)
    assert (job.communicate()[1], job.returncode) == ("", -signal.SIGINT)


def test_an_interrupt_while_importing_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("import signal; signal.raise_signal(signal.SIGINT)")
    failed = subprocess.run(
        [sys.executable, SCRIPTS / "train.py"],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(tmp_path)},
    )
    assert (failed.returncode, failed.stderr) == (-signal.SIGINT, "train.py: interrupted\n")


@pytest.mark.parametrize("script", sorted(SCRIPTS.glob("*.py")), ids=lambda path: path.stem)
def test_scripts_import_the_console_first(script: Path) -> None:
    imports = [
        node for node in ast.parse(script.read_text()).body if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    modules = [getattr(node, "module", None) for node in imports]
    assert "phonecase.console" not in modules[1:]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_log_on_a_full_disk_is_no_fault_of_the_work(tmp_path: Path) -> None:
    done = run_script("logging.getLogger('phonecase.x').info('31,102 verses')", "--log", "/dev/full")
    assert (done.returncode, done.stderr) == (0, "31,102 verses\n")
    assert Path("/dev/full").is_char_device()
