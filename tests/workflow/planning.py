"""Ask Snakemake what it would do: the exact jobs of a dry run, with the reason of each."""

import gc
import logging
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from snakemake.api import SnakemakeApi
from snakemake.logging import logger
from snakemake.settings.types import ConfigSettings, DAGSettings, OutputSettings, Quietness, ResourceSettings
from snakemake_interface_logger_plugins.common import LogEvent


class Job(NamedTuple):
    """A job that would run."""

    rule: str
    wildcards: tuple[str, ...]
    reason: str
    kinds: tuple[str, ...]
    """The names of the wildcards."""


class _Listener(logging.Handler):
    """Keeps the jobs that Snakemake announces."""

    def __init__(self) -> None:
        super().__init__()
        self.jobs: list[Job] = []

    def emit(self, record: logging.LogRecord) -> None:
        if getattr(record, "event", None) == LogEvent.JOB_INFO:
            wildcards = getattr(record, "wildcards", None) or {}
            reason = getattr(record, "reason", "")
            rule = getattr(record, "rule_name", "")
            self.jobs.append(Job(rule, tuple(wildcards.values()), reason, tuple(wildcards)))


@contextmanager
def _as_before() -> Iterator[None]:
    """Afterwards signals and garbage are handled as before: Snakemake and our rules set that for good."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    threshold = gc.get_threshold()
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        gc.unfreeze()
        gc.set_threshold(*threshold)


@_as_before()
def plan(
    folder: Path,
    targets: Iterable[str] = (),
    configfiles: Iterable[Path] = (),
    workflow: Path | None = None,
    *,
    forceall: bool = False,
) -> list[Job]:
    """The jobs of `snakemake -n` in a folder, by its own workflow or another, under the default profile."""
    listener = _Listener()
    with SnakemakeApi(
        OutputSettings(quiet={Quietness.ALL}, dryrun=True, enable_file_logging=False)
    ) as snakemake:
        for handler in list(logger.handlers):
            logger.removeHandler(handler)
        logger.addHandler(listener)
        called = snakemake.workflow(
            resource_settings=ResourceSettings(cores=1),
            config_settings=ConfigSettings(configfiles=list(configfiles)),
            snakefile=(workflow or folder) / "Snakefile",
            workdir=folder,
        )
        settings = DAGSettings(targets=set(targets), forceall=forceall, max_checksum_file_size=10**9)
        called.dag(settings).execute_workflow(executor="local", pseudo_executor="dryrun")
        logger.removeHandler(listener)
    return sorted(listener.jobs)
