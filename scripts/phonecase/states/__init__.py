"""What the network remembers: its hidden states along a passage, as a file, or a grid of your own.

`extraction` reads a passage with a trained network, `own` takes states from elsewhere, and `file` is the
form in which both go on to be ordered and drawn.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
