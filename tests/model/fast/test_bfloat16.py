"""The products in bfloat16, against the same in float64."""

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from torch import Tensor

from phonecase.model.fast import bfloat16
from phonecase.model.fast.bfloat16 import Kernels, multiply, packed


def product(
    kernels: Kernels, name: str, a: Tensor, b: Tensor, extra: Tensor | None = None, out: Tensor | None = None
) -> Tensor:
    """What a kernel makes of a (M, K) in bfloat16 and b (K, N)."""
    (M, K), N = a.shape, b.shape[1]
    dtype = torch.float32 if name in ("add", "affine") else torch.bfloat16
    out = torch.empty(M, N, dtype=dtype) if out is None else out
    right = packed(b)
    steps = (0, 4) if name.startswith("affine") else (2 * N, 2)
    address = 0 if extra is None else extra.data_ptr()
    size = out.element_size()
    sizes, a_steps = (M, N, K), (2 * K, 4)
    multiply(
        getattr(kernels, name),
        sizes,
        a.data_ptr(),
        a_steps,
        right.data_ptr(),
        address,
        steps,
        out.data_ptr(),
        (size * N, size),
    )
    return out


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(Kernels._fields),
    fours=st.integers(1, 40),
    pairs=st.integers(1, 70),
    panels=st.integers(1, 3),
    seed=st.integers(0, 999),
)
def test_each_kernel_makes_of_a_product_what_it_says(
    kernels: Kernels, name: str, fours: int, pairs: int, panels: int, seed: int
) -> None:
    generator = torch.Generator().manual_seed(seed)
    M, K, N = 4 * fours, 2 * pairs, 64 * panels
    a, b = (torch.randn(*shape, generator=generator).bfloat16() for shape in ((M, K), (K, N)))
    bias, there = torch.randn(N, generator=generator), torch.randn(M, N, generator=generator)
    mask = torch.randint(-1, 2, (M, N), generator=generator).bfloat16()
    exact = a.double() @ b.double()
    expected, extra, out = {
        "add": (there + exact, None, there.clone()),
        "affine": (exact + bias, bias, None),
        "affine_short": (exact + bias, bias, None),
        "affine_relu": ((exact + bias).relu(), bias, None),
        "plain": (exact, None, None),
        "masked": (exact * (mask > 0), mask, None),
    }[name]
    ours = product(kernels, name, a, b, extra, out)
    rounding = 2.0**-8 if ours.dtype == torch.bfloat16 else 1e-6
    torch.testing.assert_close(ours.double(), expected, rtol=rounding, atol=1e-4)


def test_a_matrix_laid_out_as_a_right_factor_is_a_left_one_turned(kernels: Kernels) -> None:
    """So the gradient of a weight is a product of two that are laid out alike."""
    generator = torch.Generator().manual_seed(0)
    a, b = torch.randn(192, 64, generator=generator), torch.randn(192, 64, generator=generator)
    left, right, out = packed(a), packed(b), torch.zeros(64, 64)
    sizes, a_steps = (64, 64, 192), (4, 256)
    multiply(
        kernels.add,
        sizes,
        left.data_ptr(),
        a_steps,
        right.data_ptr(),
        0,
        (0, 0),
        out.data_ptr(),
        (256, 4),
    )
    torch.testing.assert_close(out, a.bfloat16().float().t() @ b.bfloat16().float(), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    ("features", "chosen"),
    [
        ({}, False),
        ({"avx512bf16": False}, False),
        ({"avx512bf16": True}, True),
        ({"avx512bf16": True, "amx-bf16": True}, False),
    ],
    ids=str,
)
def test_a_processor_chooses_them_if_it_has_the_instruction_and_nothing_faster(
    features: dict[str, bool], chosen: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = Kernels(*range(1, 7))
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_features", lambda: features)
    monkeypatch.setattr(bfloat16, "executable", lambda: some if features.get("avx512bf16") else None)
    assert bfloat16.kernels.__wrapped__() == (some if chosen else None)


def test_without_the_instruction_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("llvmlite.binding.get_host_cpu_features", lambda: {"avx512bf16": False})
    assert bfloat16.executable.__wrapped__() is None
