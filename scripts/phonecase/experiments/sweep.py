"""A sweep: the models that a named model fans out into when settings of its recipe vary.

A table whose lists say what varies is a grid, every value with every other; a list of tables is one such grid
after the other (the form of scikit-learn's ParameterGrid):

    sweep:
      swift: {learning_rate: [0.002, 0.004], seed: [0, 1, 2]}
      post: [{window: 256, steps: 20000}, {seed: [1, 2]}]

A member is called after its model and the settings in which it differs from it, in the order of the recipe's
keys: `swift~learning_rate=0.002~seed=1`. So members with equal recipes have equal names: a combination that
changes nothing is the model itself, and a sweep that grows keeps the members that it had.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from phonecase.errors import UserError, suggestion
from phonecase.training import Recipe

MEMBER = r"[a-z0-9_-]+(~[a-z0-9_]+=[A-Za-z0-9.+_-]+)*"  # the names of models, members of sweeps among them
LONGEST = 200  # characters of a name: file systems take 255 bytes
MOST = 20_000  # members of a sweep: planning takes five seconds for a thousand (docs/scale.md)


@dataclass(frozen=True)
class Experiment:
    """A model in a comparison of models."""

    recipe: Recipe
    baseline: str
    """the model that it is held against"""


def experiments(
    models: Mapping[str, Recipe], chosen: Sequence[str], sweep: Mapping[str, Any]
) -> dict[str, Experiment]:
    """What a run compares: the members of its sweeps, each with the model that it comes from.

    Without a sweep, the chosen models with the first of them.
    """
    if not sweep:
        return {name: Experiment(models[name], chosen[0]) for name in chosen}
    return {
        member: Experiment(recipe, name)
        for name, table in sweep.items()
        for member, recipe in members(name, models[name], table).items()
    }


def members(name: str, recipe: Recipe, table: Any) -> dict[str, Recipe]:
    """The members of one sweep by their names, the model itself first.

    Raises UserError with a line for every fault in the table: the key, what is wrong, what would be right.
    """
    own = recipe.model_dump()
    found, faults = {name: recipe}, dict[str, None]()
    grids = [(where, _axes(where, grid)) for where, grid in _grids(f"sweep.{name}", table)]
    count = sum(math.prod(map(len, axes.values())) for _, axes in grids)
    if count > MOST:
        raise UserError(
            f"sweep.{name}: these are {count:,} combinations, and there may be {MOST:,}; vary less at once"
        )
    for where, axes in grids:
        for point in product(*axes.values()):
            settings = dict(zip(axes, point, strict=True))
            try:
                member = Recipe.checked({**own, **settings}, where)
                found.setdefault(_name(name, own, member, where), member)
            except UserError as error:
                faults |= dict.fromkeys(str(error).splitlines())  # once, however many members share it
    if faults:
        raise UserError("\n".join(faults))
    return found


def _grids(where: str, table: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """The grids of a sweep, and where each stands in the settings."""
    several = isinstance(table, list) and table
    for place, grid in enumerate(table) if several else [(None, table)]:
        key = where if place is None else f"{where}.{place}"
        if not isinstance(grid, dict) or not grid:
            raise UserError(
                f"{key}: should be a table of what varies, as in {{seed: [0, 1, 2]}}; it is {grid!r}"
            )
        yield key, grid


def _axes(where: str, grid: dict[str, Any]) -> dict[str, list[Any]]:
    """What varies in a grid, each setting with its values. Raises UserError for what can't vary."""
    for key, value in grid.items():
        if key not in Recipe.model_fields:
            known = Recipe.model_fields
            hint = suggestion(str(key), known) or "; the keys are " + ", ".join(known)
            raise UserError(f"{where}.{key}: unknown key{hint}")
        if value == []:
            raise UserError(f"{where}.{key}: there should be at least 1; it is []")
    return {key: value if isinstance(value, list) else [value] for key, value in grid.items()}


def _name(model: str, own: dict[str, Any], member: Recipe, where: str) -> str:
    """What a member is called. Raises UserError for a name that no file can have."""
    parts = [model]
    for key, value in member.model_dump().items():
        if value != own[key]:
            text = value if isinstance(value, str) else json.dumps(value)
            if not re.fullmatch(r"[A-Za-z0-9.+_-]+", text):
                raise UserError(f"{where}.{key}: {text} can't be a part of a file's name; make it a model")
            parts.append(f"{key}={text}")
    name = "~".join(parts)
    if len(name) > LONGEST:
        raise UserError(f"{where}: {name} is too long for a file's name; make what its members share a model")
    return name
