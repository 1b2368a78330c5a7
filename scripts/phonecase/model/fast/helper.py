"""Threads that sleep until they are asked to help."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock, Thread

import torch


class Helper:
    """A thread that does one piece of work after another, without gradients, and sleeps in between.

    A step of training asks for help half a dozen times, each time for some milliseconds. Handed over by
    `concurrent.futures` instead of two locks, the same step takes 6% longer.
    """

    def __init__(self) -> None:
        self._asked, self._done = Lock(), Lock()
        for lock in (self._asked, self._done):
            lock.acquire()
        self._error: BaseException | None = None
        Thread(target=self._serve, daemon=True).start()

    def ask(self, work: Callable[[], None]) -> None:
        """Have it do this."""
        self._work = work
        self._asked.release()

    def finish(self) -> BaseException | None:
        """Wait until the work is done; if not begun, it never is. Returns what went wrong, if anything."""
        if not self._asked.acquire(blocking=False):  # else nobody has taken it up
            self._done.acquire()
        del self._work  # and all that it holds
        error, self._error = self._error, None
        return error

    @torch.no_grad()
    def _serve(self) -> None:
        while True:
            self._asked.acquire()
            try:
                self._work()
            except BaseException as error:  # in a thread that nobody else listens to
                self._error = error
            self._done.release()


@contextmanager
def helped(work: Callable[[], None], helpers: int) -> Iterator[None]:
    """While this thread does its part of the work, so many helpers do theirs.

    A helper that hasn't come to run by the end isn't waited for. Raises what went wrong in one.
    """
    asked = [_helper() for _ in range(helpers)]
    for helper in asked:
        helper.ask(work)
    try:
        yield
    finally:
        errors = [helper.finish() for helper in asked]
        _idle.extend(asked)
    for error in filter(None, errors):
        raise error


def _helper() -> Helper:
    """One that is idle, or else a new one."""
    try:
        return _idle.pop()
    except IndexError:
        return Helper()


_idle = list[Helper]()
"""Kept from step to step: new threads would start on a core that is busy, and be moved only later."""
