import subprocess
import sys
from pathlib import Path

import pytest

LOOPS = """
import sys
import numpy as np
from phonecase.ordering import kernels
kernels.two_opt_sweeps(np.arange(4), np.eye(4, dtype=np.int64))
print("scipy.linalg" in sys.modules)

from numba import njit
print(njit(lambda a: np.dot(a, a))(np.eye(2)).sum())
import scipy.linalg.cython_blas
"""


@pytest.mark.slow  # numba compiles the second loop
def test_loops_bring_no_scipy_and_leave_it_to_those_who_ask_for_it() -> None:
    program = [sys.executable, "-c", LOOPS]
    scripts = Path(__file__).parents[1] / "scripts"
    done = subprocess.run(program, env={"PYTHONPATH": str(scripts)}, capture_output=True, text=True)
    assert done.stdout.split() == ["False", "2.0"], done.stderr
