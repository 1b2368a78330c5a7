"""The table of reruns.yaml holds: what Snakemake plans after each change, to the job, also after faults."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from PIL import Image
from pydantic import BaseModel

from phonecase.workflow.config import Config
from workflow.matrix import FAULTS as FAULTS_OF_THE_PAGE
from workflow.matrix import PAGE, TABLE, Job, current, expand, jobs_of
from workflow.planning import plan
from workflow.small import ROOT, SETTINGS, copy_workflow, snakemake

INSIGHT = (
    *(f"{table}.parquet" for table in ("units", "flips", "rows")),
    *(f"{facts}.json" for facts in ("units", "flips", "reach", "reach_controls", "redundancy", "neighbours")),
    "sentences.json",
    *(f"{figure}.png" for figure in ("reach", "pasts", "erasers", "back", "learned", "flips", "frozen")),
    "insight.html",
    "insight.md",
)
FORMS = ("png", "tiff", "svg", "pdf", "proof.png", "guide.png")
ALL = (
    "all",
    "experiments",
    *(f"results/insight/tiny/{file}" for file in INSIGHT),
    "results/insight/ngrams.json",
    "measures",
    "figures",
    "results/orders/tiny/romans/insertion.safetensors",
    *(f"results/print/tiny/romans/insertion/plum.{form}" for form in FORMS),
)
OF_A_KIND = (
    ("/other/", "/tiny/"),
    ("/other.", "/tiny."),
    ("/own/mine", "/tiny/romans"),
    ("/printed", "/plum"),
)
NAMED = (
    "models",
    "passages",
    "states",
    "orders",
    "styles",
)  # tables whose keys are names of the user's choice
BESIDE: dict[str, dict[str, Any]] = {  # what some keys need beside them, or to be away
    "corpus.source": {"path": "mine.tsv"},
    "corpus.path": {"source": "file"},
    "corpus.url": {"source": "gutenberg"},
    "corpus.min_count": {"source": "text", "path": "mine.tsv", "validation_books": None},
    "corpus.validation": {"source": "text", "path": "mine.tsv", "validation_books": None},
    "styles.plum.by": {"scale": ["#402040", "#C04040"]},
    "styles.plum.scale": {"by": "unit"},
    "print.width": {"phone": "custom", "height": 40},
    "print.height": {"phone": "custom", "width": 20},
    "print.radius": {"phone": "custom", "width": 20, "height": 40},
    "print.start": {"phone": "pixel_9"},
    "print.start_row": {"phone": "pixel_9"},
    "print.template": {"phone": "pixel_9"},
    "states.mine.rows": {"file": "mine.png"},
    "states.mine.columns": {"file": "mine.png"},
    "states.mine.orientation": {"file": "mine.png"},
    "states.mine.array": {"file": "mine.npz"},
}

# How a job ends before its time: instead of its script, this runs. Its process group has Snakemake in it, as
# when Ctrl-C is pressed in a terminal, or the machine goes down.
FAULTS = {
    "failed": "raise SystemExit(1)",
    "killed": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "interrupted with Snakemake": "import os, signal; os.killpg(0, signal.SIGINT); signal.pause()",
    "killed with Snakemake": "import os, signal; os.killpg(0, signal.SIGKILL)",
}


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished project in which every rule has run. Changes to it are taken back."""
    folder = copy_workflow(tmp_path_factory.mktemp("complete") / "phonecase")
    settings = yaml.safe_load(SETTINGS) | {
        "model": ["tiny", "other"],
        "states": {"mine": {"file": "mine.npy"}},
    }
    write(folder, settings)
    grid = np.random.default_rng(0).random((12, 5)) < 0.5
    np.save(folder / "mine.npy", grid)
    done = snakemake(folder, *ALL)
    assert done.returncode == 0, done.stderr
    shutil.copy(folder / "results/corpus/kjv.tsv", folder / "mine.tsv")
    shutil.copy(folder / "mine.npy", folder / "again.npy")
    np.savez(folder / "mine.npz", cells=grid)
    Image.fromarray(grid).save(folder / "mine.png")
    (folder / "mine.icc").write_bytes(b"prtrCMYK".rjust(20) + b"acsp".rjust(20))  # as far as a plan knows
    return folder


@pytest.fixture(scope="module", params=FAULTS)
def after_a_fault(complete: Path, tmp_path_factory: pytest.TempPathFactory, request: Any) -> Path:
    """The finished project after `extract_states` of one model ended badly, all else being as it was."""
    folder = shutil.copytree(complete, tmp_path_factory.mktemp("fault") / "phonecase", symlinks=True)
    script, lost = folder / "scripts/extract_states.py", "results/states/tiny/romans.parquet"
    with rewritten(script, FAULTS[request.param].encode()):
        done = subprocess.run(
            ["snakemake", lost, "--cores", "1"], cwd=folder, capture_output=True, start_new_session=True
        )
    assert done.returncode != 0
    assert not (folder / lost).exists()
    if "with Snakemake" in request.param:
        assert snakemake(folder, "--unlock").returncode == 0
    return folder


