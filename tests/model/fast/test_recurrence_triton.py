"""The recurrence's CUDA kernels against the reference cell: interpreted, and on a GPU where there is one.

Sums in another order differ in their last bits, and a bit of state hangs on the sign of a sum, so equality
of states is tested where the order can't matter: with weights whose sums are exact.
"""

import logging
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from exact import exact_cell

triton = pytest.importorskip("triton", reason="Triton comes with PyTorch for CUDA only")

from phonecase.model.fast import recurrence, recurrence_triton  # noqa: E402  (it needs Triton)

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def interpreted() -> Iterator[Run]:
    """Calls a function of `recurrence_triton` in a process where the kernels are interpreted."""
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TRITON_INTERPRET", "1")
            pool.submit(os.getpid).result()  # begins the process
        yield lambda function, *arguments: pool.submit(function, *arguments).result()


@pytest.fixture(scope="module")
def on_a_gpu() -> Run:
    """Calls a function of `recurrence_triton` with tensors on the GPU, and brings back what it makes."""
    if not torch.cuda.is_available():
        pytest.skip("there is no CUDA GPU here")

    def run(function: Callable[..., Any], *arguments: Tensor) -> Any:
        made = function(*(tensor.cuda() for tensor in arguments))
        return made.cpu() if isinstance(made, Tensor) else tuple(tensor.cpu() for tensor in made)

    return run


def equals_the_reference(run: Run, length: int, batch: int, hidden_size: int, seed: int) -> None:
    """The kernels' states bit for bit, and by the chain rule from what they return, every gradient."""
    H = hidden_size
    cell = exact_cell(H, seed)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randint(-2, 3, (length, batch, H), generator=generator).float().requires_grad_()
    reference = cell(x)
    grad_states = torch.randn(reference.shape, generator=generator)
    theirs = torch.autograd.grad(
        reference, [x, cell.gates.weight, cell.gates.bias, cell.initial_state], grad_states
    )

    with torch.no_grad():
        U, W = cell.gates.weight.chunk(2, dim=1)
        inputs, initial = x @ W.t() + cell.gates.bias, cell.initial_state.expand(batch, H)
        states = run(recurrence_triton.forward, inputs, U, initial)
        assert torch.equal(states, reference)

        before = torch.cat((initial[None], states[:-1]))
        candidate, carry, update = (inputs + before @ U.t()).chunk(3, dim=-1)
        carry, update = carry.sigmoid(), update.sigmoid()
        passes = (carry * before + update * candidate).abs() <= 1
        each = (update, before * carry * (1 - carry), candidate * update * (1 - update), carry)
        factors = torch.stack(each, dim=2) * passes[:, :, None]
        grad_gates, grad_initial = run(recurrence_triton.backward, grad_states, factors, U)
        grad_weight = torch.einsum("lbj,lbi->ji", grad_gates, torch.cat((before, x), dim=-1))
        ours = (grad_gates @ W, grad_weight, grad_gates.sum((0, 1)), grad_initial.sum(0))
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5 * float(other.abs().max()))


@settings(max_examples=5)
@given(
    length=st.integers(1, 6),
    batch=st.integers(1, 3),
    hidden_size=st.integers(1, recurrence_triton.MAX_HIDDEN_SIZE),
    seed=st.integers(0, 999),
)
def test_interpreted_kernels_equal_the_reference(
    interpreted: Run, length: int, batch: int, hidden_size: int, seed: int
) -> None:
    equals_the_reference(interpreted, length, batch, hidden_size, seed)


def test_interpreted_kernels_fill_their_registers_with_the_posts_128_units(interpreted: Run) -> None:
    equals_the_reference(interpreted, length=5, batch=2, hidden_size=128, seed=0)


@pytest.mark.slow
def test_interpreted_kernels_equal_the_reference_over_a_long_window(interpreted: Run) -> None:
    equals_the_reference(interpreted, length=200, batch=1, hidden_size=37, seed=1)


@settings(max_examples=20)
@given(
    length=st.integers(1, 20),
    batch=st.integers(1, 4),
    hidden_size=st.sampled_from([1, 16, 37, 64, 96, 100, 128]),  # each is compiled once
    seed=st.integers(0, 999),
)
def test_kernels_on_a_gpu_equal_the_reference(
    on_a_gpu: Run, length: int, batch: int, hidden_size: int, seed: int
) -> None:
    equals_the_reference(on_a_gpu, length, batch, hidden_size, seed)


@pytest.mark.parametrize(("length", "batch"), [(512, 32), (60, 300)])  # 300: more than can run at once
def test_every_bit_follows_from_the_bits_before_on_a_gpu(on_a_gpu: Run, length: int, batch: int) -> None:
    """Ordinary weights, the post's size: each step checked from the very states that the kernel had."""
    generator = torch.Generator().manual_seed(3)
    inputs, initial = torch.randn(length, batch, 384, generator=generator), torch.zeros(batch, 128)
    U = torch.randn(384, 128, generator=generator) / 16
    states = on_a_gpu(recurrence_triton.forward, inputs, U, initial)
    before = torch.cat((initial[None], states[:-1])).double()
    candidate, carry, update = (inputs.double() + before @ U.t().double()).chunk(3, dim=-1)
    s = carry.sigmoid() * before + update.sigmoid() * candidate
    clear = s.abs() > 1e-6
    assert clear.float().mean() > 0.9999
    assert torch.equal((states > 0)[clear], (s >= 0)[clear])


