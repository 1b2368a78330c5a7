"""The network: character → embedding → binary recurrent layer → feed-forward layers → next character."""

import json
from pathlib import Path
from typing import Self

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from torch.nn import functional as F

from phonecase import head
from phonecase.cell import BinaryHighway
from phonecase.errors import UserError
from phonecase.files import atomic
from phonecase.recurrence import binary_highway

WEIGHTS = "weights.safetensors"
_CHUNK = 4096  # characters of a long text that `states` takes in at a time


class CharLM(nn.Module):
    """A character-level language model whose memory is `hidden_size` bits.

    Initial weights are PyTorch's defaults everywhere.
    """

    def __init__(self, vocab_size: int, hidden_size: int = 128, feed_forward_layers: int = 2) -> None:
        super().__init__()
        self.vocab_size = vocab_size
        self.hidden_size = hidden_size
        self.feed_forward_layers = feed_forward_layers
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.recurrent = BinaryHighway(hidden_size)
        layers: list[nn.Module] = []
        for _ in range(feed_forward_layers):
            layers += [
                nn.Linear(hidden_size, 4 * hidden_size),
                nn.ReLU(inplace=True),
                nn.Linear(4 * hidden_size, hidden_size),
            ]
        self.feed_forward = nn.Sequential(*layers)
        self.readout = nn.Linear(hidden_size, vocab_size)

    def states(self, tokens: Tensor) -> Tensor:
        """The state after each character of a text: tokens int64 (B, L) → int8 (B, L, H), each −1 or +1."""
        with torch.no_grad():
            parts, last = [], None
            for chunk in torch.split(tokens, _CHUNK, dim=1):
                part = self._recur(chunk, last)
                parts.append(part.to(torch.int8))
                last = part[-1]
            return torch.cat(parts).transpose(0, 1).contiguous()

    def logits(self, tokens: Tensor) -> Tensor:
        """The scores of what follows each character: tokens int64 (B, L) → (B, L, V)."""
        return head.scores(self._recur(tokens), self._layers()).transpose(0, 1)

    def loss(self, tokens: Tensor, precision: torch.dtype = torch.float32) -> Tensor:
        """Mean nats per character: tokens int64 (B, L+1), of which all but the first are predicted.

        `precision` is that of the matrix products by which training learns: all those of the feed-forward
        layers, and the one that sums up the gradient of the recurrent weights. States are float32's always.
        """
        states = self._recur(tokens[:, :-1], precision=precision)
        return head.cross_entropy(
            states.flatten(0, 1), tokens[:, 1:].t().flatten(), self._layers(), precision
        )

    def _recur(
        self, tokens: Tensor, initial: Tensor | None = None, precision: torch.dtype = torch.float32
    ) -> Tensor:
        """The real-valued states: tokens (B, L) → (L, B, H)."""
        H = self.hidden_size
        gates = self.recurrent.gates
        if initial is None:
            initial = self.recurrent.initial_state.expand(len(tokens), H)
        # There are only V different characters, so the gates' view of them is a table with V rows.
        table = F.linear(self.embedding.weight, gates.weight[:, H:], gates.bias)  # (V, 3H)
        return binary_highway(table, tokens.t(), gates.weight[:, :H], initial, precision)

    def _layers(self) -> head.Layers:
        """The linear maps from the states to the scores."""
        linear = [layer for layer in self.feed_forward if isinstance(layer, nn.Linear)]
        layers: list[tuple[Tensor, Tensor]] = [(layer.weight, layer.bias) for layer in linear]
        readout = self.readout
        if not layers:
            return [(readout.weight, readout.bias)]
        # Nothing bends between the last of them and the readout: together they are one map, and cheaper.
        weight, bias = layers.pop()
        return [*layers, (readout.weight @ weight, readout.weight @ bias + readout.bias)]

    def save(self, path: Path) -> None:
        """Write the weights and their sizes: into that file, or as weights.safetensors into that folder.

        The same weights make the same bytes.
        """
        sizes = {name: getattr(self, name) for name in ("vocab_size", "hidden_size", "feed_forward_layers")}
        tensors = {name: tensor.detach().cpu() for name, tensor in self.state_dict().items()}
        with atomic(_weights_file(path)) as temporary:
            # One entry of metadata: several would be written in a different order each time.
            save_file(tensors, temporary, metadata={"sizes": json.dumps(sizes)})

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote: that file, or the folder it is in. Raises `UserError` for anything else."""
        path = _weights_file(path)
        if not path.is_file():
            raise UserError(f"{path}: there are no such weights; train.py makes them")
        try:
            with safe_open(path, framework="pt") as file:
                model = cls(**json.loads(file.metadata()["sizes"]))
                model.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
        except (SafetensorError, RuntimeError, KeyError, TypeError, ValueError) as error:
            raise UserError(f"{path}: not the weights of a CharLM: {error}") from None
        return model


def _weights_file(path: Path) -> Path:
    """The weights' file: the path itself, or if that is a folder the one in it."""
    return path if path.suffix == Path(WEIGHTS).suffix else path / WEIGHTS
