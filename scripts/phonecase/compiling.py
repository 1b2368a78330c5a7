"""numba, for the loops that Python is too slow for, without SciPy.

Before its first loop numba looks whether SciPy has a BLAS, which a loop with `np.cov` would need: a sixth of
a second, in every job that has a loop. No loop of ours multiplies matrices.
"""

import sys
from contextlib import suppress

from numba import njit

__all__ = ["njit"]

BLAS = "scipy.linalg.cython_blas"

if BLAS not in sys.modules:
    sys.modules[BLAS] = None  # type: ignore[assignment]  # Python's way to say that there is no such module
    with suppress(ImportError):  # of a numba that looks elsewhere, which then takes its time
        import numba.np.arraymath  # noqa: F401  (it looks)
    del sys.modules[BLAS]
