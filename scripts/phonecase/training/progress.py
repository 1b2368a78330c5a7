"""What one sees of a training under way: a bar on a terminal, a line for each look at the validation text.

After an interruption, the time gone is that of all runs. The time to go is reckoned by the pace of this run
alone: those before it may have had another machine, or more company on this one. Its first step doesn't
count, as it waits for compilers.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tqdm import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from phonecase.training.loop import Log


class Progress:
    """The progress of a run that goes on after `step` of so many steps, with `seconds` spent until then."""

    def __init__(self, steps: int, step: int = 0, seconds: float = 0.0) -> None:
        self.steps = steps
        self.step = step
        self._pace_from = step, seconds

    def times(self, entry: Log) -> str:
        """The time gone and the time to go, of which the first step of a run can't say anything yet."""
        step, seconds = self._pace_from
        if entry["step"] == step:
            left = "?"
        else:
            pace = (entry["seconds"] - seconds) / (entry["step"] - step)
            left = _clock(pace * (self.steps - entry["step"]))
        return f"{_clock(entry['seconds'])} gone, {left} to go"

    def line(self, entry: Log) -> str:
        """A look at the validation text as a line of the log."""
        return (
            f"step {entry['step']:>{len(str(self.steps))}}/{self.steps}  "
            f"train {entry['train_bits']:.4f}  validation {entry['validation_bits']:.4f} bits/char  "
            f"{entry['characters_per_second']:,.0f} chars/s  {self.times(entry)}"
        )

    @contextmanager
    def bar(self) -> Iterator[Callable[[Log], None]]:
        """A bar, on a terminal only, that messages don't tear; what it yields moves it on by a step."""
        form = "{l_bar}{bar}| {n_fmt}/{total_fmt} steps{postfix}"
        with (
            tqdm(total=self.steps, initial=self.step, bar_format=form, disable=None) as bar,
            logging_redirect_tqdm([logging.getLogger("phonecase")]),
        ):

            def show(entry: Log) -> None:
                if entry["step"] == self.step + 1:  # see the module's docstring
                    self._pace_from = entry["step"], entry["seconds"]
                if entry["validation_bits"] is not None:
                    bar.set_description_str(f"validation {entry['validation_bits']:.3f}", refresh=False)
                speed = f"{entry['characters_per_second'] / 1000:.0f}k chars/s"
                figures = f"{self.times(entry)}, train {entry['train_bits']:.3f} bits/char, {speed}"
                bar.set_postfix_str(figures, refresh=False)
                bar.update()

            yield show


def _clock(seconds: float) -> str:
    return str(tqdm.format_interval(round(seconds)))
