"""Threads of our own, which sleep while they wait: the same work, in as many parts."""

import threading
from collections.abc import Iterator
from unittest.mock import Mock

import pytest
import torch

from exact import exact_cell
from phonecase.model.fast import cpu, head, helper
from phonecase.model.fast.recurrence import binary_highway
from phonecase.training.muon import Muon


@pytest.fixture
def own_threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Three threads and parts, whatever there was before."""
    before = torch.get_num_threads()
    monkeypatch.setattr(cpu, "PARTS", 3)
    cpu.use_own_threads(3)
    yield
    cpu._own_threads = 0
    torch.set_num_threads(before)


def test_every_row_is_worked_on_once_and_pytorch_keeps_to_one_thread(own_threads: None) -> None:
    seen: list[tuple[int, int, int, bool]] = []
    lock = threading.Lock()

    def work(part: int, begin: int, end: int) -> None:
        with lock:
            seen.append((part, begin, end, torch.is_grad_enabled()))

    with torch.no_grad():
        cpu.in_threads(10, work)
    assert sorted(seen) == [(0, 0, 3, False), (1, 3, 6, False), (2, 6, 10, False)]
    assert torch.get_num_threads() == 1
    assert cpu.own_parts_of(10) == cpu.threads() == 3


@pytest.mark.parametrize("failing", [0, 2])
def test_what_goes_wrong_in_a_thread_is_raised_when_all_are_done(own_threads: None, failing: int) -> None:
    done: list[int] = []
    each_in_its_own = threading.Barrier(3)

    def work(part: int, begin: int, end: int) -> None:
        each_in_its_own.wait(timeout=60)
        if part == failing:
            raise ValueError(f"part {part}")
        done.append(part)

    with pytest.raises(ValueError, match=f"part {failing}"):
        cpu.in_threads(6, work)
    assert sorted(done) == [part for part in range(3) if part != failing]


def test_a_thread_that_does_not_come_to_run_is_not_waited_for(
    own_threads: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(helper, "_idle", [])
    monkeypatch.setattr(helper, "Thread", Mock())  # none that runs, as after a fork
    done = list[int]()
    cpu.in_threads(6, lambda part, begin, end: done.append(part))
    assert done == [0, 1, 2]
    assert len(helper._idle) == 2


def test_work_may_be_split_once_more_and_by_several_at_a_time(own_threads: None) -> None:
    done = list[tuple[int, int]]()

    def work(part: int, begin: int, end: int) -> None:
        cpu.in_threads(6, lambda inner, begin, end: done.append((part, inner)))

    callers = [threading.Thread(target=cpu.in_threads, args=(6, work)) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert sorted(done) == sorted([(part, inner) for part in range(3) for inner in range(3)] * 4)


def test_without_them_pytorch_s_own_work_is_one_piece() -> None:
    parts: list[tuple[int, int, int]] = []
    cpu.in_own_threads(7, lambda *part: parts.append(part))
    assert parts == [(0, 0, 7)]
    assert cpu.own_parts_of(7) == 1


def gradients() -> list[torch.Tensor]:
    """Those of a cell and what follows it, and a step of Muon, in float32 with PyTorch's products."""
    generator = torch.Generator().manual_seed(0)
    cell = exact_cell(8, seed=1)
    tokens = torch.randint(5, (30, 4), generator=generator)
    table = torch.randn(5, 24, generator=generator).requires_grad_()
    weight = cell.gates.weight[:, :8].detach().requires_grad_()
    layer = (torch.randn(5, 8, generator=generator).requires_grad_(), torch.zeros(5, requires_grad=True))
    states = binary_highway(table, tokens, weight, cell.initial_state.expand(4, 8), torch.float32)
    loss = head.cross_entropy(states.flatten(0, 1), tokens.flatten(), [layer])
    found = [loss, *torch.autograd.grad(loss, (table, weight, *layer))]
    matrix = torch.nn.Parameter(torch.randn(24, 8, generator=generator))
    matrix.grad = torch.randn(24, 8, generator=generator)
    muon = Muon([{"params": [matrix], "rows": 8}], precision=torch.float32)
    muon.step()
    return [tensor.detach() for tensor in [*found, matrix]]


@pytest.mark.parametrize("threads", [1, 2])
def test_a_step_is_the_same_to_the_last_bit_in_however_many_threads(own_threads: None, threads: int) -> None:
    in_three = gradients()
    cpu.use_own_threads(threads)
    for ours, theirs in zip(gradients(), in_three, strict=True):
        assert torch.equal(ours, theirs)


def test_a_step_is_the_same_but_for_rounding(request: pytest.FixtureRequest) -> None:
    alone = gradients()
    request.getfixturevalue("own_threads")
    for ours, theirs in zip(gradients(), alone, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=1e-6)
