"""A sweep for real: its members are models, one of them fails, and the table says so."""

import shutil
from pathlib import Path

import pandas as pd
import pytest

from workflow.planning import Job, plan
from workflow.small import files_of, snakemake

pytestmark = pytest.mark.slow

SWEEP = "sweep:\n  tiny: {learning_rate: [0.01, 1]}\n"  # 1 diverges by the first validation
GOOD, BAD = "tiny~learning_rate=0.01", "tiny~learning_rate=1.0"
OF_A_MEMBER = ["extract_states", "measure_reach", "order_rows insertion", "order_rows mean", "train"]


@pytest.fixture(scope="module")
def swept(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project after a run of its sweep, in which a member failed. Not to be changed."""
    folder = shutil.copytree(finished, tmp_path_factory.mktemp("swept") / "phonecase")
    with (folder / "config.yaml").open("a") as config:
        config.write(SWEEP)
    failed = snakemake(folder, "experiments", "--keep-going")
    assert failed.returncode == 1
    assert "experiments.md: 3 models, 2 done, 1 failed" in failed.stderr
    return folder


@pytest.fixture
def project(swept: Path, tmp_path: Path) -> Path:
    """A copy of it, to try things on."""
    return shutil.copytree(swept, tmp_path / "phonecase")


def sweep(folder: Path, table: str) -> None:
    config = folder / "config.yaml"
    config.write_text(config.read_text().partition("sweep:")[0] + f"sweep:\n  tiny: {table}\n")


def jobs(planned: list[Job], model: str) -> list[str]:
    """The jobs for one model."""
    return sorted(
        " ".join([job.rule, *(part for part in job.wildcards if part not in (model, "romans"))])
        for job in planned
        if model in job.wildcards
    )


def test_a_failed_member_sinks_neither_the_others_nor_the_table(swept: Path) -> None:
    table = pd.read_parquet(swept / "results/experiments.parquet").set_index("model")
    assert table["status"].to_dict() == {"tiny": "done", GOOD: "done", BAD: "failed"}
    assert table["reason"][BAD].startswith("training diverged at step 10 ")
    assert table.loc[[GOOD, "tiny"]].drop(columns=["order", "picture"]).notna().all(axis=None)
    page = (swept / "results/experiments.html").read_text()
    assert page.count("data:image/png") == 3
    assert f"| `{BAD}` | 1 |" in (swept / "results/experiments.md").read_text()
    assert not (swept / "results/experiments.complete").exists()
    assert not files_of(swept, f"states/{BAD}")


def test_the_next_run_tries_the_failed_member_and_nothing_else(project: Path) -> None:
    planned = plan(project, ["experiments"])
    assert jobs(planned, BAD) == OF_A_MEMBER
    assert {job.rule for job in planned if BAD not in job.wildcards} == {"experiments"}


def test_without_the_failed_member_the_table_is_made_whole_and_once(project: Path) -> None:
    sweep(project, "{learning_rate: 0.01}")
    assert [job.rule for job in plan(project, ["experiments"])] == ["experiments"]
    done = snakemake(project, "experiments")
    assert done.returncode == 0, done.stderr
    assert (project / "results/experiments.complete").exists()
    table = pd.read_parquet(project / "results/experiments.parquet")
    assert set(table["status"]) == {"done"}
    assert plan(project, ["experiments"]) == []

    # A member more is trained, and the table made; in whatever order the settings stand.
    sweep(project, "{seed: [0, 1], learning_rate: [0.01]}")
    planned = plan(project, ["experiments"])
    assert {job.wildcards[0] for job in planned if job.wildcards} == {"tiny~learning_rate=0.01~seed=1"}
    assert jobs(planned, "tiny~learning_rate=0.01~seed=1") == OF_A_MEMBER

    sweep(project, "{learning_rate: 0.01}")
    report = snakemake(project, "experiments", "--report", "report.html")
    assert report.returncode == 0, report.stderr
    assert "experiments.html" in (project / "report.html").read_text()


def test_a_member_is_a_model_like_any_other(project: Path) -> None:
    done = snakemake(project, "--config", f"model={GOOD}")
    assert done.returncode == 0, done.stderr
    assert "train" not in {job.rule for job in plan(project, [f"results/models/{GOOD}/learning_curve.png"])}
    assert (project / f"results/art/{GOOD}/romans/insertion/plum.png").exists()


def test_the_default_run_leaves_a_sweep_alone(project: Path) -> None:
    assert plan(project) == []


def test_without_a_sweep_the_chosen_models_are_compared(finished: Path) -> None:
    planned = plan(finished, ["experiments"])
    assert sorted(job.rule for job in planned) == ["count_ngrams", "experiments", "measure_reach"]
