"""The network itself, alive in a web page: a file per model that opens from disk and asks no server.

`network` are the model's numbers as the page computes with them, `data` all that it shows, `page` the file.
The page's own programs are the JavaScript modules in page/; what is read there is what runs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
