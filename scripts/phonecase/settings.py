"""What every table of settings has in common."""

from pydantic import BaseModel, ConfigDict


class Settings(BaseModel):
    """A table of settings: unknown keys are errors, and nothing changes it once it is checked."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)
