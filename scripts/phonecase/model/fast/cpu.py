"""What the loops that numba compiles for the CPU have in common: threads, and numbers in two precisions.

numba keeps compiled code from run to run, and doesn't see that a function from another module has changed:
after an edit here, remove `__pycache__` in this folder.
"""

import ctypes
import functools
import os
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from phonecase.compiling import njit
from phonecase.model.fast.helper import helped

compiled: Callable[..., Any] = njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
ONE = np.float32(1)
PARTS = min(os.cpu_count() or 1, 8)
"""In how many parts a batch is worked on, each with sums of its own, which are then added up in order.

As many as the machine has cores, not as there are threads: so sums are the same to the last bit, however many
threads a job is given. More parts than threads cost some percent, since each writes to memory of its own. A
batch of 32 has no more than 8 whose rows fill a processor's registers.
"""


def arrays(*tensors: Tensor) -> list[NDArray[Any]]:
    """The tensors' memory for NumPy, which has no bfloat16: those are integers of 16 bits."""
    bits = (tensor.view(torch.uint16) if tensor.dtype == torch.bfloat16 else tensor for tensor in tensors)
    return [tensor.detach().contiguous().numpy() for tensor in bits]


def use_own_threads(threads: int) -> None:
    """Compute in so many threads of our own, and have PyTorch compute in the one that calls it.

    PyTorch's threads, OpenMP's, wait for the next of a hundred small pieces a step by going round in circles.
    That is quickest as long as each has a core for itself. But as soon as anything else wants one, threads go
    round in circles while the one that they wait for isn't running, and a step takes ten times as long.
    Ours sleep, and there are only a few pieces a step, all large.
    """
    global _own_threads
    torch.set_num_threads(1)
    _own_threads = threads


def threads() -> int:
    """In how many threads `in_threads` computes, where there are as many parts."""
    return _own_threads or torch.get_num_threads()


def parts_of(rows: int, together: int = 1) -> int:
    """In how many parts `in_threads` splits."""
    return max(1, min(PARTS, -(-rows // together)))  # of no rows, one that is empty


def own_parts_of(rows: int) -> int:
    """In how many parts `in_own_threads` splits."""
    return parts_of(rows) if _own_threads else 1


def in_own_threads(rows: int, work: Callable[[int, int, int], None]) -> None:
    """`in_threads` for what PyTorch computes: it has threads for that, unless there are `use_own_threads`."""
    if _own_threads:
        in_threads(rows, work)
    else:
        work(0, 0, rows)


_own_threads = 0  # 0 where it is PyTorch's


def in_threads(rows: int, work: Callable[[int, int, int], None], together: int = 1) -> None:
    """Split the rows evenly into `PARTS` or fewer, and call `work` with each one's number, begin and end.

    So many rows stay `together`. Parts are the same in however many threads. Each thread takes the next one
    when it is free. A thread that hasn't come to run by the end, as happens beside other programs, isn't
    waited for.

    Unless there are `use_own_threads`, the threads are those in which PyTorch computes. Others would fight
    them for the cores: after a product OpenMP's threads wait some milliseconds for the next one, and don't
    sleep meanwhile. Where PyTorch brings another OpenMP than GNU's, or none, it is others nevertheless.
    """
    groups = -(-rows // together)
    parts = parts_of(rows, together)
    bounds = [min(together * (groups * part // parts), rows) for part in range(parts + 1)]
    team = min(threads(), parts)

    todo = iter(range(parts))

    def share() -> None:
        for part in todo:
            work(part, bounds[part], bounds[part + 1])

    openmp = None if _own_threads else _openmp()
    if team == 1:
        share()
    elif openmp is None:
        with helped(share, team - 1):
            share()
    else:
        errors = []

        def join(_: object) -> None:
            try:
                share()
            except BaseException as error:  # in a thread that nobody else listens to
                errors.append(error)

        openmp.GOMP_parallel(_TEAM(join), None, ctypes.c_uint(team), ctypes.c_uint(0))
        if errors:
            raise errors[0]


_TEAM = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


@functools.cache
def _openmp() -> ctypes.CDLL | None:
    """GNU's OpenMP as PyTorch loaded it, if it did."""
    loaded = ctypes.CDLL(None) if os.name == "posix" else None
    return loaded if hasattr(loaded, "GOMP_parallel") else None


@compiled
def copy(x: NDArray[Any], out: NDArray[Any]) -> None:
    """To another array of the same type; far quicker than out[:] = x on short rows."""
    for i in range(len(out)):
        out[i] = x[i]


@compiled
def store(x: NDArray[np.float32], out: NDArray[Any]) -> None:
    """x to float32 or bfloat16, which is the upper half of the bits, rounded to nearest, ties to even."""
    if out.itemsize == 4:
        copy(x, out)
        return
    bits = x.view(np.uint32)
    for i in range(len(out)):
        odd = bits[i] >> np.uint32(16) & np.uint32(1)
        out[i] = (bits[i] + np.uint32(0x7FFF) + odd) >> np.uint32(16)


@compiled
def load(x: NDArray[Any], out: NDArray[np.float32]) -> None:
    """What `store` stored."""
    if x.itemsize == 4:
        copy(x, out)
        return
    bits = out.view(np.uint32)
    for i in range(len(out)):
        bits[i] = np.uint32(x[i]) << np.uint32(16)


@compiled
def exp(x: np.float32) -> np.float32:
    """exp(x) to float32's accuracy for |x| ≤ 87, and beyond that as for ±87; loops with it vectorise.

    exp(x) = 2ⁿ exp(r) with n the nearest integer to x / ln 2 and r the rest; exp(r) by the polynomial of
    Cephes' expf, and 2ⁿ is put together from its bits. ln 2 is taken off in two parts, the first exact.
    """
    y = min(max(x, np.float32(-87)), np.float32(87))
    n = np.floor(y * np.float32(1.44269504) + np.float32(0.5))
    r = y - n * np.float32(0.693359375) + n * np.float32(2.12194440e-4)
    p = np.float32(1.9875691500e-4)
    p = p * r + np.float32(1.3981999507e-3)
    p = p * r + np.float32(8.3334519073e-3)
    p = p * r + np.float32(4.1665795894e-2)
    p = p * r + np.float32(1.6666665459e-1)
    p = p * r + np.float32(5.0000001201e-1)
    p = p * r * r + r + ONE
    power = np.int32((np.int32(n) + np.int32(127)) << np.int32(23)).view(np.float32)
    return np.float32(p * power)
