"""How the network learns: recipes, the loop over the steps, and what keeps a training safe and seen.

`recipe` has every setting with its meaning, `loop` the training itself, a generator of log entries;
checkpoints, progress, TensorBoard and the learning curve are consumers of these.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
