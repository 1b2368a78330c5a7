"""A picture with all that is told of it: its title, what it shows and where it came from."""

from collections.abc import Mapping
from typing import Any

from phonecase.art.colouring import coloured
from phonecase.art.layout import Layout
from phonecase.art.origin import SOFTWARE
from phonecase.art.picture import Picture
from phonecase.art.styles import Shape, Style
from phonecase.ordering.files import SavedOrder
from phonecase.states.file import States


def picture_of(
    layout: Layout,
    states: States,
    order: SavedOrder,
    style: Style,
    printing: Mapping[str, Any],
    origin: Mapping[str, Any],
) -> Picture:
    """The states in an order's rows and a style's colours, on a page.

    `printing` are the settings that chose the page, `origin` is what is known besides of where it came from,
    both as JSON values. Raises UserError where the style goes by what isn't known.
    """
    T, H = states.units.shape
    cells, colours = coloured(states, order.ordering, style)
    return Picture(
        layout=layout,
        cells=cells,
        colours=colours,
        ground=style.ground or style.colours[0],
        shape=Shape(gap=style.gap, round=style.round, join=style.join),
        text=states.text,
        title=states.title,
        description=f"{H} units in the order {order.strategy} (similarity {order.similarity:,}) along {T:,} "
        f"characters, {style.colours[0]} for −1",
        origin={
            "software": SOFTWARE,
            "states": states.metadata,
            "order": {
                "strategy": order.strategy,
                "settings": order.settings,
                "similarity": order.similarity,
            },
            "style": style.model_dump(mode="json"),
            "print": printing,
            **origin,
        },
    )
