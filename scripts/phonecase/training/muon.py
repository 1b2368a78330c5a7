"""Muon: momentum whose matrices are made orthogonal before they move the weights.

Of a matrix of momentum M = U S Vᵀ Muon takes the step U Vᵀ: every direction that the gradients agree on,
however faintly, moves the weights as much as every other. (K. Jordan et al. 2024,
kellerjordan.github.io/posts/muon; scaled to steps as large as Adam's as in J. Liu et al. 2025,
arXiv:2502.16982.)

PyTorch's own takes one matrix after another through five steps of a Newton–Schulz iteration. A network as
small as this one spends a fifth of its training there. So here matrices of one shape go through it
together, three steps do, and the gates of a recurrent layer, which PyTorch stacks in one matrix, are the
matrices of their own that they mean.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from phonecase.model.fast.cpu import in_own_threads, own_parts_of

# Odd polynomials a x + b x³ + c x⁵ to apply in turn, each the one nearest to 1 wherever the one before may
# have left a singular value (Polar Express, N. Amsel et al. 2025, arXiv:2505.16932), from 0.01 to 1.02 on.
# Together they bring all of these to within 0.28 of 1. For its direction Muon needs no more.
_POLYNOMIALS = ((7.9425, -22.2875, 15.8240), (3.6465, -2.7291, 0.5374), (2.6758, -1.9890, 0.4539))


class Muon(torch.optim.Optimizer):
    """Muon with Nesterov momentum and decoupled weight decay, for parameters that are matrices.

    A group of parameters may say `rows`: its parameters are then stacks of matrices of so many rows, one
    below another, each made orthogonal by itself.
    """

    def __init__(
        self,
        params: Iterable[Tensor] | Iterable[dict[str, Any]],
        lr: float = 1e-3,
        momentum: float = 0.95,
        weight_decay: float = 0.0,
        precision: torch.dtype = torch.bfloat16,
    ) -> None:
        """`precision` is that of the products which make a matrix orthogonal."""
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "rows": None})
        self.precision = precision

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Move every parameter that has a gradient, some of them in each of our own threads."""
        pairs = [
            (parameter, group)
            for group in self.param_groups
            for parameter in group["params"]
            if parameter.grad is not None
        ]
        parts = _even(pairs, own_parts_of(len(pairs)))

        def move(_: int, begin: int, end: int) -> None:
            for part in parts[begin:end]:
                self._move(part)

        in_own_threads(len(parts), move)

    def _move(self, pairs: list[tuple[Tensor, dict[str, Any]]]) -> None:
        """Move these parameters, each with its group; matrices of one shape together."""
        alike = defaultdict[torch.Size, list[tuple[Tensor, Tensor, float]]](list)  # by their shape
        for parameter, group in pairs:
            if group["weight_decay"]:
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
            matrices = _wide(parameter, group["rows"])
            momentum = _wide(self._momentum(parameter, group["momentum"]), group["rows"])
            alike[matrices.shape[1:]].append((matrices, momentum, group["lr"]))
        for shape, members in alike.items():
            directions = orthogonal(torch.cat([momentum for _, momentum, _ in members]), self.precision)
            scale = 0.2 * max(shape) ** 0.5  # U Vᵀ times √max(sides) has entries of about 1, Adam's of 0.2
            parts = torch.split(directions, [len(matrices) for matrices, _, _ in members])
            for (matrices, _, lr), part in zip(members, parts, strict=True):
                matrices.add_(part, alpha=-lr * scale)

    def _momentum(self, parameter: Tensor, momentum: float) -> Tensor:
        """The gradients' running mean with this one in it, looked at one step ahead (Nesterov)."""
        state = self.state[parameter]
        if "momentum" not in state:
            state["momentum"] = torch.zeros_like(parameter)
        mean: Tensor = state["momentum"].lerp_(parameter.grad, 1 - momentum)
        return torch.lerp(parameter.grad, mean, momentum)  # type: ignore[arg-type]


def orthogonal(matrices: Tensor, precision: torch.dtype) -> Tensor:
    """About U Vᵀ of each matrix U S Vᵀ, none of them taller than wide: (K, m, n) → (K, m, n).

    Singular values from a hundredth of the matrix's norm on come to within 0.28 of 1, smaller ones less near.
    """
    norm: Tensor = torch.linalg.matrix_norm(matrices, keepdim=True)
    x = (matrices / norm.clamp_min(1e-30)).to(precision)
    for a, b, c in _POLYNOMIALS:
        square = x @ x.mT  # (K, m, m)
        x = torch.baddbmm(x, torch.baddbmm(square, square, square, beta=b, alpha=c), x, beta=a)
    return x.to(matrices.dtype)


def _even(
    pairs: list[tuple[Tensor, dict[str, Any]]], count: int
) -> list[list[tuple[Tensor, dict[str, Any]]]]:
    """The parameters with their groups in so many parts or fewer, about as many weights in each."""
    parts = [list[tuple[Tensor, dict[str, Any]]]() for _ in range(min(count, len(pairs)))]
    for pair in sorted(pairs, key=lambda pair: -pair[0].numel()):
        min(parts, key=lambda part: sum(parameter.numel() for parameter, _ in part)).append(pair)
    return parts


def _wide(stack: Tensor, rows: int | None) -> Tensor:
    """A parameter as the matrices in it, on their side where they are tall: (K, m, n), m ≤ n.

    Without `rows` it is a single one.
    """
    matrices = stack.view(-1, rows or len(stack), stack.shape[1])
    return matrices.mT if matrices.shape[1] > matrices.shape[2] else matrices
