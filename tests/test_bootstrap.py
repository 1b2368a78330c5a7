"""Setting up .venv: what it does on good days, and what it says on bad ones.

Each test makes a real environment, by uv, from a tiny package of our own: nothing is downloaded.
"""

import ast
import os
import shutil
import signal
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import IO

import pytest

import bootstrap
import installer
from small_setup import UV, stub, write_uv, write_wheel

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = [ROOT / "scripts" / name for name in ("bootstrap.py", "installer.py")]
VERSION = "{}.{}".format(*sys.version_info[:2])
CLOSED = "http://127.0.0.1:9/simple"  # the port of the discard protocol, which nobody serves
READY = (0, "set-up: .venv is up to date\n")
WAITING = "set-up: another set-up is at work here; waiting for it\n"
TOLD = ("PIP_", "UV_", "MAKE", "MFLAGS", "PYTHONDONT", "SSL_", "REQUESTS_", "CURL_")


class Project:
    """A project with a lock of one package, a folder of wheels that pip's environment names, and a uv."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.wheels, self.tools = folder / "a project", folder / "wheels", folder / "tools"
        self.venv, self.lock = self.folder / ".venv", self.folder / "requirements.txt"
        self.stamp = self.venv / "setup.stamp"
        for made in (self.folder / "scripts", self.wheels, self.tools):
            made.mkdir(parents=True)
        for script in SCRIPTS:
            shutil.copy(script, self.folder / "scripts")
        shutil.copy(ROOT / "Makefile", self.folder)
        for version in ("1.0", "1.1"):
            write_wheel(self.wheels, version)
        self.own_uv()
        self.lock.write_text("# a comment\ntiny==1.0\n")

    def start(self, *words: str, **environment: str) -> "subprocess.Popen[str]":
        clean = {name: value for name, value in os.environ.items() if not name.startswith(TOLD)}
        told = {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.wheels),
            "UV_CACHE_DIR": str(self.tools / "cache"),
            "PATH": f"{self.tools}:/usr/bin:/bin",
        }
        return subprocess.Popen(
            words or (sys.executable, "scripts/bootstrap.py"),
            cwd=self.folder,
            env={**clean, **told, **environment},
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

    def make(self, *words: str, **environment: str) -> tuple[int, str]:
        return self.run("make", "setup", f"PYTHON={sys.executable}", *words, **environment)

    def tiny(self) -> str:
        """The version that is installed, and where."""
        return self.run(str(self.venv / "bin" / "tiny"))[1]

    def own_uv(self, before: str = "", version: str = "99.0") -> None:
        """A uv on the PATH that notes how it was called and does something before what it is for."""
        uv = self.tools / "uv"
        says = f'[ "$1" = --version ] && echo uv {version} && exit\necho "$@" >> "{self.tools}/calls"\n'
        uv.write_text(f'#!/bin/sh\n{says}{before}\nexec "{UV}" "$@"\n')
        uv.chmod(0o755)

    def calls(self) -> list[str]:
        return (self.tools / "calls").read_text().splitlines()

    def hold(self) -> None:
        """Have uv wait before it does anything, until `let_go`."""
        os.mkfifo(self.tools / "held")
        self.own_uv(f'echo $$ > "{self.tools}/held"\nread go < "{self.tools}/held"')

    def wait_for_uv(self) -> int:
        """The process id of the uv that waits."""
        return int((self.tools / "held").read_text())

    def let_go(self) -> None:
        (self.tools / "held").write_text("go\n")
        self.own_uv()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


# --- good days ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_first_make_installs_the_next_does_nothing_a_new_lock_is_followed_in_place(
    project: Project,
) -> None:
    (project.tools / "uv").unlink()
    write_uv(project.wheels)
    status, said = project.make()
    assert status == 0
    assert said.splitlines()[-1].startswith("set-up: .venv is ready, after ")
    assert project.tiny() == f"1.0 {project.venv}\n"
    written = project.stamp.stat().st_mtime_ns
    assert project.make() == READY
    assert project.stamp.stat().st_mtime_ns == written
    assert project.run(str(project.venv / "bin" / "pip"), "--version")[0] == 0
    assert "tiny==1.0" in (project.venv / "setup.log").read_text()

    write_wheel(project.wheels, "1.0", "mine")
    assert project.run(str(project.venv / "bin" / "pip"), "install", "mine")[0] == 0
    project.lock.write_text("tiny==1.1\n")
    assert project.make()[0] == 0
    assert project.tiny() == f"1.1 {project.venv}\n"
    assert (project.venv / "bin" / "mine").exists()


@pytest.mark.slow
def test_a_moved_environment_is_made_afresh(project: Project) -> None:
    project.run()
    project.folder.rename(project.folder.with_name("moved"))
    project.folder = project.folder.with_name("moved")
    project.venv = project.folder / ".venv"
    assert "since the folder has moved" in project.run()[1]
    assert project.tiny() == f"1.0 {project.venv}\n"


@pytest.mark.slow
def test_an_environment_whose_python_has_gone_is_made_afresh(project: Project) -> None:
    project.run()
    for python in (project.venv / "bin").glob("python*"):
        python.unlink()
        python.symlink_to("/nowhere/python")
    assert "since what is there is broken" in project.run()[1]
    assert project.run() == READY


@pytest.mark.slow
def test_a_ready_environment_serves_whatever_python_is_the_default(project: Project) -> None:
    project.run()
    other = stub(project.tools, "python3", "sys.version_info = (3, 99, 1, 'final', 0)")
    assert project.run("make", "setup") == READY
    assert f"since it has Python {VERSION}" in project.run("make", "setup", f"PYTHON={other}")[1]


def test_two_at_once_install_once(project: Project) -> None:
    project.hold()
    first = project.start()
    project.wait_for_uv()
    second = project.start()
    assert line(second.stdout) == WAITING
    project.let_go()
    assert first.wait(timeout=60) == second.wait(timeout=60) == 0
    assert len(project.calls()) == 1
    for process in (first, second):
        process.communicate()


@pytest.mark.slow
def test_byte_code_is_made_at_once_only_where_python_may_not_make_it_later(project: Project) -> None:
    (project.folder / "scripts" / "job.py").write_text("import tiny\n")
    project.run()
    assert not list(project.venv.rglob("tiny*.pyc"))
    project.stamp.write_text(bootstrap.UNFINISHED)
    project.run(PYTHONDONTWRITEBYTECODE="1")
    assert list(project.venv.rglob("tiny*.pyc"))


def test_help_lists_every_target(project: Project) -> None:
    status, said = project.run("make", "help")
    declared = (project.folder / "Makefile").read_text().partition(".PHONY: ")[2].splitlines()[0].split()
    assert status == 0
    assert [words.split()[1] for words in said.splitlines() if words.startswith("  make ")] == declared


# --- which uv, and from where -----------------------------------------------------------------------------


@pytest.mark.slow
def test_a_uv_of_one_s_own_is_taken_unless_it_is_too_old(project: Project) -> None:
    project.own_uv(version="0.7.22")
    assert project.run()[0] == 1
    project.own_uv()
    assert project.run()[0] == 0
    assert project.calls()[-1].startswith(f"pip install --python {project.venv}/bin/python ")


def test_pip_s_file_is_heeded_as_its_environment_is(project: Project) -> None:
    config = project.tools / "pip.conf"
    config.write_text(
        f"[global]\nindex-url = {CLOSED}\n[install]\nno-index = yes\nfind-links = {project.wheels}\n"
    )
    assert project.run(PIP_CONFIG_FILE=str(config), PIP_NO_INDEX="", PIP_FIND_LINKS="")[0] == 0
    assert project.tiny().startswith("1.0 ")


def test_all_that_pip_is_told_is_told_to_uv(tmp_path: Path) -> None:
    config = tmp_path / "pip.conf"
    config.write_text(
        "[global]\nindex-url = https://a:%%40@mirror/simple\nfind-links =\n  /one\n  ~/two\n"
        "timeout = 60\nretries = 1\ncert = /ca.pem\n"
        "[install]\ntimeout = 70\nextra-index-url = https://b https://c\ntrusted-host = mirror\n"
    )
    told = {
        "PIP_CONFIG_FILE": str(config),
        "PIP_PROXY": "http://proxy:3128",
        "PIP_RETRIES": "5",
        "HOME": "/home/me",
    }
    environment = {**told, "UV_INDEX_STRATEGY": "first-index"}
    options = installer.as_pip([sys.executable, "-m", "pip"], environment)
    site = installer.as_pip([sys.executable, "-m", "pip"], {"PIP_CONFIG_FILE": os.devnull})
    for pair in (
        ("--default-index", "https://a:%%40@mirror/simple"),
        ("--find-links", "/one"),
        ("--find-links", str(Path("~/two").expanduser())),
        ("--index", "https://b"),
        ("--index", "https://c"),
        ("--allow-insecure-host", "mirror"),
    ):
        assert pair in pairwise(options)
    assert "--no-index" not in options
    assert site == []
    assert environment["HTTPS_PROXY"] == environment["http_proxy"] == "http://proxy:3128"
    assert (environment["UV_HTTP_TIMEOUT"], environment["UV_HTTP_RETRIES"]) == ("70", "5")
    assert (environment["SSL_CERT_FILE"], environment["UV_INDEX_STRATEGY"]) == ("/ca.pem", "first-index")


@pytest.mark.skipif(sys.platform != "linux" or Path("/dev/nvidiactl").exists(), reason="only without a GPU")
@pytest.mark.parametrize("build", ["1.0", "1.0+cpu"])
def test_pytorch_s_own_index_is_asked_only_for_want_of_another_build(project: Project, build: str) -> None:
    write_wheel(project.wheels, build, "torch")
    project.lock.write_text("tiny==1.0\ntorch==1.0\n")
    assert project.run()[0] == 0  # where that index can't be reached, or has none: what there is
    assert any("--torch-backend=cpu" in call for call in project.calls()) == (build == "1.0")
    assert project.run(str(project.venv / "bin" / "torch"))[1].startswith(build + " ")


def test_a_backend_that_is_named_is_left_alone(project: Project) -> None:
    write_wheel(project.wheels, "1.0", "torch")
    project.lock.write_text("torch==1.0\n")
    project.run(UV_TORCH_BACKEND="cu130")
    assert len(project.calls()) == 1
    assert "--torch-backend" not in project.calls()[0]


# --- a Python that won't do -----------------------------------------------------------------------------


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.name)
def test_the_scripts_are_read_even_by_python_3_6(script: Path) -> None:
    ast.parse(script.read_text(), feature_version=(3, 6))


def test_an_old_python_is_named_and_a_better_one_suggested(project: Project) -> None:
    old = stub(
        project.tools, "old", "sys.version_info = (3, 9, 18, 'final', 0); sys.version = '3.9.18 (main)'"
    )
    says = "set-up: error: Python 3.11 or newer is needed, this is 3.9.18: "
    path = f"{project.tools}:/nowhere"
    how = "install one (apt, dnf, brew, conda or python.org), then run make PYTHON=python3.13\n"
    assert project.run(str(old), "scripts/bootstrap.py", PATH=path) == (1, says + how)
    (project.tools / "python3.13").symlink_to("/bin/false")
    (project.tools / "python3.12").symlink_to(sys.executable)
    assert project.run(str(old), "scripts/bootstrap.py", PATH=path) == (
        1,
        says + "run make PYTHON=python3.12\n",
    )


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_python_without_venv_says_what_to_install(project: Project, module: str) -> None:
    python = stub(project.tools, "python", f"sys.modules['{module}'] = None")
    how = "on Debian or Ubuntu: sudo apt install python3-venv"
    says = f"set-up: error: this Python has no {module} module; {how}\n"
    assert project.run(str(python), "scripts/bootstrap.py") == (1, says)


# --- interruptions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_set_up_is_mended_by_the_next_call(project: Project, how: signal.Signals) -> None:
    project.hold()
    process = project.start()
    project.wait_for_uv()
    process.send_signal(how)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert said.endswith("set-up: interrupted; the next call goes on from here\n")
    project.own_uv()
    status, said = project.run()
    assert status == 0
    assert "since the last set-up was interrupted" in said


def test_after_a_kill_the_next_call_waits_for_the_uv_that_was_left(project: Project) -> None:
    project.hold()
    process = project.start()
    uv = project.wait_for_uv()
    process.kill()
    process.communicate()
    assert project.stamp.read_text() == bootstrap.UNFINISHED
    following = project.start()
    assert line(following.stdout) == WAITING
    os.kill(uv, signal.SIGKILL)
    following.terminate()
    following.communicate(timeout=60)


@pytest.mark.slow
def test_a_failure_before_uv_changes_anything_leaves_what_was_there(project: Project) -> None:
    project.run()
    project.lock.write_text("tiny==2.0\n")
    status, said = project.run()
    assert status == 1
    assert said.splitlines()[-1].startswith(
        f"set-up: error: there is no tiny==2.0 for Python {VERSION} here: "
    )
    project.lock.write_text("# a comment\ntiny==1.0\n")
    assert project.run() == READY


@pytest.mark.slow
def test_a_failure_after_that_means_beginning_afresh(project: Project) -> None:
    project.run()
    project.lock.write_text("tiny==1.1\n")
    project.own_uv(
        f'touch "{project.venv}/lib/python{VERSION}/site-packages/half"; echo error: something; exit 1'
    )
    status, said = project.run()
    assert (status, said.splitlines()[-1]) == (
        1,
        "set-up: error: error: something (all that was said: .venv/setup.log)",
    )
    project.own_uv()
    assert "since the last set-up was interrupted" in project.run()[1]


# --- what went wrong, in one line -----------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("own", [False, True], ids=["pip", "uv"])
def test_without_a_network_it_says_so_and_the_next_call_mends_it(project: Project, own: bool) -> None:
    if not own:
        (project.tools / "uv").unlink()
        write_uv(project.wheels)
    told = {"PIP_NO_INDEX": "", "PIP_FIND_LINKS": "", "PIP_RETRIES": "0", "PIP_INDEX_URL": CLOSED}
    status, said = project.run(**told)
    assert status == 1
    assert said.splitlines()[-1].startswith(
        "set-up: error: the package index can't be reached: check the network"
    )
    assert project.run()[0] == 0
    assert project.tiny().startswith("1.0 ")


def test_a_full_disk_ends_in_one_line(project: Project) -> None:
    project.own_uv("echo 'error: Failed to copy: No space left on device (os error 28)'; exit 2")
    assert "set-up: error: the disk is full: free some" in project.run()[1].splitlines()[-1]


def test_a_file_in_the_way_ends_in_one_line(project: Project) -> None:
    project.venv.touch()
    assert "set-up: error: [Errno 17] File exists" in project.run()[1].splitlines()[-1]


NO_ABI = """\
error: No solution found when resolving dependencies
  cause: Because some==1.0 has no wheels with a matching Python implementation tag (e.g., `cp311`)
"""


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("  cause: failed to copy: Disk quota exceeded (os error 122)", "the disk is full"),
        ("  cause: invalid peer certificate: UnknownIssuer", "name your own by PIP_CERT=FILE"),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED]", "PIP_CERT=FILE"),
        (
            "error: Failed to fetch: `https://x`\n  cause: operation timed out",
            "the package index can't be reached",
        ),
        (NO_ABI, f"there is no some==1.0 for Python {VERSION} here"),
        ("ERROR: No matching distribution found for uv==9", f"there is no uv==9 for Python {VERSION} here"),
        ("some\nerror: the reason\n  cause: another\n", "error: the reason cause: another"),
        ("no reason\n", "no reason"),
    ],
)
def test_a_failure_is_told_in_one_line(said: str, told: str) -> None:
    answer = installer.in_one_line(said)
    assert told in answer
    assert "\n" not in answer
