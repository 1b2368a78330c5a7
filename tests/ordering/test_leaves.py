"""`leaf`: the tree is one that its linkage makes, and no turning of its branches is better."""

import itertools
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import get_args

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.cluster.hierarchy import leaves_list
from scipy.cluster.hierarchy import linkage as cluster
from scipy.spatial.distance import squareform

from ordering.cases import process, states
from phonecase.ordering import order_units, similarity
from phonecase.ordering.core import Ordering, States
from phonecase.ordering.leaves import turned
from phonecase.ordering.seriation import Linkage
from phonecase.ordering.units import Units

Ints = npt.NDArray[np.integer]
LINKAGES = get_args(Linkage)


def layouts(children: Ints, H: int) -> list[list[int]]:
    """Every order of the leaves that the tree allows."""

    def of(node: int) -> list[list[int]]:
        if node < H:
            return [[node]]
        one, other = (of(int(child)) for child in children[node - H])
        return [a + b for x, y in itertools.product(one, other) for a, b in ((x, y), (y, x))]

    return of(2 * H - 2)


def length(d: Ints, order: Ints | list[int]) -> int:
    return sum(int(d[a, b]) for a, b in itertools.pairwise(order))


@st.composite
def trees(draw: st.DrawFn) -> tuple[Ints, Ints]:
    """Any tree of a few leaves, and any distances."""
    H = draw(st.integers(1, 8))
    clusters, children = list(range(H)), []
    for node in range(H, 2 * H - 1):
        pair = [clusters.pop(draw(st.integers(0, len(clusters) - 1))) for _ in range(2)]
        children.append(pair)
        clusters.append(node)
    d = np.zeros((H, H), np.int32)
    for i, j in itertools.combinations(range(H), 2):
        d[i, j] = d[j, i] = draw(st.integers(0, 9))
    return np.array(children, np.int64).reshape(-1, 2), d


@settings(deadline=None, max_examples=200)
@given(tree=trees())
def test_no_turning_of_the_branches_is_better(tree: tuple[Ints, Ints]) -> None:
    children, d = tree
    order, all_orders = turned(children, d).tolist(), layouts(children, len(d))
    assert order in all_orders
    assert length(d, order) == min(length(d, other) for other in all_orders)


def test_where_scipy_leaves_a_branch_unturned() -> None:
    """scipy's issue 11227: its `optimal_ordering` need not be optimal."""
    d = Units(np.array([[1, -1, -1, -1], [1, 1, -1, -1], [-1, -1, -1, 1], [1, -1, 1, -1]], np.int8)).distance
    tree = cluster(squareform(d), optimal_ordering=True)
    ours = length(d, turned(tree[:, :2].astype(np.int64), d))
    assert ours == min(length(d, order) for order in layouts(tree[:, :2].astype(int), 4))
    assert ours < length(d, leaves_list(tree))


@pytest.mark.parametrize("linkage", LINKAGES)
def test_the_order_is_one_of_the_tree_and_better_than_scipys(linkage: Linkage) -> None:
    passage = process(T=90, H=60)
    passage = passage[:, Units(passage).by_rows()]  # as the strategy sees it: there are ties
    distance = squareform(Units(passage).distance) ** (0.5 if linkage == "ward" else 1.0)
    tree = cluster(distance, linkage, optimal_ordering=True)
    ordering = order_units(passage, "leaf", linkage=linkage)
    rows = {unit: row for row, unit in enumerate(ordering.permutation.tolist())}
    nodes = [[rows[unit]] for unit in range(60)]
    for one, other, _, _ in tree:
        nodes.append(nodes[int(one)] + nodes[int(other)])
        assert max(nodes[-1]) - min(nodes[-1]) == len(nodes[-1]) - 1, "a cluster stands together"
    theirs = Ordering(leaves_list(tree).astype(np.int32), np.ones(60, np.int8))
    assert similarity(passage, ordering) >= similarity(passage, theirs)


Cluster = dict[
    int, Fraction
]  # its units, each with its share: one half of that in the child that it came with
Apart = Callable[[Cluster, Cluster], Fraction]


def exactly(linkage: str, passage: States) -> Apart:
    """How far apart two clusters are, by the linkage's definition; squared, for Ward's."""
    rows, d = passage.T.tolist(), Units(passage).distance.tolist()

    def between(a: Cluster, b: Cluster) -> list[Fraction]:
        return [Fraction(d[i][j]) for i in a for j in b]

    def ward(a: Cluster, b: Cluster) -> Fraction:
        """2 |A| |B| / (|A| + |B|) times the centroids' squared distance, that of two units being d."""
        centre = [[Fraction(sum(rows[i][t] for i in c), len(c)) for t in range(len(passage))] for c in (a, b)]
        apart = sum(((x - y) ** 2 for x, y in zip(*centre, strict=True)), Fraction()) / 4
        return apart * 2 * len(a) * len(b) / (len(a) + len(b))

    return {
        "average": lambda a, b: sum(between(a, b), Fraction()) / (len(a) * len(b)),
        "complete": lambda a, b: max(between(a, b)),
        "single": lambda a, b: min(between(a, b)),
        "ward": ward,
        "weighted": lambda a, b: sum((a[i] * b[j] * d[i][j] for i in a for j in b), Fraction()),
    }[linkage]


@pytest.mark.parametrize("linkage", LINKAGES)
@settings(deadline=None, max_examples=60)
@given(passage=states())
def test_every_merge_of_the_tree_is_of_the_closest_clusters(linkage: Linkage, passage: States) -> None:
    """scipy's linkage, held against the definition in exact fractions."""
    H = passage.shape[1]
    if H == 1:
        return
    apart, power = exactly(linkage, passage), 2 if linkage == "ward" else 1
    clusters: dict[int, Cluster] = {unit: {unit: Fraction(1)} for unit in range(H)}
    tree = cluster(squareform(Units(passage).distance) ** (1 / power), linkage)
    for node, (one, other, height, _) in enumerate(tree, H):
        closest = min(apart(a, b) for a, b in itertools.combinations(clusters.values(), 2))
        a, b = clusters.pop(int(one)), clusters.pop(int(other))
        assert apart(a, b) == closest
        assert height**power == pytest.approx(float(closest))
        clusters[node] = {unit: share / 2 for unit, share in {**a, **b}.items()}


CHAIN = """
import numpy as np
from phonecase.ordering import order_units, similarity

H = 3000
chain = np.where(np.arange(H - 1)[:, None] >= np.arange(H), 1, -1).astype(np.int8)  # neighbours differ once
assert similarity(chain, order_units(chain, "leaf", linkage="single")) == (H - 1) * (H - 1) - 2 * (H - 1)
(peak,) = (line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(peak.split()[1])  # KiB, since exec: ru_maxrss has that of pytest
"""


@pytest.mark.slow
def test_a_chain_of_3000_units_ends_in_bounded_memory() -> None:
    """A tree as deep as there are units, each merged with all the ones before."""
    done = subprocess.run(
        [sys.executable, "-c", CHAIN],
        env={"PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 1_000_000
