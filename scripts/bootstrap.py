"""Set up .venv from the lock, requirements.txt: the first thing that every `make` does.

Ready means that .venv/setup.stamp names this lock, this folder and the Python inside; then there is nothing
to do. The stamp is written last. A set-up that was interrupted has the word `unfinished` there instead and is
begun afresh (pip's cache still has what was downloaded); so is one whose folder has moved, since its scripts
name the old one, or whose Python has gone. A whole environment of another lock, or one that you made
yourself, is brought up to the lock in place.

In an unpacked bundle (scripts/bundle.py) there is a folder wheels/: then every package comes from there, pip
too, and no network is asked for anything.

Only the standard library, and only syntax that Python 3.6 reads, so that an old Python can say that it is
old.
"""
# ruff: noqa: UP006, UP035, UP037, UP045 (newer spellings, which older Pythons do not read)

import argparse
import contextlib
import errno
import fcntl
import hashlib
import importlib.util
import json
import os
import queue
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import IO, Callable, Dict, Iterator, List, Optional

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
WHEELS = ROOT / "wheels"
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "setup.stamp"
LOG = VENV / "setup.log"

OLDEST = (3, 11)
KNOWN = ["python3.13", "python3.12", "python3.11"]  # those that the lock is made for
UNFINISHED = "unfinished\n"
PIP_OPTIONS = ["--no-input", "--disable-pip-version-check", "--progress-bar", "off"]
if not sys.dont_write_bytecode:
    # Byte code is made when a module is first imported: of all that is here, most never is. But where that is
    # forbidden, as in many containers, each of a hundred jobs would make it again, for itself.
    PIP_OPTIONS.append("--no-compile")


class SetupError(Exception):
    """What went wrong and what to do about it, in one line."""


def main() -> int:
    """Run the command line; the exit status."""
    parser = argparse.ArgumentParser(prog="bootstrap.py", description="Set up .venv from requirements.txt.")
    parser.add_argument(
        "--this-python",
        action="store_true",
        help="a ready .venv with another Python won't do: build it with the one that runs this",
    )
    exactly = parser.parse_args().this_python
    try:
        if is_ready(exactly):
            say(".venv is up to date")
            return 0
        check_python()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with only_one() as held:
            if not is_ready(exactly):  # another make may just have done it
                set_up(exactly, held)
        return 0
    except SetupError as error:
        say(f"error: {error}")
        return 1
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        say(f"error: {disk_full() if full else error}")
        return 1
    except KeyboardInterrupt:
        say("interrupted; the next call goes on from here")
        return 130


def say(text: str) -> None:
    """One line for the user."""
    print(f"set-up: {text}", flush=True)


# --- Is there anything to do? ---------------------------------------------------------------------------


def is_ready(exactly: bool) -> bool:
    """Whether .venv is whole, here, of this lock and, if `exactly`, of this Python."""
    stamp = read_stamp()
    python = version() if exactly else stamp.get("python", "")
    return stamp == make_stamp(python) and os.access(str(PYTHON), os.X_OK)


def make_stamp(python: str) -> Dict[str, str]:
    """What a finished set-up is known by."""
    return {
        "folder": str(VENV.resolve()),
        "lock": hashlib.sha256(LOCK.read_bytes()).hexdigest(),
        "python": python,
    }


def read_stamp() -> Dict[str, str]:
    """The stamp of a finished set-up, or nothing."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def version() -> str:
    """This Python's, as far as packages care: 3.11."""
    return "{}.{}".format(*sys.version_info[:2])


# --- What must be there first ---------------------------------------------------------------------------


def check_python() -> None:
    """Refuse a Python that is too old, not the one that a bundle is for, or can't make environments."""
    if sys.version_info[:2] < OLDEST:
        this = ".".join(str(part) for part in sys.version_info[:3])
        raise SetupError(f"Python 3.11 or newer is needed, this is {this}: {other_python()}")
    if bundled_python() not in ("", version()):
        raise SetupError(f"wheels/ is for Python {bundled_python()}, this is {version()}: {other_python()}")
    missing = [name for name in needed_modules() if importlib.util.find_spec(name) is None]
    if missing:
        raise SetupError(
            f"this Python has no {missing[0]} module; on Debian or Ubuntu: sudo apt install python3-venv"
        )


def other_python() -> str:
    """What to do instead: name a Python that is there and works, or say how to get one."""
    names = [f"python{bundled_python()}"] if bundled_python() else KNOWN
    for name in names:
        if name != f"python{version()}" and succeeds([name, "-c", "import " + ", ".join(needed_modules())]):
            return f"run make PYTHON={name}"
    return f"install one (apt, dnf, brew, conda or python.org), then run make PYTHON={names[0]}"


def bundled() -> bool:
    """Whether this is an unpacked bundle, which has all packages with it."""
    return WHEELS.is_dir()


