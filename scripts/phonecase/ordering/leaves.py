"""The best turning of a cluster tree's branches, by dynamic programming.

A tree of H leaves can be laid out in 2^(H−1) ways, for each of its inner nodes may swap its two children. Of
all these, the shortest path through the leaves is found from the leaves to the root (Bar-Joseph, Gifford and
Jaakkola 2001). Let `least[a, b]` be the length of the shortest path through the leaves of a node that starts
at a, in one of its children, and ends at b, in the other. It leaves the first child at some m and enters the
second at some k. As a and m are in different children of the first child (or both are its only leaf), so are
k and b in the second:

    least[a, b] = min over m and k of  least[a, m] + d[m, k] + least[k, b].

Two leaves part at one node only, so one matrix holds all of it. The minimum over m comes first, that over k
second: O(H³) steps and O(H²) memory in all. How the branches turn is then read off, from the root down.
"""

import numpy as np
import numpy.typing as npt

from phonecase.ordering.kernels import Ints, compiled

MOST = np.iinfo(np.int32).max  # no path is as long


def turned(children: Ints, d: Ints) -> npt.NDArray[np.int64]:
    """The leaves along the shortest path that the tree allows; the first of equally short ones.  # (H,)

    `children` (H − 1, 2): leaves are numbered 0..H − 1, and row k is node H + k, made of two nodes of smaller
    numbers, as in scipy's linkage matrix. `d` (H, H) are the distances, integers, symmetric.
    """
    H = len(d)
    end = np.ones(2 * H - 1, np.int64)  # how many leaves a node has, at first
    for node, (one, other) in enumerate(children, H):
        end[node] = end[one] + end[other]
    begin = np.zeros(2 * H - 1, np.int64)
    for node, (one, other) in reversed([*enumerate(children, H)]):
        begin[one], begin[other] = begin[node], begin[node] + end[one]
    end += begin  # laid out as the tree stands, a node's leaves are at the places begin..end
    leaves = np.argsort(begin[:H])
    placed = d[np.ix_(leaves, leaves)]
    least = _shortest_paths(begin[children], end[children], placed)

    def partners(node: int, a: int) -> slice:
        """Where a path through a node may end that starts at a: in its other child, or where it is."""
        if node < H:
            return slice(a, a + 1)
        one, other = children[node - H]
        return slice(begin[other], end[other]) if a < end[one] else slice(begin[one], end[one])

    ends = np.zeros((2 * H - 1, 2), np.int64)  # where the path through a node starts and stops
    if H > 1:
        one, other = children[-1]
        whole = least[begin[one] : end[one], begin[other] : end[other]]
        a, b = np.unravel_index(np.argmin(whole), whole.shape)
        ends[-1] = begin[one] + a, begin[other] + b
    row = np.zeros(2 * H - 1, np.int64)  # of a node's first leaf, along the path
    for node, (one, other) in reversed([*enumerate(children, H)]):
        a, b = ends[node]
        if a >= end[one]:
            one, other = other, one
        from_one, to_other = partners(one, a), partners(other, b)
        ways = least[a, from_one, None] + placed[from_one, to_other] + least[to_other, b]
        m, k = np.unravel_index(np.argmin(ways), ways.shape)
        ends[one], ends[other] = (a, from_one.start + m), (to_other.start + k, b)
        row[one], row[other] = row[node], row[node] + end[one] - begin[one]
    return np.argsort(row[:H])


@compiled
def _shortest_paths(begin: Ints, end: Ints, d: Ints) -> Ints:
    """`least`, by the places of leaves and of the children of each inner node, (H − 1, 2).  # (H, H)"""
    H = len(d)
    least = np.zeros_like(d)
    entering = np.empty(H, d.dtype)  # the shortest path from a through its child and on to k
    far = np.empty((H, 2), np.int64)  # where a path may end that starts at a leaf
    for a in range(H):
        far[a, 0], far[a, 1] = a, a + 1
    for node in range(len(begin)):
        start, middle, stop = begin[node, 0], begin[node, 1], end[node, 1]
        for a in range(start, middle):
            for k in range(middle, stop):
                entering[k] = least[a, k] = MOST
            for m in range(far[a, 0], far[a, 1]):
                for k in range(middle, stop):
                    entering[k] = min(entering[k], least[a, m] + d[m, k])
            for k in range(middle, stop):
                for b in range(far[k, 0], far[k, 1]):
                    least[a, b] = min(least[a, b], entering[k] + least[k, b])
            for b in range(middle, stop):
                least[b, a] = least[a, b]
        for a in range(start, stop):
            far[a, 0], far[a, 1] = (middle, stop) if a < middle else (start, middle)
    return least
