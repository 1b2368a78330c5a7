"""Which GPU a training takes, when there are several and trainings run side by side.

A training leases its GPU: it holds a lock on a file that is named after it, and another training takes
the next. The operating system frees the lock when its holder ends, however it ends.
"""

import logging
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

_SECONDS_BETWEEN_TRIES = 1.0


@contextmanager
def lease_gpu(device: torch.device) -> Iterator[torch.device]:
    """One of this process's CUDA GPUs for it alone, in place of `device`; another kind of device as it is.

    Which GPUs there are is CUDA's answer. So CUDA_VISIBLE_DEVICES is heeded, its numbers and its UUIDs alike,
    whether a user or SLURM has set it.
    """
    if device.type != "cuda":
        yield device
        return
    names = [_name(number) for number in range(torch.cuda.device_count())]
    with lease(names) as number:
        if len(names) > 1:
            log.info("GPU %d of %d: %s", number + 1, len(names), torch.cuda.get_device_name(number))
        torch.cuda.set_device(number)
        yield torch.device("cuda", number)


@contextmanager
def lease(names: Sequence[str], folder: Path | None = None) -> Iterator[int]:
    """Hold the first of these devices that nobody holds, and yield its place in the list; wait for one.

    The names are the same for every process on the machine. The locks lie in `folder`, by default one
    for each user in the folder for temporary files.
    """
    folder = folder or Path(tempfile.gettempdir()) / f"phonecase-{os.getuid()}"
    folder.mkdir(parents=True, exist_ok=True)
    locks = [FileLock(folder / f"{name}.lock") for name in names]
    held = _first_free(locks)
    if held is None:
        log.info("all %d GPUs are taken by other trainings; waiting for one", len(names))
    while held is None:
        time.sleep(_SECONDS_BETWEEN_TRIES)
        held = _first_free(locks)
    try:
        yield held
    finally:
        locks[held].release()


def _first_free(locks: Sequence[FileLock]) -> int | None:
    """Lock the first that is free: its place, or None."""
    for place, lock in enumerate(locks):
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        return place
    return None


def _name(number: int) -> str:
    """A GPU's own name, which it keeps whatever number a process sees it by."""
    return str(torch.cuda.get_device_properties(number).uuid)
