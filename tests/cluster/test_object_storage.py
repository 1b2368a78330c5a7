"""Results in object storage: the workflow with an S3 in place of the folder."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster.object_storage import KEYS, Storage, missing, object_storage
from cluster.runs import copy_without_results, finish, start
from workflow.small import contents

pytestmark = pytest.mark.slow


@pytest.fixture
def storage() -> Iterator[Storage]:
    if missing() and "CI" not in os.environ:
        pytest.skip(f"pip install {' '.join(missing())}")
    with object_storage() as running:
        yield running


def test_results_in_a_bucket_are_the_same_bytes(storage: Storage, local: Path, tmp_path: Path) -> None:
    folder = copy_without_results(local, tmp_path / "phonecase")
    options = ("--cores=2", "--resources=gpu=1", "--set-threads=train=1", *storage.options())
    run = start(folder, options=options, environment=KEYS)
    said = finish(run)
    assert run.returncode == 0, said
    assert contents(storage.fetch(tmp_path / "fetched")) == contents(local)
