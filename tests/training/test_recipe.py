from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phonecase.errors import UserError
from phonecase.training.recipe import Recipe


def test_the_defaults_are_the_posts_recipe() -> None:
    recipe = Recipe()
    assert (recipe.core, recipe.layers) == ("binary_highway", 1)
    assert (recipe.hidden_size, recipe.feed_forward_layers) == (128, 2)
    assert (recipe.batch_size, recipe.window, recipe.steps) == (32, 512, 10_000)
    assert (recipe.learning_rate, recipe.warmup_steps, recipe.schedule) == (1e-3, 0, "constant")
    assert (recipe.optimizer, recipe.weight_decay, recipe.clip_norm) == ("adam", 0, None)
    assert {recipe.learning_rate_at(step) for step in range(0, 10_000, 999)} == {1e-3}


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("core", "rnn"),
        ("layers", 0),
        ("hidden_size", 0),
        ("feed_forward_layers", -1),
        ("batch_size", 0),
        ("window", 1),
        ("steps", 0),
        ("learning_rate", 0),
        ("learning_rate", 2),
        ("warmup_steps", 10_000),
        ("schedule", "cosine"),
        ("clip_norm", 0),
        ("optimizer", "sgd"),
        ("weight_decay", -0.1),
        ("seed", -1),
        ("precision", "float16"),
        ("validate_every", 0),
        ("learning_rte", 0.1),
    ],
)
def test_an_impossible_value_is_refused_by_its_key(key: str, value: Any) -> None:
    with pytest.raises(UserError, match=key):
        Recipe.checked({key: value})


def test_linear_schedule_rises_over_the_warm_up_and_falls_to_zero() -> None:
    recipe = Recipe(steps=10, warmup_steps=4, schedule="linear", learning_rate=0.6)
    rates = [recipe.learning_rate_at(step) for step in range(11)]
    assert rates == pytest.approx([0.15, 0.3, 0.45, 0.6, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])


@given(
    steps=st.integers(2, 300),
    warmup=st.floats(0, 0.99),
    schedule=st.sampled_from(["constant", "linear"]),
)
def test_the_learning_rate_is_positive_and_reaches_its_height(
    steps: int, warmup: float, schedule: Any
) -> None:
    recipe = Recipe(steps=steps, warmup_steps=int(warmup * steps), schedule=schedule, learning_rate=0.5)
    rates = [recipe.learning_rate_at(step) for step in range(steps)]
    assert min(rates) > 0
    assert max(rates) == 0.5
