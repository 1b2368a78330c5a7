"""The two loops of `recurrence`, which derives them, as one CUDA kernel each, written in Triton.

Tensor operations launch about five kernels for every character, each of which does next to nothing: a window
of 512 waits some 2,500 times for a launch. Here a window is one launch. The rows of a batch never meet, so
each row has a program (a thread block) of its own that walks through all its characters and waits for nobody.

**U stays in registers.** A step needs all of U, which is 192 KiB at 128 units: read from the second-level
cache at each step, that alone would take about 3,000 clock cycles. The registers of a multiprocessor hold
256 KiB, so a program reads U once and keeps it, 96 numbers in each of 512 threads. A step is then some 200
instructions a thread, 96 of which multiply and add. Beyond 128 units U fits into no multiprocessor; tensor
operations, which spread it over all of them, are the better way there.

**Float32 throughout.** A bit of the state hangs on the sign of a sum, so nothing on the way to it is rounded
to less: products and sums are float32's ordinary ones, not those of tensor cores (TF32, bfloat16). These
would need U in three parts, which no longer fit, and would gain nothing, as each step multiplies one vector.

**How the kernels are laid out.** Vectors over the units are P numbers, the next power of two from the number
of units H, as P/16 groups of 16; what lies beyond H is masked, and its weights are zero. U's part for one
gate is an array [group in, group out, unit out, unit in]. From that shape Triton gives each thread all groups
in of four units in: it adds up most of a unit's sum by itself, and the last four threads' sums meet by two
exchanges within a warp. (An order with the two units elsewhere spreads each sum over 32 threads, which costs
several times the products themselves.) What the next step reads from memory is asked for one step ahead.

Triton compiles at the first use on a GPU, for which it needs a C compiler on the machine.
"""

from collections.abc import Callable
from typing import Any

import torch
import triton
import triton.language as tl
from torch import Tensor

MAX_HIDDEN_SIZE = 128
"""The most units whose U fits the registers of a multiprocessor."""

_GROUP = 16  # units
_WEIGHTS_PER_THREAD = 32  # of each gate
_WARP = 32  # threads

Forward = Callable[[Tensor, Tensor, Tensor], Tensor]
Backward = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]

_kernel: Callable[..., Any] = triton.jit(do_not_specialize=["L", "B"])
_inlined: Callable[..., Any] = triton.jit


