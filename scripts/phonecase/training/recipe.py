"""A training run's recipe: everything that decides which weights come out."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from phonecase.settings import Settings

Precision = Literal["auto", "float32", "bfloat16"]
CoreName = Literal["binary_highway", "binary_highway_deep", "highway", "gru", "lstm"]


class Recipe(Settings):
    """Network, data and optimiser of one training run. The defaults are the post's, letter for letter."""

    core: CoreName = "binary_highway"
    """The recurrent layer: the post's, whose memory is bits, or another to compare with. The states of
    highway, gru and lstm are real numbers; pictures show their signs."""

    layers: Annotated[int, Field(ge=1, le=16)] = 1
    """Recurrent layers, one above the other. Pictures show the last one's states."""

    hidden_size: Annotated[int, Field(ge=1, le=4096)] = 128
    """Units of each recurrent layer: the bits of memory, and the rows of the picture."""

    feed_forward_layers: Annotated[int, Field(ge=0, le=16)] = 2
    """Feed-forward layers between the recurrent layer and the readout."""

    batch_size: Annotated[int, Field(ge=1, le=65536)] = 32
    """Windows of text in a step."""

    window: Annotated[int, Field(ge=2, le=65536)] = 512
    """Characters in a window; all but the first are predicted."""

    steps: Annotated[int, Field(ge=1, le=100_000_000)] = 10_000
    """Steps of the optimiser."""

    optimizer: Literal["adam", "muon"] = "adam"
    """adam; or muon (phonecase.training.muon) for the matrices between embedding and readout, and Adam for
    the rest: a step takes a little longer and learns more."""

    learning_rate: Annotated[float, Field(gt=0, le=1)] = 1e-3
    """The optimiser's learning rate, at its highest. Muon's steps are scaled to be as large as Adam's."""

    warmup_steps: Annotated[int, Field(ge=0)] = 0
    """Steps over which the learning rate rises from nothing; 0 starts with all of it."""

    schedule: Literal["constant", "linear"] = "constant"
    """After the warm-up the learning rate stays (constant), or falls evenly, to be zero after the last step
    (linear)."""

    embedding_scale: Annotated[float, Field(gt=0, le=100)] = 1.0
    """The first embeddings are so many times as large as PyTorch's: with more than 1, what is read counts
    more at first, beside what is remembered."""

    weight_decay: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Each step takes this part of the learning rate off the matrices between embedding and readout."""

    clip_norm: Annotated[float, Field(gt=0)] | None = None
    """The gradient's norm is cut to this; null leaves it alone."""

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    """Decides the first weights and which windows are drawn."""

    precision: Precision = "auto"
    """Of the matrix products by which training learns: auto takes bfloat16 where the hardware gains from it.
    What decides about a bit, and the validation, are float32 always."""

    validate_every: Annotated[int, Field(ge=1)] = 250
    """Steps from one look at the validation text to the next; there is always one after the last step."""

    @model_validator(mode="after")
    def _warm_up_ends(self) -> Self:
        if self.warmup_steps >= self.steps:
            raise ValueError(
                f"warmup_steps ({self.warmup_steps}) must be fewer than steps ({self.steps}), "
                "or the learning rate never gets to its height"
            )
        return self

    def learning_rate_at(self, step: int) -> float:
        """The learning rate of the step with this number, counted from 0."""
        if step < self.warmup_steps:
            return self.learning_rate * (step + 1) / self.warmup_steps
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (self.steps - step) / (self.steps - self.warmup_steps)
