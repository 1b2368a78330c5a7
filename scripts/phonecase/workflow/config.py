"""The settings of a whole run: what `config.yaml` may say, checked before any job starts.

Each table is checked by the model that lives beside the code that it sets; this module joins them, turns
pydantic's findings into one line for each fault, and makes the JSON schema that editors read.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from phonecase.art import PALETTES, Favourite, Printing, Style
from phonecase.art.profiles import check_printer
from phonecase.art.styles import named_styles
from phonecase.corpus import CorpusSettings, OwnWords, parse
from phonecase.errors import UserError, suggestion
from phonecase.experiments.sweep import LONGEST, Experiment, experiments, members
from phonecase.ordering import STRATEGIES
from phonecase.settings import Settings
from phonecase.states.own import MODEL, OwnStates
from phonecase.training import Recipe

NAMED = 20  # of the names that there are, so many are said when another was asked for

# A name becomes a folder's or a file's.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+([_-][a-z0-9]+)*$", max_length=LONGEST)]


def _names(value: Any) -> Any:
    """One name stands for the list of it."""
    if isinstance(value, bool | int | float):
        word = str(value).lower()
        raise ValueError(f"should be a name or a list of names; YAML reads it as {word}: quote it")
    if not isinstance(value, str | list):
        raise ValueError(f"should be a name or a list of names; it is {value!r}")
    return [value] if isinstance(value, str) else value


def _passage(value: Any, info: ValidationInfo) -> Any:
    """A passage with its book named in full, so that `Rom 1:16` and `Romans 1:16` are the same setting.

    That is for the King James text: what is in another is known once it is there. Own words are checked.
    """
    if isinstance(value, bool | int | float):
        raise ValueError(f"should be text; YAML reads it as {str(value).lower()}: quote it")
    if not isinstance(value, str | Mapping | OwnWords):
        raise ValueError(
            "should be a passage, as in 'Romans 1:16-17', or words of your own, as in {text: ...}; "
            f"it is {value!r}"
        )
    corpus = info.data.get("corpus")
    try:
        if isinstance(value, Mapping):
            return OwnWords.checked(value)
        if isinstance(value, str) and corpus and corpus.is_kjv:
            return str(parse(value))
    except UserError as error:
        raise ValueError(str(error)) from None
    return value


def _styles(value: Any) -> Any:
    """A style that says no colours has those of the palette of its name."""
    return named_styles(value) if isinstance(value, Mapping) else value


Passage = Annotated[
    str | OwnWords,
    BeforeValidator(_passage, json_schema_input_type=str | OwnWords),
]


class Config(Settings):
    """Everything that a run may be told."""

    corpus: CorpusSettings = CorpusSettings()
    """The text: its source, and what is kept back for validation."""

    model: Annotated[
        list[str],
        BeforeValidator(_names, json_schema_input_type=str | list[str]),
        Field(min_length=1),
    ]
    """Which of the models to run: a name, or a list of names; members of a sweep have names too."""

    models: dict[Name, Recipe] = Field(min_length=1)
    """Named recipes for training; what a recipe leaves out is as in the post."""

    sweep: dict[str, Any] = Field({})
    """What varies, by the name of the model that a sweep starts from: a table of settings and lists of their
    values, or a list of such tables."""

    passages: dict[Name, Passage] = Field(min_length=1)
    """Named passages, as in `romans: Romans 1:16-17`; of a plain text, lines as in `moby.txt:120-131` or a
    phrase in quotes; or own words, as in `vow: {text: ...}` or `{file: poem.txt}`."""

    states: dict[Name, OwnStates] = Field({})
    """Named grids of your own, ordered and drawn like a passage's states."""

    orders: dict[Name, dict[str, Any] | None] = Field(min_length=1)
    """Named orders of the rows: a strategy's settings; the strategy is the name, or what `strategy:` says."""

    styles: Annotated[
        dict[Name, Style],
        BeforeValidator(_styles, json_schema_input_type=dict[Name, Style | None]),
        Field(min_length=1),
    ]
    """Named pairs of colours. One that says none has those of the palette of its name, as in `harbour:`."""

    favourite: Favourite = Favourite()
    """The picture to have printed, results/favourite.*, of the first model and passage."""

    print: Printing = Printing()
    """What is printed on, and how large."""

    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    """Where to train: `auto` takes CUDA, then Apple's MPS, then the processor."""

    tensorboard: bool = False
    """Whether a training keeps a log for TensorBoard, in results/models/{model}/tensorboard."""

    @field_validator("model")
    @classmethod
    def _each_once(cls, chosen: list[str]) -> list[str]:
        for name, count in Counter(chosen).items():
            if count > 1:
                raise ValueError(
                    f"'{name}' stands there {count} times and would count as often; name it once"
                )
        return chosen

    @field_validator("models")
    @classmethod
    def _own_is_taken(cls, models: dict[str, Recipe]) -> dict[str, Recipe]:
        if MODEL in models:
            raise ValueError(f"'{MODEL}' is the name that results of your own states have; choose another")
        return models

    @cached_property
    def experiments(self) -> dict[str, Experiment]:
        """The models that are compared: the sweep's members, or the chosen models."""
        return experiments(self.models, self.model, self.sweep)

    @cached_property
    def recipes(self) -> dict[str, Recipe]:
        """Every model that there is, the sweep's members among them."""
        return self.models | {name: experiment.recipe for name, experiment in self.experiments.items()}

    def files(self) -> Iterator[tuple[str, Path]]:
        """The files of one's own that the settings name, each with its key."""
        yield from (("corpus.path", path) for path in self.corpus.path)
        for name, passage in self.passages.items():
            if isinstance(passage, OwnWords) and passage.file:
                yield f"passages.{name}.file", passage.file
        yield from ((f"states.{name}.file", grid.file) for name, grid in self.states.items())
        if self.print.cmyk:
            yield "print.cmyk", self.print.cmyk

    @property
    def favourite_style(self) -> Style:
        """The favourite's colours: those of the style of that name, or else of the palette."""
        name = self.favourite.style
        return self.styles[name] if name in self.styles else Style(colours=PALETTES[name].colours)

    def warnings(self) -> Iterator[str]:
        """What may be a slip, a line each."""
        for name, style in self.styles.items():
            if style.warning:
                yield f"styles.{name}: {style.warning}"

    def find(self, section: str, name: str) -> Any:
        """What has that name in a section: models (a sweep's members too), passages, states, orders, styles.

        Raises UserError, saying which names there are.
        """
        table = self.recipes if section == "models" else getattr(self, section)
        if name not in table:
            raise UserError(_missing(section, name, table))
        return table[name]

    def grids(self) -> list[tuple[str, str]]:
        """Whatever is ordered and drawn: (model, passage) for every chosen model, and your own states."""
        read = [(model, passage) for model in self.model for passage in self.passages]
        return read + [(MODEL, name) for name in self.states]

    def of_picture(self, model: str, passage: str, strategy: str, style: str) -> dict[str, Any]:
        """The settings that make one picture, as JSON values: what they leave out is nothing to it.

        Raises UserError, saying which names there are, for a name that isn't there.
        """
        return self._of(model, passage, [strategy], {style: self.find("styles", style)})

    def of_pictures(self, model: str, passage: str, style: str) -> dict[str, Any]:
        """The same for the pictures in every order, which lie on nothing that is printed on."""
        found = self._of(model, passage, self.orders, {style: self.find("styles", style)})
        return found | {"print": self.print.model_dump(include={"cell", "dpi"}, exclude_defaults=True)}

    def of_favourite(self) -> dict[str, Any]:
        """The settings that make the favourite, with all orders that it may be."""
        model, passage = self.grids()[0]
        orders = list(self.orders) if self.favourite.measure else [self.favourite.order]
        return self._of(model, passage, orders, {self.favourite.style: self.favourite_style})

    def _of(
        self, model: str, passage: str, orders: Iterable[str], styles: Mapping[str, Style]
    ) -> dict[str, Any]:
        own = model == MODEL
        grids = "states" if own else "passages"
        named = {grids: {passage: _told(self.find(grids, passage))}}
        if own:  # a config has a model and a passage, though it needs none
            model, first = next(iter(self.models)), next(iter(self.passages))
            named["passages"] = {first: _told(self.passages[first])}
        self.find("models", model)
        base = model.partition("~")[0]
        chosen = {name: order(self, name) for name in orders}
        corpus = _told(self.corpus)
        corpus.pop("sha256", None)  # checks the text, and doesn't choose it
        return {
            "corpus": corpus,
            "model": model,
            "models": {base: _told(self.models[base])},
            "sweep": {base: self.sweep[base]} if base != model else {},
            **named,
            "orders": {name: {"strategy": one.strategy} | one.settings for name, one in chosen.items()},
            "styles": {name: _told(style) for name, style in styles.items()},
            "favourite": {"order": next(iter(chosen)), "style": next(iter(styles))},
            "print": _told(self.print),
        }


