"""What the workflow asks of the library: the settings of a whole run, and what a job's code is.

Nothing here knows Snakemake either: `reading` reads the settings, `config` checks them, `fingerprint` hashes
programs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
