"""Short tours, by iterated local search: where `optimal` starts from, and all there is for very many units.

A tour is an array of n cities and its way back from the last to the first; `place[c]` is where city c
stands in it. An open path is a tour with one more city at distance 0 of all others.
"""

import numpy as np

from phonecase.ordering.kernels import Bools, Ints, compiled

LONGEST_SEGMENT = 3  # that Or-opt moves elsewhere
LONGEST_KICK = 50  # cities in each of the two neighbouring stretches that a kick swaps


@compiled
def joined(n: int, i: Ints, j: Ints) -> Ints:
    """The tour that takes edges i-j in the given order wherever it can, and then joins its pieces anyhow."""
    beside = np.full((n, 2), -1)
    far = np.arange(n)  # the other end of the piece that a city ends
    for a, b in zip(i, j):  # noqa: B905  (numba knows no strict)
        if beside[a, 1] < 0 and beside[b, 1] < 0 and far[a] != b:
            beside[a, 1 if beside[a, 0] >= 0 else 0] = b
            beside[b, 1 if beside[b, 0] >= 0 else 0] = a
            start, end = far[a], far[b]
            far[start], far[end] = end, start
    tour = np.empty(n, np.int64)
    placed = np.zeros(n, np.bool_)
    r = 0
    for start in range(n):
        if not placed[start] and beside[start, 1] < 0:  # it ends a piece
            city, before = start, -1
            while city >= 0:
                tour[r], placed[city] = city, True
                r += 1
                after = beside[city, 1] if beside[city, 0] == before else beside[city, 0]
                city, before = after, city
    return tour


