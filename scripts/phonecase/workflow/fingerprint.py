"""What a script's behaviour depends on: a text that changes when, and only when, its code does.

The workflow passes this text to each rule as a parameter, so that an edit reruns exactly the rules that use
the edited module. What is hashed is the parsed program without its docstrings: comments, docstrings,
layout, dates and folders don't count. A file beside a program that has its name with another ending, such as
page.html beside page.py, is a part of it, and so are the files in a folder of its name.
"""

import ast
import contextlib
import hashlib
import json
import sys
from collections.abc import Iterator
from functools import cache, partial
from pathlib import Path

from phonecase.files import write_text

PYTHON = (".py", ".pyi")


def fingerprint(script: Path) -> str:
    """`name:hash` for a script and every module of ours beside it that it imports, at any depth, sorted.

    A module is ours when its file lies in the script's folder, as it does for `python scripts/train.py`.
    Raises OSError when the script is not there and SyntaxError when one of the files doesn't parse.
    """
    return _Programs(script.parent, {}).fingerprint(script)


def fingerprints(folder: Path, memory: Path) -> dict[str, str]:
    """The fingerprints of all scripts in a folder, by the scripts' names.

    Parsing takes a third of a second, so what it found is kept in the file `memory`, by the hash of each
    program's text: what is there holds whatever has happened to the files, and the file may go at any time.
    """
    try:
        remembered = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        remembered = None
    known: Parsed = remembered if isinstance(remembered, dict) else {}
    programs = _Programs(folder, known)
    found = {script.name: programs.fingerprint(script) for script in sorted(folder.glob("*.py"))}
    if programs.parsed != known:
        with contextlib.suppress(OSError):  # a folder that can't be written to costs that third of a second
            write_text(memory, json.dumps(programs.parsed))
    return found


Parsed = dict[str, tuple[str, list[str]]]
"""The hash of a parsed program and what it imports, by a hash of its text and of this module's."""


class _Programs:
    """The programs in a folder, each read once; `parsed` gathers what was found, taken from `known` first."""

    def __init__(self, folder: Path, known: Parsed) -> None:
        self.parsed: Parsed = {}
        self._folder = folder
        self._known = known
        self._read: dict[Path, tuple[str, list[Path]]] = {}
        self._files = cache(partial(_files, folder))  # many programs import the same
        self._ways = hashlib.sha256(Path(__file__).read_bytes() + sys.version.encode()).digest()

    def fingerprint(self, script: Path) -> str:
        found: dict[Path, str] = {}
        waiting = [script]
        while waiting:
            path = waiting.pop()
            if path not in found:
                found[path], needed = self._digest_and_needs(path)
                waiting += needed
        named = sorted((path.relative_to(self._folder).as_posix(), digest) for path, digest in found.items())
        return " ".join(f"{name}:{digest}" for name, digest in named)

    def _digest_and_needs(self, path: Path) -> tuple[str, list[Path]]:
        """The hash of a file; for a program, also the files of ours that it imports or that belong to it."""
        if path not in self._read and path.suffix != ".py":
            self._read[path] = hashlib.sha256(path.read_bytes()).hexdigest()[:12], []
        elif path not in self._read:
            text = path.read_text(encoding="utf-8")
            key = hashlib.sha256(self._ways + text.encode()).hexdigest()
            self.parsed[key] = self._known[key] if key in self._known else _parse(text)
            digest, names = self.parsed[key]
            imported = [file for name in names for file in self._files(name)]
            beside = [*path.parent.glob(f"{path.stem}.*"), *path.with_suffix("").glob("*.*")]
            self._read[path] = digest, imported + [file for file in beside if file.suffix not in PYTHON]
        return self._read[path]


def _parse(program: str) -> tuple[str, list[str]]:
    """The hash of a parsed program, and the full names of what it imports."""
    tree = ast.parse(program)
    _remove_texts(tree)
    digest = hashlib.sha256(ast.unparse(tree).encode()).hexdigest()[:12]
    return digest, sorted(set(_imports(tree)))


def _inside(node: ast.AST) -> Iterator[ast.AST]:
    """The statements right inside of one, or of a handler or a case of it: expressions have none."""
    for block in ("body", "orelse", "finalbody", "handlers", "cases"):
        yield from getattr(node, block, ())


def _remove_texts(node: ast.AST) -> None:
    """Leave docstrings out, at any depth."""
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        node.body = [statement for statement in node.body if not _is_text(statement)]
    for child in _inside(node):
        _remove_texts(child)


def _is_text(statement: ast.stmt) -> bool:
    """Whether a statement is a text by itself: a docstring, or the description of a field."""
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _imports(node: ast.AST) -> Iterator[str]:
    """What a program may import when it runs, as full dotted names: of modules, or of names in them.

    What only a type checker reads is left out.
    """
    for child in _inside(node):
        if (
            isinstance(child, ast.If)
            and isinstance(child.test, ast.Name)
            and child.test.id == "TYPE_CHECKING"
        ):
            continue
        if isinstance(child, ast.Import):
            yield from (alias.name for alias in child.names)
        elif isinstance(child, ast.ImportFrom) and child.module and child.level == 0:
            yield from (f"{child.module}.{alias.name}" for alias in child.names)
        else:
            yield from _imports(child)


def _files(folder: Path, name: str) -> list[Path]:
    """The files of ours that importing a name runs: its module's and those of the packages around it.

    A package may hand on names of its modules (`__init__.pyi` says which is whose). Importing one of these
    runs that module alone; importing the package itself may run any of them.
    """
    files: list[Path] = []
    handed_on: dict[str, str] = {}
    package = ""
    for part in name.split("."):
        path = folder.joinpath(*package.split("."), part)
        if path.with_suffix(".py").is_file():
            return [*files, path.with_suffix(".py")]
        if not (path / "__init__.py").is_file():
            return files + (_files(folder, handed_on[part]) if part in handed_on else [])
        files.append(path / "__init__.py")
        package = f"{package}.{part}".lstrip(".")
        stub = path / "__init__.pyi"
        handed_on = _handed_on(stub.read_text(encoding="utf-8"), package) if stub.is_file() else {}
    return files + [file for module in handed_on.values() for file in _files(folder, module)]


@cache
def _handed_on(stub: str, package: str) -> dict[str, str]:
    """The names that a package hands on, each with the full name of the module that it is imported from."""
    return {
        alias.asname or alias.name: f"{package}.{statement.module or alias.name}"
        for statement in ast.parse(stub).body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
