"""States to try orders on."""

import numpy as np
from hypothesis import strategies as st

from phonecase.ordering.core import States

FEW_TRIES = {"annealed": {"evaluations": 100}, "bar": {"restarts": 1}, "anti_robinson": {"restarts": 1}}


@st.composite
def states(draw: st.DrawFn, most_units: int = 9) -> States:
    """Any states of few characters and units: short rows, so that ties, duplicates and constants abound."""
    T, H = draw(st.integers(1, 6)), draw(st.integers(1, most_units))
    bits = draw(st.lists(st.booleans(), min_size=T * H, max_size=T * H))
    return np.where(np.array(bits).reshape(T, H), 1, -1).astype(np.int8)


def process(T: int = 274, H: int = 128, seed: int = 0) -> States:
    """States as a network may have them: signs of mixtures of a few slow random processes."""
    rng = np.random.default_rng(seed)
    slow = np.zeros((T, 12))
    for t in range(1, T):
        slow[t] = 0.6 * slow[t - 1] + 0.8 * rng.normal(size=12)
    z = slow @ rng.normal(size=(12, H)) + 2.4 * rng.normal(size=H) + 2.4 * rng.normal(size=(T, H))
    return np.where(z >= 0, 1, -1).astype(np.int8)


def greatest_similarity(states: States, *, signed: bool) -> int:
    """The greatest similarity of all orders, exactly: Held and Karp's dynamic program over sets of units."""
    rows = states.T.astype(np.int64)
    s = rows @ rows.T  # (H, H)
    if signed:
        s = np.abs(s)
    H = len(s)
    best = np.full((1 << H, H), np.iinfo(np.int64).min // 2)  # of orders of a set that end with a unit
    for unit in range(H):
        best[1 << unit, unit] = 0
    for chosen in range(1, 1 << H):
        for unit in range(H):
            if chosen >> unit & 1 == 0:
                joined = int((best[chosen] + s[:, unit]).max())
                best[chosen | 1 << unit, unit] = max(best[chosen | 1 << unit, unit], joined)
    return int(best[-1].max())