def test_a_gpu_takes_the_kernels(on_a_gpu: Run, caplog: pytest.LogCaptureFixture) -> None:
    recurrence._loops.cache_clear()
    loops = recurrence._loops(torch.device("cuda", 0), torch.float32, 100)
    assert loops == (recurrence_triton.forward, recurrence_triton.backward), caplog.text


def test_without_a_kernel_that_works_the_work_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Failed to find C compiler\nand so on")

    monkeypatch.setattr(recurrence_triton, "check", fail)
    recurrence._loops.cache_clear()
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            loops = recurrence._loops(torch.device("cuda", 0), torch.float32, 100)
            assert loops == (recurrence._forward_loop, recurrence._backward_loop)
    recurrence._loops.cache_clear()
    assert [record.getMessage().rpartition(": ")[2] for record in caplog.records] == [
        "Failed to find C compiler"
    ]


def literal_forward(inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    h, states = initial, []
    for p in inputs:
        a, c, u = (p + h @ weight.t()).chunk(3, dim=-1)
        h = torch.where(c.sigmoid() * h + u.sigmoid() * a >= 0, 1.0, -1.0)
        states.append(h)
    return torch.stack(states)


def literal_backward(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    grad_h, grad_gates = torch.zeros_like(grad_states[0]), []
    for grad_state, factor in zip(grad_states.flip(0), factors.flip(0), strict=True):
        product = (grad_h + grad_state)[:, None] * factor
        grad_gates.append(product[:, :3].flatten(1))
        grad_h = product[:, 3] + grad_gates[-1] @ weight
    return torch.stack(grad_gates[::-1]), grad_h


def wrong_forward(inputs: Tensor, weight: Tensor, initial: Tensor) -> Tensor:
    return literal_forward(inputs, weight, -initial)


def wrong_backward(grad_states: Tensor, factors: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
    return literal_backward(grad_states, factors, weight * 1.01)


@pytest.mark.parametrize("hidden_size", [1, 20])
def test_the_check_passes_what_is_right(interpreted: Run, hidden_size: int) -> None:
    interpreted(recurrence_triton.check, hidden_size, torch.device("cpu"), literal_forward, literal_backward)


def test_the_check_tells_a_wrong_result(interpreted: Run) -> None:
    check, cpu = recurrence_triton.check, torch.device("cpu")
    with pytest.raises(AssertionError, match="states are wrong"):
        interpreted(check, 20, cpu, wrong_forward, literal_backward)
    with pytest.raises(AssertionError, match="gates' gradients are wrong"):
        interpreted(check, 20, cpu, literal_forward, wrong_backward)


def test_the_check_tells_a_size_that_does_not_fit() -> None:
    with pytest.raises(ValueError, match="129 units are more than the 128"):
        recurrence_triton.check(129, torch.device("cpu"), literal_forward, literal_backward)


@pytest.mark.slow
@pytest.mark.parametrize("capability", [80, 90, 120])  # of an A100, an H100, an RTX 50
@pytest.mark.parametrize("name", ["_forward", "_backward"])
def test_the_compiler_keeps_u_in_registers(
    name: str, capability: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It compiles for any GPU without one, and says how much of a thread's numbers went to memory."""
    from triton.backends.compiler import GPUTarget
    from triton.backends.nvidia import compiler as nvidia
    from triton.compiler import ASTSource

    monkeypatch.setenv("TRITON_CACHE_DIR", str(tmp_path))
    kernel = getattr(recurrence_triton, name)
    options = recurrence_triton._options(torch.empty(3, 128, 128))
    constants = {"H": 128, "P": options.pop("P"), "K": options.pop("K")}
    types = {"L": "i32", "B": "i32", **dict.fromkeys(constants, "constexpr")}
    source = ASTSource(
        kernel,
        signature={argument: types.get(argument, "*fp32") for argument in kernel.arg_names},
        constexprs={(kernel.arg_names.index(key),): value for key, value in constants.items()},
        attrs={(i,): [["tt.divisibility", 16]] for i, a in enumerate(kernel.arg_names) if a not in types},
    )
    compiled = triton.compile(source, target=GPUTarget("cuda", capability, 32), options=options)
    binary = tmp_path / "kernel.cubin"
    binary.write_bytes(compiled.asm["cubin"])
    cuobjdump = Path(nvidia.__file__).parent / "bin" / "cuobjdump"
    usage = subprocess.run([cuobjdump, "-res-usage", binary], check=True, capture_output=True, text=True)
    match = re.search(r"REG:(\d+) STACK:(\d+)", usage.stdout + usage.stderr)
    assert match
    registers, stack = map(int, match.groups())
    assert registers * 32 * options["num_warps"] <= 65536  # all that a multiprocessor has
    assert stack < 4 * 96 / 4  # bytes: less than a quarter of a thread's share of U
