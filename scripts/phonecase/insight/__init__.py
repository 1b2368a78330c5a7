"""What the bits know: what tells each unit, how long they remember, what each is worth, how much they share.

Everything is said beside its controls: networks that were never trained, features of other texts, and counts
of the text's own n-grams. Rules are learned on one text and scored on another.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
