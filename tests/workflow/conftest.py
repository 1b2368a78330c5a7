import shutil
from pathlib import Path

import pytest

from workflow.small import SETTINGS, copy_workflow, snakemake


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small project after its run. Not to be changed: see `project`."""
    folder = copy_workflow(tmp_path_factory.mktemp("finished") / "phonecase")
    (folder / "config.yaml").write_text(SETTINGS)
    done = snakemake(folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def project(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished project, in another folder, to try things on."""
    return shutil.copytree(finished, tmp_path / "phonecase")
