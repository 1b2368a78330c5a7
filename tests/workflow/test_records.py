"""What Snakemake has recorded holds after failures, kills and moves; see phonecase/workflow/records.py."""

import json
import os
import shutil
from pathlib import Path

import pytest

from phonecase.workflow.records import UNFINISHED, date_by_arrival, doubt_unfinished, keep_beside, let_go

NAMES = ("short", "@long/er")  # Snakemake splits names that are too long for a file


def recorded(folder: Path) -> dict[str, list[str]]:
    return {name: json.loads((folder / ".snakemake/metadata" / name).read_text())["params"] for name in NAMES}


def records(folder: Path) -> Path:
    """Records of two files."""
    for name in NAMES:
        path = folder / ".snakemake/metadata" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps({"params": [name], "rule": "train"}))
    return folder


def test_records_move_beside_the_results_and_are_found_from_both_places(tmp_path: Path) -> None:
    records(tmp_path)
    for _ in range(2):
        keep_beside(tmp_path / "results", tmp_path / ".snakemake")
        assert recorded(tmp_path) == {name: [name] for name in NAMES}
        for name in NAMES:
            assert (tmp_path / "results/records/metadata" / name).is_file()
    moved = tmp_path.rename(tmp_path.with_name("elsewhere"))
    assert recorded(moved) == {name: [name] for name in NAMES}


def test_snakemake_s_folder_may_be_a_link_itself(tmp_path: Path) -> None:
    far = tmp_path / "scratch/deep/down"
    far.mkdir(parents=True)
    project = tmp_path / "project"
    project.mkdir()
    (project / ".snakemake").symlink_to(far)
    records(project)
    for _ in range(2):
        keep_beside(project / "results", project / ".snakemake")
        assert recorded(project) == {name: [name] for name in NAMES}


def test_records_of_a_folder_that_was_put_in_the_link_s_place_are_the_newer_ones(tmp_path: Path) -> None:
    keep_beside(tmp_path / "results", tmp_path / ".snakemake")
    (tmp_path / "results/records/metadata/short").write_text("old")
    (tmp_path / ".snakemake/metadata").unlink()
    records(tmp_path)
    keep_beside(tmp_path / "results", tmp_path / ".snakemake")
    assert recorded(tmp_path) == {name: [name] for name in NAMES}


def test_links_to_records_that_were_removed_with_the_results_make_way_for_new_ones(tmp_path: Path) -> None:
    keep_beside(tmp_path / "results", tmp_path / ".snakemake")
    let_go(tmp_path / ".snakemake")
    assert (tmp_path / ".snakemake/metadata").is_symlink()
    shutil.rmtree(tmp_path / "results")
    let_go(tmp_path / ".snakemake")
    records(tmp_path)  # as Snakemake makes them
    keep_beside(tmp_path / "results", tmp_path / ".snakemake")
    assert recorded(tmp_path) == {name: [name] for name in NAMES}


def test_a_job_that_left_its_marker_is_recorded_as_unfinished(tmp_path: Path) -> None:
    records(tmp_path)
    marker = tmp_path / ".snakemake/incomplete/@long/er"
    marker.parent.mkdir(parents=True)
    marker.touch()
    (tmp_path / ".snakemake/incomplete/never-made-before").touch()
    for _ in range(2):
        doubt_unfinished(tmp_path / ".snakemake")
        assert recorded(tmp_path) == {"short": ["short"], "@long/er": [UNFINISHED]}


@pytest.mark.parametrize("torn", ["", "null", "[]", "{}", '{"rule": "train"'])
def test_a_record_that_is_none_is_passed_over(tmp_path: Path, torn: str) -> None:
    records(tmp_path)
    marker = tmp_path / ".snakemake/incomplete/short"
    marker.parent.mkdir()
    marker.touch()
    record = tmp_path / ".snakemake/metadata/short"
    record.write_text(torn)
    doubt_unfinished(tmp_path / ".snakemake")
    assert record.read_text() == torn


def test_a_file_that_came_with_an_older_date_gets_that_of_its_arrival(tmp_path: Path) -> None:
    records(tmp_path)
    old, new = tmp_path / "results/old", tmp_path / "results/deep/new"
    new.parent.mkdir(parents=True)
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    date = new.stat().st_mtime_ns
    date_by_arrival([tmp_path / "results"], records=tmp_path / "nothing")
    assert old.stat().st_mtime == 0
    date_by_arrival([tmp_path / "results"], records=tmp_path / ".snakemake/metadata")
    assert old.stat().st_mtime_ns >= date
    assert new.stat().st_mtime_ns == date
