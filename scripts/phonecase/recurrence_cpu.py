"""The two loops of `phonecase.recurrence`, which derives them, compiled for the CPU by numba.

The rows of a batch never meet, so each thread takes some of them through the whole window and waits for
nobody. Compiled code is kept beside this file (or in numba's cache folder), so only the first run waits
for the compiler, which comes with numba.

**U h without multiplying.** A state is ±1, so U h only adds and subtracts columns of U. Four units together
have 16 states, hence 16 sums of their four columns: with these in a table, U h is one addition for every
four units ("the method of the four Russians", Arlazarov et al. 1970). At 128 units the table has 32 · 16
rows of 384 numbers, 768 KiB, which a core keeps in its second-level cache.
"""

import functools
import itertools
import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import torch
from numba import njit
from numpy.typing import NDArray
from torch import Tensor

_compiled: Callable[..., Any] = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
_ONE = np.float32(1)
_GROUP = 4  # units whose sums are tabulated together
_PATTERNS = 2**_GROUP
_GATHER = np.uint32(1 << 24 | 1 << 17 | 1 << 10 | 1 << 3)  # brings bit 0 of four bytes to bits 24 to 27


def forward(inputs: Tensor, weight: Tensor, initial: Tensor, *, needs_factors: bool) -> tuple[Tensor, Tensor]:
    """The states (L, B, H) and the factors of backward (L, B, 4, H): candidate's, carry's, update's, kept.

    Without `needs_factors` the factors are empty.
    """
    L, B, H = *inputs.shape[:2], initial.shape[-1]
    tables = _tables(weight)
    states = inputs.new_empty(L, B, H)
    factors = inputs.new_empty(L if needs_factors else 0, B, 4, H)
    first = initial @ weight.t()  # the one state that isn't ±1
    arrays = [tensor.numpy() for tensor in (inputs, first, initial, states, factors)]
    _in_threads(B, lambda rows: _forward(tables.numpy(), *arrays, *rows))
    return states, factors