def write(folder: Path, settings: dict[str, Any]) -> None:
    (folder / "config.yaml").write_text(yaml.safe_dump(settings, sort_keys=False), encoding="utf-8")


@contextmanager
def rewritten(file: Path, content: bytes) -> Iterator[None]:
    """The file with another content, until the block ends."""
    before, dates = file.read_bytes(), file.stat()
    file.write_bytes(content)
    try:
        yield
    finally:
        file.write_bytes(before)
        os.utime(file, ns=(dates.st_atime_ns, dates.st_mtime_ns))


@contextmanager
def changed(folder: Path, key: str, value: Any) -> Iterator[None]:
    """The project with a setting changed, until the block ends."""
    config = folder / "config.yaml"
    settings = table = yaml.safe_load(config.read_text(encoding="utf-8"))
    *path, last = key.split(".")
    for part in path:
        table = table.setdefault(part, {})
    table |= {last: value} | BESIDE.get(key, {})
    for away in [name for name, beside in BESIDE.get(key, {}).items() if beside is None]:
        del table[away]
    with rewritten(config, yaml.safe_dump(settings, sort_keys=False).encode()):
        yield


def planned(folder: Path, *, forceall: bool = False) -> dict[Job, str]:
    """What would run if everything was asked for, with the reasons."""
    return jobs_of(plan(folder, ALL, forceall=forceall))


def by_another(found: dict[Job, str]) -> set[Job]:
    """The jobs that run since another one does or they never ran, and not for a change in themselves."""
    return {job for job, why in found.items() if why.startswith(("Input files updated by", "Missing output"))}


def every(folder: Path) -> set[Job]:
    """The jobs that there are, in a project as it is set up now."""
    return planned(folder, forceall=True).keys() | {Job("experiments", passage="romans")}


@pytest.fixture(scope="module")
def jobs(complete: Path) -> set[Job]:
    """Those of the finished project with its own settings."""
    return every(complete)


def keys(model: type[BaseModel], path: str = "") -> Iterator[str]:
    """Every key that may be set in a table of the settings; names of the user's choice are stars."""
    for name, field in model.model_fields.items():
        yield from inner(field.annotation, f"{path}{name}")


def inner(annotation: Any, path: str) -> Iterator[str]:
    """The keys in a value of that type, or the one that it stands at."""
    arguments = getattr(annotation, "__args__", ())
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield from keys(annotation, f"{path}.")
    elif arguments and getattr(annotation, "__origin__", None) is dict and path != "sweep":
        yield from inner(arguments[1], f"{path}.*")
    else:
        yield path


def test_every_key_of_the_settings_has_a_row() -> None:
    rows = set()
    for key, *_ in TABLE["settings"]:
        section, *rest = key.split(".")
        rows.add(
            ".".join([section, *("*" if section in NAMED and i == 0 else r for i, r in enumerate(rest))])
        )
    assert rows >= set(keys(Config))


def test_every_program_has_a_row() -> None:
    scripts = ROOT / "scripts"
    programs = {
        str(path.relative_to(scripts))
        for path in scripts.rglob("*")
        if path.is_file()
        and path.suffix != ".pyi"
        and path.name != "py.typed"
        and path.parent.name != "__pycache__"
    }
    rows = [file for files, _ in TABLE["code"] for file in files]
    assert sorted(rows) == sorted(programs)


def test_every_fault_has_a_test_and_every_test_of_faults_a_row() -> None:
    named = {test for rows in FAULTS_OF_THE_PAGE.values() for *_, tests in rows for test in tests}
    defined = set()
    for file in {test.partition("::")[0] for test in named} | {"workflow/test_faults.py"}:
        program = (ROOT / "tests" / file).read_text(encoding="utf-8")
        defined |= {f"{file}::{name}" for name in re.findall(r"^def (test_\w+)", program, re.MULTILINE)}
    assert all(tests for rows in FAULTS_OF_THE_PAGE.values() for *_, tests in rows)
    assert named <= defined
    assert {test for test in defined if test.startswith("workflow/test_faults.py")} <= named


def test_the_page_is_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == current(page), "run: PYTHONPATH=scripts:tests python -m workflow.matrix"


@pytest.mark.slow
def test_every_result_has_a_row(complete: Path) -> None:
    """Of each kind: what holds for one model, grid, order and style holds for the others."""
    rows = {file for file, *_ in TABLE["files"]}
    for path in (complete / "results").rglob("*"):
        file = path.relative_to(complete).as_posix()
        if path.is_file() and path.parts[len(complete.parts) + 1] not in ("logs", "benchmarks", "records"):
            for old, new in OF_A_KIND:
                file = file.replace(old, new)
            likely = {file, file.replace("/mean", "/insertion"), file.replace("/insertion", "/mean")}
            assert likely & rows, file


