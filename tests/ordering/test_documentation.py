"""docs/orders.md says what the registries say, and the strategy that it invites to is all that it takes."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

from phonecase.ordering.documentation import PAGE, current

ROOT = PAGE.parents[1]

# What the page promises of the strategy in its last section.
PROMISES = """
import numpy as np
import yaml

from phonecase.workflow import config
from phonecase.errors import UserError
from phonecase.ordering import order_units
from phonecase.ordering.documentation import strategies_table

states = np.array([[1, 1, 1, 1], [1, 1, -1, 1], [1, -1, 1, 1], [1, -1, -1, 1]], np.int8)
assert order_units(states, "busiest").permutation.tolist() == [2, 1, 0, 3]
assert order_units(states, "busiest", window=2, signed=True).permutation.tolist() == [1, 2, 0, 3]

raw = yaml.safe_load(open("config.yaml", encoding="utf-8"))
raw["orders"] = {"busiest": {"window": 2}}
assert config.order(config.check(raw), "busiest").settings == {"window": 2, "signed": False}
for wrong in ({"window": 0}, {"windw": 2}):
    raw["orders"] = {"busiest": wrong}
    try:
        config.check(raw)
    except UserError as error:
        assert "window" in str(error)
    else:
        raise AssertionError(wrong)

assert "| `busiest` | The units that change most often come first | `window: 1` |" in strategies_table()
"""


def test_the_tables_are_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == current(page), "run: PYTHONPATH=scripts python -m phonecase.ordering.documentation"


def test_the_page_s_own_strategy_needs_nothing_else(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "config.yaml", tmp_path)
    code = re.findall(r"```python\n(@strategy.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(code) == 1
    with (tmp_path / "scripts/phonecase/ordering/post.py").open("a", encoding="utf-8") as module:
        module.write("\n\n" + code[0])
    command = [sys.executable, "-c", PROMISES]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": "scripts"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
