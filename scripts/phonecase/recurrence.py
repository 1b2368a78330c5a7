r"""The recurrent layer again, fast: backpropagation through time by hand.

`phonecase.cell` defines the layer; autograd on that loop launches some forty small kernels a character and
spends its time between them. Here a character costs five kernels forward and three backward, and all that
needn't wait for the character before is done for the whole window at once.

**Forward.** The gates are linear in ``[h, x]``, so they split into a part that reads the state and a part
that reads the character, ``gates_t = U h_{t−1} + p_t`` with ``p_t = W x_t + b``. The second part has only as
many values as there are characters in the alphabet: it is looked up in a table of V rows
(`CharLM` makes it), not computed. What is left of a step, with a, c, u the candidate, carry and update:

    (a, c, u) = U h_{t−1} + p_t
    s_t = σ(c) h_{t−1} + σ(u) a
    h_t = sign(s_t)

**Backward.** Write δx for the loss's derivative by x. What follows the layer gives its share of δh_t; the
rest comes from step t+1. From h_t down to what made it, by the chain rule:

    δs = δh_t · [|s_t| ≤ 1]                  the straight-through sign
    δa = δs · σ(u)
    δc = δs · h_{t−1} σ(c) (1 − σ(c))        as σ' = σ (1 − σ)
    δu = δs · a σ(u) (1 − σ(u))
    δh_{t−1} += δs · σ(c) + Uᵀ (δa, δc, δu)

Every factor of δh_t on the right is known after the forward pass. So they are computed for all t at once,
with the bracket [|s_t| ≤ 1] multiplied in, and a step back is one product, (δa, δc, δu) = δh_t · factors_t,
and two updates of δh_{t−1}. The weights never enter the loop: p_t adds to the gates, so
δp_t = (δa, δc, δu)_t, and U meets h_{t−1} at every step, so

    δU = Σ_t (δa, δc, δu)_t h_{t−1}ᵀ

is one large matrix product over all steps and rows of the batch after the loop. What is left of δh before
the first character is the initial state's.

All arrays have time first: a step's slice is then contiguous, and so is the (L·B, H) view that the
feed-forward layers read.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


class _BinaryHighway(torch.autograd.Function):
    """See the module's docstring, whose names it uses."""

    @staticmethod
    def forward(ctx: Any, inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
        L, B, H = *inputs.shape[:2], initial.shape[-1]
        states = inputs.new_empty(L + 1, B, H)  # h_0 … h_L: a step's h_{t−1} is just the row above
        states[0] = initial
        gates = torch.empty_like(inputs)  # (L, B, 3H): a, c, u
        sigmoids = inputs.new_empty(L, B, 2 * H)  # σ(c), σ(u)
        sums = inputs.new_empty(L, B, H)  # s
        one = inputs.new_ones(B, H)
        weight_t = weight.t().contiguous()  # a little faster than a transposed view, 511 times over
        steps = zip(
            inputs,
            gates,
            gates[..., :H],
            gates[..., H:],
            sigmoids,
            sigmoids[..., :H],
            sigmoids[..., H:],
            sums,
            states[:-1],
            states[1:],
            strict=True,
        )
        for p, gate, a, cu, sigmoid, sigmoid_c, sigmoid_u, s, h, h_next in steps:
            torch.addmm(p, h, weight_t, out=gate)
            torch.sigmoid(cu, out=sigmoid)
            torch.mul(sigmoid_u, a, out=s)
            s.addcmul_(sigmoid_c, h)
            torch.copysign(one, s, out=h_next)  # sign(0) = +1 (s is a sum, and no sum gives −0)
        ctx.save_for_backward(weight, gates, sigmoids, sums, states)
        return states[1:]

    @staticmethod
    @once_differentiable  # type: ignore[untyped-decorator]
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        weight, gates, sigmoids, sums, states = ctx.saved_tensors
        L, B, H = sums.shape
        before = states[:-1]  # h_{t−1}
        sigmoid_c, sigmoid_u = sigmoids[..., :H], sigmoids[..., H:]
        passes = sums.abs().le_(1)  # [|s| ≤ 1], as 0 or 1
        kept = passes * sigmoid_c
        factors = sums.new_empty(L, B, 3, H)
        to_candidate, to_carry, to_update = factors.unbind(2)
        torch.mul(passes, sigmoid_u, out=to_candidate)
        torch.addcmul(kept, kept, sigmoid_c, value=-1, out=to_carry).mul_(before)
        torch.addcmul(to_candidate, to_candidate, sigmoid_u, value=-1, out=to_update).mul_(gates[..., :H])

        grad_states = torch.empty_like(states)  # δh_0 … δh_L
        grad_states[0] = 0
        grad_states[1:] = grads[0]
        grad_gates = factors  # a step's factors are read once, and then hold what they made
        for h, h_next, keep, gate in zip(
            reversed(grad_states[:-1].unbind()),
            reversed(grad_states[1:].unbind()),
            reversed(kept.unbind()),
            reversed(grad_gates.unbind()),
            strict=True,
        ):
            gate.mul_(h_next.unsqueeze(1))
            h.addcmul_(h_next, keep)
            h.addmm_(gate.view(B, 3 * H), weight)
        grad_inputs = grad_gates.view(L, B, 3 * H)
        grad_weight = grad_inputs.view(L * B, 3 * H).t() @ before.reshape(L * B, H)
        return grad_inputs, grad_weight, grad_states[0]


def binary_highway(inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    """The binary highway layer over a whole window.

    Args:
        inputs: what each character adds to the gates, p_t = W x_t + b; (L, B, 3H), time first, contiguous.
        weight: U, the gates' weights of the state; (3H, H).
        initial: h_0, the state before the first character; (B, H).

    Returns:
        The states after each character, −1 or +1; (L, B, H).
    """
    return _BinaryHighway.apply(inputs, weight, initial)  # type: ignore[no-untyped-call, no-any-return]
