"""The benches run; what they find is another matter, for a quiet machine."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from workflow.small import SETTINGS

BENCH = Path(__file__).parents[1] / "bench"


@pytest.mark.slow
def test_growth_measures_every_axis_and_draws_it(tmp_path: Path) -> None:
    sizes = ["--hidden-sizes", "4", "8", "--windows", "8", "16", "--batch-sizes", "1", "2"]
    command = [sys.executable, str(BENCH / "growth.py"), *sizes, "--rounds=1", "--threads=1"]
    done = subprocess.run([*command, "--out", str(tmp_path)], capture_output=True, text=True, check=True)
    text = (tmp_path / "growth.md").read_text()
    assert done.stdout == text
    first_cells = [line.split(" | ")[0].removeprefix("| ") for line in text.splitlines() if line[:2] == "| "]
    assert first_cells == [
        *("hidden size", "4", "8"),
        *("hidden size, without feed-forward layers", "4", "8"),
        *("window", "8", "16"),
        *("batch size", "1", "2"),
        *("threads", "1"),
    ]
    with Image.open(tmp_path / "growth.png") as picture:
        assert picture.size == (1500, 1125)
    assert "without feed-forward layers" in (tmp_path / "growth.svg").read_text()


@pytest.mark.slow
def test_scale_measures_the_stages_and_the_plan_of_a_sweep(tmp_path: Path) -> None:
    sizes = ["--units", "4", "--characters", "9", "--models", "2", "--orders", "3", "--grids", "2"]
    command = [sys.executable, str(BENCH / "scale.py"), *sizes, "--out", str(tmp_path / "scale.md")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == (tmp_path / "scale.md").read_text()
    rows = [line[2:].split(" | ") for line in done.stdout.splitlines() if line[:2] == "| "]
    assert [row[0] for row in rows] == ["units", "4", "units", "4", "models", "2", "models", "2", "2"]
    assert rows[5][:3] == ["2", "3", str(4 + 2 * (1 + 1 + 3 + 1) + 1)]
    grid = 1 + 15 + 15 + 1 + 1  # states, orders, styles' pictures, contact sheet, comparison
    sizes = ["2", "2", "15", "15"]
    assert rows[-2][:6] == [*sizes, "phonecase", f"{3 + 2 * 2 + 2 * 2 * grid + 2 + 2 + 3}"]
    assert rows[-1][:6] == [*sizes, "bare Snakemake", f"{2 * 2 * (1 + 15 + 15) + 1}"]


@pytest.mark.slow
def test_recipes_are_timed_to_the_bits_that_are_asked_for(tmp_path: Path) -> None:
    small = "{hidden_size: 8, feed_forward_layers: 0, batch_size: 8, window: 32, learning_rate: 0.02"
    (tmp_path / "c.yaml").write_text(
        f"models:\n  quick: {small}, steps: 250}}\n  slow: {small}, steps: 900}}\n"
    )
    asked = ["--recipe=quick", "--against=slow", "--seeds", "1", "2", "--bits=4.5", "--threads=1"]
    command = [sys.executable, str(BENCH / "recipes.py"), *asked, "--config", str(tmp_path / "c.yaml")]
    done = subprocess.run(
        [*command, "--out", str(tmp_path / "recipes.md")], capture_output=True, text=True, check=True
    )
    assert done.stdout == (tmp_path / "recipes.md").read_text()
    rows = [line[2:].split(" | ") for line in done.stdout.splitlines() if line[:2] == "| "][1:]
    assert [row[:2] for row in rows] == [["quick", "1"], ["quick", "2"], ["slow", "1"]]
    for row in rows:
        assert int(row[2].replace(",", "")) % 100 == 0
        assert int(row[3].replace(",", "")) == int(row[2].replace(",", "")) * 8 * 32
    failed = subprocess.run(
        [*command, "--bits=1", "--out", str(tmp_path / "none.md")], capture_output=True, text=True
    )
    assert failed.returncode == 1
    assert "never got to 1" in failed.stderr
    assert not (tmp_path / "none.md").exists()


@pytest.mark.slow
def test_the_way_to_the_pictures_is_timed_step_by_step(tmp_path: Path) -> None:
    (tmp_path / "small.yaml").write_text(SETTINGS)
    asked = ["--config", str(tmp_path / "small.yaml"), "--turns=1", "--out", str(tmp_path / "pictures.md")]
    done = subprocess.run(
        [sys.executable, str(BENCH / "pictures.py"), *asked], capture_output=True, text=True, check=True
    )
    assert done.stdout == (tmp_path / "pictures.md").read_text()
    cells = done.stdout.splitlines()[-1].split(" | ")
    # a style, sheet, page, all; the text, the copy of a network; curve, states, two orders, comparison, two
    # styles, sheet, page, favourite, gallery, all
    assert cells[1] == f"0, {1 + 1 + 1 + 1}, {3 + 1 + (1 + 1 + 2 + 1 + 2 + 1 + 1 + 1 + 1) + 1}"


@pytest.mark.slow
def test_a_training_is_timed_in_company(tmp_path: Path) -> None:
    asked = ["--recipe=tiny", "--seconds=0.2", "--turns=1", "--out", str(tmp_path / "load.md")]
    done = subprocess.run(
        [sys.executable, str(BENCH / "load.py"), *asked], capture_output=True, text=True, check=True
    )
    assert done.stdout == (tmp_path / "load.md").read_text()
    rows = [line[2:].split(" | ") for line in done.stdout.splitlines() if line[:2] == "| "][1:]
    assert [row[0] for row in rows] == ["alone", "one busy loop", "two busy loops", "another training"]
    assert all(float(cell) > 0 for row in rows for cell in row[2::2])
