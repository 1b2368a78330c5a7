"""Our orders against those of R's package `seriation`, on the same matrix of distances.

Needs R and the package; on Debian: apt-get install r-base-core r-cran-seriation.
"""

import argparse
import csv
import io
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

import instances  # first: it finds the library
from phonecase.ordering import criteria, order_units
from phonecase.ordering.units import Units

CRITERIA = {"path": "colour_changes", "bar": "bar", "ar_events": "ar_events"}  # R's column: ours
OURS = {"path": "optimal", "bar": "bar", "ar_events": "anti_robinson"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=Path, help="states (parquet); made-up ones of 128 units without it")
    parser.add_argument(
        "--times", type=int, default=1, help="runs of each of R's methods; its best one counts"
    )
    args = parser.parse_args()
    if shutil.which("Rscript") is None or not _has_package():
        print("skipped: R or its package seriation is missing (apt-get install r-base-core r-cran-seriation)")
        sys.exit()
    passage = instances.read(args.states) if args.states else instances.states(128)
    theirs = _r_seriation(passage, args.times)
    print(f"{len(theirs)} runs of R's methods, {sum(float(run['seconds']) for run in theirs):.1f} s in all\n")
    print("| criterion | best of R | its method | seconds | ours | strategy | seconds |")
    print("|:--|--:|:--|--:|--:|:--|--:|")
    for column, criterion in CRITERIA.items():
        best = min(theirs, key=lambda run: float(run[column]))
        order_units(passage, OURS[column])  # compile
        start = time.process_time()
        ordering = order_units(passage, OURS[column])
        seconds = time.process_time() - start
        value = criteria(passage, ordering)[criterion]
        print(
            f"| {criterion} | {float(best[column]):,.0f} | {best['method']} | {float(best['seconds']):.2f} "
            f"| {value:,.0f} | {OURS[column]} | {seconds:.2f} |"
        )


def _has_package() -> bool:
    return (
        subprocess.run(["Rscript", "-e", "library(seriation)"], capture_output=True, check=False).returncode
        == 0
    )


def _r_seriation(passage: np.ndarray, times: int) -> list[dict[str, str]]:
    with tempfile.TemporaryDirectory() as folder:
        distances = Path(folder) / "distances.csv"
        np.savetxt(distances, Units(passage).distance, fmt="%d", delimiter=",")
        script = Path(__file__).with_suffix(".R")
        done = subprocess.run(
            ["Rscript", script, distances, str(times)], stdout=subprocess.PIPE, text=True, check=True
        )
    return list(csv.DictReader(io.StringIO(done.stdout)))


if __name__ == "__main__":
    main()
