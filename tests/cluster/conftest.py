import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.runs import SETTINGS, kill_what_is_left
from cluster.slurm import Cluster, cluster, why_not
from workflow.small import copy_workflow, snakemake


@pytest.fixture(scope="session")
def slurm() -> Iterator[Cluster]:
    """A running cluster of one node; a reason to skip, except in CI, where it can't be started."""
    reason = why_not()
    if reason is not None:
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)
    with cluster() as running:
        yield running


@pytest.fixture(scope="session")
def local(slurm: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project, run without the cluster. Not to be changed: take a copy."""
    folder = copy_workflow(tmp_path_factory.mktemp("local") / "phonecase")
    (folder / "config.yaml").write_text(SETTINGS)
    done = snakemake(folder, "--set-threads", "train=1")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(autouse=True)
def no_leftovers() -> Iterator[None]:
    """A test that fails leaves no Snakemake behind."""
    yield
    kill_what_is_left()
