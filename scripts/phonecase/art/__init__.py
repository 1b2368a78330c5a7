"""The picture: states in an order and a style, a cell a bit, for print and for sheets of many.

`styles` are colours and sizes, `palettes` colours made in the space of `colour`, `rendering` draws one
picture, `sheets` many on one page.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
