import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from phonecase.model.cell import BinaryHighway, sign


def test_the_sign_of_zero_is_plus_one() -> None:
    assert sign(torch.tensor([-2.0, -1e-30, -0.0, 0.0, 1e-30, 2.0])).tolist() == [-1, -1, 1, 1, 1, 1]


@settings(deadline=None)
@given(st.lists(st.floats(-3, 3, width=32), min_size=1, max_size=20))
def test_sign_is_binary_and_its_gradient_is_that_of_a_clamp(values: list[float]) -> None:
    x = torch.tensor(values, requires_grad=True)
    y = sign(x)
    assert set(y.tolist()) <= {-1.0, 1.0}
    upstream = torch.arange(1.0, len(values) + 1)
    (grad,) = torch.autograd.grad(y, x, upstream)
    inside = torch.tensor([abs(value) <= 1 for value in values])
    assert grad.tolist() == (upstream * inside).tolist()
    if all(abs(value) != 1 for value in values):  # there the clamp has two slopes
        (clamp,) = torch.autograd.grad(x.clamp(-1, 1), x, upstream)
        assert torch.equal(grad, clamp)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_sign_keeps_the_precision(dtype: torch.dtype) -> None:
    assert sign(torch.zeros(2, dtype=dtype)).dtype == dtype


@torch.no_grad()
def test_a_step_is_the_posts_formula() -> None:
    torch.manual_seed(0)
    cell = BinaryHighway(3)
    h, x = sign(torch.randn(2, 3)), torch.randn(2, 3)
    weight, bias = cell.gates.weight, cell.gates.bias
    for row in range(2):
        pre = [float(weight[k] @ torch.cat((h[row], x[row])) + bias[k]) for k in range(9)]
        for i in range(3):
            candidate, carry, update = pre[i], pre[3 + i], pre[6 + i]
            s = (
                torch.sigmoid(torch.tensor(carry)) * h[row, i]
                + torch.sigmoid(torch.tensor(update)) * candidate
            )
            assert cell.step(h, x)[row, i] == (1 if s >= 0 else -1)


def test_the_initial_state_is_learned_real_and_zero_at_first() -> None:
    cell = BinaryHighway(5)
    assert cell.initial_state.tolist() == [0.0] * 5
    (grad,) = torch.autograd.grad(cell(torch.randn(4, 2, 5)).sum(), cell.initial_state)
    assert grad.abs().sum() > 0
