import re
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.errors import UserError
from phonecase.experiments.sweep import MEMBER, experiments, members
from phonecase.training import Recipe

SWIFT = Recipe(learning_rate=0.004, warmup_steps=100, schedule="linear", clip_norm=1.0, steps=4000)


def test_a_table_is_a_grid_and_a_list_one_grid_after_the_other() -> None:
    assert list(members("swift", SWIFT, {"learning_rate": [0.002, 0.008], "seed": [1, 2]})) == [
        "swift",
        "swift~learning_rate=0.002~seed=1",
        "swift~learning_rate=0.002~seed=2",
        "swift~learning_rate=0.008~seed=1",
        "swift~learning_rate=0.008~seed=2",
    ]
    assert list(
        members("swift", SWIFT, [{"window": 64}, {"schedule": "constant", "clip_norm": [None, 2]}])
    ) == [
        "swift",
        "swift~window=64",
        "swift~schedule=constant~clip_norm=null",
        "swift~schedule=constant~clip_norm=2.0",
    ]


grids = st.fixed_dictionaries(
    {},
    optional={
        "seed": st.lists(st.integers(0, 5), min_size=1, max_size=3),
        "learning_rate": st.lists(st.sampled_from([1e-5, 0.004, 0.01, 1.0]), min_size=1, max_size=3),
        "hidden_size": st.integers(1, 300),
        "schedule": st.sampled_from(["constant", "linear"]),
        "clip_norm": st.lists(st.sampled_from([None, 1.0, 2.5]), min_size=1, max_size=2),
    },
).filter(bool)


@given(grids)
def test_members_are_the_recipes_of_the_grid_each_by_one_name_fit_for_a_file(grid: dict[str, Any]) -> None:
    found = members("swift", SWIFT, grid)
    axes = [value if isinstance(value, list) else [value] for value in grid.values()]
    expected = {SWIFT.model_copy(update=dict(zip(grid, point, strict=True))) for point in product(*axes)}
    assert set(found.values()) == expected | {SWIFT}
    assert len(found) == len(set(found.values()))
    for name in found:
        assert re.fullmatch(MEMBER, name)


@given(grids, st.randoms())
def test_names_don_t_depend_on_the_order_in_which_the_settings_stand(
    grid: dict[str, Any], random: Any
) -> None:
    shuffled = list(grid.items())
    random.shuffle(shuffled)
    assert members("swift", SWIFT, dict(shuffled)).keys() == members("swift", SWIFT, grid).keys()


def test_a_sweep_that_grows_keeps_its_members() -> None:
    small = members("swift", SWIFT, {"learning_rate": [0.002, 0.004]})
    large = members("swift", SWIFT, {"seed": [0, 1], "learning_rate": [0.001, 0.002, 0.004]})
    assert small.items() <= large.items()
    assert list(small) == ["swift", "swift~learning_rate=0.002"]  # 0.004 is its own


def test_what_yaml_reads_as_a_word_is_the_number_that_was_meant() -> None:
    assert list(members("swift", SWIFT, {"learning_rate": ["1e-3"]})) == [
        "swift",
        "swift~learning_rate=0.001",
    ]


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        ({"sed": [1]}, "sweep.swift.sed: unknown key; did you mean 'seed'?"),
        ({"seed": []}, "sweep.swift.seed: there should be at least 1; it is []"),
        ({"seed": [0, -1]}, "sweep.swift.seed: should be greater than or equal to 0; it is -1"),
        ({"seed": [[1]]}, "sweep.swift.seed: should be a valid integer; it is [1]"),
        ([{"seed": 1}, {"window": 1}], "sweep.swift.1.window: should be greater than or equal to 2; it is 1"),
        (
            {"steps": [50, 5000], "seed": [0, 1]},
            "sweep.swift: warmup_steps (100) must be fewer than steps (50), or the learning rate never gets "
            "to its height",
        ),
        ({}, "sweep.swift: should be a table of what varies, as in {seed: [0, 1, 2]}; it is {}"),
        ([], "sweep.swift: should be a table of what varies, as in {seed: [0, 1, 2]}; it is []"),
        ([7], "sweep.swift.0: should be a table of what varies, as in {seed: [0, 1, 2]}; it is 7"),
        (None, "sweep.swift: should be a table of what varies, as in {seed: [0, 1, 2]}; it is None"),
    ],
)
def test_a_fault_is_one_line_however_many_members_share_it(table: Any, fault: str) -> None:
    with pytest.raises(UserError) as caught:
        members("swift", SWIFT, table)
    assert str(caught.value) == fault


@pytest.mark.parametrize(
    ("table", "count"),
    [
        ({"seed": list(range(20_001))}, "20,001"),
        ([{"seed": list(range(20_000))}, {"window": 64}], "20,001"),
        ({key: list(range(1, 101)) for key in ("seed", "steps", "window")}, "1,000,000"),
        (
            {key: list(range(1, 1001)) for key in ("seed", "steps", "window", "batch_size")},
            "1,000,000,000,000",
        ),
    ],
)
def test_a_sweep_too_large_to_plan_is_refused_before_it_is_expanded(table: Any, count: str) -> None:
    with pytest.raises(UserError) as caught:
        members("swift", SWIFT, table)
    assert str(caught.value) == (
        f"sweep.swift: these are {count} combinations, and there may be 20,000; vary less at once"
    )


def test_ten_thousand_members_are_not_too_many() -> None:
    assert len(members("swift", SWIFT, {"seed": list(range(10_000))})) == 10_000


def test_a_name_fits_into_a_file_system() -> None:
    with pytest.raises(UserError, match="too long for a file's name"):
        members("a" * 195, SWIFT, {"seed": 1})


def test_a_sweep_s_model_is_its_baseline() -> None:
    post = Recipe()
    found = experiments({"swift": SWIFT, "post": post}, ["post"], {"swift": {"seed": 1}, "post": {"seed": 2}})
    assert {name: experiment.baseline for name, experiment in found.items()} == {
        "swift": "swift",
        "swift~seed=1": "swift",
        "post": "post",
        "post~seed=2": "post",
    }


def test_without_a_sweep_the_first_of_the_chosen_models_is_the_baseline() -> None:
    models = {"swift": SWIFT, "post": Recipe(), "other": Recipe(seed=3)}
    found = experiments(models, ["post", "swift"], {})
    assert {name: experiment.baseline for name, experiment in found.items()} == {
        "post": "post",
        "swift": "post",
    }
