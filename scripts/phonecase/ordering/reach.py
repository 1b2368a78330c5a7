"""An order by how units behave in time, of which a unit's place tells something by itself."""

import numpy as np

from phonecase.ordering.registry import Found, strategy
from phonecase.ordering.units import Units


@strategy()
def reach(units: Units) -> Found:
    """By how long units hold what they have: those that change least often come first.

    The changes from one character to the next are counted; a unit's mean or its neighbours don't matter. So
    the picture runs from long strokes to noise, from what the network keeps to what it reads.
    """
    return np.argsort((units.rows[:, 1:] != units.rows[:, :-1]).sum(axis=1), kind="stable")
