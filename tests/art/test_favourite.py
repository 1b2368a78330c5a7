"""The favourite: an order by name or by a measure, and what is said of one that there isn't."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from phonecase.art import PALETTES, Favourite, Style, best_by, render
from phonecase.art.measures import MEASURES
from phonecase.ordering import order_units, states_hash
from phonecase.ordering.core import similarity
from phonecase.ordering.files import SavedOrder, write_order
from phonecase.states import States, write_states

SCRIPT = Path(__file__).parents[2] / "scripts/favourite.py"


@pytest.mark.parametrize(
    ("order", "fault"),
    [
        ("insertion", None),
        ("by similarity", None),
        ("by  entropy_32", None),
        ("by", "there is no order 'by' under orders; name one of mean, insertion, or a measure"),
        ("leaf", "there is no order 'leaf' under orders; name one of mean, insertion, or a measure"),
        ("insertio", "there is no order 'insertio' under orders; did you mean 'insertion'?"),
        ("by patchs", "there is no measure 'patchs'; did you mean 'patches'?"),
    ],
)
def test_an_order_is_named_or_chosen_by_a_measure(order: str, fault: str | None) -> None:
    said = Favourite(order=order).fault(["mean", "insertion"])
    assert (said is None) == (fault is None)
    assert (said or "").startswith(f"favourite.order: {fault}" if fault else "")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """States of a passage and three orders of them."""
    folder = tmp_path_factory.mktemp("favourite")
    waves = np.random.default_rng(0).normal(size=(40, 12)).cumsum(axis=0)
    units = np.where(waves > 0, 1, -1).astype(np.int8)
    known = {"passage": "vow", "reference": "vow", "model": "tiny"}
    states = States(
        "I take thee to my wedded " + "a" * 15, units, np.zeros(40, np.float32), [("vow", 0, 1)] * 40, known
    )
    write_states(folder / "states.parquet", states)
    for name in ("random", "mean", "leaf"):
        ordering = order_units(units, name)
        settings = {"signed": False}
        order = SavedOrder(ordering, name, settings, similarity(units, ordering), states_hash(units))
        write_order(folder / f"{name}.parquet", order)
    return folder


def run(folder: Path, order: str, *others: str) -> subprocess.CompletedProcess[str]:
    orders = [str(folder / f"{name}.parquet") for name in ("random", "mean", "leaf")]
    words = ["--states", str(folder / "states.parquet"), "--orders", *orders, "--order", order, *others]
    return subprocess.run([sys.executable, SCRIPT, *words], capture_output=True, text=True)


@pytest.mark.parametrize("order", ["mean", "by entropy_8"])
def test_the_picture_is_that_order_s_in_portrait_and_the_log_says_which(folder: Path, order: str) -> None:
    from phonecase.ordering import read_ordering
    from phonecase.states import read_states

    style = '{"colours": "night"}'
    done = run(folder, order, "--style", style, "--print", '{"cell": 2}', "--out", str(folder / "it"))
    assert done.returncode == 0, done.stderr
    states = read_states(folder / "states.parquet").units
    orders = {name: read_ordering(folder / f"{name}.parquet") for name in ("random", "mean", "leaf")}
    chosen = "mean" if order == "mean" else best_by("entropy_8", states, orders)
    picture = render(
        states, orders[chosen], Style(colours=PALETTES["night"].colours), cell=2, orientation="portrait"
    )
    with Image.open(folder / "it.png") as found:
        assert np.array_equal(np.asarray(found.convert("RGB")), np.asarray(picture.convert("RGB")))
    among = "" if order == "mean" else ", the best of 3 by entropy_8"
    assert f"it: {chosen}{among}" in done.stderr
    assert "the picture: 24 × 80 px at 300 DPI, portrait" in done.stderr
    assert all((folder / f"it.{form}").exists() for form in ("tiff", "svg", "pdf", "proof.png", "guide.png"))


def test_a_measure_that_there_is_not_is_a_line(folder: Path) -> None:
    done = run(folder, "by luck", "--style", '{"colours": "night"}', "--out", str(folder / "none"))
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith(f"there is no measure 'luck'; the measures are {', '.join(MEASURES)}")
    assert not (folder / "none.png").exists()
