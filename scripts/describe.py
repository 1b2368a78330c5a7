"""Say where a picture came from, and what config.yaml makes it again: of its PNG, TIFF, SVG or PDF.

`python scripts/describe.py --config case.png > config.yaml` in another folder, and Snakemake makes the same
picture there.
"""

from phonecase.console import run

import argparse
from pathlib import Path

import yaml

from phonecase.art.origin import read_origin


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("file", type=Path, help="a picture for print that this workflow drew")
    result.add_argument("--config", action="store_true", help="print the config.yaml alone")
    return result


def main(args: argparse.Namespace) -> None:
    """Read the metadata, print them as YAML."""
    origin = read_origin(args.file)
    config = origin.pop("config", {})
    if not args.config:
        print(_yaml(origin))
    if config:
        print("# config.yaml:\n" + _yaml(config))


def _yaml(table: object) -> str:
    return yaml.safe_dump(table, sort_keys=False, allow_unicode=True, width=100)


if __name__ == "__main__":
    run(parser(), main)
