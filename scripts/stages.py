"""Run Snakemake in stages, so that a job that makes the same bytes again doesn't rerun what follows.

`python scripts/stages.py --cores 4 --resources gpu=1`, with any words for Snakemake. One call of it runs all
that follows from a job that runs; from call to call it compares contents. A stage takes a seventh of a second
where it has nothing to do. Without results there is nothing to spare, and one call does it all, while what
the orders need is compiled.
"""

import io
import subprocess
import sys
from contextlib import redirect_stderr
from pathlib import Path

from snakemake.cli import main, parse_args

STAGES = (["fetch_kjv"], ["split_by_book", "build_vocab"], ["train"], ["extract_states", "import_states"])
INDEX = Path("results/index.html")
# What means one call: another choice of jobs, another end than the first failure, or a question.
WHOLE = (
    *("dryrun", "forceall", "force", "forcerun", "until", "omit_from", "touch", "unlock", "keep_going"),
    *("list_rules", "list_target_rules", "list_changes", "summary", "detailed_summary", "lint", "report"),
    *("dag", "rulegraph", "filegraph", "d3dag", "archive", "containerize", "cleanup_metadata"),
    *("delete_all_output", "delete_temp_output"),
)


def status(words: list[str]) -> int:
    """Call Snakemake, and return its exit status."""
    try:
        main(words)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


def compile_orders() -> None:
    """Start to compile what the orders need, where nobody else wants the core: for some twenty seconds."""
    subprocess.Popen(
        [sys.executable, Path(__file__).with_name("compile_orders.py")],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,  # not interrupted with the run: what is compiled is kept
    )


def run(words: list[str]) -> int:
    """Call Snakemake for each stage and then for the rest, up to a failure; return the exit status.

    Of the stages one hears what the jobs say, and what Snakemake says if one of them fails.
    """
    with redirect_stderr(io.StringIO()) as said:
        try:
            _, options = parse_args(words)
        except SystemExit:
            print(said.getvalue(), end="", file=sys.__stderr__)
            raise
    fresh = not Path("results/models").exists()
    if fresh and not options.dryrun:
        compile_orders()
    if not fresh and not any(getattr(options, option, None) for option in WHOLE):
        for stage in STAGES:
            with redirect_stderr(io.StringIO()) as said:
                failed = status([*words, "--until", *stage])
            if failed:
                print(said.getvalue(), end="", file=sys.stderr)
                return failed
    failed = status(words)
    if not failed and INDEX.exists() and not options.dryrun:
        print(f"{INDEX} shows all of it, and has the network itself: open it in a browser", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
