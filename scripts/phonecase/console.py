"""How every script speaks: progress to the terminal and the job's log, mistakes in one line, no traceback.

Scripts import this first: what takes long to import may be interrupted, too.
"""

import argparse
import errno
import logging
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import TextIO

from phonecase.environment import environment
from phonecase.errors import UserError
from phonecase.files import Claim, claims

log = logging.getLogger("phonecase")

ADVICE = {
    errno.ENOSPC: "the disk is full; free some space and run again",
    errno.EDQUOT: "your share of the disk is full; free some space and run again",
    errno.EFBIG: "the file is larger than is allowed here",
}
"""What is better said in other words than the system's."""


def run(parser: argparse.ArgumentParser, work: Callable[[argparse.Namespace], None]) -> None:
    """Parse the command line, do the work and exit: 0 done, 1 failed, 130 interrupted, 143 terminated.

    Adds `--log FILE`. What modules log (`logging.getLogger(__name__)`) goes to stderr and to that file, and
    the outputs are this process's to write as long as the file is (`files.Claim`); its last line is what they
    were made with. A `UserError` and what the system refuses are one line there, anything unforeseen keeps
    its traceback. A second Ctrl-C kills.
    """
    parser.add_argument("--log", type=Path, metavar="FILE", help="also write the messages to this file")
    args = parser.parse_args()
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:  # as it is of a shell's background jobs
        signal.signal(signal.SIGINT, _interrupt)
    signal.signal(signal.SIGTERM, _terminate)
    try:
        _start_log(args.log)
        work(args)
        if args.log:
            log.debug("%s", environment())
    except UserError as error:
        log.error("%s: error: %s", parser.prog, error)
        sys.exit(1)
    except KeyboardInterrupt:
        log.error("%s: interrupted", parser.prog)
        sys.exit(128 + signal.SIGINT)
    except _Terminated:
        log.error("%s: terminated", parser.prog)
        sys.exit(128 + signal.SIGTERM)
    except Exception as error:
        if isinstance(error, OSError) and error.errno is not None:
            log.error("%s: error: %s", parser.prog, _reason(error))
        else:
            log.exception(
                "%s: error: this should not happen; please report it with the lines below", parser.prog
            )
        sys.exit(1)


class _Terminated(BaseException):
    """SIGTERM: an exception, so that what is half-written is removed on the way out."""


def _interrupt(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    raise KeyboardInterrupt


def _terminate(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # SLURM sends it to all of a job, and so does Snakemake
    raise _Terminated


def _reason(error: OSError) -> str:
    """What the system refused, and of which file."""
    file = f"{error.filename}: " if error.filename else ""
    return file + ADVICE.get(error.errno or 0, error.strerror or str(error))


def _start_log(path: Path | None) -> None:
    terminal = _Lines(sys.stderr)
    terminal.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [terminal]
    if path is not None:
        if path.is_file() or not path.exists():  # not /dev/null
            claims.append(Claim(path))
        handlers.append(_Lines(path.open("a", encoding="utf-8")))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.DEBUG)


class _Lines(logging.StreamHandler[TextIO]):
    """Messages, of which those are lost that can't be written: no fault of the work that they are about."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  (logging's name)
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)


def _before_the_work(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Ctrl-C while a script is still importing."""
    if issubclass(kind, KeyboardInterrupt):
        print(f"{Path(sys.argv[0]).name}: interrupted", file=sys.stderr)
    else:
        sys.__excepthook__(kind, error, trace)


sys.excepthook = _before_the_work