class Order(Settings):
    """An order of the rows that a run makes: a strategy with all its settings."""

    strategy: str
    settings: dict[str, Any]


def check(raw: Mapping[str, Any]) -> Config:
    """The checked settings of a run, with defaults filled in.

    Raises UserError with one line for every fault: the key, what is wrong and what would be right.
    """
    faults: list[str] = []
    for name, table in _table(raw, "orders").items():
        if isinstance(name, str) and isinstance(table, Mapping | None):
            try:
                _order(name, table)
            except UserError as error:
                faults.append(str(error))
    models = _table(raw, "models")
    swept: list[str] = []
    for name, table in _table(raw, "sweep").items():
        if name not in models:
            faults.append(f"sweep.{name}: {_missing('models', name, models)}")
            continue
        try:
            recipe = Recipe.checked(models[name])
        except UserError:
            continue  # said below, of the model
        try:
            swept.extend(members(name, recipe, table))
        except UserError as error:
            faults.append(str(error))
    known = dict.fromkeys([*models, *swept])
    chosen = raw.get("model")
    names = [name for name in (chosen if isinstance(chosen, list) else [chosen]) if isinstance(name, str)]
    faults += [f"model: {_missing('models', name, known)}" for name in names if known and name not in known]
    try:
        config = Config.checked(raw)
    except UserError as error:
        faults.insert(0, str(error))
    else:
        faults += filter(None, [config.favourite.fault(config.orders)])
        known_styles = [*config.styles, *(name for name in PALETTES if name not in config.styles)]
        if config.favourite.style not in known_styles:
            faults.append(f"favourite.style: {_missing('styles', config.favourite.style, known_styles)}")
    if not faults and (row := config.print.start_row) and not config.states:  # whose rows nobody knows yet
        rows = max(recipe.hidden_size for recipe in config.recipes.values())
        if row > rows:
            faults.append(f"print.start_row: {row:,} is beyond the end, no model has more than {rows:,} rows")
    if faults:
        lines = [line for fault in faults for line in fault.splitlines()]
        raise UserError("\n".join(dict.fromkeys(lines)))
    return config


