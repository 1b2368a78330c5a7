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
KNOWN = "It is on in words that begin with f."
LONG = " ".join([TEXT.replace("\n", " ")] * 43)[:5000]
"""As long as a chapter."""
STYLES = {
    "printed": PRINTED,
    "plum": Style(colours=("#FFDF40", "#402040")),
    "dots": Style(colours=("#FFDF40", "#402040"), round=1),
}
SIZE = Print(cell=3, dpi=300)


def made(
    core: str = "binary_highway", reference: str = "Romans 1:17", units: int = 16, text: str = TEXT
) -> tuple[CharLM, States, dict[str, SavedOrder]]:
    """A network with random weights, its states along a text, and two orders of them."""
    torch.manual_seed(1)
    model = CharLM(len(ALPHABET), hidden_size=units, core=core)
    with torch.no_grad():
        model.embedding.weight *= 4
    verses = [Verse("Romans", 1, 17 + number, line) for number, line in enumerate(text.split("\n"))]
    states = extract(model, Vocabulary(ALPHABET), verses)
    names = {"model": "small", "passage": "verse", "reference": reference}
    states = replace(states, metadata=states.metadata | names)
    orders = {}
    for name in ("two_opt", "signed"):
        ordering = order_units(states.units, "two_opt", signed=name == "signed")
        score = similarity(states.units, ordering)
        settings = {"signed": name == "signed"}
        orders[name] = SavedOrder(ordering, "two_opt", settings, score, states_hash(states.units))
    return model, states, orders


def write_page(
    path: Path,
    core: str = "binary_highway",
    reference: str = "Romans 1:17",
    units: int = 16,
    text: str = TEXT,
) -> Path:
    """Its page."""
    model, states, orders = made(core, reference, units, text)
    summary = {"settings": {"embedding_scale": 4.0}}
    data = about(model.weights, summary, Vocabulary(ALPHABET), [(states, orders)], STYLES, SIZE, {3: KNOWN})
    write_text(path, page(data, "a verse", ["A small network."]))
    return path
