"""A certificate of units under other numbers.

Strategies see the units in an order that their rows decide (`Units.by_rows`); a certificate in a file calls
them by the numbers that they have in the network.
"""

from typing import Any

import numpy as np

from phonecase.ordering.core import Certificate, Permutation


def renumbered(certificate: Certificate, numbers: Permutation) -> Certificate:
    """The certificate with unit u called `numbers[u]`; the additional city keeps its number, H."""
    names = [*numbers.tolist(), len(numbers)]
    cities = np.argsort(names)  # which city has a name

    def named(cities: list[int]) -> list[int]:
        return sorted(names[city] for city in cities)

    def part(node: dict[str, Any]) -> dict[str, Any]:
        """The prices for a part of the tours, or the edge that it is split by and its parts."""
        if "edge" in node:
            return {"edge": named(node["edge"]), "with": part(node["with"]), "without": part(node["without"])}
        return node | {"cities": [node["cities"][city] for city in cities]}

    proof = certificate["proof"]
    return certificate | {
        "proof": {
            "cuts": [
                {"cities": named(cut["cities"]), "teeth": sorted(map(named, cut["teeth"]))}
                for cut in proof["cuts"]
            ],
            "root": part(proof["root"]),
            "tree": proof["tree"] and part(proof["tree"]),
        }
    }
