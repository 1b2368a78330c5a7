"""numba, for the loops that Python is too slow for, without SciPy.

Before its first loop numba looks whether SciPy has a BLAS, which a loop with `np.cov` would need: a sixth of
a second, in every job that has a loop. No loop of ours multiplies matrices.
"""

import sys

_BLAS = "scipy.linalg.cython_blas"
_hidden = _BLAS not in sys.modules
if _hidden:
    sys.modules[_BLAS] = None  # type: ignore[assignment]  # Python's way to say that there is no such module
try:
    import numba.np.arraymath  # noqa: F401  (it is what looks)
    from numba import njit
finally:
    if _hidden:
        del sys.modules[_BLAS]

__all__ = ["njit"]
