"""The freedom behind the picture, carried out: a network whose units stand in the picture's order.

Nothing that the network does depends on the order of its units, nor on a unit's sign. To move unit i to
place r, move what makes it and what reads it: its rows of the candidate, carry and update gates, its
initial state, and the columns that read h_i, in the gates and in whatever comes after the recurrent layer.
To negate it, flip the sign of its candidate row (weights and bias), of its initial state and of the columns
that read it. Its carry and update gates stay: they scale the bit, whichever sign it has.

The other cores have the same freedom: each has one block of rows, its `signed_blocks`, that is the new
content of a unit and goes through no more than a tanh, which is odd, and others that only scale. Of a stack,
the last layer's units are the picture's, and what they read of the layer below stays as it is.
"""

import copy

import torch
from torch import nn

from phonecase.model import CharLM
from phonecase.ordering.core import Ordering

READ_THE_STATE = ("gates.weight", "second.weight", "weight_hh_l0")  # in their first H columns


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
    layer = result.recurrent.top
    reader = next((each for each in result.feed_forward if isinstance(each, nn.Linear)), result.readout)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            signed = (True,) if name == "initial_state" else layer.signed_blocks
            rows = torch.cat([block * H + units for block in range(len(signed))])
            made = torch.cat([signs if flips else torch.ones_like(signs) for flips in signed])
            parameter.copy_(parameter[rows] * (made if parameter.ndim == 1 else made[:, None]))
            if name in READ_THE_STATE:
                parameter[:, :H] = parameter[:, units] * signs
        reader.weight.copy_(reader.weight[:, units] * signs)
    return result
