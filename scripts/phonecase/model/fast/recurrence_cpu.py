"""The two loops of `recurrence`, which derives them, compiled for the CPU by numba.

The rows of a batch never meet, so each thread takes some of them through the whole window and waits for
nobody. Compiled code is kept beside this file (or in numba's cache folder), so only the first run waits
for the compiler, which comes with numba.

**U h without multiplying.** A state is ±1, so U h only adds and subtracts columns of U. Five units together
have 32 states, hence 32 sums of their five columns, half of them the other half's opposites: with 16 in a
table, U h is one addition or subtraction for every five units ("the method of the four Russians", Arlazarov
et al. 1970). At 128 units the table has 26 · 16 rows of 384 numbers, 624 KiB, which a core keeps in its
second-level cache.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from phonecase.model.fast.bfloat16 import COLUMNS, ROWS, kernels, multiply, packed
from phonecase.model.fast.cpu import ONE, arrays, compiled, copy, exp, in_threads, load, parts_of, store

_GROUP = 5  # units whose sums are tabulated together
_PATTERNS = 2 ** (_GROUP - 1)  # states of a group whose last unit is +1


def forward(
    table: Tensor, tokens: Tensor, weight: Tensor, initial: Tensor, precision: torch.dtype, keeps: bool
) -> tuple[Tensor, Tensor]:
    """The states (L, B, H) and, if it keeps them, the gates for `backward` (L, B, 3H), in that precision.

    If not, the second is (0, B, 3H).
    """
    L, B = tokens.shape
    H = initial.shape[-1]
    states = table.new_empty(L, B, H, dtype=precision)
    gates = table.new_empty(L if keeps else 0, B, 3 * H, dtype=precision)
    given = arrays(_tables(weight), table, tokens, initial @ weight.t(), initial)
    made = arrays(states, gates)
    in_threads(B, lambda _, begin, end: _forward(*given, *made, begin, end))
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
    grad_tables = table.new_zeros(parts_of(len(initial), ROWS), *table.shape)  # each sums up its own
    padded = torch.nn.functional.pad(weight, (0, 0, 0, -len(weight) % 4))  # its rows are taken by fours
    add, pairs = _product(weight, gates.dtype)
    given = [add, *arrays(gates, tokens, initial, states, grad_states, padded, pairs)]
    made = arrays(grad_gates, grad_initial)
    loop = _backward_for(initial.shape[-1])
    in_threads(
        len(initial),
        lambda part, begin, end: loop(*given, *made, grad_tables[part].numpy(), begin, end),
        together=ROWS,
    )
    return grad_gates, grad_tables.sum(0), grad_initial


def _product(weight: Tensor, precision: torch.dtype) -> tuple[int, Tensor]:
    """The kernel that adds a product in that precision, and U laid out for it; 0 if there is none."""
    if precision == torch.bfloat16 and weight.shape[1] % COLUMNS == 0 and (found := kernels()):
        return found.add, packed(weight)
    return 0, weight.new_empty(0, dtype=torch.bfloat16)


def _tables(weight: Tensor) -> Tensor:
    """The sums of each five columns of U under the signs of four: (3H, H) → (⌈H/5⌉ · 16, 3H).

    With G = ⌈H/5⌉ groups, group g has the units g, g + G, g + 2G, ...: so the bits of all groups are gathered
    by whole runs of units. Bit k of a row's number within its 16 is set where the group's k-th unit is +1;
    its last one always is.
    """
    H3, H = weight.shape
    groups = -(-H // _GROUP)
    columns = torch.nn.functional.pad(weight.t(), (0, 0, 0, _GROUP * groups - H)).view(_GROUP, groups, H3)
    positive = torch.arange(_PATTERNS, 2 * _PATTERNS)[:, None] >> torch.arange(_GROUP) & 1
    return ((2 * positive - 1).to(weight.dtype) @ columns.transpose(0, 1)).view(-1, H3)


@compiled
def _forward(
    tables: NDArray[np.float32],
    table: NDArray[np.float32],
    tokens: NDArray[np.int64],
    first: NDArray[np.float32],
    initial: NDArray[np.float32],
    states: NDArray[Any],
    kept: NDArray[Any],
    begin: int,
    end: int,
) -> None:
    L, H = len(states), states.shape[2]
    gates = np.empty(3 * H, np.float32)
    groups = len(tables) // _PATTERNS
    positive = np.zeros(groups * _GROUP, np.uint8)
    rows, signs = np.empty(groups, np.int64), np.empty(groups, np.float32)
    current = initial[begin:end].copy()
    for t in range(L):
        for b in range(begin, end):
            h = current[b - begin]
            copy(table[tokens[t, b]], gates)
            if t == 0:
                _add(gates, first[b])
            else:
                _look_up(h, positive, rows, signs)
                _add_rows(gates, tables, rows, signs)
            if len(kept):
                store(gates, kept[t, b])
            _sigmoid(gates[H:])
            for i in range(H):
                h[i] = ONE if gates[H + i] * h[i] + gates[2 * H + i] * gates[i] >= 0 else -ONE
            store(h, states[t, b])


@compiled
def _look_up(
    h: NDArray[np.float32],
    positive: NDArray[np.uint8],
    rows: NDArray[np.int64],
    signs: NDArray[np.float32],
) -> None:
    """For each group of units in the state h its row of the tables, and its sign: to add or to subtract it.

    `positive` is room to work in, with zeros after the last unit.
    """
    for i in range(len(h)):
        positive[i] = h[i] > 0
    G = len(rows)
    for g in range(G):
        bits = 0
        for k in range(_GROUP - 1):
            bits |= positive[k * G + g] << k
        last = positive[(_GROUP - 1) * G + g]
        rows[g] = g * _PATTERNS + (bits if last else _PATTERNS - 1 - bits)
        signs[g] = ONE if last else -ONE


@compiled
def _add(total: NDArray[np.float32], x: NDArray[np.float32]) -> None:
    for i in range(len(total)):
        total[i] += x[i]


@compiled
def _add_rows(
    total: NDArray[np.float32],
    tables: NDArray[np.float32],
    rows: NDArray[np.int64],
    signs: NDArray[np.float32],
) -> None:
    """total += Σ sign · tables[row], eight rows at a pass, so that the total is seldom read and written."""
    full = len(rows) // 8 * 8
    for q in range(0, full, 8):
        x0, x1, x2, x3 = tables[rows[q]], tables[rows[q + 1]], tables[rows[q + 2]], tables[rows[q + 3]]
        x4, x5, x6, x7 = tables[rows[q + 4]], tables[rows[q + 5]], tables[rows[q + 6]], tables[rows[q + 7]]
        s0, s1, s2, s3 = signs[q], signs[q + 1], signs[q + 2], signs[q + 3]
        s4, s5, s6, s7 = signs[q + 4], signs[q + 5], signs[q + 6], signs[q + 7]
        for j in range(len(total)):
            total[j] += ((s0 * x0[j] + s1 * x1[j]) + (s2 * x2[j] + s3 * x3[j])) + (
                (s4 * x4[j] + s5 * x5[j]) + (s6 * x6[j] + s7 * x7[j])
            )
    for q in range(full, len(rows)):
        x, s = tables[rows[q]], signs[q]
        for j in range(len(total)):
            total[j] += s * x[j]


@compiled
def _sigmoid(x: NDArray[np.float32]) -> None:
    """x becomes σ(x) = 1 / (1 + exp(−x)), to float32's accuracy."""
    for i in range(len(x)):
        x[i] = ONE / (ONE + exp(-x[i]))


