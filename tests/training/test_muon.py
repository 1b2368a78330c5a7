"""Muon: what it makes of a matrix, and which matrices it sees."""

import pytest
import torch
from torch import Tensor, nn

from phonecase.training.muon import Muon, orthogonal


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def direction(parameter: Tensor, gradient: Tensor, rows: int | None = None) -> Tensor:
    """Where one step of Muon takes a parameter."""
    moved = nn.Parameter(parameter.clone())
    moved.grad = gradient
    Muon([{"params": [moved], "rows": rows}], lr=1.0, precision=torch.float32).step()
    return moved.detach() - parameter


@pytest.mark.parametrize("shape", [(8, 8), (8, 40)])
def test_singular_values_come_near_to_one_and_their_vectors_stay(shape: tuple[int, int]) -> None:
    u, _, vt = torch.linalg.svd(random(3, *shape), full_matrices=False)
    values = torch.logspace(0, -1.9, 8)  # the smallest is a little more than a hundredth of the norm
    result = orthogonal((u * values) @ vt, torch.float32)
    seen = u.mT @ result @ vt.mT
    torch.testing.assert_close(seen, torch.diag_embed(seen.diagonal(dim1=1, dim2=2)), atol=1e-4, rtol=0)
    assert (seen.diagonal(dim1=1, dim2=2) - 1).abs().max() < 0.28


def test_bfloat16_finds_nearly_the_same_direction() -> None:
    matrices = random(4, 32, 96)
    exact, rounded = (orthogonal(matrices, precision) for precision in (torch.float64, torch.bfloat16))
    assert rounded.dtype == torch.float32
    assert (rounded - exact).norm() < 0.02 * exact.norm()


def test_a_matrix_of_zeros_stays_one() -> None:
    assert torch.equal(orthogonal(torch.zeros(1, 4, 6), torch.float32), torch.zeros(1, 4, 6))


def test_matrices_of_a_shape_go_together_but_never_meet() -> None:
    shapes = [(8, 16), (16, 8), (8, 16), (8, 8)]
    parameters = [nn.Parameter(random(*shape, seed=seed)) for seed, shape in enumerate(shapes)]
    before = [parameter.detach().clone() for parameter in parameters]
    gradients = [random(*shape, seed=10 + seed) for seed, shape in enumerate(shapes)]
    for parameter, gradient in zip(parameters, gradients, strict=True):
        parameter.grad = gradient
    Muon(parameters, lr=1.0, precision=torch.float32).step()
    for parameter, was, gradient in zip(parameters, before, gradients, strict=True):
        torch.testing.assert_close(parameter.detach() - was, direction(was, gradient), atol=1e-5, rtol=1e-5)


def test_a_tall_matrix_moves_as_on_its_side() -> None:
    parameter, gradient = random(16, 8), random(16, 8, seed=1)
    torch.testing.assert_close(direction(parameter, gradient), direction(parameter.mT, gradient.mT).mT)


def test_stacked_gates_are_matrices_of_their_own() -> None:
    stack, gradient = (
        random(24, 16),
        random(24, 16, seed=1) * torch.tensor([1, 10, 100]).repeat_interleave(8).view(-1, 1),
    )
    alone = [direction(was, its) for was, its in zip(stack.chunk(3), gradient.chunk(3), strict=True)]
    torch.testing.assert_close(direction(stack, gradient, rows=8), torch.cat(alone), atol=1e-5, rtol=1e-5)


def test_its_steps_point_where_pytorchs_do() -> None:
    ours, theirs = (nn.Parameter(random(32, 64)) for _ in range(2))
    start = ours.detach().clone()
    muon = Muon([ours], lr=0.02, momentum=0.9, weight_decay=0.1, precision=torch.float32)
    twin = torch.optim.Muon([theirs], lr=0.02, momentum=0.9, weight_decay=0.1, adjust_lr_fn="match_rms_adamw")
    for step in range(5):
        ours.grad = theirs.grad = random(32, 64, seed=step + 1)
        muon.step()
        twin.step()  # type: ignore[no-untyped-call]
    a, b = (ours.detach() - start).flatten(), (theirs.detach() - start).flatten()
    assert torch.cosine_similarity(a, b, dim=0) > 0.98
    assert a.norm() == pytest.approx(b.norm().item(), rel=0.2)
