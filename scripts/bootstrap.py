"""Set up .venv from the lock, requirements.txt: the first thing that every `make` does.

Ready means that .venv/setup.stamp names the Python inside, this lock and this folder. It is written last: an
interrupted set-up has `unfinished` there and is begun afresh; so is one that moved or whose Python has gone.
Any other, of another lock or of your own making, is brought up to the lock in place.

Only the standard library, in syntax that Python 3.6 reads, so that an old Python can say that it is old.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import installer

ROOT = Path(__file__).resolve().parent.parent
LOCK, WHEELS, VENV = ROOT / "requirements.txt", ROOT / "wheels", ROOT / ".venv"
PYTHON, STAMP, LOG = VENV / "bin" / "python", VENV / "setup.stamp", VENV / "setup.log"
OLDEST, THIS = (3, 11), "{}.{}".format(*sys.version_info[:2])
KNOWN = ["python3.13", "python3.12", "python3.11"]  # those that the lock is made for
UNFINISHED = "unfinished\n"


def main() -> int:
    """Set .venv up, unless it is ready; the exit status."""
    exactly = "--this-python" in sys.argv  # a ready .venv with another Python than this won't do
    try:
        if is_ready(exactly):
            return say(".venv is up to date")
        check_python()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        with LOCK.open("r+") as held:
            wait_for_others(held.fileno())
            return 0 if is_ready(exactly) else set_up(why_afresh(exactly))
    except KeyboardInterrupt:
        return say("interrupted; the next call goes on from here", 130)
    except (OSError, subprocess.SubprocessError, installer.SetupError) as error:
        return say(f"error: {installer.in_one_line(str(error))}", 1)


def say(text: str, status: int = 0) -> int:
    """One line for the user; an exit status to go with it."""
    print("set-up: " + text, flush=True)
    return status


def is_ready(exactly: bool) -> bool:
    """Whether .venv is whole, here, of this lock and, if `exactly`, of this Python."""
    stamp = read_stamp()
    return stamp == finished(THIS if exactly else stamp.split(" ")[0]) and os.access(str(PYTHON), os.X_OK)


def finished(python: str) -> str:
    """The stamp of a .venv that is whole."""
    return f"{python} {hashlib.sha256(LOCK.read_bytes()).hexdigest()} {VENV.resolve()}\n"


def read_stamp() -> str:
    """What was last said of .venv, if anything."""
    return STAMP.read_text() if STAMP.is_file() else ""


def check_python() -> None:
    """Refuse a Python that is too old or can't make environments."""
    if sys.version_info[:2] < OLDEST:
        works = '{} -c "import venv, ensurepip" 2> ' + os.devnull
        others = [name for name in KNOWN if os.system(works.format(name)) == 0]
        how = "run" if others else "install one (apt, dnf, brew, conda or python.org), then run"
        old = f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}"
        raise installer.SetupError(f"{old}: {how} make PYTHON={(others + KNOWN)[0]}")
    for name in ["venv"] if WHEELS.is_dir() else ["venv", "ensurepip"]:
        if importlib.util.find_spec(name) is None:
            how = "on Debian or Ubuntu: sudo apt install python3-venv"
            raise installer.SetupError(f"this Python has no {name} module; {how}")


def wait_for_others(held: int) -> None:
    """Of two makes one waits. uv holds the lock too: should this process be killed, uv alone still does."""
    os.set_inheritable(held, True)
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        say("another set-up is at work here; waiting for it")
        fcntl.flock(held, fcntl.LOCK_EX)
    except OSError:
        say("this file system has no locks: run only one make at a time until this one is done")


def why_afresh(exactly: bool) -> str:
    """Why what is there can't be brought up to the lock in place; nothing if it can."""
    if not VENV.is_dir() or not any(VENV.iterdir()):
        return "the first time"
    stamp = read_stamp()
    if stamp == UNFINISHED:
        return "again, since the last set-up was interrupted"
    if stamp and not stamp.endswith(f" {VENV.resolve()}\n"):
        return "again, since the folder has moved"
    python = python_inside()
    if not python:
        return "again, since what is there is broken"
    wrong = python != THIS if exactly else int(python.split(".")[1]) < OLDEST[1]
    return f"again, since it has Python {python}" if wrong else ""


def python_inside() -> str:
    """The version of the Python in .venv, such as 3.11; nothing if it doesn't run."""
    ask = ["env", str(PYTHON), "-I", "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    return subprocess.run(ask, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout.decode().strip()


def set_up(why: str) -> int:
    """Make .venv equal to the lock, afresh if there is a reason; the exit status."""
    began = time.monotonic()
    say(f"making .venv with Python {THIS} ({why})" if why else "bringing .venv up to the lock")
    if why:
        create()
    stamp, folder = read_stamp(), next(VENV.glob("lib/python*/site-packages"))
    before = folder.stat().st_mtime_ns
    STAMP.write_text(UNFINISHED)
    try:
        installer.install(PYTHON, LOCK, LOG)
    finally:
        if folder.stat().st_mtime_ns == before:  # nothing has been changed
            STAMP.write_text(stamp)
    STAMP.write_text(finished(python_inside()))
    return say(f".venv is ready, after {time.monotonic() - began:.0f} s")


def create() -> None:
    """An empty environment in .venv, which may be a link to a folder elsewhere."""
    VENV.mkdir(exist_ok=True)
    STAMP.write_text(UNFINISHED)
    for child in VENV.iterdir():
        if child.is_dir() and not child.is_symlink():
            shutil.rmtree(str(child))
        elif child != STAMP:
            child.unlink()
    base = getattr(sys, "_base_executable", sys.executable)  # not the Python in .venv: that has just gone
    installer.run([base, "-I", "-m", "venv", "--without-pip", "--prompt", ROOT.name, str(VENV)], LOG)


if __name__ == "__main__":
    sys.exit(main())