def needed_modules() -> List[str]:
    """Parts of the standard library that a Linux distribution may have left out, and that we need."""
    return ["venv"] if bundled() else ["venv", "ensurepip"]


def bundled_python() -> str:
    """The version that a bundle's compiled packages are for, by their names; nothing if there are none."""
    compiled = (re.search(r"-cp3(\d+)-cp3\1-", wheel.name) for wheel in sorted(WHEELS.glob("*.whl")))
    return next((f"3.{match.group(1)}" for match in compiled if match), "")


def succeeds(command: List[str]) -> bool:
    """Whether a command can be run and ends well."""
    try:
        return subprocess.call(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


@contextlib.contextmanager
def only_one() -> Iterator[int]:
    """Hold the lock file open and locked, so that of two makes one waits.

    The descriptor goes to pip as well: should this process be killed, pip alone still holds it.
    """
    with LOCK.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("another set-up is at work here; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        except OSError:
            say("this file system has no locks: run only one make at a time until this one is done")
        yield file.fileno()


# --- The work -------------------------------------------------------------------------------------------


def set_up(exactly: bool, held: int) -> None:
    """Make .venv equal to the lock, whatever is there now."""
    began = time.monotonic()
    reason = why_afresh(exactly)
    if reason:
        say(f"making .venv with Python {version()} ({reason})")
        create(held)
    before = STAMP.read_text() if STAMP.exists() else None
    write_stamp(UNFINISHED)
    progress = Progress(announce(afresh=bool(reason)))
    try:
        run([str(PYTHON), "-I", "-m", "pip", *install("--requirement", str(LOCK))], held, progress)
    except SetupError:
        if not progress.unpacking:  # pip has changed nothing yet
            write_stamp(before)
        raise
    finally:
        progress.close()
    write_stamp(json.dumps(make_stamp(venv_version()), sort_keys=True) + "\n")
    say(f".venv is ready, after {time.monotonic() - began:.0f} s")


def why_afresh(exactly: bool) -> str:
    """Why what is there can't be brought up to the lock in place; nothing if it can."""
    if not VENV.is_dir() or not any(VENV.iterdir()):
        return "the first time"
    if STAMP.exists():
        stamp = read_stamp()
        if not stamp:
            return "again, since the last set-up was interrupted"
        if stamp.get("folder") != str(VENV.resolve()):
            return "again, since the folder has moved"
    python = venv_version()
    if not python:
        return "again, since what is there is broken"
    if exactly and python != version():
        return f"again, since it has Python {python}"
    if tuple(int(part) for part in python.split(".")) < OLDEST:
        return f"again, since Python {python} is too old"
    return ""


def venv_version() -> str:
    """The version of the Python in .venv; nothing if it or its pip doesn't run."""
    ask = "import sys, pip; print('{}.{}'.format(*sys.version_info[:2]))"
    try:
        answer = subprocess.check_output([str(PYTHON), "-I", "-c", ask], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.decode().strip()


def create(held: int) -> None:
    """An empty environment in .venv, which may be a link to a folder elsewhere."""
    VENV.mkdir(exist_ok=True)
    write_stamp(UNFINISHED)
    for child in VENV.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(str(child))
        elif child != STAMP:
            child.unlink()
    base = getattr(sys, "_base_executable", sys.executable)  # not the Python in .venv: that has just gone
    make = [base, "-I", "-m", "venv", "--prompt", ROOT.name, str(VENV)]
    if not bundled():
        run(make, held, lambda line: None)
        return
    run([*make, "--without-pip"], held, lambda line: None)
    pip = next(WHEELS.glob("pip-*.whl"), None)
    if pip is None:
        raise SetupError("there is no pip in wheels/: unpack the bundle again")
    run([str(PYTHON), "-I", str(pip / "pip"), *install("pip")], held, lambda line: None)


def install(*what: str) -> List[str]:
    """The words that have pip install something: from the bundle alone, if this is one."""
    source = ["--isolated", "--no-index", "--find-links", str(WHEELS)] if bundled() else []
    return ["install", *what, *PIP_OPTIONS, *source]


def write_stamp(text: Optional[str]) -> None:
    """Replace the stamp in one step; remove it if there is no text."""
    fresh = STAMP.with_suffix(".new")
    fresh.write_text(text or "")
    fresh.replace(STAMP)
    if text is None:
        STAMP.unlink()


def announce(afresh: bool) -> int:
    """Tell what is coming; the number of packages in the lock."""
    packages = len(re.findall(r"^[\w.-]+==", LOCK.read_text(), re.MULTILINE))
    if not afresh:
        say(f"bringing .venv up to the lock, {packages} packages")
        return packages
    if bundled():
        say(f"installing {packages} packages from wheels/")
        return packages
    say(f"installing {packages} packages; those that pip has not cached, several hundred MB, are downloaded")
    if sys.platform == "linux" and os.uname().machine == "x86_64" and not Path("/dev/nvidiactl").exists():
        say("no NVIDIA GPU here: requirements.txt tells how to leave out PyTorch's CUDA libraries (3 GB)")
    return packages


def run(command: List[str], held: int, follow: "Callable[[Optional[str]], None]") -> None:
    """Run a command and log all that it says; `follow` gets each line, and None when all is quiet."""
    with LOG.open("a+", encoding="utf-8") as log:
        start = log.seek(0, os.SEEK_END)
        child = subprocess.Popen(
            command,
            cwd=str(ROOT),
            # In a bundle, what this machine tells pip about indexes is of no use.
            env={**os.environ, "PIP_CONFIG_FILE": os.devnull} if bundled() else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            pass_fds=[held],
        )
        try:
            for line in lines_of(child.stdout):
                log.write(line or "")
                follow(line)
        except BaseException:
            child.terminate()
            raise
        finally:
            status = child.wait()
        if status:
            log.seek(start)
            raise SetupError(diagnose(log.read(), status))


def lines_of(stream: "Optional[IO[bytes]]") -> "Iterator[Optional[str]]":
    """The lines of a stream as they come, and None after every half second without one."""
    assert stream is not None
    lines: "queue.Queue[bytes]" = queue.Queue()

    def read() -> None:
        for line in stream:
            lines.put(line)
        lines.put(b"")

    threading.Thread(target=read, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=0.5)
        except queue.Empty:
            yield None
            continue
        if not line:
            return
        yield line.decode("utf-8", "replace")


class Progress:
    """How far pip is, from its lines: one line rewritten on a terminal; elsewhere one now and then."""

    def __init__(self, packages: int) -> None:
        self.unpacking = False  # pip has begun to change the environment
        self._packages = packages
        self._found = 0
        self._download = ""
        self._began = self._spoke = time.monotonic()
        self._terminal = sys.stdout.isatty()

    def __call__(self, line: Optional[str]) -> None:
        """Take note of a line (or of half a second's silence) and show where things stand."""
        download = re.search(r"Downloading ([^\s-]+)-([^\s-]+)\S*(?<!\.metadata) \((.*)\)", line or "")
        if download:
            self._download = ", {} {} ({})".format(*download.groups())
        elif line and line.startswith(("Collecting ", "Processing ")):
            self._found = min(self._found + 1, self._packages)
        elif line and line.startswith("Installing collected packages"):
            self.unpacking = True
        self._show(time.monotonic())

    def _show(self, now: float) -> None:
        step = "unpacking" if self.unpacking else f"{self._found} of {self._packages}{self._download}"
        text = f"set-up: {now - self._began:.0f} s: {step}"
        if self._terminal:
            print("\r\033[K" + text[: shutil.get_terminal_size().columns - 1], end="", flush=True)
        elif now - self._spoke > 10:
            print(text, flush=True)
            self._spoke = now

    def close(self) -> None:
        """Leave a clean line behind."""
        if self._terminal:
            print("\r\033[K", end="", flush=True)


# --- What went wrong ------------------------------------------------------------------------------------


def diagnose(said: str, status: int) -> str:
    """What to tell the user of a command that failed, from all that it said and its exit status."""
    see = f" (all that was said: {LOG.relative_to(ROOT)})"
    if re.search(r"No space left on device|Disk quota exceeded", said):
        return disk_full()
    if "CERTIFICATE_VERIFY_FAILED" in said:
        return f"the package index's certificate can't be verified: name your own by PIP_CERT=FILE{see}"
    unmatched = re.search(r"No matching distribution found for (\S+)", said)
    if unmatched and bundled():
        return f"wheels/ has no {unmatched.group(1)} for this machine: make the bundle on one like it{see}"
    if unmatched and "(from versions: none)" not in said:
        return f"the package index has no {unmatched.group(1)} for Python {version()} here: {other_python()}"
    end = said[-3000:]  # what was tried again and came off is further up
    if unmatched or re.search(r"NewConnection|Timeout|ProxyError|Max retries|onnection broken", end):
        return f"the package index can't be reached: check the network, or proxy, and run again{see}"
    if status < 0:
        return f"it was killed by {signal.Signals(-status).name}: out of memory?{see}"
    lines = said.split("\n")
    last = [line for line in lines if line.startswith("ERROR")] or [line for line in lines if line.strip()]
    return f"{last[-1].strip() if last else f'exit status {status}'}{see}"


def disk_full() -> str:
    """Name the fullest of the disks that a set-up writes to."""
    folders = [str(ROOT), os.environ.get("TMPDIR", "/tmp"), str(Path.home())]
    free, folder = min(
        (shutil.disk_usage(folder).free, folder) for folder in folders if Path(folder).is_dir()
    )
    return f"the disk is full ({free / 1e9:.1f} GB free in {folder}): free some, about 3 GB, and run again"


if __name__ == "__main__":
    sys.exit(main())
