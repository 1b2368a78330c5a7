"""Short tours, by iterated local search: those that `optimal` proves to be shortest, or nearly so.

A tour is an array of n cities and its way back from the last to the first; `place[c]` is where city c
stands in it. An open path is a tour with one more city at distance 0 of all others.
"""

import numpy as np

from phonecase.ordering.kernels import Bools, Ints, compiled

DEPTH = 10  # moves in a chain
PATH, PATHS, CIRCLE_ON, CIRCLE_BACK = 0, 1, 2, 3  # kinds of moves
LONGEST_KICK = 10  # cities in each of the two neighbouring stretches that a kick swaps


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
    """Improve a tour in place by chains of moves, kicking it out of local optima; returns its length.

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
            _undo(tour, place, journal, 0)
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
    touched = np.empty(5 * DEPTH, np.int64)
    room = len(journal) // 2 - 4 * DEPTH  # turns; more have never been needed
    while top > 0:
        top -= 1
        city = stack[top]
        stacked[city] = False
        gain = 1
        while gain > 0 and journal[0] < room:
            gain = _lin_kernighan(d, near, tour, place, city, touched, journal)
            if gain > 0:
                total += gain
                top = _push(stack, top, stacked, touched)
    return total


@compiled
def _lin_kernighan(
    d: Ints, near: Ints, tour: Ints, place: Ints, t1: int, touched: Ints, journal: Ints
) -> int:
    """Make the first improving chain of moves that begins with an edge of city t1; returns the gain.

    Each move takes away t1-t2 and one or two edges more, and adds as many; the last one added, back to t1, is
    the next move's t1-t2. Only while what was taken away is longer than what was added, that last one apart,
    is it worth going on (Lin and Kernighan's gain criterion).
    """
    move = np.empty(5, np.int64)
    for step in (1, -1):
        t2 = _next(tour, place, t1, step)
        spare: int = d[t1, t2]
        made = journal[0]
        touched[:] = t1
        for depth in range(DEPTH):
            touched[5 * depth] = t2
            spare = _best_move(d, near, tour, place, t1, t2, spare, move)
            if spare <= 0:
                break
            _make(tour, place, t1, t2, move, journal)
            touched[5 * depth + 1 : 5 * depth + 5] = move[1:]
            t2 = move[4]
            gain: int = spare - d[t2, t1]
            if gain > 0:
                return gain
        _undo(tour, place, journal, made)
    return 0


@compiled
def _best_move(d: Ints, near: Ints, tour: Ints, place: Ints, t1: int, t2: int, spare: int, move: Ints) -> int:
    """Find the move that closes to a gain, or else the one that leaves most spare; returns what it leaves.

    `move` gets its kind and t3, t4, t5, t6: edges t1-t2, t3-t4 and t5-t6 go; t2-t3, t4-t5 and t6-t1 come.
    Without t1-t2, the tour is a path from t2 to t1. If t4 comes before t3 there, that leaves a path
    from t4 to t1, and t6 comes before t5 there. Else it leaves a circle from t2 to t3, with t5 and t6 in it.
    """
    n = len(tour)
    step = 1 if _next(tour, place, t1, 1) == t2 else -1
    most = 0
    for t3 in near[t2]:
        saved = spare - d[t2, t3]
        if saved <= 0:
            break
        if t3 == t1:
            continue
        at3 = ((place[t3] - place[t2]) * step) % n
        for side in (-step, step):
            t4 = _next(tour, place, t3, side)
            if t4 in (t1, t2):
                continue
            opened: int = saved + d[t3, t4]
            if side == -step and opened > d[t4, t1]:
                move[0], move[1], move[2], move[3], move[4] = PATH, t3, t4, t3, t4
                return opened
            for t5 in near[t4]:
                left = opened - d[t4, t5]
                if left <= 0:
                    break
                if t5 == t3:
                    continue
                at5 = ((place[t5] - place[t2]) * step) % n
                for way in (step, -step):
                    if side == -step:
                        kind = PATHS
                        if (way == step) != (at5 < at3):
                            continue
                    else:
                        kind = CIRCLE_ON if way == step else CIRCLE_BACK
                        if at5 > at3 or (t5 == t2 and way == -step):
                            continue
                    t6 = _next(tour, place, t5, way)
                    if t6 in (t1, t4):
                        continue
                    value: int = left + d[t5, t6]
                    if value > d[t6, t1] or value > most:
                        most = value
                        move[0], move[1], move[2], move[3], move[4] = kind, t3, t4, t5, t6
                        if value > d[t6, t1]:
                            return value
    return most


@compiled
def _make(tour: Ints, place: Ints, t1: int, t2: int, move: Ints, journal: Ints) -> None:
    """Make a move that `_best_move` found, turn by turn."""
    kind, t3, t4, t5, t6 = move[0], move[1], move[2], move[3], move[4]
    if kind in (PATH, PATHS):
        _exchange(tour, place, t1, t2, t4, t3, journal)
        if kind == PATHS:
            _exchange(tour, place, t1, t4, t6, t5, journal)
    elif kind == CIRCLE_ON:
        _exchange(tour, place, t1, t2, t3, t4, journal)
        _exchange(tour, place, t1, t3, t6, t5, journal)
        _exchange(tour, place, t3, t5, t2, t4, journal)
    else:
        _exchange(tour, place, t1, t2, t6, t5, journal)
        _exchange(tour, place, t2, t5, t3, t4, journal)


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
def _undo(tour: Ints, place: Ints, journal: Ints, made: int) -> None:
    """Take back the last turns in the journal, all but `made`: it has their number, then two places each."""
    for k in range(journal[0], made, -1):
        _turn(tour, place, journal[2 * k - 1], journal[2 * k])
    journal[0] = made
