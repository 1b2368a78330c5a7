"""What a result was made with, as far as it may depend on it: Python, packages, the kind of processor."""

import platform
import sys
from contextlib import suppress

# Packages that compute or write results, by the name under which they are imported.
_PACKAGES = {
    "highspy": "highspy",
    "matplotlib": "matplotlib",
    "numba": "numba",
    "numpy": "numpy",
    "pandas": "pandas",
    "PIL": "pillow",
    "pyarrow": "pyarrow",
    "safetensors": "safetensors",
    "scipy": "scipy",
    "torch": "torch",
}


def versions() -> dict[str, str]:
    """Those of Python and of the packages that this process has imported so far."""
    from importlib.metadata import PackageNotFoundError, version  # a fiftieth of a second

    found = {"python": platform.python_version()}
    for module, package in _PACKAGES.items():
        if module in sys.modules:
            with suppress(PackageNotFoundError):
                found[package] = version(package)
    return found


def processor() -> str:
    """The processor's architecture, and what NumPy, if it is imported, finds of newer instructions."""
    found = []
    if "numpy" in sys.modules:
        found = sys.modules["numpy"].show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return " ".join([platform.machine(), *found])


def environment() -> str:
    """All of it in a line, for a log."""
    packages = ", ".join(" ".join(package) for package in versions().items())
    return f"made with {packages} on {platform.system()}, {processor()}"