def check_files(config: Config) -> None:
    """Look for the files of your own. Raises UserError with a line for each that isn't there."""
    faults = []
    for key, file in config.files():
        if file.is_dir():
            faults.append(f"{key}: '{file}' is a folder")
        elif not file.exists():
            beside = [path.name for path in file.parent.glob("*")]
            hint = suggestion(file.name, beside) or f"; relative paths start in {Path.cwd()}"
            faults.append(f"{key}: there is no file '{file}'{hint}")
        elif key == "print.cmyk":
            try:
                check_printer(file)
            except UserError as error:
                faults.append(str(error))
    if faults:
        raise UserError("\n".join(faults))


def _told(settings: Any) -> Any:
    """Settings as JSON values, without those that are as they would be anyhow."""
    told = isinstance(settings, BaseModel)
    return settings.model_dump(mode="json", exclude_defaults=True) if told else settings


def _missing(section: str, name: Any, known: Iterable[Any]) -> str:
    """That a section of the settings hasn't got a name, and which it has."""
    names = [word for word in known if isinstance(word, str)]
    some = ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED:,} more" if len(names) > NAMED else "")
    there = f"; there {'is' if len(names) == 1 else 'are'} {some or 'none'}"
    kind = {"states": "grid"}.get(section, section.removesuffix("s"))
    return f"there is no {kind} '{name}' under {section}{suggestion(str(name), names) or there}"


def order(config: Config, name: str) -> Order:
    """One of the run's orders, with all its settings. Raises UserError when there is none of that name."""
    return _order(name, config.find("orders", name))


def _order(name: str, table: Mapping[str, Any] | None) -> Order:
    """Check one order's table. Raises UserError for an unknown strategy or a fault in its settings."""
    settings = dict(table or {})
    strategy = str(settings.pop("strategy", name))
    if strategy not in STRATEGIES:
        hint = suggestion(strategy, STRATEGIES) or f"; the strategies are {', '.join(STRATEGIES)}"
        raise UserError(f"orders.{name}: there is no strategy '{strategy}'{hint}")
    checked = STRATEGIES[strategy].settings.checked(settings, where=f"orders.{name}")
    return Order(strategy=strategy, settings=checked.model_dump())


def as_json(settings: BaseModel | Mapping[str, Any] | list[Any]) -> str:
    """Settings as one JSON text with sorted keys: equal texts for equal settings."""
    plain = settings.model_dump(mode="json") if isinstance(settings, BaseModel) else settings
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def schema() -> str:
    """The JSON schema of `config.yaml`, for editors that complete and check what is typed."""
    result = Config.model_json_schema()
    own, named = {}, []
    for name, strategy in STRATEGIES.items():
        table = strategy.settings.model_json_schema() | {"title": name, "description": strategy.description}
        own[name] = {"anyOf": [{"type": "null"}, table]}
        properties = {"strategy": {"const": name}} | table["properties"]
        named.append(table | {"properties": properties, "required": ["strategy"]})
    orders = result["properties"]["orders"]
    del orders["patternProperties"]
    orders |= {"properties": own, "additionalProperties": {"anyOf": named}}
    del result["$defs"]["Style"]["required"]  # those of the palette of its name
    keys = Recipe.model_json_schema()["properties"]
    varied = {
        key: {"anyOf": [one, {"type": "array", "items": one, "minItems": 1}]} for key, one in keys.items()
    }
    grid = {"type": "object", "properties": varied, "additionalProperties": False, "minProperties": 1}
    sweeps = {"anyOf": [grid, {"type": "array", "items": grid, "minItems": 1}]}
    result["properties"]["sweep"]["additionalProperties"] = sweeps
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


def _table(raw: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """A table of the unchecked settings; empty where there is something else."""
    table = raw.get(key)
    return table if isinstance(table, Mapping) else {}
