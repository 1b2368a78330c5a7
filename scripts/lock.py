"""Write the lock, requirements.txt: one exact version of everything that pyproject.toml asks for.

pip resolves it afresh, installed packages ignored, and keeps the versions that the lock has already: what
is new is added, what nothing needs any more goes. To move a package, delete its line or edit its version
first; to move them all, delete all lines but torch's.
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.txt"
OLDEST = (3, 11)  # what it takes, newer Pythons take too; not the other way round

HEADER = """\
# The lock: the exact version of every package, direct and indirect, to run and to develop phonecase.
# Made from pyproject.toml by `make lock`, with pip and the oldest Python supported; installed by `make`.
# The same versions serve Python 3.11 to 3.13 on Linux and macOS.
#
# One thing is left to torch itself: on x86-64 Linux it brings NVIDIA's CUDA libraries and triton (3 GB), each
# in the one version that it was built with. Without a GPU, take PyTorch's own build for the CPU (200 MB). It
# counts as the same version, so either
#   PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu make
# or install that wheel first and then this file.
"""


def main() -> None:
    """Resolve, then replace the lock."""
    if sys.version_info[:2] != OLDEST:
        sys.exit("lock: make it with the oldest Python supported: make lock PYTHON=python3.11")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["project"]["dependencies"] + project["dependency-groups"]["dev"]
    pins = sorted(resolve(wanted), key=lambda pin: pin.lower().split("=="))
    LOCK.write_text(HEADER + "".join(f"{pin}\n" for pin in pins), encoding="utf-8")
    print(f"lock: {len(pins)} packages in {LOCK.name}")


def resolve(wanted: list[str]) -> list[str]:
    """The `name==version` of everything that pip would install for `wanted` in an empty environment."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--ignore-installed",
        "--quiet",
        "--report",
        "-",
    ]
    if LOCK.exists():
        command += ["--constraint", str(LOCK)]
    done = subprocess.run([*command, *wanted], stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("lock: pip found no set of versions, see above; requirements.txt is as it was")
    return [
        f"{package['metadata']['name']}=={public(package['metadata']['version'])}"
        for package in json.loads(done.stdout)["install"]
        if not brought_by_torch(package["metadata"]["name"])
    ]


def public(version: str) -> str:
    """A version without its local suffix: 2.13.0+cpu and 2.13.0+cu130 are builds of 2.13.0."""
    return version.partition("+")[0]


def brought_by_torch(name: str) -> bool:
    """Whether it belongs to torch's build for CUDA, which pins it itself and only on some platforms."""
    return name.lower().startswith(("nvidia-", "cuda-", "triton"))


if __name__ == "__main__":
    main()
