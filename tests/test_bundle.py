"""The bundle: what is in it, and that it sets up without a network; here with a tiny package of our own.

tests/workflow/test_offline.py does it with the real ones.
"""

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

import bundle
import installer
from small_setup import stub, write_uv, write_wheel

ROOT = Path(__file__).resolve().parent.parent
VERSION = "{}.{}".format(*sys.version_info[:2])
GIT = ["git", "-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]
SCRIPTS = ["scripts/bootstrap.py", "scripts/bundle.py", "scripts/installer.py"]
FILES = ["Makefile", "pyproject.toml", "requirements.txt", *SCRIPTS]


@pytest.fixture
def packages(tmp_path: Path) -> dict[str, str]:
    """Settings that have pip know three packages, `tiny`, uv and itself, and no index."""
    folder = tmp_path / "packages"
    folder.mkdir()
    write_wheel(folder, "1.0")
    write_uv(folder)
    pytest.importorskip("ensurepip")
    shutil.copy(installer.pip_wheel(tmp_path / "none"), folder)  # wherever this Python has it
    return {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(folder), "PIP_CONFIG_FILE": os.devnull}


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A clone of a project whose lock has one package and uv."""
    folder = tmp_path / "clone"
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    (folder / "requirements.txt").write_text("tiny==1.0\nuv==99.0\n")
    (folder / "README.md").write_text("committed\n")
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run([*GIT, *words], cwd=folder, check=True)
    return folder


def make_bundle(folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "scripts/bundle.py"],
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_it_holds_the_commit_and_the_packages_and_says_so(clone: Path, packages: dict[str, str]) -> None:
    (clone / "README.md").write_text("not committed\n")
    (clone / "notes.txt").write_text("mine\n")
    done = make_bundle(clone, **packages)
    assert done.returncode == 0, done.stdout
    assert "bundle: left out, since not committed:\n M README.md\n" in done.stdout
    (archive,) = (clone / "dist").iterdir()
    assert f"bundle: dist/{archive.name}, {archive.stat().st_size / 1e6:.0f} MB: commit " in done.stdout
    with tarfile.open(archive) as tar:
        files = {member.name: member for member in tar.getmembers() if member.isfile()}
        readme = tar.extractfile("phonecase/README.md")
        assert readme is not None
        assert readme.read() == b"committed\n"
    wheels = [name for name in files if name.startswith("phonecase/wheels/")]
    assert files.keys() - wheels == {f"phonecase/{name}" for name in [*FILES, "README.md"]}
    assert [Path(name).name.partition("-")[0] for name in wheels] == ["pip", "tiny", "uv"]
    assert {(member.uid, member.gid) for member in files.values()} == {(0, 0)}


def test_the_same_commit_and_packages_give_the_same_bytes(clone: Path, packages: dict[str, str]) -> None:
    bundles = []
    for _ in range(2):
        assert make_bundle(clone, **packages).returncode == 0
        (archive,) = (clone / "dist").iterdir()
        bundles.append(archive.read_bytes())
        archive.unlink()
    assert bundles[0] == bundles[1]


def test_outside_a_clone_it_says_that_it_needs_one(clone: Path, packages: dict[str, str]) -> None:
    shutil.rmtree(clone / ".git")
    done = make_bundle(clone, **packages, GIT_CEILING_DIRECTORIES=str(clone.parent))
    assert done.returncode == 1
    assert done.stdout.startswith("bundle: error: a bundle is made from what is committed in a git clone: ")
    assert not (clone / "dist").exists()


def test_a_missing_package_leaves_no_bundle(clone: Path, packages: dict[str, str]) -> None:
    (clone / "requirements.txt").write_text("tiny==2.0\n")
    done = make_bundle(clone, **packages)
    assert done.returncode == 1
    assert done.stdout.endswith("bundle: error: pip couldn't get every package, see above\n")
    assert not list((clone / "dist").iterdir())


@pytest.mark.slow
def test_it_sets_up_without_an_index_and_without_ensurepip(clone: Path, packages: dict[str, str]) -> None:
    assert make_bundle(clone, **packages).returncode == 0
    (archive,) = (clone / "dist").iterdir()
    there = clone.parent / "another machine"
    there.mkdir()
    subprocess.run(["tar", "xf", str(archive)], cwd=there, check=True)
    folder = there / "phonecase"
    python = stub(clone.parent, "python", "sys.modules['ensurepip'] = None")
    closed = "http://127.0.0.1:9/simple"  # the port of the discard protocol, which nobody serves
    done = subprocess.run(
        ["make", "setup", f"PYTHON={python}"],
        cwd=folder,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(there),
            "PIP_INDEX_URL": closed,
            "PIP_TARGET": "elsewhere",
            "UV_INDEX_URL": closed,
            "UV_CACHE_DIR": str(there / "cache"),
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    said = subprocess.run(
        [folder / ".venv" / "bin" / "tiny"], capture_output=True, text=True, check=True
    ).stdout
    assert said == f"1.0 {folder}/.venv\n"
    assert not any(
        (place / "cache").exists() for place in (there, folder / ".venv")
    )  # nothing is left behind


@pytest.mark.parametrize(
    ("wheels", "needed"),
    [
        (["py3-none-any"], ""),
        (["cp311-cp311-macosx_11_0_arm64"], ""),
        (["cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64"], " with glibc 2.17 or newer"),
        (["cp311-cp311-manylinux2010_x86_64", "py3-none-any"], " with glibc 2.12 or newer"),
        (["py3-none-manylinux1_x86_64", "py3-none-manylinux_2_28_x86_64"], " with glibc 2.28 or newer"),
        (["py3-none-manylinux_2_9_i686", "py3-none-manylinux_2_10_i686"], " with glibc 2.10 or newer"),
    ],
)
def test_it_tells_where_it_installs(wheels: list[str], needed: str) -> None:
    told = bundle.machine([f"some-1.0-{tags}.whl" for tags in wheels])
    assert told == f"Python {VERSION} on {bundle.PLATFORM}{needed}"
