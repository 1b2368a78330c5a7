"""A trained network's numbers as page/network.js takes them."""

from typing import TypedDict

import numpy as np
import numpy.typing as npt
import torch
from torch import nn
from torch.nn import functional as F

from phonecase.errors import UserError
from phonecase.model import CharLM
from phonecase.model.cores import FastBinaryHighway


class Sizes(TypedDict):
    """What the numbers are: see `numbers`."""

    units: int
    """H"""
    characters: int
    """V"""
    layers: list[tuple[int, int]]
    """outputs and inputs of each linear map from the state to the scores"""


@torch.no_grad()
def numbers(model: CharLM) -> tuple[Sizes, npt.NDArray[np.float32]]:
    """The network's sizes, and its numbers one after the other.

    These are W x + b for every character (V, 3H), U (3H, H), the initial state (H,), and the weight (out, in)
    and bias (out,) of each linear map. Raises UserError for another core than the post's, or a stack.
    """
    core = model.recurrent
    if not isinstance(core, FastBinaryHighway):
        stack = f" of {model.layers} layers" if model.layers > 1 else ""
        raise UserError(f"the page runs a single binary_highway, and this is {model.core}{stack}")
    H = model.hidden_size
    gates = core.gates
    seen = F.linear(model.embedding.weight, gates.weight[:, H:], gates.bias)  # (V, 3H)
    maps = [layer for layer in (*model.feed_forward, model.readout) if isinstance(layer, nn.Linear)]
    parts = [seen, gates.weight[:, :H], core.initial_state]
    parts += [part for layer in maps for part in (layer.weight, layer.bias)]
    sizes = Sizes(
        units=H,
        characters=model.vocab_size,
        layers=[(layer.out_features, layer.in_features) for layer in maps],
    )
    return sizes, torch.cat([part.flatten() for part in parts]).numpy()
