"""Setting up .venv: what it does on good days, and what it says on bad ones.

Most tests have an environment whose pip is a stand-in that does as it is told, so that nothing is downloaded
and a moment can be held still; the slow ones make real environments from a tiny package of our own.
"""

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path
from typing import IO

import pytest

import bootstrap
from small_setup import stub, write_wheel

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "bootstrap.py"
VERSION = "{}.{}".format(*sys.version_info[:2])

STAND_IN_FOR_PIP = """\
import os, pathlib, signal, sys
folder = pathlib.Path(os.environ["PIP_STAND_IN"])
with (folder / "calls").open("a") as calls:
    print(*sys.argv[1:], file=calls)
print("Collecting tiny==1.0")
print("  Downloading tiny-1.0-py3-none-any.whl (180.3 MB)")
if (folder / "before").exists():
    sys.exit((folder / "before").read_text())
print("Installing collected packages: tiny", flush=True)
if (folder / "hold").exists():
    (folder / "hold").write_text(str(os.getpid()))  # a pipe: whoever reads it knows that we are here
    (folder / "hold").read_text()  # until someone writes
if (folder / "after").exists():
    sys.exit((folder / "after").read_text())
"""


class Project:
    """A project with a lock of one package, and in .venv an environment with the stand-in for pip."""

    def __init__(self, folder: Path, stand_in: bool = True) -> None:
        self.folder, self.orders = folder, folder / "orders"
        self.lock, self.stamp = folder / "requirements.txt", folder / ".venv" / "setup.stamp"
        (folder / "scripts").mkdir(parents=True)
        self.orders.mkdir()
        shutil.copy(SCRIPT, folder / "scripts")
        shutil.copy(ROOT / "Makefile", folder)
        self.lock.write_text("# a comment\ntiny==1.0\n")
        if stand_in:
            venv.create(folder / ".venv", symlinks=True)
            pip = folder / ".venv" / "lib" / f"python{VERSION}" / "site-packages" / "pip"
            pip.mkdir()
            (pip / "__init__.py").touch()
            (pip / "__main__.py").write_text(STAND_IN_FOR_PIP)

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        command = words or (sys.executable, "scripts/bootstrap.py")
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "MFLAGS"))}
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env={**clean, "PIP_STAND_IN": str(self.orders), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            # Ctrl-C means something to it, even where the tests run in the background and ignore it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )

    def run(self, *words: str, **environment: str) -> tuple[int, str]:
        """The exit status and all that was said."""
        process = self.start(*words, **environment)
        said, _ = process.communicate(timeout=120)
        assert "Traceback" not in said
        return process.returncode, said

    def order(self, name: str, text: str) -> None:
        (self.orders / name).write_text(text)

    def hold(self) -> None:
        os.mkfifo(self.orders / "hold")

    def wait_for_pip(self) -> int:
        """The process id of the pip that has come to its held moment."""
        return int((self.orders / "hold").read_text())

    def let_go(self) -> None:
        (self.orders / "hold").write_text("go")

    def calls(self) -> list[str]:
        file = self.orders / "calls"
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path / "a project")


# --- good days ------------------------------------------------------------------------------------------


def test_the_first_call_installs_and_the_second_does_nothing(project: Project) -> None:
    assert project.run()[0] == 0
    written = project.stamp.stat().st_mtime_ns
    status, said = project.run()
    assert (status, said) == (0, "set-up: .venv is up to date\n")
    assert project.stamp.stat().st_mtime_ns == written
    assert len(project.calls()) == 1


def test_pip_installs_the_lock_and_all_that_it_says_is_kept(project: Project) -> None:
    project.run()
    assert project.calls()[0].startswith(f"install --requirement {project.lock} ")
    assert "Downloading tiny-1.0" in (project.folder / ".venv" / "setup.log").read_text()


def test_byte_code_is_made_at_once_only_where_python_may_not_make_it_later(project: Project) -> None:
    project.run(PYTHONDONTWRITEBYTECODE="")
    assert "--no-compile" in project.calls()[-1]
    project.lock.write_text("tiny==1.1\n")
    project.run(PYTHONDONTWRITEBYTECODE="1")
    assert "--no-compile" not in project.calls()[-1]


