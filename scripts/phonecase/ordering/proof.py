"""Proofs that no order is better, checked without a solver.

An order is an open path through the H units; with one more city, number H, at distance 0 of all, it is a
tour of n = H + 1 cities. Distances are integers: the characters in which two units differ. Every tour

* has two edges at each city: Σ_e∋i x_e = 2, and
* crosses every set of cities an even number of times, and at least twice. So for a set S, Σ x_e ≥ 2 over
  the edges that cross it; and for an odd number of such edges F, not all of F and nothing else may be
  used: Σ x_e (crossing, not in F) + Σ (1 − x_e) (in F) ≥ 1.

Take any multipliers, u_i for the cities and v_k ≥ 0 for such cuts a_k x ≥ b_k. Then the length of a tour is

    Σ d_e x_e  ≥  2 Σ u_i + Σ b_k v_k + Σ r_e x_e,   with   r_e = d_e − u_i − u_j − Σ_k a_ke v_k,

and so at least 2 Σ u_i + Σ b_k v_k + Σ min(0, r_e): a bound that anyone can check by adding up. The solver
only finds good multipliers. Where they do not reach the shortest tour's length, the tours are split into
those with an edge and those without, and each part has its own. The multipliers are integers (in units of
1 / SCALE), so that nothing is rounded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from phonecase.ordering.core import Ordering, States, similarity
from phonecase.ordering.units import Units

SCALE = 2**20  # multipliers are stored in these parts of a character; floats add them exactly below 2⁵³

Edge = tuple[int, int]  # the smaller city first
Choices = dict[Edge, bool]  # edges that a part of the tours has, or has not
Distances = npt.NDArray[np.float64]  # (n, n), integers


class Cut(NamedTuple):
    """A set that tours cross an even number of times, at least twice, and an odd number of edges or none."""

    inside: npt.NDArray[np.bool_]  # (n,)
    teeth: frozenset[Edge]

    @property
    def least(self) -> int:
        """b: 2, or 1 less the number of teeth."""
        return 1 - len(self.teeth) if self.teeth else 2

    def valid(self) -> bool:
        """Whether every tour obeys it."""
        proper = bool(self.inside.any() and not self.inside.all())
        odd = len(self.teeth) % 2 == 1 or not self.teeth
        return proper and odd and all(i < j and self.inside[i] != self.inside[j] for i, j in self.teeth)


@dataclass(frozen=True)
class Multipliers:
    """One for each city, and those of the cuts that are not 0, by the cut's number; in 1 / SCALE."""

    cities: npt.NDArray[np.float64]  # (n,), integers
    cuts: dict[int, int]

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return {
            "cities": [int(u) for u in self.cities],
            "cuts": [[k, v] for k, v in sorted(self.cuts.items())],
        }

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Multipliers":
        """Back from JSON values."""
        return cls(np.array(values["cities"], np.float64), {int(k): int(v) for k, v in values["cuts"]})


def reduced_costs(d: Distances, m: Multipliers, cuts: Sequence[Cut]) -> Distances:
    """r_e for every edge, in 1 / SCALE.  # (n, n)"""
    r = SCALE * d - m.cities[:, None] - m.cities
    if m.cuts:
        v = np.array(list(m.cuts.values()), np.float64)
        inside = np.array([cuts[k].inside for k in m.cuts], np.float64)  # (cuts, n)
        once = v @ inside
        r -= once[:, None] + once - 2 * (inside.T * v) @ inside
        for k, v_k in m.cuts.items():
            for i, j in cuts[k].teeth:  # crossing edges count −1 here, not +1
                r[i, j] += 2 * v_k
                r[j, i] += 2 * v_k
    return r


def base(m: Multipliers, cuts: Sequence[Cut]) -> float:
    """2 Σ u_i + Σ b_k v_k, in 1 / SCALE."""
    return 2 * float(m.cities.sum()) + sum(cuts[k].least * v for k, v in m.cuts.items())


def bound(
    d: Distances, m: Multipliers, cuts: Sequence[Cut], useful: npt.NDArray[np.bool_], choices: Choices
) -> float:
    """A lower bound, in 1 / SCALE, on tours that use only useful edges and agree with the choices."""
    r = reduced_costs(d, m, cuts)
    gain = np.where(useful, np.minimum(r, 0), 0)
    gain[np.tril_indices_from(gain)] = 0
    for (i, j), used in choices.items():
        gain[i, j] = r[i, j] if used else 0
    return base(m, cuts) + float(gain.sum())


def useful_edges(d: Distances, m: Multipliers, cuts: Sequence[Cut], length: int) -> npt.NDArray[np.bool_]:
    """The edges that a tour shorter than `length` may use: any other lifts the bound to it.  # (n, n)"""
    r = reduced_costs(d, m, cuts)
    everywhere = np.ones(d.shape, np.bool_)
    useful: npt.NDArray[np.bool_] = bound(d, m, cuts, everywhere, {}) + np.maximum(r, 0) <= SCALE * (
        length - 1
    )
    return useful


def verify(states: States, ordering: Ordering) -> int:
    """Check an order's certificate and return the bound on the similarity that it proves.

    The order is optimal if that is its similarity. Raises ValueError when the order has no certificate or
    the certificate does not prove the bound that it states.
    """
    certificate = ordering.certificate
    if certificate is None:
        raise ValueError("the order has no certificate")
    units = Units(states, signed=certificate["signed"])
    T, H = states.shape
    length = (T * (H - 1) - similarity(states, ordering)) // 2
    shortest = min(length, proven_length(tour_distances(units), certificate["proof"], length))
    proven = T * (H - 1) - 2 * shortest
    if proven > certificate["bound"]:
        raise ValueError(f"the certificate proves no better bound than {proven}, not {certificate['bound']}")
    return int(proven)


def tour_distances(units: Units) -> Distances:
    """The distances of the units, and of the city that ties the path's ends together.  # (H + 1, H + 1)"""
    return np.pad(units.distance.astype(np.float64), (0, 1))


def proven_length(d: Distances, proof: dict[str, Any], length: int) -> int:
    """The bound on all tours' length, or on the shorter ones', that the proof's tree gives."""
    n = len(d)
    cuts = []
    for inside, teeth in proof["cuts"]:
        cuts.append(Cut(np.isin(np.arange(n), inside), frozenset((i, j) for i, j in teeth)))
        if not cuts[-1].valid():
            raise ValueError(f"a cut of the certificate holds for no tour: {inside}, {teeth}")
    useful = np.ones((n, n), np.bool_)
    if proof["useful"] is not None:
        useful = useful_edges(d, _checked(proof["useful"]), cuts, length)

    def of_part(node: dict[str, Any], choices: Choices) -> float:
        if "edge" not in node:
            return bound(d, _checked(node), cuts, useful, choices)
        edge = (node["edge"][0], node["edge"][1])
        return min(
            of_part(node["with"], {**choices, edge: True}), of_part(node["without"], {**choices, edge: False})
        )

    return int(-(-of_part(proof["tree"], {}) // SCALE))


def _checked(values: dict[str, Any]) -> Multipliers:
    m = Multipliers.from_json(values)
    if min(m.cuts.values(), default=0) < 0:
        raise ValueError("a cut's multiplier in the certificate is negative")
    return m
