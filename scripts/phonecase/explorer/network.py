"""A trained network's numbers as page/network.js takes them."""

from typing import TypedDict

import numpy as np
import numpy.typing as npt

from phonecase.errors import UserError
from phonecase.model import Weights


class Sizes(TypedDict):
    """What the numbers are: see `numbers`."""

    units: int
    """H"""
    characters: int
    """V"""
    layers: list[tuple[int, int]]
    """outputs and inputs of each linear map from the state to the scores"""


def numbers(weights: Weights) -> tuple[Sizes, npt.NDArray[np.float32]]:
    """The network's sizes, and its numbers one after the other.

    These are W x + b for every character (V, 3H), U (3H, H), the initial state (H,), and the weight (out, in)
    and bias (out,) of each linear map. Raises UserError for another core than the post's, or a stack.
    """
    core, layers = weights.sizes["core"], weights.sizes["layers"]
    if (core, layers) != ("binary_highway", 1):
        stack = f" of {layers} layers" if layers > 1 else ""
        raise UserError(f"the page runs a single binary_highway, and this is {core}{stack}")
    arrays = weights.arrays
    embedding, gates = arrays["embedding.weight"], arrays["recurrent.gates.weight"]  # (V, H), (3H, 2H)
    V, H = embedding.shape
    seen = embedding @ gates[:, H:].T + arrays["recurrent.gates.bias"]
    maps = [
        f"feed_forward.{3 * layer + part}"
        for layer in range(weights.sizes["feed_forward_layers"])
        for part in (0, 2)
    ]
    linear = [(arrays[f"{name}.weight"], arrays[f"{name}.bias"]) for name in (*maps, "readout")]
    parts = [
        seen,
        gates[:, :H],
        arrays["recurrent.initial_state"],
        *(part for pair in linear for part in pair),
    ]
    sizes = Sizes(units=H, characters=V, layers=[weight.shape for weight, _ in linear])
    return sizes, np.concatenate([part.ravel() for part in parts])
