"""The network: its cell, whose sign activation leaves bits for memory, and what stands around it.

`cell` is the recurrent highway cell of the post with its relaxed gradient, as plain as it can be written;
`cores` are the recurrent layers that a model may have; `charlm` is the whole model. How it is made fast is
apart, in `fast`: the same network, the same bits. `weights` is its file, read without PyTorch.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
