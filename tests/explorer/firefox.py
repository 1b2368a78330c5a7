"""Firefox without a driver: it speaks WebDriver BiDi itself (w3.org/TR/webdriver-bidi), over a WebSocket."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

LISTENING = "WebDriver BiDi listening on "


class Firefox:
    """A window; `events` gathers what it says meanwhile."""

    def __init__(self, socket: Any) -> None:
        self.events: list[dict[str, Any]] = []
        self._socket = socket
        self._numbers = count(1)
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
        (window,) = self.command("browsingContext.getTree")["contexts"]
        self._window = window["context"]

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have it do something, and wait until it is done."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            self.events.append(answer)
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return dict(answer["result"])

    def open(self, url: str) -> None:
        self.command("browsingContext.navigate", context=self._window, url=url, wait="complete")

    def evaluate(self, expression: str) -> Any:
        """The value of an expression in the page, awaited if it is a promise: a text, a number or so."""
        done = self.command(
            "script.evaluate", expression=expression, target={"context": self._window}, awaitPromise=True
        )
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])
        return done["result"].get("value")

    def until(self, expression: str) -> Any:
        """The value of an expression, once it is one that counts as true."""
        look = f"const value = {expression}; value ? resolve(value) : requestAnimationFrame(look)"
        return self.evaluate(f"new Promise((resolve) => {{ function look() {{ {look} }} look(); }})")


@contextmanager
def firefox(program: str, profile: Path) -> Iterator[Firefox]:
    """A Firefox without a screen, until the block ends."""
    from websocket import create_connection

    words = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port", "0"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stderr
            address = (
                next(line for line in process.stderr if LISTENING in line).partition(LISTENING)[2].strip()
            )
            socket = create_connection(f"{address}/session", timeout=120, suppress_origin=True)
            yield Firefox(socket)
            socket.close()
        finally:
            process.terminate()
