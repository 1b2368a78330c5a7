"""What the clusters of the tests share: daemons that are children of ours, and waiting for what they do."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def program(name: str) -> str | None:
    """Where a program is; Debian keeps the daemons where only root looks."""
    return shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


def why_not(system: str, programs: Sequence[str], packages: str) -> str | None:
    """Why a cluster of these programs can't be started here, or None when it can."""
    missing = [name for name in programs if program(name) is None]
    if missing:
        return f"{system} is not installed ({', '.join(missing)} missing): apt-get install {packages}"
    if os.geteuid() != 0:
        return f"{system}'s daemons need root here"
    return None


def start(
    stack: ExitStack, folder: Path, name: str, *options: str, environment: Mapping[str, str] | None = None
) -> None:
    """Start a daemon as a child of ours, to be ended with the stack; its log lies in the folder."""
    path = program(name)
    assert path is not None, name
    with (folder / f"{name}.log").open("w") as log:
        daemon = subprocess.Popen(
            [path, *options],
            stdout=log,
            stderr=log,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    stack.callback(_end, daemon)


def _end(daemon: "subprocess.Popen[bytes]") -> None:
    daemon.terminate()
    try:
        daemon.wait(10)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_until(condition: Callable[[], T], what: str, seconds: float) -> T:
    """Wait until a condition holds, asking ten times a second: its value. AssertionError at the end."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"{what} did not come about in {seconds} seconds"
        time.sleep(0.1)
    return value
