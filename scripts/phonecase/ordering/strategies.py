"""Every strategy there is: importing this module registers them all.

A new strategy is a decorated function in one of the modules imported here, or in a new one beside them.
"""

from phonecase.ordering import optimal, post, reach, seriation  # noqa: F401  (importing a module registers its strategies)
from phonecase.ordering.registry import STRATEGIES, Strategy, check_settings, order_units

__all__ = ["STRATEGIES", "Strategy", "check_settings", "order_units"]
