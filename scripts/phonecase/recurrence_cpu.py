"""The two loops of `phonecase.recurrence`, which derives them, compiled for the CPU by numba.

The rows of a batch never meet, so each thread takes some of them through the whole window and waits for
nobody. Compiled code is kept beside this file (or in numba's cache folder), so only the first run waits
for the compiler, which comes with numba.

**U h without multiplying.** A state is ±1, so U h only adds and subtracts columns of U. Four units together
have 16 states, hence 16 sums of their four columns: with these in a table, U h is one addition for every
four units ("the method of the four Russians", Arlazarov et al. 1970). At 128 units the table has 32 · 16
rows of 384 numbers, 768 KiB, which a core keeps in its second-level cache.
"""

import ctypes
import functools
import math
import os
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


def forward(
    table: Tensor, tokens: Tensor, weight: Tensor, initial: Tensor, kept: torch.dtype | None = None
) -> tuple[Tensor, Tensor]:
    """The states (L, B, H), and what `backward` needs of the gates, kept in that precision: (L, B, 3H).

    With None nothing is kept: (0, B, 3H).
    """
    L, B = tokens.shape
    H = initial.shape[-1]
    states = table.new_empty(L, B, H)
    gates = table.new_empty(L if kept else 0, B, 3 * H, dtype=kept)
    arrays = _arrays(_tables(weight), table, tokens, initial @ weight.t(), initial, states, _bits(gates))
    _in_threads(B, lambda _, begin, end: _forward(*arrays, begin, end))
    return states, gates


