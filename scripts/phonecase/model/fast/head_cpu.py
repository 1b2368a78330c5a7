"""`head`'s training pass in one compiled loop, for processors with bfloat16 products (`bfloat16`).

The pass is the one that `head` describes: a block of characters goes forward to its loss and at once back to
its gradients. But here a block is 192 characters, whose activations stay in a core's own cache, each thread
has blocks of its own and waits for nobody, and what stands between two products (bias, ReLU, rounding) is
done in their registers. PyTorch's products are hardly slower by themselves; what they can't avoid is that
all activations travel through memory between one and the next.

Arrays are flat, and those of all layers are one, from where the layer's begins: numba takes no lists of them.
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from phonecase.model.fast.bfloat16 import COLUMNS, Kernels, kernels, multiply, packed
from phonecase.model.fast.cpu import ONE, arrays, compiled, copy, exp, in_threads, load, parts_of, store

_BLOCK = 192  # characters: a multiple of 4
_NEVER = -1e30  # score of a character that only fills up the last panel


def fits(layers: Sequence[tuple[Tensor, Tensor]]) -> bool:
    """Whether this processor has the products, and all layers are as wide as these take them."""
    return kernels() is not None and all(weight.shape[1] % COLUMNS == 0 for weight, _ in layers)


def cross_entropy(
    states: Tensor, targets: Tensor, layers: Sequence[tuple[Tensor, Tensor]]
) -> tuple[Tensor, Tensor, list[Tensor]]:
    """The loss of N characters and its gradients.

    Args:
        states: what the layers read; (N, H).
        targets: the characters that came; int64 (N,).
        layers: the linear maps, in float32, that `fits` finds fit. `head.Layers` has where ReLUs are.

    Returns:
        The sum of the nats, float32 (); its gradients by the states, bfloat16 (N, H), and, in float32, by
        each weight and bias in turn.
    """
    *inner, (weight, bias) = layers
    missing = -len(weight) % COLUMNS
    last = F.pad(weight, (0, 0, 0, missing)), F.pad(bias, (0, missing), value=_NEVER)
    weights, biases = zip(*inner, last, strict=True)
    widths = [states.shape[1], *(len(weight) for weight in weights)]
    forward = torch.cat([packed(weight.t()).flatten() for weight in weights])
    backward = torch.cat([packed(weight).flatten() for weight in weights])

    states = states.to(torch.bfloat16)
    grad_states = torch.empty_like(states)
    parts = parts_of(len(states), _BLOCK)  # each sums up its own
    nats = torch.empty(parts, dtype=torch.float64)
    grad_weights = torch.empty(parts, sum(weight.numel() for weight in weights))
    grad_biases = torch.empty(parts, sum(widths[1:]))
    given = arrays(states, targets, torch.tensor(widths), forward, backward, torch.cat(biases))
    made, *sums = arrays(grad_states, nats, grad_weights, grad_biases)
    in_threads(
        len(states),
        lambda part, begin, end: _pass(
            kernels(), *given, made, *(total[part : part + 1] for total in sums), begin, end
        ),
        together=_BLOCK,
    )
    shapes = [(after, before) for before, after in pairwise(widths)]
    of_weights = torch.split(grad_weights.sum(0), [after * before for after, before in shapes])
    of_biases = torch.split(grad_biases.sum(0), widths[1:])
    grads = []
    for (weight, bias), of_weight, of_bias, shape in zip(layers, of_weights, of_biases, shapes, strict=True):
        grads += [of_weight.view(shape)[: len(weight)], of_bias[: len(bias)]]
    return nats.sum().float(), grad_states, grads


@compiled
def _pass(
    kernels: Kernels,
    states: NDArray[np.uint16],
    targets: NDArray[np.int64],
    widths: NDArray[np.int64],
    forward: NDArray[np.uint16],
    backward: NDArray[np.uint16],
    biases: NDArray[np.float32],
    grad_states: NDArray[np.uint16],
    nats: NDArray[np.float64],
    grad_weights: NDArray[np.float32],
    grad_biases: NDArray[np.float32],
    begin: int,
    end: int,
) -> None:
    """The characters from `begin` to `end`; what is summed up has a leading axis of 1."""
    nats[:], grad_weights[:], grad_biases[:] = 0, 0, 0
    H, widest = widths[0], widths.max()
    values = np.zeros(_BLOCK * widths[:-1].sum(), np.uint16)  # what goes into each layer
    scores = np.empty(_BLOCK * widths[-1], np.float32)
    grad, other = np.empty(_BLOCK * widest, np.uint16), np.empty(_BLOCK * widest, np.uint16)
    pairs = np.empty(_BLOCK // 2 * widest, np.uint32), np.empty(_BLOCK // 2 * widest, np.uint32)
    for first in range(begin, end, _BLOCK):
        count = min(_BLOCK, end - first)  # the rest of the last block has no gradient
        for r in range(count):
            copy(states[first + r], values[r * H : r * H + H])
        _forward(kernels, widths, forward, biases, values, scores)
        nats[0] += _loss(scores, targets[first : first + count], grad)
        value_at, weight_at, bias_at = len(values), len(backward), len(biases)
        for layer in range(len(widths) - 2, -1, -1):
            before, after = widths[layer], widths[layer + 1]
            value_at, weight_at = value_at - _BLOCK * before, weight_at - before * after
            bias_at -= after
            value = values[value_at : value_at + _BLOCK * before]
            _sum_rows(grad, grad_biases[0, bias_at : bias_at + after])
            _pack(grad, after, pairs[0])
            _pack(value, before, pairs[1])
            _weight_gradient(
                kernels, pairs[0], pairs[1], grad_weights[0, weight_at : weight_at + before * after], before
            )
            multiply(
                kernels.masked if layer % 2 == 1 else kernels.plain,
                (_BLOCK, before, after),
                grad.ctypes.data,
                (2 * after, 4),
                backward[weight_at:].ctypes.data,
                value.ctypes.data,
                (2 * before, 2),
                other.ctypes.data,
                (2 * before, 2),
            )
            grad, other = other, grad
        for r in range(count):
            copy(grad[r * H : r * H + H], grad_states[first + r])


@compiled
def _forward(
    kernels: Kernels,
    widths: NDArray[np.int64],
    forward: NDArray[np.uint16],
    biases: NDArray[np.float32],
    values: NDArray[np.uint16],
    scores: NDArray[np.float32],
) -> None:
    """From what goes into the first layer to what goes into the others, and the scores."""
    value_at, weight_at, bias_at = 0, 0, 0
    last = len(widths) - 2
    for layer in range(last + 1):
        before, after = widths[layer], widths[layer + 1]
        value = values[value_at:].ctypes.data
        value_at += _BLOCK * before
        kernel, out, size = kernels.affine_short, values[value_at:].ctypes.data, 2
        if layer == last:
            kernel, out, size = kernels.affine, scores.ctypes.data, 4
        elif layer % 2 == 0:
            kernel = kernels.affine_relu
        multiply(
            kernel,
            (_BLOCK, after, before),
            value,
            (2 * before, 4),
            forward[weight_at:].ctypes.data,
            biases[bias_at:].ctypes.data,
            (0, 4),
            out,
            (size * after, size),
        )
        weight_at += before * after
        bias_at += after


@compiled
def _loss(scores: NDArray[np.float32], targets: NDArray[np.int64], grad: NDArray[np.uint16]) -> float:
    """The sum of the nats; its gradient by the scores goes to `grad`, and the scores are used up."""
    nats = 0.0
    width = len(scores) // _BLOCK
    for r in range(_BLOCK):
        out = grad[r * width : r * width + width]
        if r >= len(targets):
            for i in range(width):
                out[i] = 0
            continue
        x = scores[r * width : r * width + width]
        greatest, came = x[0], x[targets[r]]
        for i in range(width):
            greatest = max(greatest, x[i])
        total = np.float32(0)
        for i in range(width):
            x[i] = exp(x[i] - greatest)
        for i in range(width):
            total += x[i]
        nats += np.log(total) - (came - greatest)
        for i in range(width):
            x[i] *= ONE / total
        x[targets[r]] -= ONE
        store(x, out)
    return nats


@compiled
def _weight_gradient(
    kernels: Kernels,
    grad: NDArray[np.uint32],
    value: NDArray[np.uint32],
    total: NDArray[np.float32],
    before: int,
) -> None:
    """total += δyᵀ x, of the layer's output and input laid out by pairs."""
    for row in range(0, len(total) // before, COLUMNS):
        multiply(
            kernels.add,
            (COLUMNS, before, _BLOCK),
            grad[_BLOCK // 2 * row :].ctypes.data,
            (4, 4 * COLUMNS),
            value.ctypes.data,
            0,
            (0, 0),
            total[before * row :].ctypes.data,
            (4 * before, 4),
        )


@compiled
def _pack(x: NDArray[np.uint16], width: int, out: NDArray[np.uint32]) -> None:
    """Rows of so many bfloat16 (flat) to the layout of `bfloat16.packed`, with pairs along the rows."""
    half = np.uint32(16)
    for panel in range(width // COLUMNS):
        for k in range(_BLOCK // 2):
            begin = 2 * k * width + panel * COLUMNS
            first, second = x[begin : begin + COLUMNS], x[begin + width : begin + width + COLUMNS]
            row = (panel * (_BLOCK // 2) + k) * COLUMNS
            pairs = out[row : row + COLUMNS]
            for i in range(COLUMNS):
                pairs[i] = np.uint32(first[i]) | np.uint32(second[i]) << half


@compiled
def _sum_rows(x: NDArray[np.uint16], total: NDArray[np.float32]) -> None:
    """The total's columns += those of a block in bfloat16 (flat)."""
    width = len(total)
    row = np.empty(width, np.float32)
    for r in range(_BLOCK):
        load(x[r * width : r * width + width], row)
        for i in range(width):
            total[i] += row[i]
