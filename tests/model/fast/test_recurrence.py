"""The fast recurrence against the reference cell.

Sums in another order differ in their last bits, and a bit of state hangs on the sign of a sum, so equality
of states is tested where the order can't matter: with weights whose sums are exact.
"""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from exact import exact_cell
from phonecase.model.cell import BinaryHighway
from phonecase.model.fast import bfloat16, cpu, recurrence_cpu
from phonecase.model.fast.recurrence import binary_highway


def exact_inputs(length: int, batch: int, hidden_size: int, seed: int) -> tuple[Tensor, Tensor]:
    """An alphabet (11, H), each character a few small whole numbers, and a text in it (L, B)."""
    generator = torch.Generator().manual_seed(seed)
    alphabet = torch.randint(-2, 3, (11, hidden_size), generator=generator).float()
    return alphabet, torch.randint(11, (length, batch), generator=generator)


def fast(cell: BinaryHighway, alphabet: Tensor, tokens: Tensor, initial: Tensor | None = None) -> Tensor:
    """The cell's states over a text by the fast path."""
    H = alphabet.shape[-1]
    table = torch.nn.functional.linear(alphabet, cell.gates.weight[:, H:], cell.gates.bias)
    if initial is None:
        initial = cell.initial_state.expand(tokens.shape[1], H)
    return binary_highway(table, tokens, cell.gates.weight[:, :H], initial)


def gradients(states: Tensor, cell: BinaryHighway, alphabet: Tensor) -> list[Tensor]:
    upstream = torch.randn(states.shape, generator=torch.Generator().manual_seed(1), dtype=states.dtype)
    return list(torch.autograd.grad(states, [alphabet, *cell.parameters()], upstream))


@settings(deadline=None, max_examples=30)
@given(
    length=st.integers(1, 40),
    batch=st.integers(1, 5),
    hidden_size=st.integers(1, 20),
    seed=st.integers(0, 999),
)
@pytest.mark.parametrize("each_once", [False, True])  # as the upper layers of a stack read
def test_tensor_operations_equal_the_reference_in_float64(
    length: int, batch: int, hidden_size: int, seed: int, each_once: bool
) -> None:
    cell = exact_cell(hidden_size, seed, torch.float64)
    alphabet, tokens = exact_inputs(length, batch, hidden_size, seed)
    if each_once:
        alphabet = alphabet[tokens.flatten()]
        tokens = torch.arange(length * batch).view(length, batch)
    alphabet = alphabet.double().requires_grad_()
    reference, states = cell(alphabet[tokens]), fast(cell, alphabet, tokens)
    assert torch.equal(states, reference)
    for ours, theirs in zip(
        gradients(states, cell, alphabet), gradients(reference, cell, alphabet), strict=True
    ):
        torch.testing.assert_close(ours, theirs, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize(("length", "batch"), [(1, 1), (2, 5), (300, 3), (60, 9)])
@pytest.mark.parametrize("hidden_size", [6, 37])  # neither fills its last table; each is compiled once
def test_compiled_loops_equal_the_reference(length: int, batch: int, hidden_size: int, seed: int) -> None:
    cell = exact_cell(hidden_size, seed)
    alphabet, tokens = exact_inputs(length, batch, hidden_size, seed)
    alphabet.requires_grad_()
    reference, states = cell(alphabet[tokens]), fast(cell, alphabet, tokens)
    assert torch.equal(states, reference)
    for ours, theirs in zip(
        gradients(states, cell, alphabet), gradients(reference, cell, alphabet), strict=True
    ):
        scale = float(theirs.abs().max())
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5 * scale)


def test_every_bit_follows_from_the_bits_before_at_the_posts_size() -> None:
    """Ordinary weights, a long window: each step checked from the very states that the fast path had."""
    torch.manual_seed(3)
    cell = BinaryHighway(128)
    with torch.no_grad():
        alphabet, tokens = torch.randn(63, 128), torch.randint(63, (2000, 4))
        states, x = fast(cell, alphabet, tokens), alphabet[tokens]
        before = torch.cat((cell.initial_state.expand(1, 4, 128), states[:-1])).double()
        candidate, carry, update = cell.double().gates(torch.cat((before, x.double()), -1)).chunk(3, -1)
        s = torch.sigmoid(carry) * before + torch.sigmoid(update) * candidate
    clear = s.abs() > 1e-6
    assert clear.float().mean() > 0.9999
    assert torch.equal((states > 0)[clear], (s >= 0)[clear])


