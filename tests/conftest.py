import os

import pytest
from hypothesis import settings

# Tests run side by side: one thread each, in the scripts that they start too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes depends on what else the machine does, and on whether numba compiles first.
settings.register_profile("phonecase", deadline=None)
settings.load_profile("phonecase")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whole runs come first: at the end, the last of these long files would have a worker for itself."""
    items.sort(key=lambda item: item.path.parent.name not in {"cluster", "workflow"})
