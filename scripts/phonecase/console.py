"""How every script speaks: progress to the terminal and the job's log, mistakes in one line, no traceback."""

import argparse
import errno
import logging
import sys
from collections.abc import Callable
from pathlib import Path

from phonecase.errors import UserError

log = logging.getLogger("phonecase")


def run(parser: argparse.ArgumentParser, work: Callable[[argparse.Namespace], None]) -> None:
    """Parse the command line, do the work and exit: 0 done, 1 failed, 130 interrupted.

    Adds `--log FILE`. What modules log (`logging.getLogger(__name__)`) goes to stderr and to that file;
    a `UserError` is one line there, anything unforeseen keeps its traceback.
    """
    parser.add_argument("--log", type=Path, metavar="FILE", help="also write the messages to this file")
    args = parser.parse_args()
    _start_log(args.log)
    try:
        work(args)
    except UserError as error:
        log.error("%s: error: %s", parser.prog, error)
        sys.exit(1)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            log.exception("%s: error: %s", parser.prog, error)
        else:
            where = f" while writing {error.filename}" if error.filename else ""
            log.error("%s: error: the disk is full%s; free some space and run again", parser.prog, where)
        sys.exit(1)
    except KeyboardInterrupt:
        log.error("%s: interrupted", parser.prog)
        sys.exit(130)
    except Exception:
        log.exception("%s: error: this should not happen; please report it with the lines below", parser.prog)
        sys.exit(1)


def _start_log(path: Path | None) -> None:
    handlers: list[logging.Handler] = [logging.StreamHandler(sys.stderr)]
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        handlers.append(logging.FileHandler(path, mode="w", encoding="utf-8"))
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(message)s"))
        log.addHandler(handler)
    log.setLevel(logging.INFO)
