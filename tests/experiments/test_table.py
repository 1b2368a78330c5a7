import base64
import hashlib
import io
import json
import math
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from PIL import Image

from phonecase.art import Style, render
from phonecase.experiments.page import draw, headline, markdown, page
from phonecase.experiments.table import About, compare, counts, flip_rate
from phonecase.ordering import SavedOrder, order_units, similarity, states_hash, write_order
from phonecase.states import States, write_states
from phonecase.training import Recipe

T, H = 30, 12
STYLE = Style(colours=("#FEF7E9", "#0040A1"))
SWEEP = {"swift": {"learning_rate": [0.001, 0.01], "seed": [0, 1]}}
ORDERS = ["mean", "optimal"]


def about(sweep: dict[str, Any] | None = None, **changed: Any) -> About:
    settings = {
        "models": {"swift": {"learning_rate": 0.001}},
        "model": ["swift"],
        "sweep": SWEEP if sweep is None else sweep,
        "passage": "romans",
        "orders": ORDERS,
        "style": STYLE.model_dump(),
    }
    return About.checked(settings | changed)


def states_of(name: str) -> np.ndarray[Any, np.dtype[np.int8]]:
    random = np.random.default_rng(len(name))
    return random.choice(np.array([-1, 1], np.int8), (T, H))


FRESH = [[1.5, 0.1], [0.4, 0.1], [0.004, 0.1], [0.2, 0.1]]  # bits paid more after 1, 2, ... characters
NGRAMS = {"kneser_ney": [4.0, 3.0, 2.0, 1.5], "witten_bell": [4.0, 3.0, 2.2, 2.4]}


def leave_all(folder: Path, name: str, recipe: Recipe, bits: float) -> None:
    """What a model leaves when all of its jobs are done."""
    units = states_of(name)
    model = folder / "models" / name
    model.mkdir(parents=True)
    (model / "weights.safetensors").write_bytes(name.encode())
    summary = {"validation_bits": bits, "best_validation_bits": bits - 0.1, "seconds": 10 * bits}
    (model / "summary.json").write_text(json.dumps({**summary, "settings": recipe.model_dump()}))
    weights = hashlib.sha256(name.encode()).hexdigest()
    metadata = {"passage": "romans", "reference": "Romans 1:16", "weights_sha256": weights}
    places = [("Romans", 1, 16)] * T
    surprise = np.zeros(T, np.float32)
    write_states(folder / f"states/{name}/romans.parquet", States("x" * T, units, surprise, places, metadata))
    for strategy in ORDERS:
        ordering = order_units(units, strategy)
        order = SavedOrder(
            ordering, strategy, {"signed": False}, similarity(units, ordering), states_hash(units)
        )
        write_order(folder / f"orders/{name}/romans/{strategy}.parquet", order)
        (folder / f"orders/{name}/romans/{strategy}.json").write_text(json.dumps(order.facts()))
    insight = folder / "insight" / name
    insight.mkdir(parents=True)
    reach = {"bits": bits, "fresh": FRESH, "weights_sha256": weights}
    (insight / "reach.json").write_text(json.dumps(reach))
    (folder / "insight/ngrams.json").write_text(json.dumps(NGRAMS))


def say(folder: Path, log: str, words: str) -> None:
    path = folder / "logs" / log
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(words)


BITS = {
    "swift": 2.0,
    "swift~learning_rate=0.01": 1.9,
    "swift~seed=1": 2.2,
    "swift~learning_rate=0.01~seed=1": 1.8,
}


@pytest.fixture
def results(tmp_path: Path) -> Path:
    for name, experiment in about().experiments().items():
        leave_all(tmp_path, name, experiment.recipe, BITS[name])
    return tmp_path


def row_of(table: pd.DataFrame, name: str) -> dict[Any, Any]:
    (row,) = table[table["model"] == name].to_dict("records")
    return row


def test_a_row_has_what_a_model_learnt_and_how_it_differs(results: Path) -> None:
    table = compare(about(), results)
    assert table["model"].tolist() == sorted(BITS, key=BITS.__getitem__)
    assert {"learning_rate", "seed"} == set(table.columns) & set(Recipe.model_fields)
    assert (table["status"] == "done").all()
    row = row_of(table, "swift~learning_rate=0.01")
    assert (row["learning_rate"], row["seed"], row["baseline"]) == (0.01, 0, "swift")
    assert (row["validation_bits"], row["best_validation_bits"], row["seconds"]) == (
        1.9,
        pytest.approx(1.8),
        19,
    )
    assert row["validation_bits_delta"] == pytest.approx(-0.1)
    assert row["seconds_delta"] == pytest.approx(-1)
    assert row_of(table, "swift")["similarity_delta"] == 0


