"""The recurrent layer as the post writes it: a highway cell whose state is a sign.

This is the definition, one character at a time, with autograd for the gradients. Training uses the fast
form of the same layer in `fast.recurrence`; the tests hold the two equal.
"""

from typing import Any

import torch
from torch import Tensor, nn


class Sign(torch.autograd.Function):
    """The sign of each element, with the straight-through estimator for a gradient.

    Forward gives −1 or +1, and sign(0) = +1: a state is never 0. The true gradient is zero everywhere, so
    backward acts as if forward had been clamp(x, −1, 1): it passes where |x| ≤ 1 and stops elsewhere
    (Bengio et al. 2013, arXiv:1308.3432; Courbariaux et al. 2016, arXiv:1602.02830).
    """

    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        """−1 or +1, of the shape of x."""
        ctx.save_for_backward(x)
        return torch.where(x >= 0, 1.0, -1.0).to(x.dtype)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> Tensor:
        """The gradient where |x| ≤ 1, zero elsewhere."""
        (x,) = ctx.saved_tensors
        grad: Tensor = grads[0] * (x.abs() <= 1)
        return grad


def sign(x: Tensor) -> Tensor:
    """−1 or +1 for each element; see `Sign` for its gradient."""
    return Sign.apply(x)  # type: ignore[no-untyped-call, no-any-return]


class BinaryHighway(nn.Module):
    """The binary highway layer.

    ``candidate, carry, update = gates([h, x])`` and ``h' = sign(σ(carry) · h + σ(update) · candidate)``:
    a unit keeps its bit until the update outweighs it. `initial_state` is the h before the first
    character, learned, real, and zero at first.
    """

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * hidden_size, 3 * hidden_size)
        self.initial_state = nn.Parameter(torch.zeros(hidden_size))

    def step(self, h: Tensor, x: Tensor) -> Tensor:
        """The state after one character: h (B, H), x (B, H) → (B, H)."""
        candidate, carry, update = self.gates(torch.cat((h, x), dim=-1)).chunk(3, dim=-1)
        return sign(torch.sigmoid(carry) * h + torch.sigmoid(update) * candidate)

    def forward(self, x: Tensor) -> Tensor:
        """The states after every character: x (L, B, H) → (L, B, H), time first."""
        h = self.initial_state.expand(x.shape[1], -1)
        states = []
        for x_t in x:
            h = self.step(h, x_t)
            states.append(h)
        return torch.stack(states)
