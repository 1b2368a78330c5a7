"""The feed-forward layers and the loss in one pass, against the same in plain autograd."""

import itertools

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from phonecase.model.fast import bfloat16, head, head_cpu

Layers = list[tuple[Tensor, Tensor]]


def random_layers(sizes: list[int], generator: torch.Generator) -> Layers:
    """Linear maps from each size to the next."""
    return [
        (
            (torch.randn(after, before, generator=generator) / before**0.5).requires_grad_(),
            torch.randn(after, generator=generator).requires_grad_(),
        )
        for before, after in itertools.pairwise(sizes)
    ]


def plain(states: Tensor, targets: Tensor, layers: Layers) -> Tensor:
    x = states
    for i, (weight, bias) in enumerate(layers):
        x = F.linear(x, weight, bias)
        if i in (0, 2, 4) and i + 1 < len(layers):
            x = torch.relu(x)
    return F.cross_entropy(x, targets)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks that a few characters fill."""
    monkeypatch.setattr(head, "_BLOCK", 5)


@settings(deadline=None, max_examples=40)
@given(
    sizes=st.lists(st.integers(1, 6), min_size=2, max_size=7),
    characters=st.integers(1, 17),
    seed=st.integers(0, 999),
)
def test_loss_and_gradients_are_autograds(sizes: list[int], characters: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    layers = random_layers(sizes, generator)
    states = torch.randn(characters, sizes[0], generator=generator).requires_grad_()
    targets = torch.randint(sizes[-1], (characters,), generator=generator)
    ours, theirs = head.cross_entropy(states, targets, layers), plain(states, targets, layers)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-5)
    inputs = [states, *(tensor for layer in layers for tensor in layer)]
    for mine, other in zip(
        torch.autograd.grad(3 * ours, inputs), torch.autograd.grad(3 * theirs, inputs), strict=True
    ):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-5)


def test_nothing_is_kept_where_no_gradient_is_needed() -> None:
    generator = torch.Generator().manual_seed(0)
    layers = random_layers([4, 6, 3], generator)
    states = torch.randn(7, 4, generator=generator)
    targets = torch.randint(3, (7,), generator=generator)
    with torch.no_grad():
        loss = head.cross_entropy(states, targets, layers)
    assert not loss.requires_grad
    assert loss.item() == pytest.approx(plain(states, targets, layers).item(), rel=1e-5)


def test_bfloat16_rounds_the_products_alone() -> None:
    generator = torch.Generator().manual_seed(0)
    layers = random_layers([16, 64, 16, 64, 9], generator)
    states = torch.randn(50, 16, generator=generator).sign()
    targets = torch.randint(9, (50,), generator=generator)
    inputs = [tensor for layer in layers for tensor in layer]
    ours = head.cross_entropy(states, targets, layers, torch.bfloat16)
    theirs = plain(states, targets, layers)
    assert ours.dtype == torch.float32
    assert ours.item() == pytest.approx(theirs.item(), rel=0.02)
    for mine, other in zip(
        torch.autograd.grad(ours, inputs), torch.autograd.grad(theirs, inputs), strict=True
    ):
        assert mine.dtype == torch.float32
        assert (mine - other).norm() < 0.1 * other.norm()


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    inner=st.lists(st.sampled_from([64, 128]), min_size=1, max_size=4),
    vocabulary=st.integers(1, 70),
    characters=st.integers(100, 600),
    threads=st.integers(1, 2),
    seed=st.integers(0, 999),
)
def test_the_compiled_pass_is_the_one_with_pytorchs_products(
    kernels: bfloat16.Kernels, inner: list[int], vocabulary: int, characters: int, threads: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    layers = random_layers([*inner, vocabulary], generator)
    states = torch.randn(characters, inner[0], generator=generator).sign().bfloat16().requires_grad_()
    targets = torch.randint(vocabulary, (characters,), generator=generator)
    inputs = [states, *(tensor for layer in layers for tensor in layer)]
    assert head_cpu.fits(layers)

    def passed(fits: bool) -> tuple[Tensor, tuple[Tensor, ...]]:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(head_cpu, "fits", lambda layers: fits)
            loss = head.cross_entropy(states, targets, layers, torch.bfloat16)
        return loss.detach(), torch.autograd.grad(loss, inputs)

    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        ours, theirs = passed(fits=True), passed(fits=False)
    finally:
        torch.set_num_threads(before)
    torch.testing.assert_close(ours[0], theirs[0], rtol=1e-2, atol=1e-2)
    for mine, other in zip(ours[1], theirs[1], strict=True):
        assert (mine.dtype, mine.shape) == (other.dtype, other.shape)
        assert (mine - other).norm() <= 0.1 * other.norm()


@pytest.mark.parametrize("poisoned", range(6))
def test_what_is_no_number_shows(poisoned: int, kernels: bfloat16.Kernels) -> None:
    """In the loss or a gradient, wherever it came up, so that a training that diverges ends."""
    generator = torch.Generator().manual_seed(0)
    layers = random_layers([64, 128, 64, 9], generator)
    states = torch.randn(300, 64, generator=generator).sign().bfloat16()
    inputs = [tensor for layer in layers for tensor in layer]
    with torch.no_grad():
        inputs[poisoned].view(-1)[5] = torch.nan
    assert head_cpu.fits(layers)
    loss = head.cross_entropy(states, torch.randint(9, (300,), generator=generator), layers, torch.bfloat16)
    seen = [loss, *torch.autograd.grad(loss, inputs)]
    assert not all(tensor.isfinite().all() for tensor in seen)


def test_widths_that_are_no_panels_take_pytorchs_products() -> None:
    generator = torch.Generator().manual_seed(0)
    assert not head_cpu.fits(random_layers([64, 96, 5], generator))
    assert not head_cpu.fits(random_layers([32, 64, 5], generator))
