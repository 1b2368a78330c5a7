"""Write the JSON schema of config.yaml, by which editors complete and check what is typed."""

from phonecase.console import run

import argparse
from pathlib import Path

from phonecase.files import write_text
from phonecase.workflow.config import schema


def parser() -> argparse.ArgumentParser:
    """The command line."""
    result = argparse.ArgumentParser(description=__doc__)
    result.add_argument("--out", type=Path, default=Path("config.schema.json"), help="default: %(default)s")
    return result


def main(args: argparse.Namespace) -> None:
    """Make the schema from the models that check the settings."""
    write_text(args.out, schema())


if __name__ == "__main__":
    run(parser(), main)
