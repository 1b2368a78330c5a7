"""Bad settings, as data (bad_settings.yaml): a line that names the key and what would do refuses each."""

import copy
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from phonecase.errors import UserError
from phonecase.workflow import check, read_yaml
from phonecase.workflow.config import schema
from workflow.small import copy_workflow

ROOT = Path(__file__).parents[2]
DATA: dict[str, Any] = yaml.safe_load(
    Path(__file__).with_name("bad_settings.yaml").read_text(encoding="utf-8")
)
DEFAULT = read_yaml(ROOT / "config.yaml") | {
    "states": {"posted": {"file": "posted.png", "rows": 2, "columns": 3}}
}
NAMES = {"models": "tiny", "passages": "romans", "states": "posted", "styles": "printed"}


class Case(NamedTuple):
    """The default settings with a key of this path set to this value, and how the only line begins."""

    path: tuple[str, ...]
    value: Any
    says: str


def faults(path: tuple[str, ...], value: Any) -> list[str]:
    """What is said of the default settings with a key set."""
    table = settings = copy.deepcopy(DEFAULT)
    for key in path[:-1]:
        table[key] = {} if table.get(key) is None else table[key]
        table = table[key]
    table[path[-1]] = value
    with pytest.raises(UserError) as caught:
        check(settings)
    return str(caught.value).splitlines()


# ---- every key of the schema, by rule

SCHEMA = json.loads(schema())


def meant(spec: dict[str, Any]) -> dict[str, Any]:
    """A schema, or the one that it refers to, also where it says `or null`."""
    others = [one for one in spec.get("anyOf", []) if one.get("type") != "null"]
    if len(others) == 1 and "$ref" in others[0]:
        spec = others[0]
    found: dict[str, Any] = SCHEMA["$defs"][spec["$ref"].split("/")[-1]] if "$ref" in spec else spec
    return found


def keys(
    spec: dict[str, Any], path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], dict[str, Any]]]:
    """Every key of the settings with its schema; under names of the user's choice, that of one."""
    spec = meant(spec)
    if path:
        yield path, spec
    for table in (spec, *spec.get("anyOf", [])):
        for key, inner in table.get("properties", {}).items():
            yield from keys(inner, (*path, key))
        for inner in table.get("patternProperties", {}).values():
            yield from keys(inner, (*path, NAMES[path[-1]]))


def kind(spec: dict[str, Any]) -> str | None:
    """Under what its wrong values stand in bad_settings.yaml."""
    if "const" in spec:
        return "constant"
    if "enum" in spec:
        return "options"
    if spec.get("format") == "path":
        return "path"
    kinds = {"string": "text", "array": "list", "object": "table"}
    return kinds.get(spec.get("type", ""), spec.get("type"))


def of_the_wrong_kind() -> Iterator[Case]:
    """Each key with the values that its kind forbids; `model`, orders, colours have entries of their own."""
    for path, spec in keys(SCHEMA):
        alternatives = [one for one in spec.get("anyOf", []) or [spec] if one.get("type") != "null"]
        optional = len(alternatives) < len(spec.get("anyOf", []))
        if len(alternatives) > 1 or path[-1] == "colours" or path[:-1] == ("orders",):
            continue
        options = [repr(option) for option in alternatives[0].get("enum", [])]
        words = ", ".join(options[:-1]) + f" or {options[-1]}" if options else ""
        for value, says in DATA["kinds"].get(kind(alternatives[0]), []):
            if value is None and (optional or path[0] in ("states", "styles")):
                continue
            yield Case(path, value, says.replace("{options}", words))


def out_of_range() -> Iterator[Case]:
    """Each number just beyond the bounds that the schema tells of."""
    says = {
        "minimum": (-1, "should be greater than or equal to"),
        "maximum": (1, "should be less than or equal to"),
        "exclusiveMinimum": (0, "should be greater than"),
        "exclusiveMaximum": (0, "should be less than"),
    }
    for path, spec in keys(SCHEMA):
        for one in spec.get("anyOf", []) or [spec]:
            for bound, (step, words) in says.items():
                if bound in one:
                    limit = one[bound]
                    limit = int(limit) if limit == int(limit) else limit
                    yield Case(path, limit + step, f"{words} {limit}; it is {limit + step}")


def misspelt() -> Iterator[Case]:
    """Each key with a letter too many."""
    for (*table, key), spec in keys(SCHEMA):
        if not table or table[-1] not in ("orders", *NAMES):
            wrong = key + key[-1]
            yield Case((*table, wrong), spec.get("default"), f"unknown key; did you mean '{key}'?")


