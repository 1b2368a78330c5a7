"""What a bit is worth: units are negated, or held, and the network goes on with what that leaves.

This is intervention, not correlation: a unit that something can be read out of is not for that reason used
(Antverg and Belinkov 2021, arXiv:2110.07483). Where a network's values are numbers, a flip negates the
value, and what is held stays at its mean.
"""

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from phonecase.insight.networks import bits, chosen, read, showing, shown
from phonecase.model import CharLM

Numbers = NDArray[np.int64]
Floats = NDArray[np.float64]

PLACES = 8_000  # at which each unit is flipped for the next character
FOLLOWED = 400  # of them at which the network goes on
PAST = 256  # characters read before a place
LENGTH = 20  # characters for which a flip is followed
STRETCHES, HELD, WARM = (
    64,
    512,
    64,
)  # how many stretches units are held for, for how long, and unpaid before that
_AT_ONCE = 2**20  # values of a batch of states


@torch.no_grad()
def flip_costs(model: CharLM, values: NDArray[np.float32], following: Numbers) -> tuple[Floats, Floats]:
    """The bits that flipping each unit costs at the next character: mean and standard error.  # (H,), (H,)

    `values` (T, H) are the network's after each character, `following` (T,) the characters that came next.
    """
    at = _spread(len(values), PLACES)
    states, came = torch.from_numpy(values[at]), torch.from_numpy(following[at])
    own = bits(model, states, came)
    cost = torch.empty(model.hidden_size, len(at))
    for unit in range(model.hidden_size):
        states[:, unit] *= -1
        cost[unit] = bits(model, states, came) - own
        states[:, unit] *= -1
    return cost.mean(1).double().numpy(), (cost.std(1) / len(at) ** 0.5).double().numpy()


def follow(model: CharLM, tokens: Numbers) -> tuple[Floats, Floats]:
    """What becomes of a flip in the 0, 1, ..., 20 characters after it.

    Returns the bits that it costs at the character that follows these, and how often any unit is still
    another than it would have been; (L + 1, H) each, by the unit that was flipped. Tokens are a text (T,).
    """
    H = model.hidden_size
    places = PAST + _spread(len(tokens) - PAST - LENGTH - 1, FOLLOWED)
    rows = torch.from_numpy(tokens[places + np.arange(-PAST, LENGTH + 1)[:, None]])  # (PAST + L + 1, N)
    _, carried = read(model, rows[:PAST])
    cost, alive = torch.zeros(LENGTH + 1, H), torch.zeros(LENGTH + 1, H)
    for part in torch.split(torch.arange(len(places)), max(_AT_ONCE // H**2, 1)):
        text = rows[PAST:, part]  # (L + 1, n)
        own = chosen(carried, part)
        each = chosen(carried, part.repeat_interleave(H))  # unit by unit at each place
        flipped = showing(model, each, shown(model, each) * (1 - 2 * torch.eye(H)).repeat(len(part), 1))
        states = _with_first(model, own, text[:-1])  # (L + 1, n, H)
        other = _with_first(model, flipped, text[:-1].repeat_interleave(H, 1)).view(LENGTH + 1, -1, H, H)
        came = text[:, :, None].expand(-1, -1, H)
        cost += (bits(model, other, came) - bits(model, states, text)[:, :, None]).sum(1)
        alive += ((other >= 0) != (states >= 0)[:, :, None]).any(-1).sum(1)
    return (cost / len(places)).double().numpy(), (alive / len(places)).double().numpy()


def freeze(
    model: CharLM, tokens: Numbers, groups: list[list[int]], value: NDArray[np.float32]
) -> list[tuple[float, float]]:
    """What it costs to hold groups of units at a value all the time: mean and standard error in bits.

    `value` (H,) has what each unit is held at. The text, tokens (T,), is read in stretches side by side, each
    with every group held from its beginning; the first 64 characters of each are not counted. A short text
    has fewer stretches, so that at least as many of each are.
    """
    H, G = model.hidden_size, len(groups)
    stretches = min(STRETCHES, (len(tokens) - 1) // (2 * WARM))
    length = min(WARM + HELD, (len(tokens) - 1) // stretches)
    starts = np.arange(stretches) * ((len(tokens) - 1) // stretches)
    rows = torch.from_numpy(tokens[starts + np.arange(length + 1)[:, None]])  # (L + 1, S)
    held = torch.zeros(1 + G, H, dtype=torch.bool)  # the first holds none
    for row, group in enumerate(groups, start=1):
        held[row, group] = True
    held = held.repeat_interleave(stretches, 0)  # ((1 + G) S, H)
    paid = torch.zeros(1 + G, stretches)
    carried = None
    for t in range(length):
        states, carried = read(model, rows[t : t + 1].repeat(1, 1 + G), carried)
        state = torch.where(held, torch.from_numpy(value), states[0])
        carried = showing(model, carried, state)
        if t >= WARM:
            paid += bits(model, state, rows[t + 1].repeat(1 + G)).view(1 + G, -1)
    more = (paid[1:] - paid[0]) / (length - WARM)  # (G, S)
    mean, error = more.mean(1), more.std(1) / stretches**0.5
    return list(zip(mean.tolist(), error.tolist(), strict=True))


def _with_first(model: CharLM, carried: Any, rows: Tensor) -> Tensor:
    """The state that is carried, and those after each character: int64 (L, B) → (L + 1, B, H)."""
    return torch.cat([shown(model, carried)[None], read(model, rows, carried)[0]])


def _spread(length: int, many: int) -> Numbers:
    """So many places, or all there are, evenly spread."""
    return np.arange(min(many, length)) * length // min(many, length)