@compiled
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
        grad_sum = grad_h if abs(c * h[i] + u * a) <= ONE else np.float32(0)
        out[i] = grad_sum * u
        out[H + i] = grad_sum * h[i] * c * (ONE - c)
        out[2 * H + i] = grad_sum * a * u * (ONE - u)
        grad[i] = grad_sum * c


@functools.cache
def _backward_for(H: int) -> Callable[..., None]:
    """The loop of the backward pass, compiled for one number of units.

    Four rows of the batch go together, as each row of U that is fetched serves all four. Their product with U
    is that of a kernel (`add`) where there is one. If not, four rows of U go together as well, so that δh is
    seldom read and written; only with H a constant does the compiler see that the sums don't overlap in
    memory, and vectorise.
    """
    H3 = 3 * H
    padded = H3 + -H3 % 4

    @compiled
    def loop(
        add: int,
        kept: NDArray[Any],
        tokens: NDArray[np.int64],
        initial: NDArray[np.float32],
        states: NDArray[Any],
        grad_states: NDArray[Any],
        weight: NDArray[np.float32],
        pairs: NDArray[np.uint16],
        grad_gates: NDArray[Any],
        grad_initial: NDArray[np.float32],
        grad_table: NDArray[np.float32],
        begin: int,
        end: int,
    ) -> None:
        u = weight.reshape(-1)
        gates = np.empty(H3, np.float32)
        before, given = np.empty(H, np.float32), np.empty(H, np.float32)
        grads = np.zeros((end - begin + 3) // 4 * (4 * H), np.float32)  # δh of all rows of the batch
        deltas = np.zeros(4 * padded, np.float32)  # and of the gates of four
        for t in range(len(states) - 1, -1, -1):
            for b in range(begin, end, 4):
                grad = grads[(b - begin) * H : (b - begin + 4) * H]
                for r in range(min(4, end - b)):
                    if t == 0:
                        copy(initial[b + r], before)
                    else:
                        load(states[t - 1, b + r], before)
                    load(grad_states[t, b + r], given)
                    load(kept[t, b + r], gates)
                    _sigmoid(gates[H:])
                    delta = deltas[r * padded : r * padded + H3]
                    _gradients(grad[r * H : r * H + H], given, gates, before, delta)
                    _add(grad_table[tokens[t, b + r]], delta)
                    store(delta, grad_gates[t, b + r])
                if add and b + ROWS <= end:
                    multiply(
                        add,
                        (ROWS, H, H3),
                        grad_gates[t, b].ctypes.data,
                        (2 * H3, 4),
                        pairs.ctypes.data,
                        0,
                        (0, 0),
                        grad.ctypes.data,
                        (4 * H, 4),
                    )
                    continue
                for j in range(0, padded, 4):
                    w0, w1, w2, w3 = _four(deltas, j)
                    x0, x1, x2, x3 = _four(deltas, padded + j)
                    y0, y1, y2, y3 = _four(deltas, 2 * padded + j)
                    z0, z1, z2, z3 = _four(deltas, 3 * padded + j)
                    k = j * H
                    for i in range(H):
                        u0, u1, u2, u3 = u[k + i], u[k + H + i], u[k + 2 * H + i], u[k + 3 * H + i]
                        grad[i] += w0 * u0 + w1 * u1 + w2 * u2 + w3 * u3
                        grad[H + i] += x0 * u0 + x1 * u1 + x2 * u2 + x3 * u3
                        grad[2 * H + i] += y0 * u0 + y1 * u1 + y2 * u2 + y3 * u3
                        grad[3 * H + i] += z0 * u0 + z1 * u1 + z2 * u2 + z3 * u3
        for b in range(begin, end):
            grad_initial[b] = grads[(b - begin) * H : (b - begin + 1) * H]

    return loop  # type: ignore[no-any-return]


@compiled
def _four(x: NDArray[np.float32], j: int) -> tuple[np.float32, np.float32, np.float32, np.float32]:
    return x[j], x[j + 1], x[j + 2], x[j + 3]
