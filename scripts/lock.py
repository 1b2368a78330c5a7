"""Write the lock, requirements.txt: one exact version of everything that pyproject.toml asks for.

uv resolves it for the oldest Python supported, whatever runs this, and keeps the versions that the lock has
already: what is new is added, what nothing needs any more goes. To move a package, or all that are free to:
make lock ARGS="--upgrade-package NAME", make lock ARGS=--upgrade.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import installer

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
OLDEST = "3.11"  # what it takes, newer Pythons take too; not the other way round

HEADER = """\
# The lock: the exact version of every package, direct and indirect, to run and to develop phonecase.
# Made from pyproject.toml by `make lock`, with uv and for the oldest Python supported; installed by `make`.
# The same versions serve Python 3.11 to 3.13 on Linux and macOS.
#
# One thing is left to torch itself: on x86-64 Linux it brings NVIDIA's CUDA libraries and triton (3 GB), each
# in the one version that it was built with. Without an NVIDIA GPU, `make` takes PyTorch's own build for CPUs
# (200 MB), which counts as the same version; without `make`, either
#   PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu pip install -r requirements.txt
# or install that wheel first and then this file.
"""
BROUGHT_BY_TORCH = (
    "nvidia-",
    "cuda-",
    "triton",
)  # its build for CUDA pins them itself, on some platforms only


def main() -> None:
    """Resolve, then replace the lock."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        epilog="Other words are uv's: see `uv pip compile --help`.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    _, words_for_uv = parser.parse_known_args()
    environment = dict(os.environ)
    words = ["--group", "dev", "--python-version", OLDEST, "--no-header", "--no-annotate", *words_for_uv]
    words += installer.as_pip([sys.executable, "-m", "pip"], environment)
    command = ["uv", "pip", "compile", "--quiet", "pyproject.toml", "--output-file", LOCK.name, *words]
    if subprocess.run(command, cwd=ROOT, env=environment).returncode:
        sys.exit("lock: uv found no set of versions, see above; requirements.txt is as it was")
    # Without the local part of a version: 2.13.0+cpu and 2.13.0+cu130 are builds of 2.13.0.
    pins = [pin.partition("+")[0].strip() for pin in LOCK.read_text().splitlines()]
    pins = sorted(
        (pin for pin in pins if not pin.startswith(("#", *BROUGHT_BY_TORCH))), key=lambda pin: pin.split("==")
    )
    LOCK.write_text(HEADER + "".join(f"{pin}\n" for pin in pins))
    print(f"lock: {len(pins)} packages in {LOCK.name}")


if __name__ == "__main__":
    main()
