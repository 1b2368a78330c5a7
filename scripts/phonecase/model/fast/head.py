"""From states to the loss: the feed-forward layers, the readout, and their training in one pass.

Written with autograd, this part of a step of the post's recipe first fills some 130 MB with activations
and then reads them all again, and waits for memory. But here characters no longer meet one another, and the
loss is a mean over them. So a block of characters goes forward to its share of the loss and at once back to
its gradients, while its activations are still in the cache:

    states → linear → ReLU → linear → … → scores → loss → δscores → … → δstates,   each δW += δyᵀ x

Only the gradients are kept. The gradient of a character's loss by its scores is softmax(scores) − [the
character that came]; the division by the number of characters comes last.

Where a processor has products in bfloat16, all of this is one compiled loop (`head_cpu`).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import functional as F

from phonecase.model.fast import head_cpu
from phonecase.model.fast.cpu import in_own_threads, own_parts_of

Layers = Sequence[tuple[Tensor, Tensor]]
"""Weight (out, in) and bias (out,) of each linear map. After the 1st, 3rd, 5th, ... is a ReLU, but never
after the last, which gives the scores."""

_TINY = torch.finfo(torch.float32).tiny  # nothing is less likely: no character costs more than 87 nats
_BLOCK = 4096  # characters: enough for the products to run at full speed, and few enough for the cache


def scores(states: Tensor, layers: Layers) -> Tensor:
    """What each character could be, before the softmax: (..., H) → (..., V)."""
    return _forward(states, layers)[-1]


def cross_entropy(
    states: Tensor, targets: Tensor, layers: Layers, precision: torch.dtype = torch.float32
) -> Tensor:
    """Mean nats per character, with its gradients on the way.

    Args:
        states: what the layers read; (N, H).
        targets: the characters that came; int64 (N,).
        layers: the linear maps.
        precision: of the matrix products. Softmax and loss are float32 in any case.
    """
    parameters = [parameter for layer in layers for parameter in layer]
    needs_gradients = torch.is_grad_enabled()
    return _CrossEntropy.apply(states, targets, precision, needs_gradients, *parameters)  # type: ignore[no-any-return, no-untyped-call]


class _CrossEntropy(torch.autograd.Function):
    """See the module's docstring."""

    @staticmethod
    def forward(
        ctx: Any,
        states: Tensor,
        targets: Tensor,
        precision: torch.dtype,
        needs_gradients: bool,
        *parameters: Tensor,
    ) -> Tensor:
        ctx.characters = len(states)
        own = list(zip(parameters[::2], parameters[1::2], strict=True))
        if (
            needs_gradients
            and precision == torch.bfloat16
            and states.device.type == "cpu"
            and head_cpu.fits(own)
        ):
            nats, grad_states, grads = head_cpu.cross_entropy(states, targets, own)
            ctx.save_for_backward(grad_states.to(states.dtype), *grads)
            return nats / len(states)
        layers = [(weight.to(precision), bias.to(precision)) for weight, bias in own]
        total = states.new_zeros(own_parts_of(len(states)), dtype=torch.float32)  # each part sums up its own
        grad_states = torch.empty_like(states)
        grads = [parameter.new_zeros(own_parts_of(len(states)), *parameter.shape) for parameter in parameters]

        def add(part: int, begin: int, end: int) -> None:
            for first in range(begin, end, _BLOCK):
                block = slice(first, min(first + _BLOCK, end))
                values = _forward(states[block].to(precision), layers)
                likelihood = torch.softmax(values[-1], dim=-1, dtype=torch.float32)  # (N, V)
                came = targets[block, None]
                total[part] -= likelihood.gather(1, came).clamp_min_(_TINY).log_().sum()
                if needs_gradients:
                    grad = likelihood.scatter_add_(1, came, likelihood.new_full(came.shape, -1))
                    sums = [grad[part] for grad in grads]
                    grad_states[block] = _backward(grad.to(precision), values, layers, sums)

        in_own_threads(len(states), add)
        ctx.save_for_backward(grad_states, *(grad.sum(0) for grad in grads))
        return total.sum() / len(states)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor | None, ...]:
        scale = grads[0] / ctx.characters
        grad_states, *grad_parameters = (saved * scale for saved in ctx.saved_tensors)
        return grad_states, None, None, None, *grad_parameters


def _forward(x: Tensor, layers: Layers) -> list[Tensor]:
    """What goes into each linear map, and at last what comes out: the scores."""
    values = [x]
    for number, (weight, bias) in enumerate(layers, start=1):
        x = F.linear(x, weight, bias)
        values.append(x.relu_() if _bends(number, layers) else x)
        x = values[-1]
    return values


def _backward(grad: Tensor, values: list[Tensor], layers: Layers, grads: list[Tensor]) -> Tensor:
    """The gradient by the first value; those by the weights and biases are added to `grads`."""
    for number in range(len(layers), 0, -1):
        if _bends(number, layers):
            torch.ops.aten.threshold_backward(grad, values[number], 0, grad_input=grad)
        grads[2 * number - 2] += grad.t() @ values[number - 1]
        grads[2 * number - 1] += grad.sum(0)
        grad = grad @ layers[number - 1][0]
    return grad


def _bends(number: int, layers: Layers) -> bool:
    """Whether a ReLU follows the linear map with this number, counted from 1."""
    return number % 2 == 1 and number < len(layers)
