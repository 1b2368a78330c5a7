"""The one picture to have printed: which order, in which style."""

from collections.abc import Collection

from pydantic import Field

from phonecase.art.measures import MEASURES
from phonecase.errors import suggestion
from phonecase.settings import Settings

BY = "by "


class Favourite(Settings):
    """The picture to have printed: an order and a style."""

    order: str = Field("by similarity", examples=["by similarity", "insertion"])
    """The name of one of the orders; or `by` and a measure, for the best of them by it (docs/beauty.md)."""

    style: str = Field("printed", examples=["printed"])
    """The name of one of the styles, or of a palette (docs/colours.md)."""

    @property
    def measure(self) -> str | None:
        """The measure that chooses the order, unless the order is named."""
        return self.order.removeprefix(BY).strip() if self.order.startswith(BY) else None

    def fault(self, orders: Collection[str]) -> str | None:
        """What is wrong with the order, if there are only these, in words for people."""
        if self.measure is not None and self.measure not in MEASURES:
            hint = suggestion(self.measure, MEASURES) or f"; the measures are {', '.join(MEASURES)}"
            return f"favourite.order: there is no measure '{self.measure}'{hint}"
        if self.measure is None and self.order not in orders:
            hint = suggestion(self.order, [*orders, *(BY + name for name in MEASURES)])
            there = f"; name one of {', '.join(orders)}, or a measure, as in 'by similarity'"
            return f"favourite.order: there is no order '{self.order}' under orders{hint or there}"
        return None
