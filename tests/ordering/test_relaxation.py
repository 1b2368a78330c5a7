"""Sets of cities that fractional tours cross too little are found, wherever there are any."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st


@settings(deadline=None, max_examples=500)
@given(n=st.integers(2, 8), seed=st.integers(0, 2**32), share=st.floats(0.2, 1))
def test_narrow_cuts_are_narrow_and_found_if_there_are_any(n: int, seed: int, share: float) -> None:
    from phonecase.ordering.relaxation import narrow_cuts

    rng = np.random.default_rng(seed)
    weight = np.triu(rng.choice([0, 0.25, 0.5, 1, 2], (n, n)), 1)
    weight[: n // 2, n // 2 :] *= rng.choice([1 / 16, 1 / 4, 1])  # halves that hang together by little
    weight += weight.T

    def weighs(inside: tuple[int, ...]) -> float:
        others = [city for city in range(n) if city not in inside]
        return float(weight[np.ix_(inside, others)].sum())

    narrowest = min(
        weighs(inside) for size in range(1, n) for inside in itertools.combinations(range(n), size)
    )
    least = min(weighs((city,)) for city in range(n)) * share  # no point alone is narrow, as no path is
    found = [tuple(np.flatnonzero(inside).tolist()) for inside in narrow_cuts(weight.copy(), least)]
    proper = [inside for inside in found if len(inside) < n]
    assert all(weighs(inside) < least for inside in proper)
    assert bool(proper) == (narrowest < least)
