"""The freedom behind the picture, carried out: a network whose units stand in the picture's order.

Nothing that the network does depends on the order of its units, nor on a unit's sign. To move unit i to
place r, move what makes it and what reads it: its rows of the candidate, carry and update gates, its
initial state, and the columns that read h_i, in the gates and in whatever comes after the recurrent layer.
To negate it, flip the sign of its candidate row (weights and bias), of its initial state and of the columns
that read it. Its carry and update gates stay: they scale the bit, whichever sign it has.
"""

import copy

import torch
from torch import nn

from phonecase.model import CharLM
from phonecase.ordering import Ordering


def permuted(model: CharLM, ordering: Ordering) -> CharLM:
    """A network that does the same as `model`, and whose unit r is row r of the picture.

    Its states are the picture's rows, `ordering.shown(states)`, and its logits those of `model`, up to the
    rounding of sums that now run in another order. Raises ValueError when the order is of another number
    of units.
    """
    H = model.hidden_size
    if len(ordering.permutation) != H:
        raise ValueError(f"an order of {len(ordering.permutation)} units does not fit a network of {H}")
    result = copy.deepcopy(model)
    units = torch.from_numpy(ordering.permutation).long()
    signs = torch.from_numpy(ordering.signs).to(result.embedding.weight.dtype)
    gates = result.recurrent.gates
    reader = next((layer for layer in result.feed_forward if isinstance(layer, nn.Linear)), result.readout)
    made = torch.cat([signs, torch.ones(2 * H)])  # candidate, carry, update
    rows = torch.cat([units, H + units, 2 * H + units])
    with torch.no_grad():
        gates.weight.copy_(gates.weight[rows] * made[:, None])
        gates.bias.copy_(gates.bias[rows] * made)
        gates.weight[:, :H] = gates.weight[:, units] * signs
        reader.weight.copy_(reader.weight[:, units] * signs)
        initial = result.recurrent.initial_state
        initial.copy_(initial[units] * signs)
    return result