def forward(inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    """The states (L, B, H), from what each character adds to the gates (L, B, 3H).

    All is float32, here and below, and H is `MAX_HIDDEN_SIZE` at most.
    """
    L, B, H = *inputs.shape[:2], initial.shape[-1]
    parts = _padded(weight.view(3, H, H))
    states = inputs.new_empty(L, B, H)
    _forward[(B,)](inputs, parts, initial.contiguous(), states, L, B, H, **_options(parts))
    return states


def backward(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H) and of the initial state (B, H).

    `factors` are those of the candidate, the carry, the update and what is kept; (L, B, 4, H).
    """
    L, B, _, H = factors.shape
    parts = _padded(weight.view(3, H, H).transpose(1, 2))
    grad_gates = factors.new_empty(L, B, 3 * H)
    grad_initial = factors.new_empty(B, H)
    # The kernel begins at the last character, and is told where that is.
    tensors = (grad_states.contiguous()[-1], factors[-1], parts, grad_gates[-1], grad_initial)
    _backward[(B,)](*tensors, L, B, H, **_options(parts))
    return grad_gates, grad_initial


def check(hidden_size: int, device: torch.device, forward_: Forward, backward_: Backward) -> None:
    """Compile the kernels for this GPU and size, and hold them against two functions that do the same.

    Raises whatever goes wrong: a size they aren't for, a compiler that is missing or fails, other results.
    """
    if hidden_size > MAX_HIDDEN_SIZE:
        raise ValueError(f"{hidden_size} units are more than the {MAX_HIDDEN_SIZE} that it is for")
    L, B, H = 5, 3, hidden_size
    generator = torch.Generator().manual_seed(0)

    def draw(*shape: int, scale: float = 1) -> Tensor:
        # Multiples of 1/64, whose sums are exact, so that no bit hangs on the order of a sum.
        return ((torch.randn(shape, generator=generator) * scale * 64).round() / 64).to(device)

    inputs, weight, initial = draw(L, B, 3 * H), draw(3 * H, H, scale=H**-0.5), draw(B, H)
    grad_states, factors = draw(L, B, H), draw(L, B, 4, H)
    ours = (forward(inputs, weight, initial), *backward(grad_states, factors, weight))
    theirs = (forward_(inputs, weight, initial), *backward_(grad_states, factors, weight))
    for name, one, other in zip(("states", "gates' gradients", "δh_0"), ours, theirs, strict=True):
        scale = float(other.abs().max())
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5 * scale, msg=f"its {name} are wrong")


def _padded(parts: Tensor) -> Tensor:
    """Three square matrices (3, H, H), with zeros around them: (3, P, P), a power of two from 16 on."""
    H = parts.shape[-1]
    P = max(_GROUP, triton.next_power_of_2(H))
    padded = parts.new_zeros(3, P, P)
    padded[:, :H, :H] = parts
    return padded


def _options(parts: Tensor) -> dict[str, int]:
    P = parts.shape[-1]
    warps = max(1, P * P // (_WEIGHTS_PER_THREAD * _WARP))
    return {"P": P, "K": _GROUP, "num_warps": warps, "enable_fp_fusion": True}


@_kernel
def _forward(
    inputs: tl.tensor,  # (L, B, 3H)
    parts: tl.tensor,  # (3, P, P): from unit in to unit out
    initial: tl.tensor,  # (B, H)
    states: tl.tensor,  # (L, B, H)
    L: tl.tensor,
    B: tl.tensor,
    H: tl.constexpr,
    P: tl.constexpr,
    K: tl.constexpr,
) -> None:
    row = tl.program_id(0)
    inputs += row * 3 * H
    states += row * H
    i = _units(P, K)
    real = i < H
    U_a = _part(parts, P, K)
    U_c = _part(parts + P * P, P, K)
    U_u = _part(parts + 2 * P * P, P, K)
    h = tl.load(initial + row * H + i, real, 0.0)
    a_next = tl.load(inputs + i, real, 0.0)
    c_next = tl.load(inputs + H + i, real, 0.0)
    u_next = tl.load(inputs + 2 * H + i, real, 0.0)
    for t in range(L):
        a, c, u = a_next, c_next, u_next
        inputs += tl.where(t + 1 < L, B, 0) * 3 * H
        a_next = tl.load(inputs + i, real, 0.0)
        c_next = tl.load(inputs + H + i, real, 0.0)
        u_next = tl.load(inputs + 2 * H + i, real, 0.0)
        h_in = h[:, None, None, :]
        a += tl.sum(tl.sum(U_a * h_in, 0), 2)
        c += tl.sum(tl.sum(U_c * h_in, 0), 2)
        u += tl.sum(tl.sum(U_u * h_in, 0), 2)
        s = h / (1 + tl.exp(-c)) + a / (1 + tl.exp(-u))
        h = tl.where(s >= 0, 1.0, -1.0)
        tl.store(states + i, h, real)
        states += B * H


@_kernel
def _backward(
    grad_states: tl.tensor,  # (B, H), of the last character; those before it lie before it, here and below
    factors: tl.tensor,  # (B, 4, H)
    parts: tl.tensor,  # (3, P, P): from unit out to unit in
    grad_gates: tl.tensor,  # (B, 3H)
    grad_initial: tl.tensor,  # (B, H)
    L: tl.tensor,
    B: tl.tensor,
    H: tl.constexpr,
    P: tl.constexpr,
    K: tl.constexpr,
) -> None:
    row = tl.program_id(0)
    grad_states += row * H
    factors += row * 4 * H
    grad_gates += row * 3 * H
    i = _units(P, K)
    real = i < H
    U_a = _part(parts, P, K)
    U_c = _part(parts + P * P, P, K)
    U_u = _part(parts + 2 * P * P, P, K)
    grad_next = tl.load(grad_states + i, real, 0.0)
    a_next = tl.load(factors + i, real, 0.0)
    c_next = tl.load(factors + H + i, real, 0.0)
    u_next = tl.load(factors + 2 * H + i, real, 0.0)
    kept_next = tl.load(factors + 3 * H + i, real, 0.0)
    grad_h = tl.full((P // K, K), 0.0, tl.float32)
    for t in range(L):
        grad_h += grad_next
        a = grad_h * a_next
        c = grad_h * c_next
        u = grad_h * u_next
        kept = grad_h * kept_next
        rows = tl.where(t + 1 < L, B, 0)
        grad_states -= rows * H
        factors -= rows * 4 * H
        grad_next = tl.load(grad_states + i, real, 0.0)
        a_next = tl.load(factors + i, real, 0.0)
        c_next = tl.load(factors + H + i, real, 0.0)
        u_next = tl.load(factors + 2 * H + i, real, 0.0)
        kept_next = tl.load(factors + 3 * H + i, real, 0.0)
        tl.store(grad_gates + i, a, real)
        tl.store(grad_gates + H + i, c, real)
        tl.store(grad_gates + 2 * H + i, u, real)
        grad_gates -= B * 3 * H
        sums = tl.sum(U_a * a[:, None, None, :], 0)
        sums += tl.sum(U_c * c[:, None, None, :], 0)
        sums += tl.sum(U_u * u[:, None, None, :], 0)
        grad_h = kept + tl.sum(sums, 2)
    tl.store(grad_initial + row * H + i, grad_h, real)


@_inlined
def _units(P: tl.constexpr, K: tl.constexpr) -> tl.tensor:
    """The units' numbers by group: (P/K, K)."""
    return tl.arange(0, P // K)[:, None] * K + tl.arange(0, K)[None, :]


@_inlined
def _part(part: tl.tensor, P: tl.constexpr, K: tl.constexpr) -> tl.tensor:
    """One of the square matrices: group in, group out, unit out, unit in; (P/K, P/K, K, K)."""
    i = _units(P, K)
    return tl.load(part + i[None, :, :, None] * P + i[:, None, None, :])
