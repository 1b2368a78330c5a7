"""The text that the network reads: where it comes from, its verses, how a passage is named, its alphabet.

`fetch` brings the text as a table: verses of a Bible, or lines of any other. Of the King James Version the
canon (which books, chapters and verses there are) and the normal form are fixed; a source that doesn't give
them is refused. `divide` keeps a part back, `find_passage` takes what a reference names or a person's own
words, and `Vocabulary` numbers the characters.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
