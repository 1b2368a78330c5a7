import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster import grid_engine as sge
from cluster import slurm as one_node_slurm
from cluster.runs import SETTINGS, kill_what_is_left
from workflow.small import copy_workflow, snakemake


@pytest.fixture(scope="session")
def slurm() -> Iterator[one_node_slurm.Cluster]:
    """A running SLURM of one node; a reason to skip, except in CI, where it can't be started."""
    _skip_unless_possible(one_node_slurm.why_not())
    with one_node_slurm.cluster() as running:
        yield running


@pytest.fixture(scope="session")
def grid_engine() -> Iterator[sge.Cluster]:
    """A running Grid Engine of one host; a reason to skip, except in CI, where it can't be started."""
    _skip_unless_possible(sge.why_not())
    with sge.cluster() as running:
        yield running


def _skip_unless_possible(reason: str | None) -> None:
    if reason is not None:
        if "CI" in os.environ:
            pytest.fail(reason)
        pytest.skip(reason)


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project, run without a cluster. Not to be changed: take a copy."""
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