def test_another_lock_is_installed_in_place(project: Project) -> None:
    project.run()
    mine = project.folder / ".venv" / "mine"
    mine.touch()
    project.lock.write_text("tiny==1.1\n")
    assert project.run()[0] == 0
    assert mine.exists()
    assert len(project.calls()) == 2


def test_make_hands_over_to_the_set_up(project: Project) -> None:
    assert project.run("make", "setup")[0] == 0
    assert project.run("make", "setup") == (0, "set-up: .venv is up to date\n")


def test_a_ready_environment_serves_whatever_python_is_the_default(project: Project, tmp_path: Path) -> None:
    project.run()
    old = stub(tmp_path, "python3", "sys.version_info = (3, 9, 18, 'final', 0)")
    environment = {"PATH": f"{old.parent}:{os.environ['PATH']}"}
    assert project.run("make", "setup", **environment) == (0, "set-up: .venv is up to date\n")
    assert project.run("make", "setup", f"PYTHON={old}")[0] != 0


def test_two_at_once_install_once(project: Project) -> None:
    project.hold()
    first = project.start()
    project.wait_for_pip()
    second = project.start()
    assert line(second.stdout) == "set-up: another set-up is at work here; waiting for it\n"
    project.let_go()
    assert first.wait(timeout=60) == 0
    assert second.wait(timeout=60) == 0
    assert len(project.calls()) == 1
    for process in (first, second):
        process.communicate()


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


def test_help_lists_every_target(project: Project) -> None:
    status, said = project.run("make", "help")
    declared = (project.folder / "Makefile").read_text().partition(".PHONY: ")[2].splitlines()[0].split()
    assert status == 0
    assert [words.split()[1] for words in said.splitlines() if words.startswith("  make ")] == declared


# --- a Python that won't do -----------------------------------------------------------------------------


def test_the_script_is_read_even_by_python_3_6() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_an_old_python_is_named_and_a_better_one_suggested(project: Project, tmp_path: Path) -> None:
    old = stub(tmp_path, "old", "sys.version_info = (3, 9, 18, 'final', 0)")
    tools = tmp_path / "tools"
    tools.mkdir()
    says = "set-up: error: Python 3.11 or newer is needed, this is 3.9.18: "
    status, said = project.run(str(old), "scripts/bootstrap.py", PATH=str(tools))
    assert (status, said[: len(says)], said.count("\n")) == (1, says, 1)
    assert "install one" in said
    (tools / "python3.13").symlink_to("/bin/false")
    (tools / "python3.12").symlink_to(sys.executable)
    assert project.run(str(old), "scripts/bootstrap.py", PATH=str(tools)) == (
        1,
        says + "run make PYTHON=python3.12\n",
    )


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(project: Project, tmp_path: Path, module: str) -> None:
    python = stub(tmp_path, "python", f"sys.modules['{module}'] = None")
    status, said = project.run(str(python), "scripts/bootstrap.py")
    assert status == 1
    assert said == (
        f"set-up: error: this Python has no {module} module; "
        "on Debian or Ubuntu: sudo apt install python3-venv\n"
    )


# --- a bundle -------------------------------------------------------------------------------------------


def test_a_bundle_asks_for_the_python_that_its_wheels_are_for(project: Project, tmp_path: Path) -> None:
    wheels = project.folder / "wheels"
    wheels.mkdir()
    for name in ("abi-1.0-cp37-abi3-any.whl", "pure-1.0-py3-none-any.whl", "some-1.0-cp399-cp399-any.whl"):
        (wheels / name).touch()
    tools = tmp_path / "tools"
    tools.mkdir()
    says = f"set-up: error: wheels/ is for Python 3.99, this is {VERSION}: "
    status, said = project.run(PATH=str(tools))
    assert (status, said[: len(says)]) == (1, says)
    assert said.endswith(
        "install one (apt, dnf, brew, conda or python.org), then run make PYTHON=python3.99\n"
    )
    (tools / "python3.99").symlink_to(sys.executable)
    assert project.run(PATH=str(tools)) == (1, says + "run make PYTHON=python3.99\n")


def test_a_bundle_s_packages_come_from_it_whatever_pip_is_told(project: Project) -> None:
    (project.folder / "wheels").mkdir()
    assert project.run()[0] == 0
    assert project.calls()[0].endswith(f" --isolated --no-index --find-links {project.folder}/wheels")


