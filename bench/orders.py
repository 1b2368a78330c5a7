"""Score and time of every strategy, beside those of other solvers where they are installed.

Other solvers: pip install fast-tsp python-tsp ortools.
"""

import argparse
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

import instances  # first: it finds the library
from phonecase.ordering import STRATEGIES, Ordering, order_units, similarity
from phonecase.ordering.proof import tour_distances
from phonecase.ordering.units import Units

States = npt.NDArray[np.int8]
Distances = npt.NDArray[np.int64]
Solver = Callable[[States], Ordering]
SLOW = {"annealed", "bar", "anti_robinson", "leaf"}  # left out above SLOW_UNITS
SLOW_UNITS = 512


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--states", type=Path, help="states (parquet) instead of made-up ones")
    parser.add_argument(
        "--units", type=int, nargs="+", default=[128, 512, 2048], help="sizes (default: 128 512 2048)"
    )
    parser.add_argument(
        "--seconds", type=float, default=60, help="limit for solvers that take one (default: 60)"
    )
    args = parser.parse_args()
    warm_up = instances.states(20)
    for passage in [instances.read(args.states)] if args.states else map(instances.states, args.units):
        T, H = passage.shape
        print(f"\n{H} units, {T} characters\n\n| order | similarity | colour changes | bound | seconds |")
        print("|:--|--:|--:|--:|--:|")
        for name, solve in {**_strategies(H, args.seconds), **_others(args.seconds)}.items():
            try:
                solve(warm_up)  # compile
            except ImportError:
                print(f"| {name} | not installed | | | |")
                continue
            start = time.perf_counter()
            ordering = solve(passage)
            seconds = time.perf_counter() - start
            score = similarity(passage, ordering)
            bound = f"{ordering.certificate['bound']:,}" if ordering.certificate else ""
            changes = (T * (H - 1) - score) // 2
            print(f"| {name} | {score:,} | {changes:,} | {bound} | {seconds:.2f} |", flush=True)


def _strategies(units: int, limit: float) -> dict[str, Solver]:
    names = [name for name in STRATEGIES if name not in SLOW or units <= SLOW_UNITS]
    solvers: dict[str, Solver] = {name: partial(order_units, strategy=name) for name in names}
    for name in ("optimal", "optimal_signed"):
        solvers[name] = partial(order_units, strategy=name, time_limit=limit)
    return solvers


def _others(limit: float) -> dict[str, Solver]:
    """Solvers of the travelling salesman problem, as solvers of ours."""

    def fast_tsp(d: Distances) -> list[int]:
        import fast_tsp

        tour: list[int] = fast_tsp.find_tour(d.tolist(), duration_seconds=min(limit, 10))
        return tour

    def python_tsp(d: Distances) -> list[int]:
        from python_tsp.heuristics import solve_tsp_lin_kernighan

        tour: list[int] = solve_tsp_lin_kernighan(d)[0]
        return tour

    def or_tools(d: Distances) -> list[int]:
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2

        manager = pywrapcp.RoutingIndexManager(len(d), 1, 0)
        routing = pywrapcp.RoutingModel(manager)
        routing.SetArcCostEvaluatorOfAllVehicles(routing.RegisterTransitMatrix(d.tolist()))
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        parameters.time_limit.FromMilliseconds(int(1000 * min(limit, 10)))
        solution = routing.SolveWithParameters(parameters)
        tour, place = [], routing.Start(0)
        while not routing.IsEnd(place):
            tour.append(manager.IndexToNode(place))
            place = solution.Value(routing.NextVar(place))
        return tour

    return {solver.__name__: partial(_order, solver) for solver in (fast_tsp, python_tsp, or_tools)}


def _order(solver: Callable[[Distances], list[int]], passage: States) -> Ordering:
    """The order that a solver for tours finds, by way of one more city."""
    units = Units(passage)
    tour = np.array(solver(tour_distances(units).astype(np.int64)))
    start = int(np.flatnonzero(tour == len(units))[0])
    order = np.roll(tour, -start)[1:].astype(np.int32)
    return Ordering(order, np.ones(len(units), np.int8))


if __name__ == "__main__":
    main()
