"""Put what was found out about several networks, models or seeds, side by side, as Markdown.

`python scripts/compare_insight.py swift swift~seed=1` after `snakemake insight` of both.
"""

from phonecase.console import run

import argparse
from pathlib import Path

from phonecase.insight.findings import Findings
from phonecase.insight.summary import side_by_side


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("models", nargs="+", help="the networks' names")
    result.add_argument(
        "--folder", type=Path, default=Path("results/insight"), help="where they are; default: %(default)s"
    )
    return result


def main(args: argparse.Namespace) -> None:
    """Read the measurements of each, print the table."""
    ngrams = args.folder / "ngrams.json"
    print(side_by_side([Findings.load(name, args.folder / name, ngrams) for name in args.models]), end="")


if __name__ == "__main__":
    run(parser(), main)
