"""The library's rooms: each hands on the names that others use, and imports no more than these need."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import phonecase

LIBRARY = Path(phonecase.__file__).parent
ROOMS = sorted(path.parent.name for path in LIBRARY.glob("*/__init__.pyi"))
HEAVY = {
    "highspy",
    "matplotlib",
    "numba",
    "numpy",
    "pandas",
    "PIL",
    "pyarrow",
    "requests",
    "safetensors",
    "scipy",
    "torch",
}
# What is imported: what of the heavy packages that may bring (numba brings scipy).
TAKEN = {
    "import phonecase": set(),
    "from phonecase.corpus import SourceSettings, Verse, fetch, parse, read_verses": set(),
    "from phonecase.corpus import Vocabulary": {"numpy"},
    "from phonecase.model import CharLM": {"numba", "numpy", "safetensors", "scipy", "torch"},
    "from phonecase.model import Weights, read_weights": {"numpy", "safetensors"},
    "from phonecase.training import Recipe": set(),
    "from phonecase.training import Training": {"numba", "numpy", "safetensors", "scipy", "torch"},
    "from phonecase.training import draw_learning_curve": {"matplotlib", "numpy", "PIL"},
    "from phonecase.states import OwnStates": {"numpy"},
    "from phonecase.states import States, read_states, write_states": {"numpy", "pyarrow"},
    "from phonecase.insight import find_features, ladder": {"numpy"},
    "from phonecase.ordering import STRATEGIES, order_units, similarity, verify": {"numpy"},
    "from phonecase.ordering import read_order, states_hash, write_order": {"numpy"},
    "from phonecase.art import Print, Style": set(),
    "from phonecase.art import contact_sheet, render, write_png": {"numpy", "PIL"},
    "from phonecase.explorer import about, page": {"numpy", "PIL", "pyarrow", "safetensors"},
    "from phonecase.workflow import Config, check, fingerprints, read_yaml": {"numpy"},
}


def test_every_room_is_known() -> None:
    folders = {path.parent.name for path in LIBRARY.glob("*/__init__.py")}
    assert folders == set(ROOMS) == set(dir(phonecase))


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_hands_on_names_that_are_there(room: str) -> None:
    package = importlib.import_module(f"phonecase.{room}")
    stub = (LIBRARY / room / "__init__.pyi").read_text()
    names = [alias.name for node in ast.parse(stub).body for alias in getattr(node, "names", [])]
    assert sorted(names) == sorted(dir(package)) == sorted(set(names))
    assert all(hasattr(package, name) for name in names)


def test_the_strategies_are_registered_wherever_they_are_taken_from() -> None:
    code = "from phonecase.ordering import STRATEGIES; print(len(STRATEGIES))"
    assert int(imported(code)) >= 15


@pytest.mark.parametrize("taken", TAKEN)
def test_what_is_taken_from_a_room_brings_only_what_it_needs(taken: str) -> None:
    loaded = set(imported(f"{taken}\nimport sys; print(*sys.modules)").split())
    assert loaded & HEAVY <= TAKEN[taken]


def imported(code: str) -> str:
    """What a program with our library on its path prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"PYTHONPATH": str(LIBRARY.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
