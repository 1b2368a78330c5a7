"""Reading a passage with a trained network, and keeping what it remembers after every character."""

import logging
import math
from collections.abc import Sequence

import numpy as np
import torch
from torch.nn import functional as F

from phonecase.corpus import Verse, Vocabulary, join
from phonecase.errors import UserError
from phonecase.model import CharLM, signs
from phonecase.states.file import States

log = logging.getLogger(__name__)


def extract(model: CharLM, vocabulary: Vocabulary, verses: Sequence[Verse]) -> States:
    """Feed the verses, joined by line breaks, to a network that starts from its own h0.

    All characters but the last are fed: T states for T + 1 characters. The metadata has the `last_character`
    with its surprise, and the mean bits per character of the T that were predicted. The values of states
    that aren't binary are kept beside their signs, and the log says so. Raises UserError when the passage
    is a single character, or has one that the network doesn't know.
    """
    text = join(verses)
    if len(text) < 2:
        raise UserError(
            f"the passage {text!r} is too short: a state needs a character to be predicted after it"
        )
    places = [(v.book, v.chapter, v.verse) for v in verses for _ in v.text + "\n"][: len(text) - 1]
    tokens = torch.from_numpy(vocabulary.encode(text))  # (T + 1,)
    fed, predicted = tokens[None, :-1], tokens[1:]
    with torch.no_grad():
        values = model.values(fed)[0]  # (T, H)
        nats = F.cross_entropy(model.scores(values), predicted, reduction="none")  # (T,)
    if not model.binary:
        log.info(
            "the states of core %s are numbers: their signs are what is ordered and drawn, "
            "and the file has the numbers too, as `value`",
            model.core,
        )
    bits = (nats / math.log(2)).numpy()
    return States(
        text=text[:-1],
        units=signs(values).numpy(),
        surprise=np.concatenate([[np.nan], bits[:-1]]).astype(np.float32),
        places=places,
        metadata={
            "last_character": text[-1],
            "last_surprise": round(float(bits[-1]), 6),
            "bits_per_character": round(float(bits.mean()), 6),
        },
        values=None if model.binary else values.numpy(),
    )
