"""The recurrent layers that a recipe's `core` may choose, and `layers` of them in a stack.

| core                  | what it does at a character; (a, c, u) = Linear([h, x])            | its state  |
|-----------------------|--------------------------------------------------------------------|------------|
| `binary_highway`      | h' = sign(σ(c) h + σ(u) a): the post's (`cell`)                    | H bits     |
| `binary_highway_deep` | s = σ(c) h + σ(u) a; then the same from s alone, with another      | H bits     |
|                       | Linear: (a, c, u) = Linear(s); h' = sign(σ(c) s + σ(u) a)          |            |
| `highway`             | h' = σ(c) h + σ(u) tanh(a)                                         | H numbers  |
| `gru`                 | PyTorch's nn.GRU (Cho et al. 2014, arXiv:1406.1078)                | H numbers  |
| `lstm`                | PyTorch's nn.LSTM (Hochreiter and Schmidhuber 1997)                | 2H numbers |

The post's author tried all but the last, in the notebook that the post links to; docs/cores.md has his
figures.

All have one interface, `Core.read`. The post's has a fast path of its own (`fast.recurrence`), and gru
and lstm are PyTorch's. The other two are plain loops over the characters with autograd: they are here to
compare with, and the learning is what is compared. docs/cores.md says what they cost.
"""

from typing import Any, ClassVar, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from phonecase.errors import UserError, suggestion
from phonecase.model.cell import BinaryHighway, sign
from phonecase.model.fast.recurrence import binary_highway

Carried = Any
"""What a layer knows after a piece of text, to go on with at the next: only the layer looks inside."""


class Core(nn.Module):
    """A recurrent layer of H units.

    What it reads at a character is a row of a table: of the embedding, one for each character of the
    alphabet, so that a layer can do with the V rows what it would else do with every character of the text.
    """

    binary: bool = False
    """Whether its states are −1 and +1; else they are real numbers."""

    signed_blocks: ClassVar[tuple[bool, ...]]
    """Of the blocks of H rows that its weights consist of, which change sign when their unit is negated."""

    @property
    def top(self) -> "Core":
        """The layer whose states these are: itself, or a stack's last."""
        return self

    def read(
        self, table: Tensor, rows: Tensor, carried: Carried = None, precision: torch.dtype | None = None
    ) -> tuple[Tensor, Carried]:
        """The states after every character, and what to carry to the next piece of the text.

        Args:
            table: (N, H)
            rows: int64 (L, B), time first: which row of the table each character is.
            carried: what the call for the piece before returned; None at the text's beginning.
            precision: see `binary_highway`; the layers that are autograd's or PyTorch's have no use for it.

        Returns:
            The states, float (L, B, H), and what is carried.
        """
        raise NotImplementedError


class FastBinaryHighway(BinaryHighway, Core):
    """The post's layer, by the fast path; its `forward` is still the definition."""

    binary = True
    signed_blocks = (True, False, False)

    def read(
        self, table: Tensor, rows: Tensor, carried: Carried = None, precision: torch.dtype | None = None
    ) -> tuple[Tensor, Carried]:
        """See `Core.read`. Carried is the last state, (B, H)."""
        seen, weight, initial = _prepared(self.gates, self.initial_state, table, rows, carried)
        states = binary_highway(seen, rows, weight, initial, precision)
        return states, states[-1].to(initial.dtype)


class HighwayLoop(Core):
    """A highway layer as a loop over the characters, with autograd; `step` says which."""

    signed_blocks = (True, False, False)

    def __init__(self, hidden_size: int) -> None:
        super().__init__()
        self.gates = nn.Linear(2 * hidden_size, 3 * hidden_size)
        self.initial_state = nn.Parameter(torch.zeros(hidden_size))

    def step(self, h: Tensor, gates: Tensor) -> Tensor:
        """The next state (B, H), from the state h (B, H) and the gates before their sigmoids (B, 3H)."""
        raise NotImplementedError

    def read(
        self, table: Tensor, rows: Tensor, carried: Carried = None, precision: torch.dtype | None = None
    ) -> tuple[Tensor, Carried]:
        """See `Core.read`. Carried is the last state, (B, H)."""
        seen, weight, h = _prepared(self.gates, self.initial_state, table, rows, carried)
        states = []
        for inputs in F.embedding(rows, seen):  # (B, 3H)
            h = self.step(h, torch.addmm(inputs, h, weight.t()))
            states.append(h)
        return torch.stack(states), h


