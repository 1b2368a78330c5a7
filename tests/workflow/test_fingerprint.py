from pathlib import Path

import pytest

from phonecase.workflow import fingerprint as module
from phonecase.workflow.fingerprint import _parse, fingerprint, fingerprints

FILES = {
    "draw.py": "from art import paint\nimport json\n\ndef main():\n    from art.deep import brush\n",
    "train.py": "import art.colour\n",
    "art/__init__.py": '"""Art."""\n',
    "art/paint.py": (
        "from typing import TYPE_CHECKING\nfrom art.colour import RED\n"
        "if TYPE_CHECKING:\n    from art.types import Brush\n"
    ),
    "art/colour.py": "RED = 1\n",
    "art/types.py": "class Brush: ...\n",
    "art/deep/__init__.py": "",
    "art/deep/brush.py": 'def stroke():\n    """Paint."""\n    return 1\n',
    "art/unused.py": "",
    "art/colour.html": "<b>red</b>",
    "art/colour/wheel.js": "turn();",
    "art/other.html": "<b>blue</b>",
}


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_script_depends_on_itself_and_all_that_it_imports_at_any_depth(scripts: Path) -> None:
    names = [entry.partition(":")[0] for entry in fingerprint(scripts / "draw.py").split()]
    assert names == [
        "art/__init__.py",
        "art/colour.html",
        "art/colour.py",
        "art/colour/wheel.js",
        "art/deep/__init__.py",
        "art/deep/brush.py",
        "art/paint.py",
        "draw.py",
    ]


@pytest.mark.parametrize(
    ("file", "edit"),
    [
        ("draw.py", "x = 1\n"),
        ("art/__init__.py", "x = 1\n"),
        ("art/colour.py", "x = 1\n"),
        ("art/colour.html", "<br>"),
        ("art/colour/wheel.js", "stop();"),
        ("art/deep/brush.py", "x = 1\n"),
    ],
)
def test_an_edit_changes_the_scripts_that_use_the_file(scripts: Path, file: str, edit: str) -> None:
    before = {name: fingerprint(scripts / name) for name in ("draw.py", "train.py")}
    (scripts / file).write_text(FILES[file] + edit)
    after = {name: fingerprint(scripts / name) for name in before}
    assert after["draw.py"] != before["draw.py"]
    assert (after["train.py"] != before["train.py"]) == (
        file in ("art/__init__.py", "art/colour.py", "art/colour.html", "art/colour/wheel.js")
    )


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("art/colour.py", "# red is the first\n\nRED  =  1  # one\n"),
        ("art/deep/brush.py", 'def stroke():\n    """Paint once, from left to right."""\n    return 1\n'),
        ("art/types.py", "class Brush:\n    size = 3\n"),
        ("art/unused.py", "x = 1\n"),
        ("art/other.html", "<br>"),
    ],
)
def test_comments_docstrings_layout_types_and_other_files_change_nothing(
    scripts: Path, file: str, text: str
) -> None:
    before = fingerprint(scripts / "draw.py")
    (scripts / file).write_text(text)
    assert fingerprint(scripts / "draw.py") == before


def test_a_fingerprint_is_the_same_in_another_folder(scripts: Path, tmp_path: Path) -> None:
    before = fingerprint(scripts / "draw.py")
    moved = scripts.rename(tmp_path.parent / "moved")
    assert fingerprint(moved / "draw.py") == before


def test_a_name_that_a_package_hands_on_is_its_module_s(tmp_path: Path) -> None:
    files = {
        "draw.py": "from art import paint",
        "look.py": "import art",
        "art/__init__.py": "import lazy_loader",
        "art/__init__.pyi": "from . import shelf as shelf\nfrom .brush import paint as paint\n"
        "from .pencil import sketch as sketch\n",
        "art/brush.py": "from art.colour import RED",
        "art/colour.py": "RED = 1",
        "art/pencil.py": "def sketch(): ...",
        "art/shelf/__init__.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text + "\n")

    def names(script: str) -> list[str]:
        return [entry.partition(":")[0] for entry in fingerprint(tmp_path / script).split()]

    assert names("draw.py") == ["art/__init__.py", "art/brush.py", "art/colour.py", "draw.py"]
    assert set(names("look.py")) == set(files) - {"art/__init__.pyi", "draw.py"}


def test_what_parsing_found_is_remembered_by_content(
    scripts: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = tmp_path / "made" / "programs.json"
    first = fingerprints(scripts, memory)
    assert first == {name: fingerprint(scripts / name) for name in ("draw.py", "train.py")}
    parsed: list[str] = []

    def parse(program: str) -> tuple[str, list[str]]:
        parsed.append(program)
        return _parse(program)

    monkeypatch.setattr(module, "_parse", parse)
    assert fingerprints(scripts, memory) == first
    assert not parsed
    (scripts / "art/colour.py").write_text("RED = 2\n")
    assert fingerprints(scripts, memory) != first
    assert parsed == ["RED = 2\n"]


@pytest.mark.parametrize("spoilt", ["", "[]", "{", "null"])
def test_a_spoilt_memory_is_made_anew(scripts: Path, tmp_path: Path, spoilt: str) -> None:
    memory = tmp_path / "programs.json"
    expected = fingerprints(scripts, memory)
    memory.write_text(spoilt)
    assert fingerprints(scripts, memory) == expected
    assert len(memory.read_text()) > 100


def test_a_memory_that_can_t_be_written_is_done_without(scripts: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert fingerprints(scripts, tmp_path / "file" / "programs.json")
