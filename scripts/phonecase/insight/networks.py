"""The networks that are looked into: their values along a text, what they carry, and how it is changed.

Everything here goes for any core and any stack of layers. What is flipped or held are the units that the
network shows, those of its last layer; what lies behind them (an LSTM's cells, the layers below) is left
alone.
"""

import math
from collections.abc import Callable
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from phonecase.model import CharLM
from phonecase.model.cores import Carried, Stack
from phonecase.training import Recipe
from phonecase.training.loop import Training

UNTRAINED = 5  # networks that were never trained, beside which everything is reported


def untrained(recipe: Recipe, text: NDArray[np.int64], validation: NDArray[np.int64], V: int) -> list[CharLM]:
    """Networks of a recipe as training finds them, of its seed and of those that follow.

    The first is the one that the recipe's own training began with. Raises UserError like `Training`.
    """
    seeds = range(recipe.seed, recipe.seed + UNTRAINED)
    recipes = [recipe.model_copy(update={"seed": seed % 2**32}) for seed in seeds]
    return [Training(each, text, validation, V).model for each in recipes]


def values(model: CharLM, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
    """The values after each character of a text: (T,) → (T, H)."""
    return model.values(torch.from_numpy(tokens)[None])[0].numpy()


def up(model: CharLM, tokens: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether each unit is up, +1 or not negative, after each character of a text: (T,) → (T, H)."""
    return model.states(torch.from_numpy(tokens)[None])[0].numpy() > 0


@torch.no_grad()
def read(model: CharLM, rows: Tensor, carried: Carried = None) -> tuple[Tensor, Carried]:
    """The values after each character, time first, and what is carried then: int64 (L, B) → (L, B, H)."""
    return model.recurrent.read(model.embedding.weight, rows, carried)


@torch.no_grad()
def bits(model: CharLM, states: Tensor, following: Tensor) -> Tensor:
    """The bits paid for the characters that follow states: (..., H), int64 (...) → (...)."""
    flat, came = states.reshape(-1, model.hidden_size), following.reshape(-1)
    pieces = zip(torch.split(flat, _BLOCK), torch.split(came, _BLOCK), strict=True)
    nats = torch.cat([F.cross_entropy(model.scores(each), next_, reduction="none") for each, next_ in pieces])
    return nats.view(following.shape) / math.log(2)


def bits_of_text(model: CharLM, tokens: NDArray[np.int64]) -> float:
    """Mean bits per character of a text that is read in one go, all but its first character.  # (T + 1,)"""
    states = torch.from_numpy(values(model, tokens[:-1]))
    return float(bits(model, states, torch.from_numpy(tokens[1:])).mean())


def chosen(carried: Carried, rows: Tensor) -> Carried:
    """What some rows of a batch carry, or other rows of it, or each several times."""
    return _each(carried, lambda part: part.index_select(-2, rows))


def shown(model: CharLM, carried: Carried) -> Tensor:
    """The state that a network shows, of all that it carries.  # (B, H)"""
    part = carried[-1] if isinstance(model.recurrent, Stack) else carried
    return cast(Tensor, part if isinstance(part, Tensor) else part[0]).reshape(-1, model.hidden_size)


def showing(model: CharLM, carried: Carried, state: Tensor) -> Carried:
    """The same with another state to show, (B, H)."""
    if isinstance(model.recurrent, Stack):
        return (*carried[:-1], _showing(carried[-1], state))
    return _showing(carried, state)


def _showing(part: Carried, state: Tensor) -> Carried:
    """Of one layer: the state itself, or the first of an LSTM's two tensors."""
    return state.view_as(part) if isinstance(part, Tensor) else (state.view_as(part[0]), *part[1:])


def _each(carried: Carried, of: Callable[[Tensor], Tensor]) -> Carried:
    """The same with each tensor replaced."""
    return of(carried) if isinstance(carried, Tensor) else tuple(_each(part, of) for part in carried)


_BLOCK = 16_384  # states whose scores are worked out at a time
