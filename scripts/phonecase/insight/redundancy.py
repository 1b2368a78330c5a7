"""How much the units hold between them: fewer bits than there are, and how many fewer without any training.

What H bits hold, the entropy of the joint state, can't be counted out from a text: nearly every state of a
long one is new. But it has bounds. Above it is the sum of the units' own entropies, and below that, what a
tree of units costs, each given the one that tells most of it (Chow and Liu 1968), fitted to one text and
paid for in another. Below it is the entropy of order 2, −log2 of the chance that two states are equal,
where any are.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phonecase.insight.told import alone, entropy

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

RIDGE = 1e-4  # added to each unit's variance, as a constant one has none


def measure_redundancy(fit: Flags, test: Flags) -> dict[str, Any]:
    """The units (T, H) along a text to learn from and along one kept back, taken together.

    `states` of the second, how many are `distinct`; `marginal` and `tree`, the upper bounds in bits, and
    `collision`, the lower one, None where no two states are equal; `components` of principal component
    analysis that have 90% of the variance, and the `participation` ratio (Σλ)² / Σλ²; `told`, which share of
    each unit's variance the others explain in the second text, by least squares in the first.
    """
    _, counts = np.unique(np.packbits(test, axis=1), axis=0, return_counts=True)
    T, pairs = len(test), float((counts * (counts - 1.0)).sum())
    variances = np.linalg.eigvalsh(np.atleast_2d(np.cov(fit.T.astype(np.float64))))[::-1].clip(0)
    whole = variances.sum()  # 0 if no unit changes: then nothing has any share of it
    return {
        "states": T,
        "distinct": len(counts),
        "marginal": float(alone(fit.mean(0), test.mean(0)).sum()),
        "tree": tree_cost(fit, test),
        "collision": float(np.log2(T * (T - 1.0) / pairs)) if pairs else None,
        "components": int((np.cumsum(variances) < 0.9 * whole).sum() + 1) if whole else 0,
        "participation": float(whole**2 / (variances**2).sum()) if whole else 0.0,
        "told": told_by_the_others(fit, test).tolist(),
    }


def told_by_the_others(fit: Flags, test: Flags) -> Floats:
    """The share of each unit's variance in one text that the others explain, by a linear rule of another.

    With P the inverse of the covariance, the best guess for unit i is its mean less Σ_j≠i P_ij / P_ii times
    how far the others are from theirs (Whittaker 1990, Graphical models). 0 for a unit that never changes.
    # (H,)
    """
    x, y = (2.0 * each - 1 for each in (fit, test))
    mean = x.mean(0)
    P = np.linalg.inv(np.atleast_2d(np.cov(x.T)) + RIDGE * np.eye(x.shape[1]))
    left = (y - mean) @ (P / np.diag(P))  # (T, H): what no other unit explains
    variance = ((y - mean) ** 2).mean(0)
    constant = (fit.std(0) == 0) | (test.std(0) == 0)
    share = 1 - (left**2).mean(0) / np.where(constant, 1, variance)
    told: Floats = np.where(constant, 0, share)
    return told


def tree_cost(fit: Flags, test: Flags) -> float:
    """The bits of all units in one text, each given its parent in the best tree of another text."""
    parent = spanning_tree(mutual_information(fit))
    both = _joint(fit, parent)  # (2, 2, H): of the parent, of the unit
    given = (both[:, 1] + 0.5) / (both.sum(1) + 1)  # (2, H): how often up, given the parent
    chance = np.where(test[:, parent], given[1], given[0])  # (T, H)
    root = parent == np.arange(len(parent))
    chance[:, root] = ((fit.sum(0) + 0.5) / (len(fit) + 1))[root]
    return float(-np.log2(np.where(test, chance, 1 - chance)).mean(0).sum())


def mutual_information(units: Flags) -> Floats:
    """Between all pairs of units, in bits: (T, H) → (H, H); their entropies on the diagonal."""
    x = units.astype(np.float32)
    p = units.mean(0)
    both = (x.T @ x).astype(np.float64) / len(x)
    joint = np.stack([both, p[:, None] - both, p[None] - both, 1 - p[:, None] - p[None] + both]).clip(0)
    total = -(joint * np.log2(np.where(joint > 0, joint, 1))).sum(0)
    own = entropy(p)
    shared: Floats = own[:, None] + own[None] - total
    return shared


def spanning_tree(weight: Floats) -> NDArray[np.int64]:
    """The heaviest spanning tree, by Prim's algorithm: each unit's parent; unit 0, the root, is its own."""
    H = len(weight)
    parent, best = np.zeros(H, np.int64), weight[0].copy()
    outside = np.arange(H) > 0
    for _ in range(H - 1):
        unit = int(np.where(outside, best, -np.inf).argmax())
        outside[unit] = False
        nearer = outside & (weight[unit] > best)
        parent[nearer], best[nearer] = unit, weight[unit][nearer]
    return parent


def _joint(units: Flags, parent: NDArray[np.int64]) -> Floats:
    """How often a unit's parent and it are down or up: (2, 2, H)."""
    above = units[:, parent]
    return np.array([[(p & u).sum(0) for u in (~units, units)] for p in (~above, above)], np.float64)
