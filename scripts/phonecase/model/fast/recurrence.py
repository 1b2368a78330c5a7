r"""The recurrent layer again, fast: backpropagation through time by hand.

`model.cell` defines the layer; autograd on that loop launches some forty small kernels a character and
spends its time between them. Here only what must wait for the character before is in the loop, and the rest
is done for the whole window at once. The loops are written three times: in numba for the CPU in float32
(`recurrence_cpu`), in Triton for NVIDIA's GPUs (`recurrence_triton`), and below in a few
tensor operations for any device and precision.

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

Everything on the right but δh_t follows from h_{t−1} and the gates a, c, u. The loop for the CPU keeps these,
in the precision of the products; the others work them out again, which for a whole window at once is one
product. A step back is a product of δh_t with four factors for each unit,

    (δa, δc, δu, kept) = δh_t · [|s_t| ≤ 1] · ( σ(u),  h_{t−1} σ(c) (1 − σ(c)),  a σ(u) (1 − σ(u)),  σ(c) )

and then δh_{t−1} += kept + Uᵀ (δa, δc, δu). The weights' gradients stay out of the loop: p_t adds to the
gates, so δp_t = (δa, δc, δu)_t, and U meets h_{t−1} at every step, so

    δU = Σ_t (δa, δc, δu)_t h_{t−1}ᵀ

is a large matrix product over all steps and rows of the batch. What is left of δh before the first
character is the initial state's.

All arrays have time first: a step's slice is then contiguous, and so is the (L·B, H) view that the
feed-forward layers read.
"""

import functools
import logging
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from phonecase.model.fast import recurrence_cpu
from phonecase.model.fast.cpu import in_own_threads, own_parts_of

logger = logging.getLogger(__name__)

_BLOCK = 4096  # characters whose share of δU is summed up at a time, while they are in the cache


def binary_highway(
    table: Tensor,
    tokens: Tensor,
    weight: Tensor,
    initial: Tensor,
    precision: torch.dtype | None = None,
) -> Tensor:
    """The binary highway layer over a whole window.

    Args:
        table: what each character of the alphabet adds to the gates, p = W x + b; (V, 3H).
        tokens: the characters, as rows of the table; int64 (L, B), time first.
        weight: U, the gates' weights of the state; (3H, H).
        initial: h_0, the state before the first character; (B, H).
        precision: of the states, which lose nothing by it, of their gradient, of the gates that are kept for
            the backward pass, and of the gates' gradients in the sum δU; with `bfloat16.kernels`, of both
            factors of Uᵀδ as well. None is the table's. Nothing else is ever rounded, least of all what
            decides about a bit.

    Returns:
        The states after each character, −1 or +1, in that precision; (L, B, H).
    """
    needs_gradients = torch.is_grad_enabled()
    return _BinaryHighway.apply(  # type: ignore[no-any-return, no-untyped-call]
        table, tokens, weight, initial, precision or table.dtype, needs_gradients
    )


class _BinaryHighway(torch.autograd.Function):
    """See the module's docstring, whose names it uses."""

    @staticmethod
    def forward(
        ctx: Any,
        table: Tensor,
        tokens: Tensor,
        weight: Tensor,
        initial: Tensor,
        precision: torch.dtype,
        needs_gradients: bool,
    ) -> Tensor:
        ctx.precision = precision
        ctx.compiled = table.device.type == "cpu" and table.dtype == torch.float32
        gates = None
        if ctx.compiled:
            states, gates = recurrence_cpu.forward(table, tokens, weight, initial, precision, needs_gradients)
        else:
            states = _forward(table, tokens, weight, initial).to(precision)
        ctx.save_for_backward(table, tokens, weight, initial, states, gates)
        return states

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        table, tokens, weight, initial, states, gates = ctx.saved_tensors
        given = (table, tokens, weight, initial)
        grad_gates, grad_table, grad_initial = (
            recurrence_cpu.backward(grads[0], states, gates, *given)
            if ctx.compiled
            else _backward(grads[0], states, *given, ctx.precision)
        )
        grad_weight = grad_gates[0].to(weight.dtype).t() @ initial
        grad_weight += _products(grad_gates[1:].flatten(0, 1), states[:-1].flatten(0, 1), weight.dtype)
        return grad_table, None, grad_weight, grad_initial, None, None


