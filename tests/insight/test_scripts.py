"""The measurements from the command line to the page, on a made-up text: any core, the same bytes again."""

import hashlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

from phonecase.corpus import Vocabulary
from phonecase.insight.networks import untrained
from phonecase.ordering import SavedOrder, order_units, read_order, similarity, states_hash, write_order
from phonecase.training import Recipe

SCRIPTS = Path(__file__).parents[2] / "scripts"
RECIPES = {
    "bits": Recipe(hidden_size=24, feed_forward_layers=1, window=16, steps=1),
    "numbers": Recipe(hidden_size=8, feed_forward_layers=0, window=16, steps=1, core="lstm", layers=2),
}
OUTPUTS = {
    "describe_units": ("--out units.parquet", "--facts units.json"),
    "flip_bits": ("--out flips.parquet", "--facts flips.json"),
    "control_reach": ("--out reach_controls.json",),
    "measure_redundancy": ("--out redundancy.json",),
}


def run(script: str, *arguments: str) -> str:
    """What a script says, called as a rule calls it."""
    done = subprocess.run(
        [sys.executable, SCRIPTS / f"{script}.py", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def write_texts(folder: Path) -> list[str]:
    """Words by lot as texts; returns the options that name them."""
    random = np.random.default_rng(0)
    words = ["the", "and", "lord", "said", "unto", "them", "was", "word"]
    for name, lines in (("train", 900), ("validation", 130)):
        made = [
            " ".join(random.choice(words, random.integers(3, 8))) + ",;.:"[line % 4] for line in range(lines)
        ]
        (folder / f"{name}.txt").write_text("\n".join(made) + "\n")
    Vocabulary.of((folder / "train.txt").read_text()).save(folder / "vocab.json")
    return [
        part
        for name, file in (("train", "train.txt"), ("validation", "validation.txt"), ("vocab", "vocab.json"))
        for part in (f"--{name}", str(folder / file))
    ]


@pytest.fixture(scope="module", params=RECIPES)
def measured(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network that was never trained, as if it had been, with all that is measured of it."""
    folder, recipe = tmp_path_factory.mktemp(request.param), RECIPES[request.param]
    texts = write_texts(folder)
    vocabulary = Vocabulary.load(folder / "vocab.json")
    tokens = vocabulary.encode((folder / "train.txt").read_text())
    other = recipe.model_copy(update={"seed": 99})
    model = untrained(other, tokens, tokens, len(vocabulary))[0]
    model.save(folder)
    for script, outputs in OUTPUTS.items():
        named = [str(folder / part) if "." in part else part for each in outputs for part in each.split()]
        asked = ["--weights", str(folder / "weights.safetensors"), "--settings", recipe.model_dump_json()]
        run(script, *asked, *texts, *named)
    run(
        "measure_reach",
        "--weights",
        str(folder / "weights.safetensors"),
        *texts[2:],
        "--out",
        str(folder / "reach.json"),
    )
    run("count_ngrams", *texts, "--out", str(folder / "ngrams.json"))
    states = model.states(torch.from_numpy(tokens[None, :200]))[0].numpy()
    for strategy in ("mean", "reach"):
        order = order_units(states, strategy)
        saved = SavedOrder(order, strategy, {"signed": False}, similarity(states, order), states_hash(states))
        write_order(folder / f"{strategy}.parquet", saved)
    tables = ["--units", str(folder / "units.parquet"), "--flips", str(folder / "flips.parquet")]
    orders = [str(folder / f"{strategy}.parquet") for strategy in ("mean", "reach")]
    run(
        "measure_neighbours",
        *tables,
        "--orders",
        *orders,
        "--out",
        str(folder / "neighbours.json"),
        "--rows",
        str(folder / "rows.parquet"),
    )
    pages = ["--html", str(folder / "insight.html"), "--markdown", str(folder / "insight.md")]
    found = ["--model", "made-up", "--folder", str(folder), "--ngrams", str(folder / "ngrams.json")]
    run("insight_page", *found, *pages)
    return folder


@pytest.mark.slow
def test_an_untrained_network_passes_as_untrained(measured: Path) -> None:
    rows = pq.read_table(measured / "units.parquet").to_pylist()
    assert len(rows) in (24, 8)
    above = np.array([row["above_untrained"] for row in rows])
    assert 0.2 < above.mean() < 0.8
    assert (above > 0.95).mean() < 0.3


@pytest.mark.slow
def test_there_is_a_page_with_its_figures(measured: Path) -> None:
    text = (measured / "insight.md").read_text()
    assert text.startswith("# What the bits of `made-up` know\n")
    assert all((measured / name).exists() for name in ("reach.png", "pasts.png", "frozen.png"))
    assert "data:image/png;base64," in (measured / "insight.html").read_text()
    assert "| reach |" in text
    by_value = "of a unit's variance, as a number, its best feature tells" in text
    assert by_value == ("numbers" in measured.name)


@pytest.mark.slow
def test_every_row_of_every_order_is_known_the_most_similar_order_first(measured: Path) -> None:
    rows = pq.read_table(measured / "rows.parquet").to_pylist()
    units = pq.read_table(measured / "units.parquet").to_pylist()
    orders = {name: read_order(measured / f"{name}.parquet") for name in ("mean", "reach")}
    assert list(dict.fromkeys(row["order"] for row in rows)) == sorted(
        orders, key=lambda name: -orders[name].similarity
    )
    for name, order in orders.items():
        shown = [row for row in rows if row["order"] == name]
        assert [row["unit"] for row in shown] == order.ordering.permutation.tolist()
        assert [row["row"] for row in shown] == list(range(len(units)))
        assert not any(row["negated"] for row in shown)
        for row in shown:
            assert (row["mean"], row["feature"]) == tuple(
                units[row["unit"]][key] for key in ("mean", "feature")
            )


@pytest.mark.slow
def test_several_networks_stand_side_by_side(measured: Path, tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).symlink_to(measured)
    (tmp_path / "ngrams.json").symlink_to(measured / "ngrams.json")
    rows = run("compare_insight", "one", "other", "--folder", str(tmp_path)).splitlines()
    cells = [row.split(" | ") for row in rows if row.startswith("| ")]
    assert cells[0][1:] == ["`one`", "`other` |"]
    assert cells[1][0] == "| bits per character"
    assert all(row[1] == row[2].removesuffix(" |") for row in cells[1:])


@pytest.mark.slow
def test_the_same_network_and_texts_make_the_same_bytes(measured: Path, tmp_path: Path) -> None:
    texts = [
        part for name in ("train", "validation") for part in (f"--{name}", str(measured / f"{name}.txt"))
    ]
    recipe = RECIPES["bits" if "bits" in measured.name else "numbers"]
    asked = [
        "--weights",
        str(measured / "weights.safetensors"),
        "--settings",
        recipe.model_dump_json(),
        *texts,
    ]
    for script in ("describe_units", "flip_bits"):
        named = [str(tmp_path / p) if "." in p else p for each in OUTPUTS[script] for p in each.split()]
        run(script, *asked, "--vocab", str(measured / "vocab.json"), *named)
    for path in tmp_path.iterdir():
        before, after = (
            hashlib.sha256((f / path.name).read_bytes()).hexdigest() for f in (measured, tmp_path)
        )
        assert before == after, path.name