def a_level_off() -> Iterator[Case]:
    """Keys of a recipe at the top and beside it, and keys of the top in a recipe."""
    for path, spec in keys(SCHEMA):
        if path[:-1] == ("models", "tiny"):
            value = spec.get("default")
            says = "unknown key here; it belongs under models, in one of its tables"
            yield Case(path[-1:], value, says)
            yield Case(("print", path[-1]), value, says)
        if len(path) == 1:
            yield Case(("models", "tiny", *path), 1, "unknown key here; it belongs at the top")


def in_a_sweep(cases: Iterator[Case]) -> Iterator[Case]:
    """What is wrong in a recipe is wrong among the values of a sweep."""
    for path, value, says in cases:
        if path[:2] == ("models", "tiny") and len(path) == 3:
            yield Case(("sweep", "tiny", path[2]), [value], says)


RULES = [of_the_wrong_kind, out_of_range, misspelt, a_level_off]
BY_RULE = [case for rule in RULES for case in rule()]
BY_RULE += in_a_sweep(iter([*of_the_wrong_kind(), *out_of_range()]))


def name(case: Case) -> str:
    return f"{'.'.join(case.path)}={case.value!r}"[:60]


@pytest.mark.parametrize("case", BY_RULE, ids=name)
def test_a_wrong_value_of_any_key_is_one_line_that_names_it_and_what_would_do(case: Case) -> None:
    lines = faults(case.path, case.value)
    assert len(lines) == 1
    assert lines[0].startswith(f"{'.'.join(case.path)}: {case.says}")


@pytest.mark.parametrize(("key", "value", "says"), DATA["changes"])
def test_a_fault_is_one_line_that_names_the_key(key: str, value: Any, says: str) -> None:
    lines = faults(tuple(key.split(".")), value)
    assert len(lines) == 1
    assert lines[0].startswith(says)


@pytest.mark.parametrize("section", ["models", "passages", "orders", "styles", "states"])
def test_a_name_is_no_longer_than_files_names_may_be(section: str) -> None:
    one = {
        "models": {},
        "passages": "Psalm 23",
        "orders": {"strategy": "mean"},
        "styles": DEFAULT["styles"]["plum"],
    }
    value = one.get(section, {"file": "x.npy"})
    (line,) = faults((section, "a" * 240), value)
    assert line == f"{section}.{'a' * 240}: a name has at most 200 characters"
    settings = copy.deepcopy(DEFAULT)
    settings[section]["a" * 200] = value
    check(settings)


def test_there_are_enough_of_them() -> None:
    assert len(BY_RULE) + sum(len(DATA[part]) for part in ("changes", "texts", "runs", "snakemake")) >= 400


# ---- files


@pytest.mark.parametrize(("text", "says"), DATA["texts"])
def test_what_yaml_s_readers_would_pass_over_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = Path("settings.yaml")
    path.write_text(text, encoding="utf-8")
    with pytest.raises(UserError) as caught:
        read_yaml(path)
    (line,) = str(caught.value).splitlines()
    assert line.removeprefix("settings.yaml: ").removeprefix("settings.yaml, ").startswith(says)


def bomb(link: str) -> str:
    """Some lines that stand for 10^30 values."""
    return "a0: &a0 {x: 1}\n" + "".join(f"a{i}: &a{i} {link.format(f'*a{i - 1}')}\n" for i in range(1, 31))


@pytest.mark.parametrize(
    "link",
    [
        "[" + "{0}, " * 10 + "]",
        "{{" + ", ".join(f"k{i}: {{0}}" for i in range(10)) + "}}",
        "{{<<: [" + "{0}, " * 10 + "]}}",
    ],
    ids=["lists", "tables", "merged"],
)
def test_aliases_that_stand_for_billions_are_refused_at_once(tmp_path: Path, link: str) -> None:
    (tmp_path / "bomb.yaml").write_text(bomb(link))
    with pytest.raises(UserError) as caught:
        read_yaml(tmp_path / "bomb.yaml")
    assert str(caught.value) == (
        f"{tmp_path}/bomb.yaml: its aliases stand for more than 100,000 values; write fewer"
    )


@pytest.mark.parametrize("depth", [2_000, 20_000])
def test_tables_in_tables_without_end_are_refused(tmp_path: Path, depth: int) -> None:
    (tmp_path / "deep.yaml").write_text("a: " + "[" * depth + "]" * depth)
    with pytest.raises(UserError, match="too deep to be settings"):
        read_yaml(tmp_path / "deep.yaml")


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").mkdir()
    with pytest.raises(UserError, match=r"config.yml: there is no such file; did you mean 'config.yaml'\?$"):
        read_yaml(tmp_path / "config.yml")
    with pytest.raises(UserError, match=r"config.yaml: this is a folder; name a file$"):
        read_yaml(tmp_path / "config.yaml")


