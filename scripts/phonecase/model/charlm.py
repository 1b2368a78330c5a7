"""The network: character → embedding → recurrent layer → feed-forward layers → next character."""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Self

import torch
from torch import Tensor, nn

from phonecase.errors import UserError
from phonecase.model.cores import make_core
from phonecase.model.fast import head
from phonecase.model.weights import Weights, not_weights, read_weights, weights_file, write_weights

_CHUNK = 4096  # characters of a long text that `states` takes in at a time


class CharLM(nn.Module):
    """A character-level language model whose memory is `hidden_size` bits.

    Another `core` than the post's may keep real numbers instead (`cores`). Of several `layers`, the
    last is what the feed-forward layers read, and its states are the network's. Initial weights are PyTorch's
    defaults everywhere.
    """

    def __init__(
        self,
        vocab_size: int,
        hidden_size: int = 128,
        feed_forward_layers: int = 2,
        core: str = "binary_highway",
        layers: int = 1,
    ) -> None:
        super().__init__()
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.feed_forward_layers = feed_forward_layers
        self.core = core
        self.layers = layers
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.recurrent = make_core(core, hidden_size, layers)
        feed_forward: list[nn.Module] = []
        for _ in range(feed_forward_layers):
            feed_forward += [
                nn.Linear(hidden_size, 4 * hidden_size),
                nn.ReLU(inplace=True),
                nn.Linear(4 * hidden_size, hidden_size),
            ]
        self.feed_forward = nn.Sequential(*feed_forward)
        self.readout = nn.Linear(hidden_size, vocab_size)

    @property
    def binary(self) -> bool:
        """Whether the states are bits, −1 or +1; those of some cores are real numbers."""
        return self.recurrent.binary

    def states(self, tokens: Tensor) -> Tensor:
        """The state after each character of a text: tokens int64 (B, L) → int8 (B, L, H), each −1 or +1.

        Of a state that isn't binary, these are the signs of its `values`.
        """
        return torch.cat([signs(part) for part in self._pieces(tokens)], dim=1)

    def values(self, tokens: Tensor) -> Tensor:
        """The states as the network computes with them: tokens int64 (B, L) → float (B, L, H)."""
        return torch.cat(list(self._pieces(tokens)), dim=1)

    @torch.no_grad()
    def _pieces(self, tokens: Tensor) -> Iterator[Tensor]:
        """The real-valued states of a text (B, L) of any length, in order: (B, ≤4096, H) at a time."""
        carried = None
        for piece in torch.split(tokens, _CHUNK, dim=1):
            states, carried = self.recurrent.read(self.embedding.weight, piece.t(), carried)
            yield states.transpose(0, 1)

    def logits(self, tokens: Tensor) -> Tensor:
        """The scores of what follows each character: tokens int64 (B, L) → (B, L, V)."""
        return self.scores(self._recur(tokens).transpose(0, 1))

    def scores(self, values: Tensor) -> Tensor:
        """What `logits` gives, from the `values` of a text: float (..., H) → (..., V)."""
        return head.scores(values, self._linear_maps())

    def loss(self, tokens: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
        """Mean nats per character: tokens int64 (B, L+1), of which all but the first are predicted.

        `precision` is that of the matrix products by which training learns: all those of the feed-forward
        layers, and those of the recurrent layer's way back. What decides about a bit is never rounded to it.
        """
        states = self._recur(tokens[:, :-1], precision=precision)
        return head.cross_entropy(
            states.flatten(0, 1), tokens[:, 1:].t().flatten(), self._linear_maps(), precision
        )

    @torch.no_grad()
    def carried_loss(self, tokens: Tensor) -> float:
        """Mean nats per character of a text of any length, the state carried on to its end: int64 (T+1,)."""
        maps, nats = self._linear_maps(), list[float]()
        pieces = zip(self._pieces(tokens[None, :-1]), torch.split(tokens[1:], _CHUNK), strict=True)
        for states, following in pieces:
            nats.append(head.cross_entropy(states[0], following, maps, torch.float32).item() * len(following))
        return math.fsum(nats) / (len(tokens) - 1)

    def _recur(self, tokens: Tensor, precision: torch.dtype | None = None) -> Tensor:
        """The real-valued states of a text from its beginning: tokens (B, L) → (L, B, H)."""
        return self.recurrent.read(self.embedding.weight, tokens.t(), precision=precision)[0]

    def _linear_maps(self) -> head.Layers:
        """The linear maps from the states to the scores."""
        linear = [layer for layer in self.feed_forward if isinstance(layer, nn.Linear)]
        layers: list[tuple[Tensor, Tensor]] = [(layer.weight, layer.bias) for layer in linear]
        readout = self.readout
        if not layers:
            return [(readout.weight, readout.bias)]
        # Nothing bends between the last of them and the readout: together they are one map, and cheaper.
        weight, bias = layers.pop()
        return [*layers, (readout.weight @ weight, readout.weight @ bias + readout.bias)]

    @property
    def weights(self) -> Weights:
        """What the network is, as its file has it."""
        names = ("vocab_size", "hidden_size", "feed_forward_layers", "core", "layers")
        arrays = {name: tensor.detach().cpu().numpy() for name, tensor in self.state_dict().items()}
        return Weights({name: getattr(self, name) for name in names}, arrays)

    def save(self, path: Path) -> None:
        """Write the weights and their sizes: see `write_weights`."""
        write_weights(path, self.weights)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read what `save` wrote: that file, or the folder it is in. Raises `UserError` for anything else."""
        weights = read_weights(path)
        try:
            model = cls(**weights.sizes)
            model.load_state_dict({name: torch.from_numpy(array) for name, array in weights.arrays.items()})
        except (RuntimeError, TypeError) as error:
            raise not_weights(path, error) from None
        except UserError as error:
            raise UserError(f"{weights_file(path)}: {error}") from None
        return model


def signs(values: Tensor) -> Tensor:
    """−1 or +1 for each value, as int8; +1 for 0, as in the binary layer."""
    return 2 * (values >= 0).to(torch.int8) - 1