@pytest.mark.parametrize("openmp", [True, False])
def test_a_row_depends_on_neither_its_batch_nor_the_threads(
    openmp: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not openmp:
        monkeypatch.setattr(cpu, "_openmp", lambda: None)
    elif cpu._openmp() is None:
        pytest.skip("this PyTorch doesn't compute in the threads of GNU's OpenMP")
    cell = exact_cell(37, seed=0)
    alphabet, tokens = exact_inputs(50, 7, 37, seed=0)
    alphabet.requires_grad_()
    threads = torch.get_num_threads()
    try:
        results = []
        for number in (1, 2, 16):
            torch.set_num_threads(number)
            states = fast(cell, alphabet, tokens)
            results.append((states, torch.autograd.grad(states.sum(), alphabet)[0]))
    finally:
        torch.set_num_threads(threads)
    for states, grad in results[1:]:
        assert torch.equal(states, results[0][0])
        torch.testing.assert_close(grad, results[0][1])
    with torch.no_grad():
        assert torch.equal(fast(cell, alphabet, tokens[:, 4:5]), results[0][0][:, 4:5])


@pytest.mark.parametrize("openmp", [True, False])
def test_what_goes_wrong_in_a_thread_is_raised(openmp: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not openmp:
        monkeypatch.setattr(cpu, "_openmp", lambda: None)

    def work(part: int, _begin: int, _end: int) -> None:
        if part == 1:
            raise MemoryError("no room")

    monkeypatch.setattr(torch, "get_num_threads", lambda: 2)
    with pytest.raises(MemoryError, match="no room"):
        cpu.in_threads(4, work)


def test_a_window_can_be_taken_up_where_another_ended() -> None:
    cell = exact_cell(6, seed=2)
    alphabet, tokens = exact_inputs(30, 3, 6, seed=2)
    with torch.no_grad():
        whole = fast(cell, alphabet, tokens)
        first = fast(cell, alphabet, tokens[:13])
        second = fast(cell, alphabet, tokens[13:], initial=first[-1])
    assert torch.equal(whole, torch.cat((first, second)))


@pytest.mark.parametrize("hidden_size", [6, 37])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])  # the compiled loops, and tensor operations
def test_bfloat16_rounds_gradients_and_no_state(dtype: torch.dtype, hidden_size: int) -> None:
    cell = exact_cell(hidden_size, 4, dtype)
    alphabet, tokens = exact_inputs(40, 5, hidden_size, seed=4)
    alphabet = alphabet.to(dtype)
    table = torch.nn.functional.linear(alphabet, cell.gates.weight[:, hidden_size:], cell.gates.bias)
    weight, initial = cell.gates.weight[:, :hidden_size], cell.initial_state.expand(5, hidden_size)
    results = []
    for precision in (dtype, torch.bfloat16):
        states = binary_highway(table, tokens, weight, initial, precision)
        upstream = torch.randn(states.shape, generator=torch.Generator().manual_seed(1))
        results.append((states, *torch.autograd.grad(states, (table, weight), upstream, retain_graph=True)))
    (states, *gradients), (rounded_states, *rounded_gradients) = results
    assert rounded_states.dtype == torch.bfloat16
    assert torch.equal(rounded_states.to(dtype), states)
    for gradient, rounded in zip(gradients, rounded_gradients, strict=True):
        assert rounded.dtype == dtype
        assert 0 < (rounded - gradient).norm() < 0.01 * gradient.norm()


@pytest.mark.parametrize("rows", [3, 4, 11])  # the kernel takes four at a time
def test_the_kernels_product_on_the_way_back_is_rounded_only(
    rows: int, kernels: bfloat16.Kernels, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = exact_cell(64, seed=4)
    alphabet, tokens = exact_inputs(40, rows, 64, seed=4)
    table = torch.nn.functional.linear(alphabet, cell.gates.weight[:, 64:], cell.gates.bias)
    weight, initial = cell.gates.weight[:, :64], cell.initial_state.expand(rows, 64)
    monkeypatch.setattr(torch, "get_num_threads", lambda: 1)
    states = binary_highway(table, tokens, weight, initial, torch.bfloat16)
    upstream = torch.randn(states.shape, generator=torch.Generator().manual_seed(1)).bfloat16()
    ours = torch.autograd.grad(states, (table, weight), upstream, retain_graph=True)
    monkeypatch.setattr(recurrence_cpu, "kernels", lambda: None)
    theirs = torch.autograd.grad(states, (table, weight), upstream)
    for mine, other in zip(ours, theirs, strict=True):
        assert torch.equal(mine, other) == (rows < bfloat16.ROWS)
        assert (mine - other).norm() < 0.01 * other.norm()


def test_bfloat16_is_rounded_as_pytorch_rounds() -> None:
    x = torch.cat((torch.randn(1000), torch.tensor([0.0, -0.0, 1.00390625, 1.01171875, 1e-38, -3e38])))
    ours = torch.empty_like(x, dtype=torch.bfloat16)
    cpu.store(x.numpy(), ours.view(torch.uint16).numpy())
    assert torch.equal(ours, x.bfloat16())


def test_the_compiled_sigmoid_is_accurate_to_float32() -> None:
    x = torch.cat((torch.linspace(-100, 100, 20_001), torch.tensor([0.0, -0.0, 1e-30, 3e38, -3e38])))
    ours = x.clone()
    recurrence_cpu._sigmoid(ours.numpy())
    torch.testing.assert_close(ours.double(), torch.sigmoid(x.double()), rtol=3e-7, atol=2e-38)
