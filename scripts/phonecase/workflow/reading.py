"""Reading a file of settings strictly: whatever YAML's readers pass over in silence is a fault with its line.

Snakemake reads the same file by YAML 1.1, where `no` is false, `010` is 8, `10:00` is 600 and the last of two
equal keys counts. A file that comes through here means what it says, to both readers.
"""

import codecs
import re
from pathlib import Path
from typing import Any

import yaml

from phonecase.errors import UserError, suggestion

LARGEST = 100_000  # values in a file whose aliases are written out: some lines can stand for billions

_PREFIX = "tag:yaml.org,2002:"
_KINDS = {
    yaml.MappingNode: {"map"},
    yaml.SequenceNode: {"seq"},
    yaml.ScalarNode: {"str", "int", "float", "bool", "null"},
}
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
_OCTAL = re.compile(r"[-+]?0[0-7_]+")


class _Loader(yaml.SafeLoader):
    """YAML 1.1 with the floats of YAML 1.2, so that 1e-3 is a number like 0.001."""


_Loader.add_implicit_resolver(
    f"{_PREFIX}float", re.compile(r"^[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+.0123456789")
)


def read_yaml(path: Path) -> dict[str, Any]:
    """The settings in a YAML file in UTF-8.

    Raises UserError with a line for every fault when the file is not there or isn't YAML, has a key twice in
    one table, a name or number that YAML reads as something else, or aliases without end.
    """
    text = _text(path)
    try:
        loader = _Loader(text)
        root = loader.get_single_node()
        if not isinstance(root, yaml.MappingNode):
            what = "it is empty" if root is None or root.tag == f"{_PREFIX}null" else f"it is {_kind(root)}"
            raise UserError(f"{path}: should be a table of settings, as in `model: swift`; {what}")
        survey = _Survey(loader, path)
        if survey.visit(root, "") > max(LARGEST, survey.nodes):
            survey.faults.append(f"{path}: its aliases stand for more than {LARGEST:,} values; write fewer")
        if survey.faults:
            raise UserError("\n".join(survey.faults))
        return dict(loader.construct_document(root))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise UserError(f"{path}, line {line}: {_character(text[error.position])}; take it out") from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        context = (
            f"{error.context} " if isinstance(error, yaml.composer.ComposerError) and error.context else ""
        )
        hint = "; indent by spaces" if "'\\t'" in str(error.problem) else _unquoted(text, error)
        raise UserError(f"{path}, line {line}: this is not YAML: {context}{error.problem}{hint}") from None
    except RecursionError:
        raise UserError(f"{path}: its tables lie in each other too deep to be settings") from None


