import os

from hypothesis import settings

# Tests run side by side: one thread each, in the scripts that they start too.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# How long an example takes depends on what else the machine does, and on whether numba compiles first.
settings.register_profile("phonecase", deadline=None)
settings.load_profile("phonecase")
