"""The library behind the workflow: corpus → model → states → orders → art, a room for each chapter.

Pure functions and classes that know nothing of Snakemake. The scripts beside this package are its
command lines, one for each rule. A room hands on what others use: `from phonecase.ordering import
order_units`. A name's module is imported when the name is first used, so that a room costs only what is
taken from it; which name is whose stands in the room's `__init__.pyi`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
