"""The workflow on a real Grid Engine of one host, through the profile for users."""

import os
from importlib.util import find_spec
from pathlib import Path

import pytest

from cluster.grid_engine import Cluster
from cluster.runs import GRID_ENGINE, copy_without_results, finish, start
from workflow.small import contents

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        find_spec("snakemake_executor_plugin_sge") is None and "CI" not in os.environ,
        reason="pip install snakemake-executor-plugin-sge",
    ),
]


def test_a_run_on_grid_engine_gives_the_same_bytes_in_two_jobs(
    grid_engine: Cluster, local: Path, tmp_path: Path
) -> None:
    folder = copy_without_results(local, tmp_path / "phonecase")
    run = start(folder, options=GRID_ENGINE, environment=grid_engine.environment)
    said = finish(run)
    assert run.returncode == 0, said
    assert contents(folder) == contents(local)
    assert grid_engine.finished() == [("gpu.q", 4), ("all.q", 1)], "one to train, one for the pictures"