@pytest.mark.slow
@pytest.mark.parametrize(
    ("key", "value", "note", "runs"), TABLE["settings"], ids=[f"{k} {n}" for k, _, n, _ in TABLE["settings"]]
)
def test_a_setting(complete: Path, key: str, value: Any, note: str, runs: list[str]) -> None:
    with changed(complete, key, value):
        found, there = planned(complete), every(complete)
        assert found.keys() == expand(runs, there)
        assert found.keys() - by_another(found) <= expand([words.strip(" →") for words in runs], there)


@pytest.mark.slow
@pytest.mark.parametrize(("file", "lost", "other"), TABLE["files"], ids=[row[0] for row in TABLE["files"]])
def test_a_file(complete: Path, jobs: set[Job], file: str, lost: list[str] | None, other: list[str]) -> None:
    path = complete / file
    with rewritten(path, path.read_bytes()):
        os.utime(path)
        assert not planned(complete), "touched"
    if lost is not None:
        with rewritten(path, b""):
            path.unlink()
            found = planned(complete)
            assert found.keys() == expand(lost, jobs), "lost"
            assert any(f"Missing output files: {file}" in why or file in why for why in found.values())
    for date in (0, None):
        with rewritten(path, path.read_bytes() + b"?"):
            if date is not None:
                os.utime(path, (date, date))
            found = planned(complete)
            assert found.keys() == expand(other, jobs), "another"
            assert not found or any(file in why or "arams" in why for why in found.values())
    assert not planned(complete)


@pytest.mark.slow
@pytest.mark.parametrize(("files", "runs"), TABLE["code"], ids=[row[0][0] for row in TABLE["code"]])
def test_a_program(complete: Path, jobs: set[Job], files: list[str], runs: list[str]) -> None:
    for file in files:
        path = complete / "scripts" / file
        with rewritten(path, path.read_bytes() + b"\nEDITED = True\n"):
            found = planned(complete)
            assert found.keys() == expand(runs, jobs), file
            assert not found or any(f"{file}:" in why for why in found.values()), file


@pytest.mark.slow
def test_after_a_fault_that_job_runs_and_what_follows_whatever_is_changed(
    after_a_fault: Path, jobs: set[Job]
) -> None:
    assert planned(after_a_fault).keys() == expand(["extract_states tiny →"], jobs)
    one_of_each = {str(runs): (key, value, runs) for key, value, _, runs in TABLE["settings"]}
    for key, value, runs in one_of_each.values():
        with changed(after_a_fault, key, value):
            there = every(after_a_fault)
            assert planned(after_a_fault).keys() == expand([*runs, "extract_states tiny →"], there), key


@pytest.mark.slow
def test_after_a_fault_one_picture_is_asked_for(after_a_fault: Path) -> None:
    found = jobs_of(plan(after_a_fault, ["results/art/tiny/romans/mean/plum.png"])).keys()
    assert {job.rule for job in found} == {"extract_states", "order_rows", "render_variants"}


def told_of_units(folder: Path, model: str) -> dict[str, str]:
    """What a model's page says about its units."""
    page = (folder / f"results/explorer/{model}.html").read_text(encoding="utf-8")
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page)
    assert found
    return dict(json.loads(found[1])["units_known"])


@pytest.mark.slow
def test_the_page_says_what_insight_found_out_while_the_weights_are_those(
    complete: Path, tmp_path: Path
) -> None:
    assert told_of_units(complete, "tiny").keys() == {str(unit) for unit in range(16)}
    assert told_of_units(complete, "other") == {}
    folder = shutil.copytree(complete, tmp_path / "phonecase", symlinks=True)
    sentences = folder / "results/insight/tiny/sentences.json"
    assert json.loads(sentences.read_text(encoding="utf-8")) == told_of_units(folder, "tiny")
    page = folder / "results/explorer/tiny.html"
    before = page.read_bytes()
    page.unlink()
    assert snakemake(folder, str(page.relative_to(folder))).returncode == 0
    assert page.read_bytes() == before
    with changed(folder, "models.tiny.seed", 1):
        assert snakemake(folder, "explorers").returncode == 0  # a retrained network
        assert told_of_units(folder, "tiny") == {}
        assert not jobs_of(plan(folder, ["explorers"]))
        assert snakemake(folder, str(sentences.relative_to(folder))).returncode == 0
        assert told_of_units(folder, "tiny").keys() == {str(unit) for unit in range(16)}
        assert not jobs_of(plan(folder, ["explorers"]))
