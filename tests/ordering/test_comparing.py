"""The comparison's table."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ordering.cases import process
from phonecase.errors import UserError
from phonecase.ordering import check_settings, order_units, similarity
from phonecase.ordering.comparing import (
    CHANCE,
    compare,
    markdown,
    over_models,
    scores,
    write_tables,
)
from phonecase.ordering.core import States
from phonecase.ordering.criteria import CRITERIA
from phonecase.ordering.files import SavedOrder, states_hash

SCRIPT = Path(__file__).parents[2] / "scripts/compare_models.py"
PASSAGE = process(T=60, H=24)
ORDERS: dict[str, tuple[str, dict[str, object]]] = {
    "as-trained": ("identity", {}),
    "insertion": ("insertion", {}),
    "optimal": ("optimal", {}),
    "optimal-signed": ("optimal", {"signed": True}),
    "mean-signed": ("mean", {"signed": True}),
}


def saved(states: States, strategy: str, chosen: dict[str, object]) -> SavedOrder:
    complete = check_settings(strategy, chosen)
    ordering = order_units(states, strategy, **complete)
    return SavedOrder(ordering, strategy, complete, similarity(states, ordering), states_hash(states))


@pytest.fixture(scope="module")
def orders() -> dict[str, SavedOrder]:
    return {name: saved(PASSAGE, strategy, chosen) for name, (strategy, chosen) in ORDERS.items()}


def test_every_order_has_every_criterion(orders: dict[str, SavedOrder]) -> None:
    table = compare(PASSAGE, orders, {"insertion": 0.5})
    assert set(table["order"]) == {*ORDERS, CHANCE}
    assert not table[["similarity", *CRITERIA]].isna().any().any()
    assert table["similarity"].is_monotonic_decreasing
    rows = table.set_index("order")
    assert rows.loc["insertion", "seconds"] == 0.5
    assert rows["seconds"].isna().sum() == len(rows) - 1


def test_orders_are_held_against_the_printed_one_and_the_optimum(orders: dict[str, SavedOrder]) -> None:
    rows = compare(PASSAGE, orders, {}).set_index("order")
    best, signed = orders["optimal"].similarity, orders["optimal-signed"].similarity
    assert rows.loc["insertion", "to_printed"] == 0
    assert rows.loc["insertion", "to_best"] == orders["insertion"].similarity - best
    assert rows.loc["optimal", "share_of_best"] == 1
    assert rows.loc["mean-signed", "share_of_best"] == orders["mean-signed"].similarity / signed
    assert rows.loc["optimal-signed", "to_best"] == 0
    assert signed >= best


def test_what_was_printed_had_no_negated_rows(orders: dict[str, SavedOrder]) -> None:
    signed = saved(PASSAGE, "insertion", {"signed": True})
    rows = compare(PASSAGE, {"insertion-signed": signed, **orders}, {}).set_index("order")
    assert rows.loc["insertion", "to_printed"] == 0
    assert compare(PASSAGE, {"insertion-signed": signed}, {})["to_printed"].isna().all()


def test_without_them_there_is_nothing_to_compare_with(orders: dict[str, SavedOrder]) -> None:
    rows = compare(PASSAGE, {"as-trained": orders["as-trained"]}, {})
    assert rows[["best", "to_best", "share_of_best", "to_printed"]].isna().all().all()


def test_chance_is_the_mean_of_its_draws(orders: dict[str, SavedOrder]) -> None:
    row = compare(PASSAGE, orders, {}).set_index("order").loc[CHANCE]
    draws = [similarity(PASSAGE, order_units(PASSAGE, "random", seed=seed)) for seed in range(100)]
    assert row["similarity"] == pytest.approx(np.mean(draws))
    assert row["similarity_spread"] == pytest.approx(np.std(draws, ddof=1))


def test_markdown_shows_a_row_for_each(orders: dict[str, SavedOrder]) -> None:
    table = compare(PASSAGE, orders, {})
    lines = markdown(table).splitlines()
    assert len({line.count("|") for line in lines}) == 1
    assert [line.split(" | ")[0].strip("| ") for line in lines[2:]] == table["order"].tolist()
    assert " ± " in next(line for line in lines if CHANCE in line)


def test_named_rows_are_listed_from_the_top(orders: dict[str, SavedOrder]) -> None:
    names = [f"unit {unit}" for unit in range(PASSAGE.shape[1])]
    table = compare(PASSAGE, orders, {}, names=names).set_index("order")
    assert table.loc["as-trained", "rows"] == " · ".join(names)
    for name, order in orders.items():
        shown = str(table.loc[name, "rows"]).split(" · ")
        for row, word in zip(order.ordering.shown(PASSAGE), shown, strict=True):
            unit = PASSAGE[:, names.index(word.removeprefix("−"))]
            np.testing.assert_array_equal(row, -unit if word.startswith("−") else unit)
    text = markdown(table.reset_index())
    assert f"- as-trained: {' · '.join(names)}" in text.splitlines()
    assert "nan" not in text


def test_over_models_are_means_and_spreads() -> None:
    tables = []
    for seed in range(3):
        states = process(T=30, H=8, seed=seed)
        orders = {name: saved(states, name, {}) for name in ("identity", "optimal")}
        tables.append(compare(states, orders, {"identity": float(seed), "optimal": 1.0}))
    over = over_models(tables)
    assert over["order"].tolist()[0] == "optimal"
    assert (over["models"] == 3).all()
    rows = over.set_index("order")
    for column in ("similarity", "share_of_best", "seconds", *CRITERIA):
        values = [float(table.loc[table["order"] == "identity", column].item()) for table in tables]
        assert rows.loc["identity", column] == pytest.approx(np.mean(values))
        assert rows.loc["identity", f"{column}_spread"] == pytest.approx(np.std(values, ddof=1))
    assert rows.loc["optimal", "share_of_best_spread"] == 0
    line = next(line for line in markdown(over).splitlines() if "optimal" in line)
    assert "| 100.0% ± 0.0% |" in line


def test_the_script_s_tables_have_every_column(orders: dict[str, SavedOrder], tmp_path: Path) -> None:
    whole, torn = tmp_path / "whole.parquet", tmp_path / "torn.parquet"
    table = compare(PASSAGE, orders, {})
    write_tables(table, parquet=whole, csv=None, reading=None)
    write_tables(table.drop(columns="best_gap"), parquet=torn, csv=None, reading=None)
    for tables, status, said in (
        ([whole], 0, "1 models: of their orders, optimal-signed is best"),
        ([whole, torn], 1, f"{torn}: it has no column best_gap"),
    ):
        done = subprocess.run([sys.executable, SCRIPT, "--tables", *tables], capture_output=True, text=True)
        assert (done.returncode, "nan" in done.stderr) == (status, False)
        assert said in done.stderr


def test_one_model_has_no_spread(orders: dict[str, SavedOrder]) -> None:
    table = compare(PASSAGE, orders, {})
    over = over_models([table])
    assert over["order"].tolist() == table["order"].tolist()
    assert over.filter(like="_spread").isna().all(axis=None)
    pd.testing.assert_series_equal(over["bar"], table["bar"], check_dtype=False)


def test_a_bound_that_no_order_reaches_is_not_called_the_best() -> None:
    passage = process(T=60, H=40)
    chosen: dict[str, dict[str, object]] = {"optimal": {"rounds": 3}, "identity": {}}
    orders = {name: saved(passage, name, settings) for name, settings in chosen.items()}
    certificate = orders["optimal"].ordering.certificate
    assert certificate is not None
    assert certificate["gap"] > 0
    table = compare(passage, orders, {})
    rows = table.set_index("order")
    assert (rows["best"] == certificate["bound"]).all()
    assert (rows["best_gap"] == certificate["gap"]).all()
    assert scores(table, orders)["optimal"].partition("  ·  ")[2].startswith("≥ 9")
    line = next(line for line in markdown(table).splitlines() if line.startswith("| optimal |"))
    assert f"| ≥ −{certificate['gap']} |" in line
    assert "≥ 100" not in line
    table.loc[table["order"] == "identity", "share_of_best"] = -100 / certificate["bound"]
    line = next(line for line in markdown(table).splitlines() if line.startswith("| identity |"))
    assert "| ≤ −" in line


def test_of_several_bounds_the_least_counts() -> None:
    passage = process(T=60, H=40)
    few = {"few-rounds": saved(passage, "optimal", {"rounds": 3}), "optimal": saved(passage, "optimal", {})}
    for order in (list(few), list(few)[::-1]):
        table = compare(passage, {name: few[name] for name in order}, {})
        assert (table["best"] == few["optimal"].similarity).all()
        assert (table["best_gap"] == 0).all()


def test_what_is_nearly_as_good_is_not_shown_as_the_best(orders: dict[str, SavedOrder]) -> None:
    table = compare(PASSAGE, orders, {})
    table.loc[table["order"] == "insertion", "share_of_best"] = 0.99999
    lines = markdown(table).splitlines()
    for name, share in (("insertion", "99.9%"), ("optimal", "100.0%")):
        assert f" {share} " in next(line for line in lines if line.startswith(f"| {name} |"))


def test_a_bound_is_verified_before_it_is_shown(orders: dict[str, SavedOrder]) -> None:
    certificate = orders["optimal"].ordering.certificate
    assert certificate is not None
    wrongs: list[dict[str, object]] = [
        {"bound": certificate["bound"] - 2},
        {"gap": 2},
        {"proof": {}},
        {"signed": True},
    ]
    for wrong in wrongs:
        ordering = replace(orders["optimal"].ordering, certificate={**certificate, **wrong})
        forged = replace(orders["optimal"], ordering=ordering)
        with pytest.raises(UserError, match="order 'optimal': "):
            compare(PASSAGE, {**orders, "optimal": forged}, {})


def test_scores_in_words_are_those_of_the_table_best_first(orders: dict[str, SavedOrder]) -> None:
    table = compare(PASSAGE, orders, {})
    words = scores(table, orders)
    assert list(words) == [name for name in table["order"] if name != CHANCE]
    assert words["optimal"] == f"{orders['optimal'].similarity:,}  ·  100.0%"
