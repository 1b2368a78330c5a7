"""Show what was found out about a network: a page with figures, and the same in Markdown."""

from phonecase.console import run

import argparse
import logging
from pathlib import Path

from phonecase.files import atomic, write_text
from phonecase.insight.figures import DRAWN, draw
from phonecase.insight.findings import Findings
from phonecase.insight.page import markdown, page

log = logging.getLogger("phonecase.insight_page")


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--model", required=True, help="the network's name")
    result.add_argument("--folder", type=Path, required=True, help="where its measurements are")
    result.add_argument("--ngrams", type=Path, required=True, help="bits of count_ngrams.py")
    result.add_argument("--html", type=Path, required=True, help="the page, all in one file")
    result.add_argument("--markdown", type=Path, required=True, help="the same; figures go beside it")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the measurements, draw the figures, write the pages."""
    found = Findings.load(args.model, args.folder, args.ngrams)
    figures = {name: draw(found, name) for name in DRAWN}
    for name, png in figures.items():
        with atomic(args.markdown.with_name(f"{name}.png")) as path:
            path.write_bytes(png)
    write_text(args.markdown, markdown(found, {name: f"{name}.png" for name in figures}))
    write_text(args.html, page(found, figures))
    log.info("%s", found.worth())


if __name__ == "__main__":
    run(parser(), main)
