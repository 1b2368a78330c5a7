import io
import logging
import sys

import pytest

from phonecase.training.loop import Log
from phonecase.training.progress import Progress


def entry(step: int, seconds: float, validation_bits: float | None = 1.9) -> Log:
    return Log(
        step=step,
        characters=step * 100,
        train_bits=1.75,
        validation_bits=validation_bits,
        learning_rate=0.001,
        gradient_norm=1.0,
        seconds=seconds,
        characters_per_second=12_345.6,
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_says_how_far_it_is_and_how_long_it_takes() -> None:
    line = Progress(steps=4000).line(entry(1000, seconds=60))
    assert line == (
        "step 1000/4000  train 1.7500  validation 1.9000 bits/char  12,346 chars/s  01:00 gone, 03:00 to go"
    )


def test_after_an_interruption_the_time_to_go_is_by_the_pace_of_this_run() -> None:
    """An hour for the first half on a slow machine, and now a second for each step."""
    progress = Progress(steps=200, step=100, seconds=3600)
    assert progress.times(entry(101, seconds=3601)) == "1:00:01 gone, 01:39 to go"
    assert progress.times(entry(150, seconds=3650)) == "1:00:50 gone, 00:50 to go"
    assert progress.times(entry(200, seconds=3700)) == "1:01:40 gone, 00:00 to go"


def test_the_first_step_of_a_run_which_compiles_says_nothing_about_the_others() -> None:
    progress = Progress(steps=100)
    with progress.bar() as show:
        show(entry(1, seconds=20))
        assert progress.times(entry(1, seconds=20)) == "00:20 gone, ? to go"
        show(entry(2, seconds=21))
        assert progress.times(entry(2, seconds=21)) == "00:21 gone, 01:38 to go"


def test_the_bar_says_the_same_as_the_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    with Progress(steps=200, step=100, seconds=3600).bar() as show:
        show(entry(101, seconds=3601))
        show(entry(102, seconds=3602, validation_bits=None))
    last = terminal.getvalue().split("\r")[-1]
    assert last.startswith("validation 1.900:  51%|")
    assert last.endswith("| 102/200 steps, 1:00:02 gone, 01:38 to go, train 1.750 bits/char, 12k chars/s\n")


def test_a_message_does_not_tear_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    log = logging.getLogger("phonecase")
    handler = logging.StreamHandler(terminal)
    log.addHandler(handler)
    try:
        with Progress(steps=10).bar() as show:
            show(entry(1, seconds=1))
            log.warning("a message")
    finally:
        log.removeHandler(handler)
    assert "a message" in terminal.getvalue().replace("\r", "\n").splitlines()


def test_without_a_terminal_there_is_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    with Progress(steps=10).bar() as show:
        show(entry(1, seconds=1))
    assert capsys.readouterr().err == ""