def _products(after: Tensor, before: Tensor, dtype: torch.dtype) -> Tensor:
    """afterᵀ before of (N, 3H) and (N, H), in blocks that are summed up in `dtype`: (3H, H)."""
    sums = after.new_zeros(
        own_parts_of(len(after)), after.shape[1], before.shape[1], dtype=dtype
    )  # each part its own

    def add(part: int, begin: int, end: int) -> None:
        for first in range(begin, end, _BLOCK):
            block = slice(first, min(first + _BLOCK, end))
            sums[part] += after[block].t() @ before[block]

    in_own_threads(len(after), add)
    return sums.sum(0)


def _forward(table: Tensor, tokens: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    """The states (L, B, H)."""
    loop, _ = _loops(table.device, table.dtype, initial.shape[-1])
    return loop(table[tokens], weight, initial)


def _backward(
    grad_states: Tensor,
    states: Tensor,
    table: Tensor,
    tokens: Tensor,
    weight: Tensor,
    initial: Tensor,
    precision: torch.dtype,
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H), in `precision`, of the table and of the initial state."""
    L, B, H = states.shape
    before = torch.cat((initial[None], states[:-1].to(initial.dtype)))
    gates = table[tokens] + before @ weight.t()  # (L, B, 3H), of the whole window at once
    candidate, carry, update = gates[..., :H], gates[..., H : 2 * H].sigmoid(), gates[..., 2 * H :].sigmoid()
    passes = (carry * before + update * candidate).abs() <= 1
    parts = (update, before * carry * (1 - carry), candidate * update * (1 - update), carry)
    factors = torch.stack(parts, dim=2) * passes[:, :, None]  # (L, B, 4, H)

    _, loop = _loops(table.device, table.dtype, H)
    grad_gates, grad_initial = loop(grad_states.to(factors.dtype), factors, weight)
    grad_table = _table_gradient(grad_gates.view(L * B, 3 * H), tokens, len(table))
    return grad_gates.to(precision), grad_table, grad_initial


def _table_gradient(grad_gates: Tensor, tokens: Tensor, rows: int) -> Tensor:
    """The gates' gradients (L·B, 3H) summed up by the rows of the table that they came from: (rows, 3H)."""
    every = torch.arange(rows, device=tokens.device)
    if rows == len(grad_gates) and torch.equal(tokens.flatten(), every):
        return grad_gates  # each once, as in a stack's upper layers
    # Not index_add_, which on a GPU adds in whatever order, so that no two trainings would be the same.
    came = every[:, None] == tokens.flatten()  # (V, L·B)
    return came.to(grad_gates.dtype) @ grad_gates


def _forward_loop(inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    """The states (L, B, H), from what each character adds to the gates (L, B, 3H)."""
    states = inputs.new_empty(*inputs.shape[:2], initial.shape[-1])
    one = torch.ones_like(initial)
    h = initial
    for t in range(len(inputs)):
        candidate, carry, update = torch.addmm(inputs[t], h, weight.t()).chunk(3, dim=-1)
        total = (update.sigmoid() * candidate).addcmul_(carry.sigmoid(), h)
        h = torch.copysign(one, total, out=states[t])  # sign(0) = +1 (s is a sum, and no sum gives −0)
    return states


def _backward_loop(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H) and of the initial state (B, H)."""
    L, B, _, H = factors.shape
    grad_gates = torch.empty_like(factors[:, :, :3])
    grad_h = torch.zeros_like(grad_states[0])
    for t in reversed(range(L)):
        grad_h = grad_h + grad_states[t]
        torch.mul(grad_h[:, None], factors[t, :, :3], out=grad_gates[t])
        grad_h = torch.addmm(grad_h * factors[t, :, 3], grad_gates[t].view(B, 3 * H), weight)
    return grad_gates.view(L, B, 3 * H), grad_h


@functools.cache
def _loops(
    device: torch.device, dtype: torch.dtype, hidden_size: int
) -> tuple[Callable[..., Tensor], Callable[..., tuple[Tensor, Tensor]]]:
    """The two loops on a device: one kernel each on a CUDA GPU, if they work there; else those above.

    Nothing that is missing or amiss there stops the work: it is logged once, and the work is slower.
    """
    if device.type == "cuda" and dtype == torch.float32:
        try:
            from phonecase.model.fast import recurrence_triton

            recurrence_triton.check(hidden_size, device, _forward_loop, _backward_loop)
        except Exception as error:  # a compiler on a machine unknown may fail in any way
            reason = str(error).partition("\n")[0] or type(error).__name__
            logger.warning(
                "the recurrent layer takes its slower way on this GPU: Triton's kernel: %s", reason
            )
        else:
            return recurrence_triton.forward, recurrence_triton.backward
    return _forward_loop, _backward_loop
