"""The text that the network reads: where it comes from, its verses, how a passage is named, its alphabet.

The canon (which books, chapters and verses there are) and the normal form are fixed; a source that doesn't
give them is refused. `fetch` brings the verses, `split` keeps some books back, `passage` takes what a
reference names, and `Vocabulary` numbers the characters.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
