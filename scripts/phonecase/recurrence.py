r"""The recurrent layer again, fast: backpropagation through time by hand.

`phonecase.cell` defines the layer; autograd on that loop launches some forty small kernels a character and
spends its time between them. Here only what must wait for the character before is in the loop, and the rest
is done for the whole window at once. The loops are written twice: in numba for the CPU in float32
(`phonecase.recurrence_cpu`), and below in a few tensor operations for any device and precision.

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

Every factor of δh_t on the right is known after the forward pass, which keeps four for each unit, with the
bracket [|s_t| ≤ 1] multiplied in:

    factors_t = [|s_t| ≤ 1] · ( σ(u),  h_{t−1} σ(c) (1 − σ(c)),  a σ(u) (1 − σ(u)),  σ(c) )

A step back is then one product, (δa, δc, δu, kept) = δh_t · factors_t, and
δh_{t−1} += kept + Uᵀ (δa, δc, δu). The weights' gradients never enter the loop: p_t adds to the gates, so
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

from phonecase import recurrence_cpu


def binary_highway(
    inputs: Tensor, weight: Tensor, initial: Tensor, precision: torch.dtype | None = None
) -> Tensor:
    """The binary highway layer over a whole window.

    Args:
        inputs: what each character adds to the gates, p_t = W x_t + b; (L, B, 3H), time first.
        weight: U, the gates' weights of the state; (3H, H).
        initial: h_0, the state before the first character; (B, H).
        precision: of the product that gives δU; None is the inputs'. Nothing else here is ever rounded.

    Returns:
        The states after each character, −1 or +1; (L, B, H).
    """
    needs_factors = torch.is_grad_enabled()
    precision = precision or inputs.dtype
    return _BinaryHighway.apply(inputs, weight, initial, precision, needs_factors)  # type: ignore[no-any-return, no-untyped-call]


class _BinaryHighway(torch.autograd.Function):
    """See the module's docstring, whose names it uses."""

    @staticmethod
    def forward(
        ctx: Any, inputs: Tensor, weight: Tensor, initial: Tensor, precision: torch.dtype, needs_factors: bool
    ) -> Tensor:
        ctx.precision = precision
        ctx.compiled = inputs.device.type == "cpu" and inputs.dtype == torch.float32
        forward = recurrence_cpu.forward if ctx.compiled else _forward
        states, factors = forward(inputs, weight, initial, needs_factors=needs_factors)
        ctx.save_for_backward(weight, initial, states, factors)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        weight, initial, states, factors = ctx.saved_tensors
        backward = recurrence_cpu.backward if ctx.compiled else _backward
        grad_gates, grad_initial = backward(grads[0], factors, weight)
        grad_weight = grad_gates[0].t() @ initial
        after = grad_gates[1:].flatten(0, 1).to(ctx.precision)
        grad_weight += after.t() @ states[:-1].flatten(0, 1).to(ctx.precision)
        return grad_gates, grad_weight, grad_initial, None, None


def _forward(
    inputs: Tensor, weight: Tensor, initial: Tensor, *, needs_factors: bool
) -> tuple[Tensor, Tensor]:
    """The states (L, B, H) and the factors of backward (L, B, 4, H), which are empty if not needed."""
    L, B, H = *inputs.shape[:2], initial.shape[-1]
    states = inputs.new_empty(L, B, H)
    gates = torch.empty_like(inputs)  # (L, B, 3H): a, c, u
    sigmoids = inputs.new_empty(L, B, 2 * H)  # σ(c), σ(u)
    sums = inputs.new_empty(L, B, H)  # s
    one = inputs.new_ones(B, H)
    h = initial
    for t in range(L):
        torch.addmm(inputs[t], h, weight.t(), out=gates[t])
        torch.sigmoid(gates[t, :, H:], out=sigmoids[t])
        torch.mul(sigmoids[t, :, H:], gates[t, :, :H], out=sums[t])
        sums[t].addcmul_(sigmoids[t, :, :H], h)
        h = torch.copysign(one, sums[t], out=states[t])  # sign(0) = +1 (s is a sum, and no sum gives −0)
    if not needs_factors:
        return states, inputs.new_empty(0)

    passes = sums.abs().le_(1)  # as 0 or 1
    candidate, (carry, update) = gates[..., :H], sigmoids.chunk(2, dim=-1)
    before = torch.cat((initial[None], states[:-1]))
    factors = (update, before * carry * (1 - carry), candidate * update * (1 - update), carry)
    return states, torch.stack(factors, dim=2) * passes[:, :, None]


def _backward(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H) and of the initial state (B, H)."""
    L, B, _, H = factors.shape
    grad_gates = factors.new_empty(L, B, 3, H)
    grad_h = torch.zeros_like(factors[0, :, 0])
    for t in reversed(range(L)):
        grad_h = grad_h + grad_states[t]
        torch.mul(grad_h[:, None], factors[t, :, :3], out=grad_gates[t])
        grad_h = torch.addmm(grad_h * factors[t, :, 3], grad_gates[t].view(B, 3 * H), weight)
    return grad_gates.view(L, B, 3 * H), grad_h
