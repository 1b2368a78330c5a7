"""The registry of strategies: one function with one decorator makes an order known everywhere.

The config check, the scripts, the table in docs/orders.md and the tests read `STRATEGIES`.
"""

import inspect
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
from pydantic import Field, ValidationError, create_model

from phonecase.errors import UserError, suggestion
from phonecase.ordering.core import Certificate, Ordering, Permutation, check_states
from phonecase.ordering.renumbering import renumbered
from phonecase.ordering.units import Units
from phonecase.settings import Settings

Seed = Annotated[int, Field(ge=0)]


class Proven(NamedTuple):
    """An order from a strategy that also knows a bound."""

    permutation: npt.NDArray[np.integer[Any]]
    certificate: Certificate


Found = npt.NDArray[np.integer[Any]] | Proven
Function = Callable[..., Found]


@dataclass(frozen=True)
class Strategy:
    """A way to order units: a function of `Units`, and what the rest of the program needs to know of it."""

    name: str
    summary: str
    """the docstring's first line, as it stands in docs/orders.md"""
    function: Function
    settings: type[Settings]
    """the function's keyword arguments, with their types, bounds and defaults, and `signed`"""
    randomised: bool
    """whether it draws random numbers, and so has a `seed`"""
    optimises: str | None
    """the criterion (`criteria.CRITERIA`) whose best value it looks for, if there is one"""
    as_trained: bool
    """whether its units come by their numbers, not by their rows"""

    @property
    def description(self) -> str:
        """The whole docstring."""
        return inspect.getdoc(self.function) or ""


STRATEGIES: dict[str, Strategy] = {}


def strategy(
    *, name: str | None = None, optimises: str | None = None, signed: bool = False, as_trained: bool = False
) -> Callable[[Function], Function]:
    """Register a function of `Units` and keyword settings that returns the units in their new order.

    The units come sorted by their rows (`Units.by_rows`): so the picture does not depend on how they were
    numbered, and it is the rows that decide which of equal choices is the first. With `as_trained=True` here,
    they come as they are.
    A keyword `rng` makes it randomised: it is given a numpy generator, and users a `seed`. Every other
    keyword is a setting: annotate it (`Annotated[int, Field(ge=1)]`) and give it a default. `signed` is
    not its business: every strategy has that setting, and sees the units accordingly (see `Units`).
    With `signed=True` here, it is always on. The docstring's first line describes the strategy to users.
    """

    def register(function: Function) -> Function:
        chosen = name or function.__name__
        if chosen in STRATEGIES:
            raise ValueError(f"there is a strategy '{chosen}' already")
        hints = typing.get_type_hints(function, include_extras=True)
        keywords = [p for p in inspect.signature(function).parameters.values() if p.kind is p.KEYWORD_ONLY]
        fields: dict[str, Any] = {p.name: (hints[p.name], p.default) for p in keywords if p.name != "rng"}
        randomised = any(p.name == "rng" for p in keywords)
        if randomised:
            fields["seed"] = (Seed, 0)
        fields["signed"] = (Literal[True], True) if signed else (bool, False)
        STRATEGIES[chosen] = Strategy(
            name=chosen,
            summary=(inspect.getdoc(function) or "").partition("\n")[0].rstrip("."),
            function=function,
            settings=create_model(f"{chosen}_settings", __base__=Settings, **fields),
            randomised=randomised,
            optimises=optimises,
            as_trained=as_trained,
        )
        return function

    return register


def check_settings(strategy: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of a strategy with the defaults filled in.

    Raises UserError for an unknown strategy (the nearest name is suggested), or with all that is wrong
    with the settings.
    """
    if strategy not in STRATEGIES:
        raise UserError(f"unknown strategy '{strategy}'{_help(strategy, STRATEGIES, 'there are')}")
    model = STRATEGIES[strategy].settings
    try:
        return model.model_validate(dict(settings), strict=True).model_dump()
    except ValidationError as error:
        raise UserError(
            "; ".join(_complaint(strategy, model, problem) for problem in error.errors())
        ) from None


def order_units(states: npt.ArrayLike, strategy: str, *, seed: int = 0, **settings: Any) -> Ordering:
    """Order the units of a passage.

    `states` is int8 (T, H) of −1 and +1, T and H at least 1. A randomised strategy gives the same order
    for the same seed; the others take no notice of it. The same rows give the same picture whatever
    their numbers (and, where rows may be negated, their signs), except by `identity`. Raises UserError for an
    unknown strategy, wrong settings or other values in `states`.
    """
    known = STRATEGIES.get(strategy)
    checked = check_settings(strategy, {**settings, "seed": seed} if known and known.randomised else settings)
    units = Units(check_states(states), signed=checked.pop("signed"))
    if STRATEGIES[strategy].randomised:
        checked["rng"] = np.random.default_rng(checked.pop("seed"))
    numbers = np.arange(len(units), dtype=np.int32) if STRATEGIES[strategy].as_trained else units.by_rows()
    found = STRATEGIES[strategy].function(units.renumbered(numbers), **checked)
    order, certificate = found if isinstance(found, Proven) else (found, None)
    permutation: Permutation = numbers[order]
    return Ordering(permutation, units.signs(permutation), certificate and renumbered(certificate, numbers))


def _complaint(strategy: str, model: type[Settings], problem: Any) -> str:
    """One of pydantic's findings, as a person would say it."""
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"strategy '{strategy}' has no setting '{key}'{_help(key, model.model_fields, 'it has')}"
    return f"strategy '{strategy}', setting '{key}': {problem['msg'].lower()}, not {problem['input']!r}"


def _help(name: str, known: Mapping[str, Any], there_are: str) -> str:
    return suggestion(name, known) or f"; {there_are}: {', '.join(known)}"