def backward(
    grad_states: Tensor,
    states: Tensor,
    gates: Tensor,
    table: Tensor,
    tokens: Tensor,
    weight: Tensor,
    initial: Tensor,
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of the gates (L, B, 3H), in their precision, of the table and of the initial state."""
    grad_gates = torch.empty_like(gates)
    grad_initial = torch.empty_like(initial)
    grad_tables = table.new_zeros(torch.get_num_threads(), *table.shape)  # each thread sums up its own
    given = _arrays(_bits(gates), tokens, initial, states, grad_states, weight)
    made = _arrays(_bits(grad_gates), grad_initial)
    loop = _backward_for(initial.shape[-1])
    _in_threads(
        len(initial), lambda part, begin, end: loop(*given, *made, grad_tables[part].numpy(), begin, end)
    )
    return grad_gates, grad_tables.sum(0), grad_initial


def _arrays(*tensors: Tensor) -> list[NDArray[Any]]:
    return [tensor.detach().contiguous().numpy() for tensor in tensors]


def _bits(tensor: Tensor) -> Tensor:
    """A bfloat16 tensor as the integers that NumPy can hold; any other as it is."""
    return tensor.view(torch.uint16) if tensor.dtype == torch.bfloat16 else tensor


def _tables(weight: Tensor) -> Tensor:
    """The sums of each four columns of U under all their signs: (3H, H) → (⌈H/4⌉ · 16, 3H).

    Bit k of a row's number within its 16 is set where the group's unit k is +1.
    """
    H3, H = weight.shape
    columns = torch.nn.functional.pad(weight.t(), (0, 0, 0, -H % _GROUP)).view(-1, _GROUP, H3)
    patterns = torch.arange(_PATTERNS)[:, None] >> torch.arange(_GROUP) & 1
    return ((2 * patterns - 1).to(weight.dtype) @ columns).view(-1, H3)


def _in_threads(B: int, work: Callable[[int, int, int], None]) -> None:
    """Split the batch's rows evenly, and call `work` with each part's number, begin and end in a thread.

    The threads are those in which PyTorch computes. Others would fight them for the cores: after a product
    OpenMP's threads wait some milliseconds for the next one, and don't sleep meanwhile. Where PyTorch brings
    another OpenMP than GNU's, or none, it is others nevertheless.
    """
    parts = min(torch.get_num_threads(), B)
    bounds = [B * part // parts for part in range(parts + 1)]
    openmp = _openmp()
    if parts == 1:
        work(0, 0, B)
    elif openmp is None:
        list(_pool(parts).map(work, range(parts), bounds[:-1], bounds[1:]))
    else:
        errors = []

        def team(_: object) -> None:
            try:
                for part in range(openmp.omp_get_thread_num(), parts, openmp.omp_get_num_threads()):
                    work(part, bounds[part], bounds[part + 1])
            except BaseException as error:  # in a thread that nobody else listens to
                errors.append(error)

        openmp.GOMP_parallel(_TEAM(team), None, ctypes.c_uint(parts), ctypes.c_uint(0))
        if errors:
            raise errors[0]


_TEAM = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@functools.cache
def _openmp() -> ctypes.CDLL | None:
    """GNU's OpenMP as PyTorch loaded it, if it did."""
    loaded = ctypes.CDLL(None) if os.name == "posix" else None
    return loaded if hasattr(loaded, "GOMP_parallel") else None


@functools.cache
def _pool(threads: int) -> ThreadPoolExecutor:
    """Kept from step to step: new threads would start on a core that is busy, and be moved only later."""
    return ThreadPoolExecutor(threads)


@_compiled
def _forward(
    tables: NDArray[np.float32],
    table: NDArray[np.float32],
    tokens: NDArray[np.int64],
    first: NDArray[np.float32],
    initial: NDArray[np.float32],
    states: NDArray[np.float32],
    kept: NDArray[Any],
    begin: int,
    end: int,
) -> None:
    L, H = len(states), states.shape[2]
    units, rows = _rows_for(H)
    gates = np.empty(3 * H, np.float32)
    h = np.empty(H, np.float32)
    for b in range(begin, end):
        h[:] = initial[b]
        for t in range(L):
            gates[:] = table[tokens[t, b]]
            if t == 0:
                _add(gates, first[b])
            else:
                _add_product(gates, tables, h, units, rows)
            if len(kept):
                _store(gates, kept[t, b])
            _sigmoid(gates[H:])
            for i in range(H):
                h[i] = _ONE if gates[H + i] * h[i] + gates[2 * H + i] * gates[i] >= 0 else -_ONE
            states[t, b] = h


@_compiled
def _rows_for(H: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Room for a state as bits, a byte each, and for the numbers of its rows in the tables."""
    groups = (H + _GROUP - 1) // _GROUP
    return np.zeros(groups * _GROUP, np.uint8), np.zeros(groups, np.int64)


@_compiled
def _add_product(
    total: NDArray[np.float32],
    tables: NDArray[np.float32],
    h: NDArray[np.float32],
    units: NDArray[np.uint8],
    rows: NDArray[np.int64],
) -> None:
    """total += U h; `units` and `rows` are room to work in."""
    for i in range(len(h)):
        units[i] = h[i] > 0
    four = units.view(np.uint32)
    for group in range(len(rows)):
        pattern = four[group] * _GATHER >> np.uint32(24) & np.uint32(_PATTERNS - 1)
        rows[group] = group * _PATTERNS + pattern
    _add_rows(total, tables, rows)


@_compiled
def _add(total: NDArray[np.float32], x: NDArray[np.float32]) -> None:
    for i in range(len(total)):
        total[i] += x[i]


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
def _sigmoid(x: NDArray[np.float32]) -> None:
    """x becomes σ(x) = 1 / (1 + exp(−x)), to float32's accuracy, in a form that the compiler vectorises.

    exp(y) = 2ⁿ exp(r) with n the nearest integer to y / ln 2 and r the rest; exp(r) by the polynomial of
    Cephes' expf, and 2ⁿ is put together from its bits. ln 2 is taken off in two parts, the first exact.
    """
    for i in range(len(x)):
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
        x[i] = _ONE / (_ONE + p * power)


@_compiled
def _gradients(
    grad: NDArray[np.float32],
    grad_states: NDArray[np.float32],
    gates: NDArray[np.float32],
    h: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """One step back but for Uᵀ: from δh in `grad`, the gates' gradients to `out`; `grad` is left with `kept`.

    `gates` has a, σ(c) and σ(u), and `h` the state before.
    """
    H = len(h)
    for i in range(H):
        a, c, u = gates[i], gates[H + i], gates[2 * H + i]
        grad_h = grad[i] + grad_states[i]
        grad_sum = grad_h if abs(c * h[i] + u * a) <= _ONE else np.float32(0)
        out[i] = grad_sum * u
        out[H + i] = grad_sum * h[i] * c * (_ONE - c)
        out[2 * H + i] = grad_sum * a * u * (_ONE - u)
        grad[i] = grad_sum * c


@_compiled
def _store(x: NDArray[np.float32], out: NDArray[Any]) -> None:
    """x to float32 or bfloat16, which is the upper half of the bits, rounded to nearest, ties to even."""
    if out.itemsize == 4:
        out[:] = x
        return
    bits = x.view(np.uint32)
    for i in range(len(out)):
        odd = bits[i] >> np.uint32(16) & np.uint32(1)
        out[i] = (bits[i] + np.uint32(0x7FFF) + odd) >> np.uint32(16)


@_compiled
def _load(x: NDArray[Any], out: NDArray[np.float32]) -> None:
    """What `_store` stored."""
    if x.itemsize == 4:
        out[:] = x
        return
    bits = out.view(np.uint32)
    for i in range(len(out)):
        bits[i] = np.uint32(x[i]) << np.uint32(16)


@functools.cache
def _backward_for(H: int) -> Callable[..., None]:
    """The loop of the backward pass, compiled for one number of units.

    Four rows of the batch go together, as each row of U that is fetched serves all four. Only with H a
    constant does the compiler see that their sums don't overlap in memory, and vectorise.
    """
    H3 = 3 * H

    @_compiled
    def loop(
        kept: NDArray[Any],
        tokens: NDArray[np.int64],
        initial: NDArray[np.float32],
        states: NDArray[np.float32],
        grad_states: NDArray[np.float32],
        weight: NDArray[np.float32],
        grad_gates: NDArray[Any],
        grad_initial: NDArray[np.float32],
        grad_table: NDArray[np.float32],
        begin: int,
        end: int,
    ) -> None:
        u = weight.reshape(-1)
        gates = np.empty(H3, np.float32)
        grad = np.empty(4 * H, np.float32)  # δh of four rows of the batch
        deltas = np.zeros(4 * H3, np.float32)  # and of their gates
        for b in range(begin, end, 4):
            together = min(4, end - b)
            grad[:] = 0
            for t in range(len(states) - 1, -1, -1):
                for r in range(together):
                    row = b + r
                    h = initial[row] if t == 0 else states[t - 1, row]
                    _load(kept[t, row], gates)
                    _sigmoid(gates[H:])
                    delta = deltas[r * H3 : r * H3 + H3]
                    _gradients(grad[r * H : r * H + H], grad_states[t, row], gates, h, delta)
                    _add(grad_table[tokens[t, row]], delta)
                    _store(delta, grad_gates[t, row])
                for j in range(0, H3, 3):
                    w0, w1, w2 = deltas[j], deltas[j + 1], deltas[j + 2]
                    x0, x1, x2 = deltas[H3 + j], deltas[H3 + j + 1], deltas[H3 + j + 2]
                    y0, y1, y2 = deltas[2 * H3 + j], deltas[2 * H3 + j + 1], deltas[2 * H3 + j + 2]
                    z0, z1, z2 = deltas[3 * H3 + j], deltas[3 * H3 + j + 1], deltas[3 * H3 + j + 2]
                    for i in range(H):
                        u0, u1, u2 = u[j * H + i], u[j * H + H + i], u[j * H + 2 * H + i]
                        grad[i] += w0 * u0 + w1 * u1 + w2 * u2
                        grad[H + i] += x0 * u0 + x1 * u1 + x2 * u2
                        grad[2 * H + i] += y0 * u0 + y1 * u1 + y2 * u2
                        grad[3 * H + i] += z0 * u0 + z1 * u1 + z2 * u2
            for r in range(together):
                grad_initial[b + r] = grad[r * H : r * H + H]

    return loop  # type: ignore[no-any-return]
