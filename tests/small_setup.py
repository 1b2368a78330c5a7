"""What tests of the set-up install, and with what: no download, no other Python."""

import sys
import zipfile
from pathlib import Path


def write_wheel(folder: Path, version: str) -> None:
    """A wheel of `tiny`, whose command of that name says its version and where its Python is."""
    info = f"tiny-{version}.dist-info"
    with zipfile.ZipFile(folder / f"tiny-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny.py", f"import sys\ndef main(): print('{version}', sys.prefix)\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: tiny\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", "[console_scripts]\ntiny = tiny:main\n")
        wheel.writestr(f"{info}/RECORD", "")


def stub(folder: Path, name: str, before: str) -> Path:
    """A Python that runs some code before the script that it is given."""
    code = f"{before}; sys.argv = sys.argv[1:]; runpy.run_path(sys.argv[0], run_name='__main__')"
    file = folder / name
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import runpy, sys; {code}" "$@"\n')
    file.chmod(0o755)
    return file
