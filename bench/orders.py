"""Score and time of every strategy, beside those of other solvers where they are installed.

Other solvers: pip install -r bench/requirements.txt.
"""

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

import instances  # first: it finds the library
from phonecase.ordering import STRATEGIES, Ordering, order_units, similarity
from phonecase.ordering.bounds import tour_distances
from phonecase.ordering.units import Units

States = npt.NDArray[np.int8]
Distances = npt.NDArray[np.int64]
SLOW = {"annealed", "bar", "anti_robinson"}  # left out above SLOW_UNITS
SLOW_UNITS = 512
RUNS, LONG = 3, 5  # runs of a solver, and how many seconds of them are enough


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=Path, help="states (parquet) instead of made-up ones")
    parser.add_argument(
        "--units", type=int, nargs="+", default=[128, 512, 2048], help="sizes (default: 128 512 2048)"
    )
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="limit for solvers that take one; fast_tsp and or_tools, which use all of it, get a sixth of it "
        "(default: 60)",
    )
    args = parser.parse_args()
    for passage in [instances.read(args.states)] if args.states else map(instances.states, args.units):
        T, H = passage.shape
        print(f"\n{H} units, {T} characters\n\n| order | similarity | colour changes | bound | seconds |")
        print("|:--|--:|--:|--:|--:|")
        for name in [*(name for name in STRATEGIES if name not in SLOW or H <= SLOW_UNITS), *OTHERS]:
            try:
                ordering, seconds = _in_a_process_of_its_own(name, passage, args.seconds)
            except ImportError:
                print(f"| {name} | not installed | | | |", flush=True)
                continue
            score = similarity(passage, ordering)
            bound = f"{ordering.certificate['bound']:,}" if ordering.certificate else ""
            changes = (T * (H - 1) - score) // 2
            print(f"| {name} | {score:,} | {changes:,} | {bound} | {seconds:.3f} |", flush=True)


def _in_a_process_of_its_own(name: str, passage: States, limit: float) -> tuple[Ordering, float]:
    """As `_measure`; OR-tools and highspy each bring a HiGHS, and one process can't have both."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as process:
        return process.submit(_measure, name, passage, limit).result()


def _measure(name: str, passage: States, limit: float) -> tuple[Ordering, float]:
    """What a solver finds in the first of its runs, and their median seconds, once it is compiled.

    Seconds are of processor time, to which other programs add little.
    """
    _solve(name, instances.states(20), 1)
    found: list[Ordering] = []
    seconds: list[float] = []
    while len(seconds) < (RUNS if sum(seconds) < LONG else 1):
        start = time.process_time()
        found.append(_solve(name, passage, limit))
        seconds.append(time.process_time() - start)
    return found[0], statistics.median(seconds)


def _solve(name: str, passage: States, limit: float) -> Ordering:
    """An order of ours, or that of another solver: a tour's, by way of one more city."""
    if name in STRATEGIES:
        limited: dict[str, Any] = (
            {"time_limit": limit} if "time_limit" in STRATEGIES[name].settings.model_fields else {}
        )
        return order_units(passage, name, **limited)
    units = Units(passage)
    tour = np.array(OTHERS[name](tour_distances(units).astype(np.int64), limit / 6))
    start = int(np.flatnonzero(tour == len(units))[0])
    order = np.roll(tour, -start)[1:].astype(np.int32)
    return Ordering(order, np.ones(len(units), np.int8))


def fast_tsp(d: Distances, seconds: float) -> list[int]:
    import fast_tsp

    tour: list[int] = fast_tsp.find_tour(d.tolist(), duration_seconds=seconds)
    return tour


def python_tsp(d: Distances, seconds: float) -> list[int]:
    from python_tsp.heuristics import solve_tsp_lin_kernighan

    tour: list[int] = solve_tsp_lin_kernighan(d)[0]  # it takes no limit
    return tour


def or_tools(d: Distances, seconds: float) -> list[int]:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    manager = pywrapcp.RoutingIndexManager(len(d), 1, 0)
    routing = pywrapcp.RoutingModel(manager)
    routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(d.tolist()))
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    parameters.time_limit.FromMilliseconds(int(1000 * seconds))
    solution = routing.SolveWithParameters(parameters)
    tour, place = [], routing.Start(0)
    while not routing.IsEnd(place):
        tour.append(manager.IndexToNode(place))
        place = solution.Value(routing.NextVar(place))
    return tour


OTHERS: dict[str, Callable[[Distances, float], list[int]]] = {
    solver.__name__: solver for solver in (fast_tsp, python_tsp, or_tools)
}

if __name__ == "__main__":
    main()
