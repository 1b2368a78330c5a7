"""How long the memory is: what is lost when it is taken away, and how soon two pasts become one.

A network reads the same characters three times: after its own past, after none, from its initial state, and
after the past of another place. What the second and third pay more, k characters on, is what the past
beyond k characters is worth (the ablations of context of Khandelwal et al. 2018, arXiv:1805.04623, with all
of it taken away). While the states differ the network remembers something of its past; which characters
make them agree shows what erases. And what is kept of the character k back is what a linear read-out finds,
beside one that sees the characters that came after it, from which much can be guessed (probes want such
controls: Hewitt and Liang 2019, arXiv:1909.03368; Antverg and Belinkov 2021, arXiv:2110.07483).
"""

from collections.abc import Iterable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from phonecase.insight.networks import bits, chosen, read, shown
from phonecase.model import CharLM

Numbers = NDArray[np.int64]
Floats = NDArray[np.float32]

PAST = 256  # characters that are read before a place: its own past
LENGTH = 64  # characters for which the pasts are followed
FROM = 4  # characters after which the states of two pasts are told by what is read now
LEAST = 0.005  # of the characters that are read while units differ: rarer ones aren't shown
BACK = 20  # characters back that are read out
GUESS = 4  # later characters from which the character back is guessed
RIDGE = 10.0  # squared length that is added to every input, so that there is one best read-out


def measure_reach(model: CharLM, tokens: Numbers, characters: str, apart: int = LENGTH) -> dict[str, Any]:
    """What pasts are worth along a text, tokens (T,), from places so many characters apart.

    `places` says how many there are. `bits` are those of a network with all of its past; `fresh` and
    `other` are lists of what a network pays more, `k` characters after it started anew or from another
    place's memory, for the character after these, as pairs of mean and standard error. `differing` is the
    share of units in which the states after one's own and another's past differ after 0, 1, ... characters;
    `agreed` is how often all agree. `erased` has for each character that is met often enough which share of
    the differing units agrees after it.
    """
    places = np.arange(PAST, len(tokens) - LENGTH, apart)
    rows = torch.from_numpy(tokens[places + np.arange(-PAST, LENGTH + 1)[:, None]])  # (PAST + L + 1, N)
    _, own = read(model, rows[:PAST])
    another = chosen(own, torch.from_numpy(np.roll(np.arange(len(places)), len(places) // 2)))
    now, following = rows[PAST:-1], rows[PAST + 1 :]  # (L, N)
    states = {name: read(model, now, past)[0] for name, past in (("own", own), ("other", another))}
    paid = {name: bits(model, each, following) for name, each in states.items()}
    paid["fresh"] = bits(model, read(model, now)[0], following)

    unlike = (shown(model, own) >= 0) != (shown(model, another) >= 0)  # (N, H)
    later = (states["own"] >= 0) != (states["other"] >= 0)  # (L, N, H)
    differing = torch.cat([unlike[None], later]).sum(-1).numpy()  # (L + 1, N)
    return {
        "places": len(places),
        "bits": float(paid["own"].mean()),
        "fresh": _excess(paid["fresh"] - paid["own"]),
        "other": _excess(paid["other"] - paid["own"]),
        "differing": (differing.mean(1) / model.hidden_size).tolist(),
        "agreed": (differing == 0).mean(1).tolist(),
        "erased": erased(differing[FROM:], now[FROM:].numpy(), characters),
    }


def erased(differing: NDArray[np.integer[Any]], read_: Numbers, characters: str) -> dict[str, float]:
    """Which share of the differing units agrees after each character.

    Args:
        differing: how many units differ before the first character and after each of L; (L + 1, N).
        read_: the characters; (L, N).
        characters: the vocabulary. Those that are fewer than 1 in 200 of the ones met are left out.
    """
    before, after = differing[:-1].ravel(), differing[1:].ravel()
    met = np.bincount(read_.ravel(), before > 0, len(characters))
    was, still = (np.bincount(read_.ravel(), each, len(characters)) for each in (before, after))
    often = np.flatnonzero((met > 0) & (met >= LEAST * met.sum()))
    return {characters[i]: float(1 - still[i] / was[i]) for i in often}


def _excess(paid: torch.Tensor) -> list[tuple[float, float]]:
    """Mean and standard error over places, of bits paid more: (L, N)."""
    mean, error = paid.mean(1), paid.std(1) / paid.shape[1] ** 0.5
    return list(zip(mean.tolist(), error.tolist(), strict=True))


def read_out(
    values: tuple[Floats, Floats],
    tokens: tuple[Numbers, Numbers],
    V: int,
    back: Iterable[int] = range(BACK + 1),
) -> list[float]:
    """How often the characters so far back are right as a linear map reads them out of the states.

    Both are of two texts, (T, H) and (T,). The map to scores of the V characters is fitted to the first by
    least squares, and scored on the second.
    """
    fit, test = (_with_one(each[BACK:]) for each in values)
    inverse = np.linalg.inv(fit.T @ fit + RIDGE * np.eye(fit.shape[1], dtype=np.float32))
    found = []
    for k in back:
        goal, truth = (each[BACK - k : len(each) - k] for each in tokens)
        scores = test @ (inverse @ (fit.T @ np.eye(V, dtype=np.float32)[goal]))
        found.append(float((scores.argmax(1) == truth).mean()))
    return found


def guessed(tokens: tuple[Numbers, Numbers], V: int) -> list[float]:
    """The same for 1, 2, 3 and 4 characters back, out of those that came after it: no memory at all.

    More than four back, the four after it are as good as for the fourth.
    """
    one = np.eye(V, dtype=np.float32)
    found = []
    for k in range(1, GUESS + 1):
        after = tuple(
            np.hstack([one[np.concatenate([np.zeros(j, np.int64), each[: len(each) - j]])] for j in range(k)])
            for each in tokens
        )
        found.append(read_out((after[0], after[1]), tokens, V, [k])[0])
    return found


def _with_one(values: Floats) -> Floats:
    """With a constant beside them: (T, H) → (T, H + 1)."""
    return np.hstack([values, np.ones((len(values), 1), np.float32)]).astype(np.float32)