class Highway(HighwayLoop):
    """The post's layer without the sign: real states, and a tanh that keeps them within bounds.

    A candidate that is linear, as in the binary layer, would let the state grow without end. The author's
    own run has the tanh too.
    """

    def step(self, h: Tensor, gates: Tensor) -> Tensor:
        """See `HighwayLoop.step`."""
        candidate, carry, update = gates.chunk(3, dim=-1)
        return torch.sigmoid(carry) * h + torch.sigmoid(update) * torch.tanh(candidate)


class BinaryHighwayDeep(HighwayLoop):
    """The binary layer with two transitions for every character: `CoreHighwayV2` of the author's notebook.

    The first is the binary layer's up to its sum; the second has weights of its own, reads that sum and no
    character, and ends in the sign: a recurrent highway network of recurrence depth 2 (Zilly et al. 2016,
    arXiv:1607.03474).
    """

    binary = True

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size)
        self.second = nn.Linear(hidden_size, 3 * hidden_size)

    def step(self, h: Tensor, gates: Tensor) -> Tensor:
        """See `HighwayLoop.step`."""
        between = _transition(h, gates)
        return sign(_transition(between, self.second(between)))


class FromPyTorch(Core):
    """A layer of PyTorch's own behind our interface; it comes before PyTorch's class among the bases."""

    def __init__(self, hidden_size: int) -> None:
        super().__init__(hidden_size, hidden_size)

    def read(
        self, table: Tensor, rows: Tensor, carried: Carried = None, precision: torch.dtype | None = None
    ) -> tuple[Tensor, Carried]:
        """See `Core.read`. Carried is what PyTorch's layer ends with, each of its tensors (1, B, H)."""
        return self(F.embedding(rows, table), carried)  # type: ignore[no-any-return]


class GRU(FromPyTorch, nn.GRU):
    """PyTorch's gated recurrent unit, from a state of zeros."""

    signed_blocks = (False, False, True)  # reset, update, new


class LSTM(FromPyTorch, nn.LSTM):
    """PyTorch's long short-term memory, from zeros. Its states are what it shows, h, and not its cells."""

    signed_blocks = (False, False, True, False)  # input, forget, cell, output


class Stack(nn.ModuleList, Core):
    """Layers one above the other: the states of each are what the next one reads, the last one's its own."""

    def __init__(self, layers: list[Core]) -> None:
        super().__init__(layers)
        self.binary = layers[-1].binary

    @property
    def top(self) -> Core:
        """See `Core.top`."""
        return cast(Core, self[-1])

    def read(
        self, table: Tensor, rows: Tensor, carried: Carried = None, precision: torch.dtype | None = None
    ) -> tuple[Tensor, Carried]:
        """See `Core.read`. Carried is a tuple of what each layer carries."""
        ends = []
        for layer, before in zip(self, carried or [None] * len(self), strict=True):
            states, end = cast(Core, layer).read(table, rows, before, precision)
            ends.append(end)
            table = states.flatten(0, 1)  # (L·B, H): to the next layer every character is another
            rows = torch.arange(len(table), device=table.device).view_as(rows)
        return states, tuple(ends)


CORES: dict[str, type[Any]] = {
    "binary_highway": FastBinaryHighway,
    "binary_highway_deep": BinaryHighwayDeep,
    "highway": Highway,
    "gru": GRU,
    "lstm": LSTM,
}


def make_core(name: str, hidden_size: int, layers: int = 1) -> Core:
    """A recurrent layer by its name in a recipe, or a stack of them. Raises UserError for an unknown name."""
    if name not in CORES:
        hint = suggestion(name, CORES) or f"; the cores are {', '.join(CORES)}"
        raise UserError(f"there is no core '{name}'{hint}")
    made: list[Core] = [CORES[name](hidden_size) for _ in range(layers)]
    return made[0] if layers == 1 else Stack(made)


def _prepared(
    gates: nn.Linear, initial_state: Tensor, table: Tensor, rows: Tensor, carried: Tensor | None
) -> tuple[Tensor, Tensor, Tensor]:
    """What its loop needs: W x + b for every row x of the table (N, 3H), U (3H, H) and the first h (B, H)."""
    H = len(initial_state)
    initial = initial_state.expand(rows.shape[1], H) if carried is None else carried
    # There are only V different characters, so the gates' view of them is a table with V rows.
    seen = F.linear(table.to(gates.weight.dtype), gates.weight[:, H:], gates.bias)
    return seen, gates.weight[:, :H], initial


def _transition(h: Tensor, gates: Tensor) -> Tensor:
    """The highway sum σ(carry) · h + σ(update) · candidate: h (B, H), gates (B, 3H) → (B, H)."""
    candidate, carry, update = gates.chunk(3, dim=-1)
    return torch.sigmoid(carry) * h + torch.sigmoid(update) * candidate
