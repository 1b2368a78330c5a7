"""Write the bundle: one archive in dist/ that installs and runs where there is no network.

It holds the workflow as it was last committed and, in wheels/, every package of the lock for this kind of
machine and this Python, the text and uv among them, and pip itself. scripts/installer.py installs from that
folder when it is there. pip collects them, which uv can't, from where its own settings say (PIP_FIND_LINKS,
PIP_EXTRA_INDEX_URL, ...); the same commit and the same packages give the same bytes.
"""

import argparse
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
DIST = ROOT / "dist"
FOLDER = "phonecase"  # what the archive unpacks to

PYTHON = "{}.{}".format(*sys.version_info[:2])
PLATFORM = sysconfig.get_platform()
OLD_NAMES = {"manylinux1": "2_5", "manylinux2010": "2_12", "manylinux2014": "2_17"}  # and the glibc they mean


def main() -> None:
    """Archive the commit, fetch the wheels, put them together and say what came of it."""
    argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    ).parse_args()
    commit = git("rev-parse", "--short", "HEAD")
    if changed := git("status", "--porcelain", "--untracked-files=no", "."):
        say(f"left out, since not committed:\n{changed}")
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    bundle = DIST / f"phonecase-{version}-py{PYTHON.replace('.', '')}-{PLATFORM}.tar"
    DIST.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=DIST) as temporary:
        archive, folder = Path(temporary) / "archive.tar", Path(temporary) / "wheels"
        git("archive", f"--prefix={FOLDER}/", f"--output={archive}", "HEAD")
        wheels = fetch(folder)
        append(archive, wheels, date=int(git("log", "-1", "--format=%ct")))
        archive.replace(bundle)
    size = f"{bundle.stat().st_size / 1e6:,.0f} MB"
    say(f"{bundle.relative_to(ROOT)}, {size}: commit {commit} and {len(wheels)} wheels")
    say(f"for {machine([wheel.name for wheel in wheels])}")
    say(f"there: tar xf {bundle.name} && cd {FOLDER} && make")


def say(text: str) -> None:
    """A line or more for the user."""
    print(f"bundle: {text}", flush=True)


def git(*words: str) -> str:
    """What git answers. Exits where it has no answer, such as outside a clone."""
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True)
    except FileNotFoundError:
        sys.exit("bundle: error: git is needed: a bundle is made from what is committed")
    if done.returncode:
        sys.exit(
            f"bundle: error: a bundle is made from what is committed in a git clone: {done.stderr.strip()}"
        )
    return done.stdout.rstrip()


def fetch(folder: Path) -> list[Path]:
    """Every package of the lock, and pip, as wheels in a folder; those that have none are built."""
    say("fetching the packages of the lock")
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-input", "--disable-pip-version-check"]
    done = subprocess.run([*command, "--requirement", str(LOCK), "pip", "--wheel-dir", str(folder)])
    if done.returncode:
        sys.exit("bundle: error: pip couldn't get every package, see above")
    return sorted(folder.iterdir())


def append(archive: Path, wheels: list[Path], date: int) -> None:
    """Add wheels to an archive, with nothing there that tells who made it or when. They don't compress."""
    with tarfile.open(archive, "a") as tar:
        for wheel in wheels:
            entry = tarfile.TarInfo(f"{FOLDER}/wheels/{wheel.name}")
            entry.size, entry.mtime = wheel.stat().st_size, date
            with wheel.open("rb") as file:
                tar.addfile(entry, file)


def machine(wheels: list[str]) -> str:
    """Where wheels install, from their names: the Python, the platform and the oldest glibc that will do."""
    oldest = [min(versions) for wheel in wheels if (versions := glibc(wheel))]
    return f"Python {PYTHON} on {PLATFORM}" + (
        " with glibc {}.{} or newer".format(*max(oldest)) if oldest else ""
    )


def glibc(wheel: str) -> list[tuple[int, int]]:
    """The versions of glibc in a wheel's name: that of manylinux2014_x86_64 is 2.17."""
    platforms = wheel.removesuffix(".whl").rpartition("-")[2]
    for name, version in OLD_NAMES.items():
        platforms = platforms.replace(f"{name}_", f"manylinux_{version}_")
    return [(int(major), int(minor)) for major, minor in re.findall(r"manylinux_(\d+)_(\d+)_", platforms)]


if __name__ == "__main__":
    main()
