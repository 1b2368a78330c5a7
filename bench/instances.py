"""States to measure on: a file's, or made up in any size."""

import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parent.parent / "scripts"))  # the library, wherever this is run from


def states(units: int, characters: int = 274, seed: int = 0) -> npt.NDArray[np.int8]:
    """States as a network may have them: signs of mixtures of twelve slow random processes.  # (T, H)"""
    rng = np.random.default_rng(seed)
    slow = np.zeros((characters, 12))
    for t in range(1, characters):
        slow[t] = 0.6 * slow[t - 1] + 0.8 * rng.normal(size=12)
    z = slow @ rng.normal(size=(12, units)) + 2.4 * rng.normal(size=units)
    z += 2.4 * rng.normal(size=(characters, units))
    return np.where(z >= 0, 1, -1).astype(np.int8)


def read(path: Path) -> npt.NDArray[np.int8]:
    """The states of a file.  # (T, H)"""
    from phonecase.states import read_states

    return read_states(path).units
