"""A page of a small network, made in a moment."""

from dataclasses import replace
from pathlib import Path

import torch

from phonecase.art import PRINTED, Print, Style
from phonecase.corpus import Verse, Vocabulary
from phonecase.explorer import about, page
from phonecase.files import write_text
from phonecase.model import CharLM
from phonecase.ordering import SavedOrder, order_units, similarity, states_hash
from phonecase.states import States, extract

LINES = [
    "For therein is the righteousness of God revealed from faith to faith:",
    "as it is written, The just shall live by faith.",
]
TEXT = "\n".join(LINES)
ALPHABET = "".join(sorted(set(TEXT + "ABCDEFGHIJKLMNOPQRSTUVWYZabcdefghijklmnopqrstuvwxyz \n,.'-")))
STYLES = {"printed": PRINTED, "plum": Style(colours=("#FFDF40", "#402040"))}
SIZE = Print(cell=3, dpi=300)


def made(
    core: str = "binary_highway", reference: str = "Romans 1:17"
) -> tuple[CharLM, States, dict[str, SavedOrder]]:
    """A network with random weights, its states along a verse, and two orders of them."""
    torch.manual_seed(1)
    model = CharLM(len(ALPHABET), hidden_size=16 if core == "binary_highway" else 8, core=core)
    with torch.no_grad():
        model.embedding.weight *= 4
    verses = [Verse("Romans", 1, 17 + number, line) for number, line in enumerate(LINES)]
    states = extract(model, Vocabulary(ALPHABET), verses)
    states = replace(
        states, metadata={**states.metadata, "model": "small", "passage": "verse", "reference": reference}
    )
    orders = {}
    for name, settings in (("two_opt", {}), ("signed", {"signed": True})):
        ordering = order_units(states.units, "two_opt", **settings)
        score = similarity(states.units, ordering)
        orders[name] = SavedOrder(
            ordering, "two_opt", {"signed": name == "signed"}, score, states_hash(states.units)
        )
    return model, states, orders


def write_page(path: Path, core: str = "binary_highway", reference: str = "Romans 1:17") -> Path:
    """Its page."""
    model, states, orders = made(core, reference)
    summary = {"settings": {"embedding_scale": 4.0}}
    data = about(model, summary, Vocabulary(ALPHABET), [(states, orders)], STYLES, SIZE)
    write_text(path, page(data, "a verse", ["A small network."]))
    return path
