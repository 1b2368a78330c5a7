"""Phones, as data: how large a case is, and where its camera is.

phones.yaml lies beside this module; it says where its figures are from, and which are estimates.
"""

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import Field, model_validator

from phonecase.settings import Settings

LARGEST = 5000
"""Mm: no case or poster has a longer side."""


class Opening(Settings):
    """A rounded rectangle on the back that nothing that matters should reach into: the camera. In mm."""

    left: float = Field(ge=0)
    top: float = Field(ge=0)
    width: float = Field(gt=0)
    height: float = Field(gt=0)
    radius: float = Field(ge=0)

    @model_validator(mode="after")
    def _round(self) -> "Opening":
        if 2 * self.radius > min(self.width, self.height):
            raise ValueError("its radius is at most half of its shorter side")
        return self


class Phone(Settings):
    """The back of a phone, upright, in mm."""

    name: str
    width: float = Field(gt=0, le=LARGEST)
    height: float = Field(gt=0, le=LARGEST)
    radius: float = Field(0, ge=0)
    """Of its corners."""
    camera: tuple[Opening, ...] = ()

    @model_validator(mode="after")
    def _fits(self) -> "Phone":
        if 2 * self.radius > min(self.width, self.height):
            raise ValueError("its radius is at most half of its shorter side")
        for opening in self.camera:
            if (
                opening.left + opening.width > self.width + 1e-6
                or opening.top + opening.height > self.height + 1e-6
            ):
                raise ValueError("its camera lies on its back")
        return self


@cache
def phones() -> dict[str, Phone]:
    """Every phone that there is, by its name in the settings."""
    return {
        name: Phone.model_validate(table)
        for name, table in read_data(Path(__file__).with_suffix(".yaml")).items()
    }


def read_data(path: Path) -> dict[str, Any]:
    """The tables of a YAML file of ours."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast, where it was built
    tables: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), loader)
    return tables