def backward(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H) and of the initial state (B, H)."""
    L, B, _, H = factors.shape
    grad_gates = factors.new_empty(L, B, 3 * H)
    grad_initial = factors.new_empty(B, H)
    arrays = [tensor.contiguous().numpy() for tensor in (grad_states, factors, weight)]
    outputs = (grad_gates.numpy(), grad_initial.numpy())
    _in_threads(B, lambda rows: _backward_for(H)(*arrays, *outputs, *rows))
    return grad_gates, grad_initial


def _tables(weight: Tensor) -> Tensor:
    """The sums of each four columns of U under all their signs: (3H, H) → (⌈H/4⌉ · 16, 3H).

    Bit k of a row's number within its 16 is set where the group's unit k is +1.
    """
    H3, H = weight.shape
    columns = torch.nn.functional.pad(weight.t(), (0, 0, 0, -H % _GROUP)).view(-1, _GROUP, H3)
    patterns = torch.arange(_PATTERNS)[:, None] >> torch.arange(_GROUP) & 1
    return torch.einsum("pk,gkj->gpj", (2 * patterns - 1).to(weight.dtype), columns).reshape(-1, H3)


def _in_threads(B: int, work: Callable[[tuple[int, int]], None]) -> None:
    """Split the batch's rows evenly and call `work` with each part's (begin, end) in a thread of its own."""
    parts = min(torch.get_num_threads(), B)
    bounds = [B * part // parts for part in range(parts + 1)]
    rows = list(itertools.pairwise(bounds))
    if parts == 1:
        work(rows[0])
        return
    with ThreadPoolExecutor(parts) as pool:
        list(pool.map(work, rows))


@_compiled
def _forward(
    tables: NDArray[np.float32],
    inputs: NDArray[np.float32],
    first: NDArray[np.float32],
    initial: NDArray[np.float32],
    states: NDArray[np.float32],
    factors: NDArray[np.float32],
    begin: int,
    end: int,
) -> None:
    L, H = len(states), states.shape[2]
    groups = (H + _GROUP - 1) // _GROUP
    needs_factors = len(factors) > 0
    pattern = np.zeros(groups, np.int64)  # which row of the tables each group of units is at
    positive = np.zeros(groups * _GROUP, np.uint8)  # which units are +1
    gates = np.empty(3 * H, np.float32)
    sigmoids = np.empty(2 * H, np.float32)
    sums = np.empty(H, np.float32)
    h = np.empty(H, np.float32)
    for b in range(begin, end):
        h[:] = initial[b]
        for t in range(L):
            gates[:] = inputs[t, b]
            if t == 0:
                gates += first[b]
            else:
                _add_rows(gates, tables, pattern)
            _sigmoid(gates[H:], sigmoids)
            for i in range(H):
                sums[i] = sigmoids[i] * h[i] + sigmoids[H + i] * gates[i]
            if needs_factors:
                for i in range(H):
                    a, c, u = gates[i], sigmoids[i], sigmoids[H + i]
                    passes = _ONE if abs(sums[i]) <= _ONE else np.float32(0)
                    factors[t, b, 0, i] = passes * u
                    factors[t, b, 1, i] = passes * h[i] * c * (_ONE - c)
                    factors[t, b, 2, i] = passes * a * u * (_ONE - u)
                    factors[t, b, 3, i] = passes * c
            for i in range(H):
                positive[i] = sums[i] >= 0
                h[i] = _ONE if sums[i] >= 0 else -_ONE
            states[t, b] = h
            four = positive.view(np.uint32)
            for group in range(groups):
                bits = four[group] * _GATHER >> np.uint32(24) & np.uint32(_PATTERNS - 1)
                pattern[group] = group * _PATTERNS + bits


@_compiled
def _add_rows(total: NDArray[np.float32], tables: NDArray[np.float32], rows: NDArray[np.int64]) -> None:
    """total += Σ tables[row], eight rows at a pass, so that the total is seldom read and written."""
    full = len(rows) // 8 * 8
    for q in range(0, full, 8):
        x0, x1, x2, x3 = tables[rows[q]], tables[rows[q + 1]], tables[rows[q + 2]], tables[rows[q + 3]]
        x4, x5, x6, x7 = tables[rows[q + 4]], tables[rows[q + 5]], tables[rows[q + 6]], tables[rows[q + 7]]
        for j in range(len(total)):
            total[j] += ((x0[j] + x1[j]) + (x2[j] + x3[j])) + ((x4[j] + x5[j]) + (x6[j] + x7[j]))
    for q in range(full, len(rows)):
        total += tables[rows[q]]


@_compiled
def _sigmoid(x: NDArray[np.float32], out: NDArray[np.float32]) -> None:
    """σ(x) = 1 / (1 + exp(−x)) to float32's accuracy, in a form that the compiler vectorises.

    exp(y) = 2ⁿ exp(r) with n the nearest integer to y / ln 2 and r the rest; exp(r) by the polynomial of
    Cephes' expf, and 2ⁿ is put together from its bits. ln 2 is taken off in two parts, the first exact.
    """
    for i in range(len(out)):
        y = min(max(-x[i], np.float32(-87)), np.float32(87))
        n = math.floor(y * np.float32(1.44269504) + np.float32(0.5))
        r = y - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)
        p = np.float32(1.9875691500e-4)
        p = p * r + np.float32(1.3981999507e-3)
        p = p * r + np.float32(8.3334519073e-3)
        p = p * r + np.float32(4.1665795894e-2)
        p = p * r + np.float32(1.6666665459e-1)
        p = p * r + np.float32(5.0000001201e-1)
        p = p * r * r + r + _ONE
        power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
        out[i] = _ONE / (_ONE + p * power)


@functools.cache
def _backward_for(H: int) -> Callable[..., None]:
    """The loop of the backward pass, compiled for one number of units.

    Four rows of the batch go together, as each row of U that is fetched serves all four. Only with H a
    constant does the compiler see that their sums don't overlap in memory, and vectorise.
    """
    H3 = 3 * H

    @_compiled
    def loop(
        grad_states: NDArray[np.float32],
        factors: NDArray[np.float32],
        weight: NDArray[np.float32],
        grad_gates: NDArray[np.float32],
        grad_initial: NDArray[np.float32],
        begin: int,
        end: int,
    ) -> None:
        u = weight.reshape(-1)
        grad = np.empty(4 * H, np.float32)  # δh of four rows of the batch
        gates = np.zeros(4 * H3, np.float32)
        for b in range(begin, end, 4):
            rows = min(4, end - b)
            grad[:] = 0
            for t in range(len(grad_states) - 1, -1, -1):
                for r in range(rows):
                    for i in range(H):
                        grad_h = grad[r * H + i] + grad_states[t, b + r, i]
                        gates[r * H3 + i] = grad_h * factors[t, b + r, 0, i]
                        gates[r * H3 + H + i] = grad_h * factors[t, b + r, 1, i]
                        gates[r * H3 + 2 * H + i] = grad_h * factors[t, b + r, 2, i]
                        grad[r * H + i] = grad_h * factors[t, b + r, 3, i]
                    grad_gates[t, b + r] = gates[r * H3 : r * H3 + H3]
                for j in range(0, H3, 3):
                    w0, w1, w2 = gates[j], gates[j + 1], gates[j + 2]
                    x0, x1, x2 = gates[H3 + j], gates[H3 + j + 1], gates[H3 + j + 2]
                    y0, y1, y2 = gates[2 * H3 + j], gates[2 * H3 + j + 1], gates[2 * H3 + j + 2]
                    z0, z1, z2 = gates[3 * H3 + j], gates[3 * H3 + j + 1], gates[3 * H3 + j + 2]
                    for i in range(H):
                        u0, u1, u2 = u[j * H + i], u[j * H + H + i], u[j * H + 2 * H + i]
                        grad[i] += w0 * u0 + w1 * u1 + w2 * u2
                        grad[H + i] += x0 * u0 + x1 * u1 + x2 * u2
                        grad[2 * H + i] += y0 * u0 + y1 * u1 + y2 * u2
                        grad[3 * H + i] += z0 * u0 + z1 * u1 + z2 * u2
            for r in range(rows):
                grad_initial[b + r] = grad[r * H : r * H + H]

    return loop  # type: ignore[no-any-return]
