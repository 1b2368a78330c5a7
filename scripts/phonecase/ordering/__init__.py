"""The order of the rows: strategies, the proof of the best one, criteria, and the symmetry behind it all.

A new strategy is a decorated function in one of the modules that `strategies` imports. `order_units` runs
one of them; `similarity` is the post's score.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
