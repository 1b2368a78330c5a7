"""The picture: states in an order and a style, a cell a bit, for print and for sheets of many.

`styles` are colours and shapes, `palettes` colours made in the space of `colour`, `rendering` draws one
picture, `sheets` many on one page.

For print, what passes between the modules is a `picture`: cells with their colours (`colouring`), laid on a
case (`phones`, `services`, `printing`, `layout`), with their `origin`. `png`, `tiff`, `svg` and `pdf` write
it, by `shapes` and `profiles`, and `proof` shows what it will look like; `prints` does all of that.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