def _text(path: Path) -> str:
    """A file's text. Raises UserError when it can't be read or isn't UTF-8."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        near = path.parent.iterdir() if path.parent.is_dir() else ()
        hint = suggestion(path.name, (file.name for file in near))
        raise UserError(f"{path}: there is no such file{hint}") from None
    except IsADirectoryError:
        raise UserError(f"{path}: this is a folder; name a file") from None
    except OSError as error:
        raise UserError(f"{path}: can't be read: {error.strerror}") from None
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise UserError(f"{path}: this is UTF-16; save it as UTF-8")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UserError(
            f"{path}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8; save the file as UTF-8"
        ) from None


class _Survey:
    """A walk through a file's nodes, each visited once however many aliases lead to it."""

    def __init__(self, loader: _Loader, path: Path) -> None:
        self.faults: list[str] = []
        self._loader = loader
        self._path = path
        self._sizes: dict[yaml.Node, int | None] = {}  # None while a node is being visited

    def visit(self, node: yaml.Node, place: str) -> int:
        """How many values a node holds with its aliases written out; what is wrong goes to `faults`."""
        if node not in self._sizes:
            self._sizes[node] = None
            self._sizes[node] = 1 + self._inside(node, place)
        elif self._sizes[node] is None:
            self._fault(node, place, "is an alias of a table or list that it stands in, so it never ends")
        return self._sizes[node] or 1

    @property
    def nodes(self) -> int:
        """How many values the file has as it is written."""
        return len(self._sizes)

    def _inside(self, node: yaml.Node, place: str) -> int:
        kind = node.tag.removeprefix(_PREFIX)
        if kind not in _KINDS[type(node)]:
            self._fault(node, place, _no_value(node, kind))
        elif isinstance(node, yaml.SequenceNode):
            return sum(self.visit(item, f"{place}.{number}") for number, item in enumerate(node.value))
        elif isinstance(node, yaml.MappingNode):
            return self._table(node, place)
        elif isinstance(node, yaml.ScalarNode) and (wrong := self._scalar(node, kind)):
            self._fault(node, place, wrong)
        return 0

    def _table(self, node: yaml.MappingNode, place: str) -> int:
        lines: dict[str, int] = {}
        size = 0
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._fault(key, place, f"a name should be a word; here it is {_kind(key)}")
                continue
            merge = key.tag == f"{_PREFIX}merge"
            inner = place if merge else f"{place}.{key.value}"
            line = key.start_mark.line + 1
            if not merge and key.tag != f"{_PREFIX}str":
                self._fault(key, inner, f"as a name, {_meaning(self._loader, key)}; quote it: '{key.value}'")
            elif hidden := "".join(letter for letter in key.value if not letter.isprintable()):
                self._fault(key, place, f"in a name, {_character(hidden[0])}; take it out")
            elif key.value in lines:
                self.faults.append(
                    f"{inner.removeprefix('.')}: stands twice, on lines {lines[key.value]} and {line} "
                    f"of {self._path}; only the last would count"
                )
            lines[key.value] = line
            size += self.visit(value, inner)
        return size

    def _scalar(self, node: yaml.ScalarNode, kind: str) -> str | None:
        """What is wrong with a value, if anything."""
        if control := _CONTROL.search(node.value):
            return f"{_character(control[0])}; take it out"
        try:
            value = self._loader.construct_object(node)
        except (yaml.YAMLError, ValueError, KeyError, IndexError):
            return f"{_short(node.value)} can't be read as {kind}"
        if kind == "int" and _OCTAL.fullmatch(node.value):
            digits = node.value.replace("_", "")
            return f"YAML reads {node.value} as {value}, in base 8; write {int(digits)} or {value}"
        if kind in ("int", "float") and ":" in node.value:
            return (
                f"YAML reads {node.value} as {value}, in base 60; write {value}, or '{node.value}' in quotes"
            )
        return None

    def _fault(self, node: yaml.Node, place: str, what: str) -> None:
        where = place.removeprefix(".")
        line = f"line {node.start_mark.line + 1} of {self._path}"
        self.faults.append(f"{where}: {what} ({line})" if where else f"{what} ({line})")


def _unquoted(text: str, error: yaml.MarkedYAMLError) -> str:
    """That a value with a colon before a space is quoted, if that is what is wrong."""
    if error.problem != "mapping values are not allowed here" or not error.problem_mark:
        return ""
    key, colon, value = text.splitlines()[error.problem_mark.line].partition(": ")
    if ": " not in value:
        return ""
    return f"; a text with a colon and a space in it is quoted: {key.strip()}{colon}'{value.strip()}'"


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a table"
    return "a list" if isinstance(node, yaml.SequenceNode) else "a single word"


def _meaning(loader: _Loader, key: yaml.ScalarNode) -> str:
    """What YAML takes a name for that isn't text."""
    if key.tag == f"{_PREFIX}bool":
        return f"YAML reads {key.value} as {str(loader.construct_object(key)).lower()}"
    kinds = {"int": "a number", "float": "a number", "null": "nothing", "timestamp": "a date"}
    return f"YAML reads {key.value} as {kinds.get(key.tag.removeprefix(_PREFIX), 'something else')}"


def _no_value(node: yaml.Node, kind: str) -> str:
    """Why a node with this tag is no setting."""
    if isinstance(node, yaml.ScalarNode) and kind == "timestamp":
        return f"YAML reads {node.value} as a date; quote it: '{node.value}'"
    if isinstance(node, yaml.ScalarNode) and kind in ("merge", "value"):
        return f"YAML has a use of its own for {node.value}; quote it: '{node.value}'"
    return f"the tag {kind if kind.startswith('!') else f'!!{kind}'} has no meaning here; leave it out"


def _character(character: str) -> str:
    return f"there is a character that can't be seen, U+{ord(character):04X}"


def _short(text: str) -> str:
    return repr(text) if len(text) <= 60 else f"{text[:57]!r}..."
