"""The recipe of the container image, as far as it can be tried without a base image and an image builder."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
from small_setup import write_wheel

ROOT = Path(__file__).resolve().parent.parent
RECIPE = (ROOT / "Containerfile").read_text()
STEPS = [line.split(maxsplit=1) for line in RECIPE.replace("\\\n", "").splitlines() if line[:1].isupper()]


def step(name: str) -> str:
    (words,) = (words for instruction, words in STEPS if instruction == name)
    return words


def script() -> str:
    """What is run while the image is built, without the mount."""
    return re.sub(r"^--mount=\S+", "", step("RUN")).strip()


def test_the_base_has_a_python_that_the_lock_is_made_for() -> None:
    base = re.search(r"^ARG BASE=docker\.io/library/python:(3\.\d+)-slim$", RECIPE, re.MULTILINE)
    assert base
    assert f"python{base[1]}" in bootstrap.KNOWN


def test_the_builder_is_sent_what_the_recipe_reads_and_nothing_else() -> None:
    read = set(re.findall(r"/source/([\w.]+)", RECIPE))
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "*",
        *(f"!{name}" for name in sorted(read)),
    ]
    assert (ROOT / "requirements.txt").name in read


def test_the_image_runs_what_make_runs() -> None:
    command = " ".join(json.loads(step("CMD")))
    assert re.search(rf"^SNAKEMAKE = \$\(IN_VENV\) {command}$", (ROOT / "Makefile").read_text(), re.MULTILINE)


@pytest.mark.slow
def test_its_one_step_installs_the_lock_from_a_bundle_s_wheels(tmp_path: Path) -> None:
    source, target = tmp_path / "source", tmp_path / "target"
    (source / "wheels").mkdir(parents=True)
    write_wheel(source / "wheels", "1.0")
    (source / "requirements.txt").write_text("tiny==1.0\n")
    python = getattr(sys, "_base_executable", sys.executable)
    here = (
        script()
        .replace("/source", str(source))
        .replace("/opt/phonecase", str(target))
        .replace("python3", python)
    )
    subprocess.run(["sh", "-euc", here], check=True)
    said = subprocess.run([target / "bin" / "tiny"], capture_output=True, text=True, check=True).stdout
    assert said == f"1.0 {target}\n"
