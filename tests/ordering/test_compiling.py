"""What `make` has compiled beside the first training is all that the orders compile."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "scripts"
ORDERS = """
import numpy as np
from phonecase.ordering import STRATEGIES, order_units
random = np.random.default_rng(0)
common, own = random.normal(size=(274, 12)), random.normal(size=(274, 128))
states = np.where(common @ random.normal(size=(12, 128)) + 2 * own > 0, 1, -1).astype(np.int8)
for strategy in STRATEGIES:
    order_units(states, strategy)
order_units(states, "optimal", signed=True)
"""


@pytest.mark.slow
def test_all_that_the_orders_need_is_compiled_beforehand(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path), "PYTHONPATH": str(SCRIPTS)}
    compiled = []
    for program in [SCRIPTS / "compile_orders.py"], ["-c", ORDERS]:
        subprocess.run([sys.executable, *program], env=environment, check=True, capture_output=True)
        compiled.append({path.name for path in tmp_path.rglob("*.nbc")})
    assert len(compiled[0]) > 20
    assert compiled[1] == compiled[0]
