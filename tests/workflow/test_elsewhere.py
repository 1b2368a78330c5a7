"""The workflow used from another folder, as a module of another workflow, and its library on its own."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from workflow.planning import plan
from workflow.small import ROOT, SETTINGS, copy_workflow, snakemake

PASSAGE = "passages:\n  psalm: Psalm 23:1\n"


@pytest.fixture(scope="module")
def workflow(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The workflow's own folder, in which nothing is run."""
    folder = copy_workflow(tmp_path_factory.mktemp("there") / "phonecase")
    (folder / "config.yaml").write_text(SETTINGS)
    return folder


def passages(folder: Path, workflow: Path) -> set[str]:
    """The passages that a run in a folder would read."""
    return {job.wildcards[1] for job in plan(folder, workflow=workflow) if job.rule == "extract_states"}


def test_a_folder_without_settings_takes_the_workflow_s(workflow: Path, tmp_path: Path) -> None:
    assert passages(tmp_path, workflow) == {"romans"}
    assert len(plan(tmp_path, workflow=workflow)) == len(plan(workflow))


def test_a_key_of_the_folder_s_own_settings_replaces_the_workflow_s(workflow: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(PASSAGE)
    assert passages(tmp_path, workflow) == {"psalm"}


def test_the_command_line_has_the_last_word(workflow: Path, tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(PASSAGE)
    (tmp_path / "more.yaml").write_text("passages: {gospel: Mark 1:1}\n")
    planned = plan(tmp_path, workflow=workflow, configfiles=[tmp_path / "more.yaml"])
    assert {job.wildcards[1] for job in planned if job.rule == "extract_states"} == {"psalm", "gospel"}


@pytest.mark.slow
def test_results_lie_where_one_is_and_the_workflow_s_folder_stays_as_it_was(
    workflow: Path, tmp_path: Path
) -> None:
    before = sorted(workflow.rglob("*"))
    (tmp_path / "config.yaml").write_text(PASSAGE)
    done = snakemake(tmp_path, "-s", str(workflow / "Snakefile"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "results/art/tiny/psalm/insertion/plum.portrait.png").exists()
    assert [path for path in sorted(workflow.rglob("*")) if "__pycache__" not in path.parts] == [
        path for path in before if "__pycache__" not in path.parts
    ]
    assert plan(tmp_path, workflow=workflow) == []


@pytest.mark.slow
def test_another_workflow_uses_it_as_a_module(workflow: Path, tmp_path: Path) -> None:
    settings = yaml.safe_load(SETTINGS)
    given = {"model": "other", "passages": {"psalm": "Psalm 23:1"}, "device": "cpu"}
    (tmp_path / "config.yaml").write_text(
        yaml.safe_dump({"title": "not one of its keys", "phonecase": given})
    )
    (tmp_path / "Snakefile").write_text(
        f"""
configfile: "config.yaml"

module phonecase:
    snakefile: "{workflow}/Snakefile"
    config: config["phonecase"]

use rule * from phonecase

rule cover:
    default_target: True
    input:
        "results/art/other/psalm/mean/{next(iter(settings["styles"]))}.png",
        "results/art/other/psalm/contact_sheet.png",
    output: "cover.png"
    shell: "cp {{input[0]}} {{output}}"
"""
    )
    done = snakemake(tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "cover.png").read_bytes()[:4] == b"\x89PNG"
    assert not (tmp_path / "results/models/tiny").exists()
    told = snakemake(tmp_path, "--report", "report.html")
    assert told.returncode == 0, told.stderr  # though the outer workflow's settings have no passages


def test_results_that_are_no_folder_are_named(workflow: Path, tmp_path: Path) -> None:
    for link in (False, True):
        if link:
            (tmp_path / "results").symlink_to("nowhere")
        else:
            (tmp_path / "results").touch()
        done = snakemake(tmp_path, "-s", str(workflow / "Snakefile"), "-n")
        assert done.returncode == 1
        said = (
            f"config: {tmp_path / 'results'} should be a folder, for the results; it is a file, or a link to"
        )
        assert [line.startswith(said) for line in done.stderr.splitlines() if "rofile" not in line] == [True]
        (tmp_path / "results").unlink()


@pytest.mark.slow
def test_the_library_installs_and_is_all_there(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    shutil.copytree(ROOT / "scripts", source / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    build = "import setuptools.build_meta as backend; print(backend.build_wheel('.'))"
    subprocess.run([sys.executable, "-c", build], cwd=source, check=True, capture_output=True)
    (wheel,) = source.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(tmp_path / "site")
        packed = {name for name in archive.namelist() if ".dist-info" not in name}
    library = ROOT / "scripts"
    ours = {
        str(path.relative_to(library))
        for path in (library / "phonecase").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert packed == ours
    code = """
import phonecase, numpy as np
from phonecase.ordering import order_units, similarity, STRATEGIES
from phonecase.art import PRINTED, render
states = np.where(np.random.default_rng(0).random((30, 8)) < 0.5, 1, -1).astype(np.int8)
best = order_units(states, "optimal")
print(phonecase.__file__, len(STRATEGIES), similarity(states, best), render(states, best, PRINTED).size)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(tmp_path / "site")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(tmp_path / "site"))
    assert done.stdout.strip().endswith("(30, 8)")