def test_a_row_has_how_far_back_a_model_remembers_and_what_counting_that_is_worth(results: Path) -> None:
    table = compare(about(), results)
    row = row_of(table, "swift~learning_rate=0.01")  # 1.9 bits
    assert row["reach"] == 3
    assert row["kneser_ney"] == pytest.approx(2.2)  # between 2.0 bits of two characters and 1.5 of three
    assert row["kneser_ney_delta"] == pytest.approx(0.2)
    assert row["witten_bell"] == math.inf  # which pays 2.2 at best
    assert row_of(table, "swift~seed=1")["witten_bell"] == pytest.approx(2)
    (line,) = [line for line in markdown(table, "x.png").splitlines() if "rate=0.01` " in line]
    assert "| 2.2 (+0.2) | ∞ | 3 (+0) |" in line
    assert "<td>∞</td>" in re.sub(r"\s+", "", page(table, b""))


def test_what_is_left_of_the_memory_for_ever_is_infinite(results: Path) -> None:
    path = results / "insight/swift/reach.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"fresh": [[0.5, 0.1]] * 4}))
    table = compare(about(), results)
    assert row_of(table, "swift")["reach"] == math.inf
    draw(table, results / "plot.png", NGRAMS["kneser_ney"])


def test_the_picture_is_that_of_the_order_with_the_most_similar_neighbours(results: Path) -> None:
    for row in compare(about(), results).to_dict("records"):
        units = states_of(row["model"])
        assert row["order"] == "optimal"
        assert row["similarity"] == similarity(units, order_units(units, "optimal"))
        expected = render(units, order_units(units, "optimal"), STYLE)
        with Image.open(io.BytesIO(row["picture"])) as picture:
            np.testing.assert_array_equal(
                np.asarray(picture.convert("RGB")), np.asarray(expected.convert("RGB"))
            )


def test_the_flip_rate_is_the_mean_share_of_units_that_change() -> None:
    units = np.array([[1, 1, -1, -1], [1, 1, -1, 1], [-1, -1, 1, -1]], np.int8)
    assert flip_rate(units) == (1 / 4 + 4 / 4) / 2


DIVERGED = (
    "train.py: error: training diverged at step 10 (494.0 bits per character, where guessing costs 6.0)"
)
NO_MEMORY = (
    "device: cpu\ntrain.py: error: this should not happen; please report it with the lines below\n"
    "Traceback (most recent call last):\n  File ...\nRuntimeError: can't allocate memory\n"
)


@pytest.mark.parametrize(
    ("lost", "log", "words", "status", "reason"),
    [
        ("models/{}/summary.json", "train/{}.log", DIVERGED, "failed", DIVERGED.partition("error: ")[2]),
        (
            "models/{}/summary.json",
            "train/{}.log",
            NO_MEMORY,
            "failed",
            "RuntimeError: can't allocate memory",
        ),
        ("models/{}/summary.json", "train/{}.log", "a\nstep 250/4000\n", "unfinished", "step 250/4000"),
        ("models/{}/summary.json", "train/{}.log", "", "not run", ""),
        ("models/{}/summary.json", "train/x.log", "", "not run", ""),
        ("states/{}/romans.parquet", "extract_states/{}/romans.log", "x.py: error: no", "failed", "no"),
        (
            "orders/{}/romans/optimal.json",
            "order_rows/{}/romans/optimal.log",
            "x.py: error: no",
            "failed",
            "no",
        ),
        ("insight/{}/reach.json", "measure_reach/{}.log", "x.py: error: no", "failed", "no"),
    ],
)
def test_what_is_missing_is_said_and_why(
    results: Path, lost: str, log: str, words: str, status: str, reason: str
) -> None:
    name = "swift~seed=1"
    (results / lost.format(name)).unlink()
    say(results, log.format(name), words)
    table = compare(about(), results)
    row = row_of(table, name)
    assert (row["status"], row["reason"]) == (status, reason)
    assert pd.isna(row["reach"])
    assert pd.isna(row["similarity"]) != lost.startswith("insight")
    assert pd.isna(row["validation_bits"]) == lost.startswith("models")
    others = table[table["model"] != name]
    assert (others["status"] == "done").all()
    assert others["similarity_delta"].notna().all()
    assert headline(table) == f"4 models, 3 done, 1 {status}"
    assert f"{status}: {reason}" if reason else status in markdown(table, "x.png")


def test_without_the_baseline_there_are_no_differences(results: Path) -> None:
    (results / "models/swift/summary.json").unlink()
    table = compare(about(), results)
    assert table["validation_bits"].notna().sum() == 3
    assert table["validation_bits_delta"].isna().all()
    assert table["model"].iloc[-1] == "swift"


