"""Compare models: how well each learnt, how long it remembers, how good it looks; those that failed too.

Reads what is there, at any time: by hand, while a sweep is still running, as well.
"""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

import pyarrow as pa

from phonecase.experiments import About, compare
from phonecase.experiments.page import draw, headline, markdown, page
from phonecase.experiments.table import counts
from phonecase.files import atomic, write_text
from phonecase.tables import write_table

log = logging.getLogger("phonecase.experiments")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--settings", required=True, metavar="JSON", help="which models, and by what")
    result.add_argument("--results", type=Path, default=Path("results"), help="default: %(default)s")
    outputs = result.add_argument_group("outputs")
    outputs.add_argument("--parquet", type=Path, required=True, help="the table, the pictures in it")
    outputs.add_argument("--markdown", type=Path, required=True, help="the table for reading")
    outputs.add_argument("--html", type=Path, required=True, help="the same with pictures, all in one file")
    outputs.add_argument("--plot", type=Path, required=True, help="validation bits (PNG)")
    outputs.add_argument("--complete", type=Path, help="a file that is there when every model is done")
    return result


def main(args: argparse.Namespace) -> None:
    """Read what the models left, and write the comparison in each form."""
    table = compare(About.from_json(args.settings), args.results)
    write_table(args.parquet, pa.Table.from_pandas(table, preserve_index=False))
    with atomic(args.plot) as path:
        draw(table, path, counts(args.results))
    write_text(args.html, page(table, args.plot.read_bytes()))
    write_text(args.markdown, markdown(table, args.plot.name))
    if args.complete:
        args.complete.unlink(missing_ok=True)
        if (table["status"] == "done").all():
            write_text(args.complete, "")
    log.info("%s: %s", args.markdown, headline(table))


if __name__ == "__main__":
    run(parser(), main)
