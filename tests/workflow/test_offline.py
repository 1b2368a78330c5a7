"""A bundle where there is no network: unpacked in an empty folder, and one `make` makes the pictures."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from workflow.small import ROOT, SETTINGS, copy_workflow

pytestmark = pytest.mark.slow

WHEELS = ROOT / "build" / "wheels"  # where .ci/run puts the packages of the lock, so as to download them once
GIT = ["git", "-c", "user.name=A Tester", "-c", "user.email=tester@example.org", "-c", "commit.gpgsign=false"]


@pytest.fixture
def no_network() -> list[str]:
    """The words before a command that has no network; a reason to skip, except in CI."""
    ways = (["unshare", "--net"], ["unshare", "--map-root-user", "--net"])
    for words in ways if shutil.which("unshare") else ():
        if subprocess.run([*words, "true"], stderr=subprocess.DEVNULL).returncode == 0:
            return words
    if "CI" in os.environ:
        pytest.fail("unshare gives no network of one's own here")
    pytest.skip("needs Linux's unshare and the right to make a network of one's own")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder that doesn't outlive the test: an environment is large."""
    yield tmp_path
    shutil.rmtree(tmp_path)


def test_a_bundle_installs_and_runs(folder: Path, no_network: list[str]) -> None:
    clone = copy_workflow(folder / "clone")
    for name in (".gitignore", "Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, clone)
    (clone / "config.yaml").write_text(SETTINGS)
    for words in (["init", "--quiet"], ["add", "."], ["commit", "--quiet", "--message", "All"]):
        subprocess.run([*GIT, *words], cwd=clone, check=True)
    packages = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(WHEELS)} if WHEELS.is_dir() else {}
    subprocess.run(
        [sys.executable, "scripts/bundle.py"], cwd=clone, env={**os.environ, **packages}, check=True
    )

    there = folder / "there"
    there.mkdir()
    (bundle,) = (clone / "dist").iterdir()
    subprocess.run(["tar", "xf", str(bundle)], cwd=there, check=True)
    shutil.rmtree(clone)
    python = getattr(sys, "_base_executable", sys.executable)  # not the environment that the tests run in
    done = subprocess.run(
        [*no_network, "make", f"PYTHON={python}"],
        cwd=there / "phonecase",
        env={"PATH": "/usr/bin:/bin", "HOME": str(there)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    pictures = (there / "phonecase/results/art/tiny/romans").rglob("*.png")
    assert {str(path.relative_to(there / "phonecase/results/art/tiny/romans")) for path in pictures} == {
        "contact_sheet.png",
        *(
            f"{order}/{style}{suffix}.png"
            for order in ("mean", "insertion")
            for style in ("printed", "plum")
            for suffix in ("", ".portrait")
        ),
    }