def test_a_bundle_of_another_machine_is_named_as_such(project: Project) -> None:
    (project.folder / "wheels").mkdir()
    project.order("before", NO_SUCH_VERSION.replace("0.1, 0.2", "none"))
    status, said = project.run()
    assert status == 1
    assert "set-up: error: wheels/ has no tiny==1.0 for this machine: make the bundle on one like it" in said


# --- interruptions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_installation_is_marked_as_unfinished(project: Project, how: signal.Signals) -> None:
    project.run()
    project.lock.write_text("tiny==1.1\n")
    project.hold()
    process = project.start()
    project.wait_for_pip()
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith("set-up: interrupted; the next call goes on from here\n")
    assert project.stamp.read_text() == bootstrap.UNFINISHED


def test_after_a_kill_the_next_call_waits_for_the_pip_that_was_left(project: Project) -> None:
    project.hold()
    process = project.start()
    pip = project.wait_for_pip()
    process.kill()
    process.communicate()
    assert project.stamp.read_text() == bootstrap.UNFINISHED
    following = project.start()
    assert line(following.stdout) == "set-up: another set-up is at work here; waiting for it\n"
    following.terminate()
    following.communicate(timeout=60)
    os.kill(pip, signal.SIGKILL)


def test_a_failure_before_pip_changes_anything_leaves_the_old_stamp(project: Project) -> None:
    project.run()
    old_lock, old_stamp = project.lock.read_text(), project.stamp.read_text()
    project.lock.write_text("tiny==1.1\n")
    project.order("before", "ERROR: something")
    assert project.run()[0] == 1
    assert project.stamp.read_text() == old_stamp
    project.lock.write_text(old_lock)
    assert project.run() == (0, "set-up: .venv is up to date\n")


def test_a_failure_after_that_means_beginning_afresh(project: Project) -> None:
    project.order("after", "ERROR: something")
    status, said = project.run()
    assert status == 1
    assert said.endswith("set-up: error: ERROR: something (all that was said: .venv/setup.log)\n")
    assert project.stamp.read_text() == bootstrap.UNFINISHED


