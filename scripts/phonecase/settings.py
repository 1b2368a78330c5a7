"""What every table of settings has in common: strict keys, and faults in words for people."""

import ast
import inspect
import itertools
import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Self, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    GetJsonSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, ErrorDetails

from phonecase.errors import UserError, suggestion

LONGEST = 100  # characters of a wrong value that a fault repeats


class Settings(BaseModel):
    """A table of settings: unknown keys are errors, and nothing changes it once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @field_validator("*", mode="wrap")
    @classmethod
    def _no_number_is_true(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        """Python counts True as 1; in settings that is a slip."""
        result = handler(value)
        if isinstance(value, bool) and isinstance(result, int | float) and not isinstance(result, bool):
            raise ValueError(f"should be a number; it is {str(value).lower()}")
        return result

    @classmethod
    def checked(cls, table: Mapping[str, Any], where: str = "") -> Self:
        """The settings in a table, with defaults filled in.

        Raises UserError with a line for every fault: `where` and the key, what is wrong, what would do.
        """
        try:
            return cls.model_validate(table)
        except ValidationError as error:
            raise UserError("\n".join(_lines(error, cls, where))) from None

    @classmethod
    def from_json(cls, text: str) -> Self:
        """The settings in a JSON text, as scripts take them. Raises UserError like `checked`."""
        try:
            return cls.model_validate_json(text)
        except ValidationError as error:
            raise UserError("\n".join(_lines(error, cls))) from None

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler, /
    ) -> JsonSchemaValue:
        """The JSON schema, each key described by the docstring under it.

        pydantic's own `use_attribute_docstrings` reads the sources whenever a class is made: a quarter of a
        second in each call of Snakemake, for texts that only the schema shows.
        """
        result = handler(schema)
        properties = handler.resolve_ref_schema(result).get("properties", {})
        for key, text in _docstrings(cls).items():
            properties[key]["description"] = text
        return result


def _docstrings(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings under a model's keys, those of the models that it extends among them."""
    found: dict[str, str] = {}
    for parent in reversed(model.__mro__):
        if "__annotations__" not in vars(parent) or parent in (BaseModel, Settings):
            continue
        try:
            (program,) = ast.parse(textwrap.dedent(inspect.getsource(parent))).body
        except (OSError, TypeError):  # made by create_model: there is no source
            continue
        assert isinstance(program, ast.ClassDef)
        for key, text in itertools.pairwise(program.body):
            match key, text:
                case (
                    ast.AnnAssign(target=ast.Name(name)),
                    ast.Expr(ast.Constant(str(words))),
                ) if name in model.model_fields:
                    found[name] = inspect.cleandoc(words)
    return found


def _lines(error: ValidationError, model: type[BaseModel], where: str = "") -> Iterator[str]:
    """pydantic's findings, a line for each."""
    for fault in error.errors(include_url=False):
        place = [where, *(str(part) for part in fault["loc"] if part != "[key]")]
        key = ".".join(part for part in place if part)
        line = f"{key}: {_sentence(fault, model)}" if key else _sentence(fault, model)
        yield " ".join(line.splitlines())  # what the user wrote may have line breaks


def _sentence(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with a key, and what would be right."""
    *parents, last = fault["loc"] or ("",)
    match fault["type"]:
        case "extra_forbidden":
            if home := _home(model, str(last)):
                return f"unknown key here; it belongs {home}"
            known = _keys(model, parents)
            return f"unknown key{suggestion(str(last), known) or '; the keys are ' + ', '.join(known)}"
        case "missing":
            return "this key is missing" if isinstance(last, str) else "a value is missing here"
        case "value_error":
            return fault["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch" if last == "[key]":
            return "a name is small letters and digits, joined by - or _"
        case "string_too_long" if last == "[key]":
            return f"a name has at most {fault['ctx']['max_length']} characters"
        case "string_type" | "invalid_key" if isinstance(fault["input"], bool | int | float):
            return f"should be text; YAML reads it as {str(fault['input']).lower()}: quote it"
        case "path_type":
            return f"should be the path of a file; it is {_shown(fault)}"
        case kind if kind.startswith(("greater_than", "less_than")) and isinstance(fault["input"], bool):
            return f"should be a number; it is {str(fault['input']).lower()}"
        case "too_short":
            return f"there should be at least {fault['ctx']['min_length']}; it is {_shown(fault)}"
        case "json_invalid":
            return fault["msg"]
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"should be a table of settings; it is {_shown(fault)}"
    message = re.sub("^(Input|String|Tuple|List) ", "", fault["msg"])
    return f"{message}; it is {_shown(fault)}"


def _shown(fault: ErrorDetails) -> str:
    """What the user wrote, as Python writes it, or the beginning of it."""
    text = repr(fault["input"])
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def _home(model: type[BaseModel], key: str) -> str | None:
    """Where a key belongs that stands in another table."""
    if key in model.model_fields:
        return "at the top"
    for name, field in model.model_fields.items():
        named = get_origin(field.annotation) is dict
        inner = get_args(field.annotation)[1] if named else field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel) and key in inner.model_fields:
            return f"under {name}" + (", in one of its tables" if named else "")
    return None


def _keys(model: Any, parents: list[int | str]) -> list[str]:
    """The keys that a table may have, found by walking the model along a fault's place."""
    for part in parents:
        model = get_args(model)[1] if get_origin(model) is dict else model.model_fields[part].annotation
    return list(model.model_fields)
