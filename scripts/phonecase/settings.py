"""What every table of settings has in common: strict keys, and faults in words for people."""

from collections.abc import Iterator, Mapping
from typing import Any, Self, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from phonecase.errors import UserError, suggestion


class Settings(BaseModel):
    """A table of settings: unknown keys are errors, and nothing changes it once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

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


def _lines(error: ValidationError, model: type[BaseModel], where: str = "") -> Iterator[str]:
    """pydantic's findings, a line for each."""
    for fault in error.errors(include_url=False):
        place = [where, *(str(part) for part in fault["loc"] if part != "[key]")]
        key = ".".join(part for part in place if part)
        yield f"{key}: {_sentence(fault, model)}" if key else _sentence(fault, model)


def _sentence(fault: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with a key, and what would be right."""
    *parents, last = fault["loc"] or ("",)
    match fault["type"]:
        case "extra_forbidden":
            known = _keys(model, parents)
            return f"unknown key{suggestion(str(last), known) or '; the keys are ' + ', '.join(known)}"
        case "missing":
            return "this key is missing"
        case "value_error":
            return fault["msg"].removeprefix("Value error, ")
        case "string_pattern_mismatch" if last == "[key]":
            return "a name is small letters and digits, joined by - or _"
        case "too_short":
            return f"there should be at least {fault['ctx']['min_length']}; it is {fault['input']!r}"
        case "json_invalid":
            return fault["msg"]
        case "model_type" | "model_attributes_type" | "dict_type":
            return f"should be a table of settings; it is {fault['input']!r}"
    return fault["msg"].replace("Input should", "should") + f"; it is {fault['input']!r}"


def _keys(model: Any, parents: list[int | str]) -> list[str]:
    """The keys that a table may have, found by walking the model along a fault's place."""
    for part in parents:
        model = get_args(model)[1] if get_origin(model) is dict else model.model_fields[part].annotation
    return list(model.model_fields)