@pytest.fixture
def here(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The project as the module sees it, its set-up finished."""
    project.run()
    for name, path in {
        "ROOT": project.folder,
        "LOCK": project.lock,
        "VENV": project.stamp.parent,
        "PYTHON": project.stamp.parent / "bin" / "python",
        "STAMP": project.stamp,
    }.items():
        monkeypatch.setattr(bootstrap, name, path)
    assert bootstrap.is_ready(exactly=True)
    assert bootstrap.why_afresh(exactly=True) == ""
    return project


def test_an_interrupted_environment_is_made_afresh(here: Project) -> None:
    here.stamp.write_text(bootstrap.UNFINISHED)
    assert not bootstrap.is_ready(exactly=False)
    assert "interrupted" in bootstrap.why_afresh(exactly=False)


def test_a_moved_environment_is_made_afresh(here: Project) -> None:
    here.stamp.write_text(json.dumps({**json.loads(here.stamp.read_text()), "folder": "/elsewhere/.venv"}))
    assert not bootstrap.is_ready(exactly=False)
    assert "moved" in bootstrap.why_afresh(exactly=False)


def test_an_environment_whose_python_has_gone_is_made_afresh(here: Project) -> None:
    for python in (here.folder / ".venv" / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nowhere/python")
    assert not bootstrap.is_ready(exactly=False)
    assert "broken" in bootstrap.why_afresh(exactly=False)


def test_an_environment_without_pip_is_made_afresh(here: Project) -> None:
    shutil.rmtree(next(here.folder.glob(".venv/lib/python*/site-packages/pip")))
    assert "broken" in bootstrap.why_afresh(exactly=False)


def test_an_environment_of_another_python_is_made_afresh_when_one_was_named(
    here: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "version", lambda: "3.99")
    assert bootstrap.is_ready(exactly=False)
    assert not bootstrap.is_ready(exactly=True)
    assert VERSION in bootstrap.why_afresh(exactly=True)


# --- what went wrong, in one line -----------------------------------------------------------------------

NO_NETWORK = """\
WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError('<pip._vendor.urllib3...>:
 Failed to establish a new connection: [Errno 111] Connection refused')': /simple/tiny/
ERROR: Could not find a version that satisfies the requirement tiny==1.0 (from versions: none)
ERROR: No matching distribution found for tiny==1.0
"""


NO_SUCH_VERSION = """\
ERROR: Could not find a version that satisfies the requirement tiny==1.0 (from versions: 0.1, 0.2)
ERROR: No matching distribution found for tiny==1.0
"""


@pytest.mark.parametrize(
    ("said", "status", "told"),
    [
        (NO_NETWORK, 1, "the package index can't be reached: check the network, or proxy, and run again"),
        (NO_SUCH_VERSION.replace("0.1, 0.2", "none"), 1, "the package index can't be reached"),
        (NO_SUCH_VERSION, 1, f"the package index has no tiny==1.0 for Python {VERSION} here: "),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", 1, "PIP_CERT=FILE"),
        ("ERROR: Could not install: [Errno 28] No space left on device", 1, "the disk is full ("),
        ("OSError: [Errno 122] Disk quota exceeded", 1, "the disk is full ("),
        ("Installing collected packages: tiny\n", -9, "killed by SIGKILL: out of memory?"),
        ("some\nERROR: the reason\nmore\n", 1, "ERROR: the reason (all that was said: .venv/setup.log)"),
        ("no reason\n", 3, "no reason (all that was said"),
        ("", 3, "exit status 3 (all that was said"),
    ],
)
def test_a_failure_is_told_in_one_line(said: str, status: int, told: str) -> None:
    answer = bootstrap.diagnose(said, status)
    assert told in answer
    assert "\n" not in answer


def test_a_full_disk_ends_in_one_line(project: Project) -> None:
    project.order(
        "before", "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device"
    )
    status, said = project.run()
    assert status == 1
    assert said.splitlines()[-1].startswith("set-up: error: the disk is full (")


def test_a_file_in_the_way_ends_in_one_line(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", stand_in=False)
    (project.folder / ".venv").touch()
    status, said = project.run()
    assert status == 1
    assert said.splitlines()[-1].startswith("set-up: error: ")


# --- for real -------------------------------------------------------------------------------------------


@pytest.fixture
def wheels(tmp_path: Path) -> Path:
    """A folder with the package `tiny`."""
    folder = tmp_path / "wheels"
    folder.mkdir()
    for version in ("1.0", "1.1"):
        write_wheel(folder, version)
    return folder


@pytest.mark.slow
def test_a_real_environment_through_its_life(tmp_path: Path, wheels: Path) -> None:
    offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels), "PIP_CONFIG_FILE": os.devnull}
    project = Project(tmp_path / "a project", stand_in=False)
    tiny = project.folder / ".venv" / "bin" / "tiny"

    status, said = project.run("make", "setup", **offline)
    assert status == 0
    assert said.splitlines()[-1].startswith("set-up: .venv is ready, after ")
    assert project.run("make", "setup", **offline) == (0, "set-up: .venv is up to date\n")
    assert project.run(str(tiny))[1] == f"1.0 {project.folder}/.venv\n"

    project.lock.write_text("tiny==1.1\n")
    assert project.run(**offline)[0] == 0
    assert project.run(str(tiny))[1] == f"1.1 {project.folder}/.venv\n"

    project.folder.rename(tmp_path / "moved")
    project.folder = tmp_path / "moved"
    status, said = project.run(**offline)
    assert status == 0
    assert "since the folder has moved" in said
    assert project.run(str(project.folder / ".venv" / "bin" / "tiny"))[1] == f"1.1 {project.folder}/.venv\n"


@pytest.mark.slow
def test_without_a_network_it_says_so_and_the_next_call_mends_it(tmp_path: Path, wheels: Path) -> None:
    project = Project(tmp_path / "project", stand_in=False)
    settings = {
        "PIP_CONFIG_FILE": os.devnull,
        "PIP_FIND_LINKS": "",
        "PIP_EXTRA_INDEX_URL": "",
        "PIP_RETRIES": "0",
    }
    closed = "http://127.0.0.1:9/simple"  # the port of the discard protocol, which nobody serves
    status, said = project.run(**settings, PIP_INDEX_URL=closed)
    assert status == 1
    assert said.splitlines()[-1].startswith("set-up: error: the package index can't be reached")
    status, said = project.run(**{**settings, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)})
    assert status == 0
    assert "since the last set-up was interrupted" in said
    assert project.run(str(project.folder / ".venv" / "bin" / "tiny"))[0] == 0
