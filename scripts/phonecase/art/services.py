"""Print services, as data: what those who print a case ask for. services.yaml lies beside this module."""

from functools import cache
from pathlib import Path

from phonecase.art.phones import read_data
from phonecase.settings import Settings


class Service(Settings):
    """What a print service asks for, where that differs from the trade's habit."""

    name: str
    bleed: float = 3.0
    """Mm beyond the edge on every side."""
    safe: float = 3.0
    """Mm within the edge that may be lost: nothing that matters should lie there."""
    camera: float = 0.0
    """Mm around the camera that should be kept free."""
    files: tuple[str, ...] = ("png",)
    """The formats that it takes, the best first."""
    says: str
    """In a line, for the log."""


@cache
def services() -> dict[str, Service]:
    """Every print service whose wishes are known, by its name in the settings."""
    tables = read_data(Path(__file__).with_suffix(".yaml"))
    return {name: Service.model_validate(table) for name, table in tables.items()}
