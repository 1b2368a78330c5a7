"""The criteria and the best orders, held against R's package seriation."""

import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from ordering.cases import process
from phonecase.ordering import Ordering, order_units
from phonecase.ordering.core import States
from phonecase.ordering.criteria import band, criteria
from phonecase.ordering.leaves import turned
from phonecase.ordering.seriation import Linkage
from phonecase.ordering.units import Units

pytestmark = pytest.mark.slow

# Distances and an order (from 0) come in; a line each of our criteria in R's words goes out, then
# the least path, BAR and AR events that any of some of R's usual methods finds.
PROGRAM = """
suppressPackageStartupMessages(library(seriation))
arguments <- commandArgs(trailingOnly = TRUE)
d <- as.dist(as.matrix(read.csv(arguments[1], header = FALSE)))
storage.mode(d) <- "double"
order <- ser_permutation(as.integer(read.csv(arguments[2], header = FALSE)[[1]]) + 1L)
b <- as.integer(arguments[3])
for (method in c("Path_length", "BAR", "AR_events", "Inertia", "2SUM"))
  cat(criterion(d, order, method = method, b = b), "\\n")
least <- c(Inf, Inf, Inf)
for (method in c("OLO_ward", "OLO_average", "TSP", "QAP_BAR", "QAP_LS", "Spectral", "ARSA")) {
  set.seed(1)
  found <- suppressWarnings(seriate(d, method = method))
  least <- pmin(least, criterion(d, found, method = c("Path_length", "BAR", "AR_events"), b = b))
}
cat(least, "\\n")
"""


@pytest.fixture(scope="module")
def rscript() -> str:
    """R with its package; a reason to skip, except in CI, where it is to be there."""
    program = shutil.which("Rscript")
    if program and subprocess.run([program, "-e", "library(seriation)"], capture_output=True).returncode == 0:
        return program
    reason = "R or its package seriation is missing: apt-get install r-base-core r-cran-seriation"
    if "CI" in os.environ:
        pytest.fail(reason)
    pytest.skip(reason)


def in_r(rscript: str, folder: Path, states: States, ordering: Ordering) -> list[list[float]]:
    """The lines that the program prints."""
    np.savetxt(folder / "distances.csv", Units(states).distance, fmt="%d", delimiter=",")
    np.savetxt(folder / "order.csv", ordering.permutation, fmt="%d")
    (folder / "program.R").write_text(PROGRAM)
    width = str(band(states.shape[1]))
    command = [rscript, "program.R", "distances.csv", "order.csv", width]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [[float(word) for word in line.split()] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("H", [7, 40])
def test_criteria_are_rs_and_no_order_of_rs_is_better(rscript: str, tmp_path: Path, H: int) -> None:
    states = process(T=90, H=H)
    ordering = order_units(states, "mean")
    *theirs, least = in_r(rscript, tmp_path, states, ordering)
    ours = criteria(states, ordering)
    names = ("colour_changes", "bar", "ar_events", "inertia", "two_sum")
    np.testing.assert_allclose([line[0] for line in theirs], [ours[name] for name in names], rtol=1e-6)
    for strategy, name, best in zip(("optimal", "bar", "anti_robinson"), names, least, strict=False):
        assert criteria(states, order_units(states, strategy))[name] <= best


TURNED = """
suppressPackageStartupMessages(library(seriation))
d <- as.dist(as.matrix(read.csv("distances.csv", header = FALSE)))
storage.mode(d) <- "double"
merge <- unname(as.matrix(read.csv("merge.csv", header = FALSE)))
order <- read.csv("order.csv", header = FALSE)[[1]]
tree <- structure(
  list(merge = merge, height = seq_len(nrow(merge)), order = order, labels = NULL), class = "hclust"
)
cat(criterion(d, ser_permutation(reorder(tree, d, method = "OLO")), method = "Path_length"), "\\n")
"""


@pytest.mark.parametrize("linkage", ["average", "ward"])
def test_the_branches_are_turned_as_well_as_rs(rscript: str, tmp_path: Path, linkage: Linkage) -> None:
    from scipy.cluster.hierarchy import leaves_list
    from scipy.cluster.hierarchy import linkage as cluster
    from scipy.spatial.distance import squareform

    states = process(T=90, H=60)
    d = Units(states).distance
    tree = cluster(squareform(d), linkage)
    children = tree[:, :2].astype(np.int64)
    np.savetxt(tmp_path / "distances.csv", d, fmt="%d", delimiter=",")
    merge = np.where(children < len(d), -1 - children, children - len(d) + 1)  # as R's hclust numbers nodes
    np.savetxt(tmp_path / "merge.csv", merge, fmt="%d", delimiter=",")
    np.savetxt(tmp_path / "order.csv", leaves_list(tree) + 1, fmt="%d")
    (tmp_path / "program.R").write_text(TURNED)
    done = subprocess.run([rscript, "program.R"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    order = turned(children, d)
    assert d[order[:-1], order[1:]].sum() == float(done.stdout)