@compiled
def iterated_local_search(d: Ints, near: Ints, tour: Ints, kicks: int, seed: int) -> int:
    """Improve a tour in place by 2-opt and Or-opt, kicking it out of local optima; returns its length.

    `d` (n, n) are the distances, `near` (n, k) each city's likely neighbours, nearest first. A kick swaps two
    short neighbouring stretches at a random place; only the cities around it are looked at again, and the
    shorter tour is kept.
    """
    np.random.seed(seed)  # numba's own generator
    n = len(tour)
    place = np.empty(n, np.int64)
    length: int = 0
    for r in range(n):
        place[tour[r]] = r
        length += d[tour[r - 1], tour[r]]
    if n < 8:
        return length
    stack, stacked = tour.copy(), np.ones(n, np.bool_)  # the cities to look at
    journal = np.zeros(100 * n + 1000, np.int64)
    length -= _improve(d, near, tour, place, stack, n, stacked, journal)
    touched = np.empty(6, np.int64)
    longest = min(LONGEST_KICK, (n - 2) // 2)
    for _ in range(kicks):
        journal[0] = 0
        longer = _kick(d, tour, place, longest, touched, journal)
        top = _push(stack, 0, stacked, touched)
        longer -= _improve(d, near, tour, place, stack, top, stacked, journal)
        if longer <= 0:
            length += longer
        else:
            _undo(tour, place, journal)
    return length


@compiled
def _push(stack: Ints, top: int, stacked: Bools, cities: Ints) -> int:
    """Stack the cities that are not yet on the stack; returns its new top."""
    for city in cities:
        if not stacked[city]:
            stacked[city] = True
            stack[top] = city
            top += 1
    return top


@compiled
def _improve(
    d: Ints, near: Ints, tour: Ints, place: Ints, stack: Ints, top: int, stacked: Bools, journal: Ints
) -> int:
    """Look at the stacked cities, and at all that change meanwhile, until no move helps; returns the gain."""
    total = 0
    touched = np.empty(6, np.int64)
    room = len(journal) // 2 - 4  # turns; more have never been needed
    while top > 0:
        top -= 1
        city = stack[top]
        stacked[city] = False
        gain = 1
        while gain > 0 and journal[0] < room:
            gain = _two_opt(d, near, tour, place, city, touched, journal)
            if gain == 0:
                gain = _or_opt(d, near, tour, place, city, touched, journal)
            if gain > 0:
                total += gain
                top = _push(stack, top, stacked, touched)
    return total


@compiled
def _two_opt(d: Ints, near: Ints, tour: Ints, place: Ints, a: int, touched: Ints, journal: Ints) -> int:
    """Make the first improving 2-opt move that joins city a to one of its neighbours; returns the gain."""
    for step in (1, -1):
        b = _next(tour, place, a, step)
        for c in near[a]:
            saved = d[a, b] - d[a, c]
            if saved <= 0:
                break
            e = _next(tour, place, c, step)
            gain: int = saved + d[c, e] - d[b, e]
            if gain > 0:
                _exchange(tour, place, a, b, c, e, journal)
                touched[0], touched[1], touched[2], touched[3], touched[4], touched[5] = a, b, c, e, a, a
                return gain
    return 0


@compiled
def _or_opt(d: Ints, near: Ints, tour: Ints, place: Ints, first: int, touched: Ints, journal: Ints) -> int:
    """Make the first improving move of a short segment that starts at a city to beside one of the city's
    neighbours; returns the gain."""
    n = len(tour)
    for step in (1, -1):
        before = _next(tour, place, first, -step)
        last = first
        for size in range(1, min(LONGEST_SEGMENT, n - 3) + 1):
            if size > 1:
                last = _next(tour, place, last, step)
            after = _next(tour, place, last, step)
            saved = d[before, first] + d[last, after] - d[before, after]
            for beside in near[first]:
                if d[first, beside] >= saved:
                    break
                if ((place[beside] - place[first]) * step) % n < size:
                    continue  # it is in the segment
                for side in (step, -step):
                    other = _next(tour, place, beside, side)
                    if (beside == before and other == first) or (beside == after and other == last):
                        continue
                    gain: int = saved + d[beside, other] - d[first, beside] - d[last, other]
                    if gain <= 0:
                        continue
                    # Now: before, first..last, after ... beside, other (or other, beside)
                    left, right = (beside, other) if side == step else (other, beside)
                    _exchange(tour, place, before, first, left, right, journal)
                    _exchange(tour, place, before, left, after, last, journal)
                    if side == step:
                        _exchange(tour, place, left, last, first, right, journal)
                    touched[0], touched[1], touched[2] = before, first, last
                    touched[3], touched[4], touched[5] = after, beside, other
                    return gain
    return 0


@compiled
def _kick(d: Ints, tour: Ints, place: Ints, longest: int, touched: Ints, journal: Ints) -> int:
    """Swap two neighbouring stretches of cities; returns how much longer the tour gets."""
    n = len(tour)
    start = np.random.randint(n)
    one, two = 1 + np.random.randint(longest), 1 + np.random.randint(longest)
    left, a = tour[start], tour[(start + 1) % n]
    b, c = tour[(start + one) % n], tour[(start + one + 1) % n]
    e, right = tour[(start + one + two) % n], tour[(start + one + two + 1) % n]
    # left, a..b, c..e, right: turned round as one, and then each by itself
    _exchange(tour, place, left, a, e, right, journal)
    _exchange(tour, place, left, e, c, b, journal)
    _exchange(tour, place, e, b, a, right, journal)
    touched[0], touched[1], touched[2], touched[3], touched[4], touched[5] = left, a, b, c, e, right
    longer: int = d[left, c] + d[e, a] + d[b, right] - d[left, a] - d[b, c] - d[e, right]
    return longer


@compiled
def _next(tour: Ints, place: Ints, city: int, step: int) -> int:
    """The city before (step −1) or after (step 1) another one."""
    r = place[city] + step
    if r == len(tour):
        r = 0
    return tour[r]  # type: ignore[no-any-return]  # -1 is the last


@compiled
def _exchange(tour: Ints, place: Ints, a: int, b: int, c: int, e: int, journal: Ints) -> None:
    """Replace the edges a-b and c-e by a-c and b-e, where the tour meets a, b, c, e in this order one way."""
    n = len(tour)
    i, j = (place[b], place[c]) if _next(tour, place, a, 1) == b else (place[c], place[b])
    if 2 * ((j - i) % n + 1) > n:  # turning round the rest gives the same tour
        i, j = (j + 1) % n, (i - 1) % n
    _turn(tour, place, i, j)
    journal[0] += 1
    journal[2 * journal[0] - 1], journal[2 * journal[0]] = i, j


@compiled
def _turn(tour: Ints, place: Ints, i: int, j: int) -> None:
    """Turn round the cities from place i on to place j."""
    n = len(tour)
    for _ in range(((j - i) % n + 1) // 2):
        tour[i], tour[j] = tour[j], tour[i]
        place[tour[i]], place[tour[j]] = i, j
        i = i + 1 if i + 1 < n else 0
        j = j - 1 if j > 0 else n - 1


@compiled
def _undo(tour: Ints, place: Ints, journal: Ints) -> None:
    """Take back all turns in the journal: their number, then the two places of each."""
    for k in range(journal[0], 0, -1):
        _turn(tour, place, journal[2 * k - 1], journal[2 * k])
