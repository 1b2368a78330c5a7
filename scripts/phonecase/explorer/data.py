"""All that the page of a model shows, as JSON."""

import base64
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt

from phonecase.art import PRINTED, Print, Style
from phonecase.art.colouring import shades
from phonecase.art.layout import micrometres
from phonecase.art.lettering import letter
from phonecase.art.phones import Phone, phones
from phonecase.art.picture import LEVELS
from phonecase.corpus import Vocabulary
from phonecase.corpus.words import ALIKE
from phonecase.errors import UserError
from phonecase.explorer.network import numbers
from phonecase.model import Weights
from phonecase.ordering import SavedOrder
from phonecase.states import States

LONGEST = 65_536  # columns of a passage; with more, a browser takes long to lay the text


def about(
    weights: Weights,
    summary: Mapping[str, Any],
    vocabulary: Vocabulary,
    passages: Sequence[tuple[States, Mapping[str, SavedOrder]]],
    styles: Mapping[str, Style],
    size: Print,
    known: Mapping[int, str],
) -> dict[str, Any]:
    """What page/reading.js calls `Data`.

    Args:
        weights: the network. One that the page can't run leaves the page without one, and with the reason.
        summary: how training went, as train.py wrote it.
        vocabulary: its alphabet.
        passages: the states of each with its orders by their names, of which the first is shown first.
        styles: by their names, of which the first is shown first. The page draws squares of two colours;
            styles of another kind are left out.
        size: that of the print.
        known: a sentence about each unit of which something is known.
    """
    network, why_not = None, ""
    drawn = {name: style for name, style in styles.items() if style == Style(colours=style.colours)}
    drawn = drawn or {"printed": PRINTED}
    try:
        sizes, values = numbers(weights)
        network = {
            "sizes": sizes,
            "numbers": _base64(values.astype("<f4")),
            "embedding_scale": summary["settings"]["embedding_scale"],
        }
    except UserError as error:
        why_not = f"Without the network: {error}."
    return {
        "model": passages[0][0].metadata["model"],
        "units": weights.sizes["hidden_size"],
        "characters": list(vocabulary.characters),
        "alike": {character: list(texts) for character, texts in ALIKE.items()},
        "network": network,
        "why_not": why_not,
        "passages": [_passage(states, orders) for states, orders in passages],
        "styles": [
            {"name": name, "colours": style.colours, "shades": shades(*style.colours, LEVELS)[:-1]}
            for name, style in drawn.items()
        ],
        "letters": {character: letter(character) for character in vocabulary.characters},
        "print": size.model_dump(),
        "units_known": known,
        "phones": [_phone(key, phone) for key, phone in phones().items()],
    }


def _phone(key: str, phone: Phone) -> dict[str, Any]:
    """A phone in micrometres."""
    camera = [
        {side: micrometres(mm) for side, mm in opening.model_dump().items()} for opening in phone.camera
    ]
    sides = {side: micrometres(getattr(phone, side)) for side in ("width", "height", "radius")}
    return {"key": key, "name": phone.name, **sides, "camera": camera}


def _passage(states: States, orders: Mapping[str, SavedOrder]) -> dict[str, Any]:
    text = states.text[:LONGEST]
    places = [
        f"{book} {chapter}:{verse}" if chapter else f"line {verse}" for book, chapter, verse in states.places
    ]
    starts = np.cumsum([0, *(len(list(same)) for _, same in groupby(places[: len(text)]))])[:-1].tolist()
    return {
        "name": states.name,
        "reference": states.reference,
        "own": states.reference == states.name and states.places[0][1] == 0,  # a person's own words, no place
        "text": text,
        "last": (states.text + states.metadata["last_character"])[len(text)],
        "left_out": len(states.text) - len(text),
        "places": [[start, places[start]] for start in starts],
        "states": _base64(np.packbits(states.units[: len(text)] > 0)),
        "surprise": _base64(states.surprise[: len(text)].astype("<f4")),
        "orders": [
            {
                "name": name,
                "strategy": order.strategy,
                "similarity": order.similarity,
                "units": order.ordering.permutation.tolist(),
                "signs": _signs(order.ordering.signs),
            }
            for name, order in orders.items()
        ],
    }


def _signs(signs: npt.NDArray[np.int8]) -> str | None:
    """A + or − a row; None where none is negated."""
    return "".join("-" if sign < 0 else "+" for sign in signs) if (signs < 0).any() else None


def _base64(array: npt.NDArray[Any]) -> str:
    return base64.b64encode(array.tobytes()).decode()