def test_a_mark_of_utf_8_and_anchors_and_numbers_with_exponents_are_fine(tmp_path: Path) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text("a: &a {x: 1e-3}\nb: {<<: *a, y: 2.5E4}\nc: [*a, 0x1F, 1_000, 'no', 08]\n", "utf-8-sig")
    table = {"x": 0.001}
    assert read_yaml(path) == {
        "a": table,
        "b": {"x": 0.001, "y": 25000.0},
        "c": [table, 31, 1000, "no", "08"],
    }


def test_many_values_without_aliases_are_fine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("phonecase.workflow.reading.LARGEST", 7)
    path = tmp_path / "settings.yaml"
    path.write_text("a: [1, 2, 3, 4]\nb: {x: 5, y: 6, z: 7}\n")
    assert len(read_yaml(path)["b"]) == 3
    path.write_text("a: &a [1, 2, 3, 4]\nb: {x: *a, y: *a}\n")
    with pytest.raises(UserError, match="its aliases stand for more than 7 values"):
        read_yaml(path)


# ---- real runs


def run(folder: Path, case: dict[str, Any], before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """`snakemake -n` as a case has it."""
    for file, text in case.get("files", {}).items():
        (folder / file).write_bytes(text.encode(case.get("encoding", "utf-8")))
    return subprocess.run(
        [*before, sys.executable, "-m", "snakemake", "-n", "--cores", "1", *case.get("arguments", [])],
        cwd=folder,
        capture_output=True,
        text=True,
        env={
            **os.environ,
            "PYTHONDONTWRITEBYTECODE": "1",
            "CONDOR_CONFIG": os.devnull,
        },  # HTCondor's plugin warns
    )


def said(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What stands on stderr, but for the line that every run begins with."""
    return [
        line for line in done.stderr.splitlines() if not line.startswith("Using workflow specific profile")
    ]


@pytest.mark.slow
@pytest.mark.parametrize("case", DATA["runs"], ids=lambda case: case["says"][:50])
def test_a_run_says_nothing_else(tmp_path: Path, case: dict[str, Any]) -> None:
    folder = copy_workflow(tmp_path / "phonecase")
    done = run(folder, case)
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    (line,) = said(done)
    assert line.startswith(f"config: {case['says']}")
    assert not (folder / "results").exists()


@pytest.mark.slow
@pytest.mark.parametrize("case", DATA["snakemake"], ids=lambda case: case["says"][:50])
def test_snakemake_itself_says_what_is_wrong_with_some(tmp_path: Path, case: dict[str, Any]) -> None:
    done = run(copy_workflow(tmp_path / "phonecase"), case)
    assert done.returncode == 1
    assert case["says"] in done.stdout + done.stderr


@pytest.mark.slow
def test_without_a_gpu_networks_train_on_the_processor_and_the_run_says_so(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "phonecase")
    target = ["results/models/tiny/weights.safetensors", "-p", "--quiet", "host", "--resources"]
    done = run(folder, {"arguments": [*target, "gpu=0"]})
    assert said(done) == ["gpu=0: networks train on the processor"]
    assert " --device cpu " in done.stdout
    done = run(folder, {"arguments": [*target, "gpu=1"]})
    assert said(done) == []
    assert " --device auto " in done.stdout


@pytest.mark.slow
def test_colours_that_are_close_are_a_warning_and_the_run_goes_on(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "phonecase")
    style = '{pale: {colours: ["#F0F0F0", "#FFFFFF"]}}'
    done = run(folder, {"arguments": ["--quiet", "host", "--config", f"styles={style}"]})
    assert done.returncode == 0
    assert said(done)[0] == (
        "config: warning: styles.pale: #F0F0F0 and #FFFFFF are close: contrast 1.1:1 (legible from 3:1), "
        "ΔE 3.0, to the colour-blind 3.0 (safe in print from 10)"
    )
    assert "render_variants" in done.stdout + done.stderr


READ_ONLY = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && cd "$0" && exec "$@"'


@pytest.mark.slow
def test_a_folder_that_can_t_be_written_to_is_named(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "phonecase")
    before: tuple[str, ...] = ()
    if os.geteuid() == 0:  # whom modes don't stop
        before = ("unshare", "--mount", "sh", "-c", READ_ONLY, str(folder))
        if (
            shutil.which("unshare") is None
            or subprocess.run([*before, "true"], capture_output=True).returncode
        ):
            pytest.skip("root needs `unshare --mount` to have a folder that can't be written to")
    folder.chmod(0o555)
    done = run(folder, {}, before)
    folder.chmod(0o755)
    assert done.returncode == 1
    assert said(done) == [
        f"config: {folder} can't be written to, and results lie there; name another folder by --directory"
    ]