def test_what_another_recipe_or_other_weights_or_states_left_does_not_count(results: Path) -> None:
    def rewrite(path: str, **values: Any) -> None:
        content = json.loads((results / path).read_text())
        (results / path).write_text(json.dumps(content | values))

    rewrite("models/swift/summary.json", settings=Recipe(learning_rate=0.5).model_dump())
    (results / "models/swift~seed=1/weights.safetensors").write_bytes(b"others")
    rewrite("insight/swift~learning_rate=0.01~seed=1/reach.json", weights_sha256="others")
    rewrite("orders/swift~learning_rate=0.01/romans/mean.json", states_sha256="others")
    table = compare(about(), results)
    for name, reason in {
        "swift": "what is there had another recipe",
        "swift~seed=1": "the states that are there are of other weights",
        "swift~learning_rate=0.01": "the order mean that is there is of other states",
        "swift~learning_rate=0.01~seed=1": "the reach that is there is of other weights",
    }.items():
        assert (row_of(table, name)["status"], row_of(table, name)["reason"]) == ("not run", reason)


def test_without_counts_no_model_is_done(results: Path) -> None:
    (results / "insight/ngrams.json").unlink()
    say(results, "count_ngrams.log", "count_ngrams.py: error: no")
    table = compare(about(), results)
    assert set(zip(table["status"], table["reason"], strict=True)) == {("failed", "no")}
    assert counts(results) == []


class _Page(HTMLParser):
    """What a page shows and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.sources: list[str] = []
        self.rows = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.rows += tag == "tr"
        self.sources += [value or "" for key, value in attrs if key in ("src", "href")]


def test_the_page_holds_all_that_it_shows(results: Path) -> None:
    table = compare(about(), results)
    shown = _Page(page(table, b"the plot"))
    assert shown.rows == 1 + len(table)
    assert shown.sources[0] == f"data:image/png;base64,{base64.b64encode(b'the plot').decode()}"
    pictures = [base64.b64decode(source.partition("base64,")[2]) for source in shown.sources[1:]]
    assert pictures == table["picture"].tolist()
    assert "url(" not in page(table, b"")


def test_the_markdown_is_a_table_with_a_cell_for_each_title(results: Path) -> None:
    (results / "models/swift~seed=1/summary.json").unlink()
    say(results, "train/swift~seed=1.log", "train.py: error: a | in it")
    lines = markdown(compare(about(), results), "experiments.png").splitlines()
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in lines if line.startswith("|")]
    assert {len(row) for row in rows} == {len(rows[0])}
    assert [cell.strip() for cell in rows[0]][:3] == ["model", "learning_rate", "seed"]
    assert len(rows) == 2 + 4
    best = [cell.strip() for cell in rows[2]]
    assert best[:4] == ["`swift~learning_rate=0.01~seed=1`", "0.01", "1", "1.8000 (−0.2000)"]
    assert rows[-1][-1].strip() == r"failed: a \| in it"


def test_a_median_without_an_end_is_not_drawn_as_that_of_the_others(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of one rate's seeds all but the first remember for ever: so does their median, which is no 8."""
    table = compare(about({"swift": {"learning_rate": [0.004, 0.01], "seed": [0, 1, 2]}}), results)
    table = table.assign(validation_bits=2.0, reach=6.0)
    slow = table["learning_rate"] == 0.004
    table.loc[slow, "reach"] = [8.0, *[math.inf] * (slow.sum() - 1)]
    lines: list[list[float]] = []
    plot = Axes.plot

    def noted(axes: Axes, x: Any, y: Any, **how: Any) -> Any:
        lines.append(list(y))
        return plot(axes, x, y, **how)

    monkeypatch.setattr(Axes, "plot", noted)
    draw(table, tmp_path / "plot.png")
    assert {value for value in lines[-1] if not math.isnan(value)} == {6.0}
    assert any(map(math.isnan, lines[-1]))


def test_the_same_results_give_the_same_bytes(results: Path, tmp_path: Path) -> None:
    table = compare(about(), results)
    for name in ("a.png", "b.png"):
        draw(table, tmp_path / name, counts(results))
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    assert page(table, b"") == page(compare(about(), results), b"")


@pytest.mark.parametrize(
    "sweep",
    [
        SWEEP,  # bits against a number
        {"swift": {"clip_norm": [None, 1, 2]}},  # not all of them numbers
        {"swift": {"seed": [0, 1, 2]}},  # nothing but seeds
        {"swift": [{"schedule": "linear"}, {"clip_norm": 1}, {"window": 64}]},  # model by model
        {},  # a single model
    ],
)
def test_every_kind_of_sweep_is_drawn_even_before_anything_ran(tmp_path: Path, sweep: dict[str, Any]) -> None:
    table = compare(about(sweep), tmp_path)
    assert (table["status"] == "not run").all()
    draw(table, tmp_path / "plot.png")
    with Image.open(tmp_path / "plot.png") as plot:
        assert plot.width > 600
    markdown(table, "plot.png")
    page(table, b"")
