"""What tests of the set-up install, and with what: no download, no other Python."""

import sys
import zipfile
from pathlib import Path

UV = Path(sys.executable).with_name("uv")


def write_wheel(folder: Path, version: str, name: str = "tiny") -> None:
    """A wheel of `tiny`, or another, whose command of that name says its version and where its Python is."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}.py", f"import sys\ndef main(): print('{version}', sys.prefix)\n")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/entry_points.txt", f"[console_scripts]\n{name} = {name}:main\n")
        wheel.writestr(f"{info}/RECORD", "")


def write_uv(folder: Path) -> None:
    """A wheel of uv that has only its name: it hands over to the uv of this environment."""
    info = "uv-99.0.dist-info"
    with zipfile.ZipFile(folder / "uv-99.0-py3-none-any.whl", "w") as wheel:
        script = zipfile.ZipInfo("uv-99.0.data/scripts/uv")
        script.external_attr = 0o100755 << 16
        wheel.writestr(script, f'#!/bin/sh\nexec "{UV}" "$@"\n')
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 99.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def stub(folder: Path, name: str, before: str) -> Path:
    """A Python that runs some code before the script that it is given."""
    code = f"{before}; sys.argv = sys.argv[1:]; sys.path.insert(0, 'scripts'); "
    code += "runpy.run_path(sys.argv[0], run_name='__main__')"
    file = folder / name
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "import runpy, sys; {code}" "$@"\n')
    file.chmod(0o755)
    return file
