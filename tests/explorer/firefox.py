"""Firefox without a driver: it speaks WebDriver BiDi itself (w3.org/TR/webdriver-bidi), over a WebSocket.

Of Playwright's names here are as many as the tests need, so that they are the same for both browsers.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

LISTENING = "WebDriver BiDi listening on "
PATIENCE = 30_000  # milliseconds
EVENTS = ["log.entryAdded", "network.beforeRequestSent", "browsingContext.downloadEnd"]
KEYS = {
    **{"Alt": "\ue00a", "Control": "\ue009", "Shift": "\ue008", "Enter": "\ue007", "Escape": "\ue00c"},
    **{"ArrowLeft": "\ue012", "ArrowUp": "\ue013", "ArrowRight": "\ue014", "ArrowDown": "\ue015"},
    **{"Home": "\ue011", "End": "\ue010", "Tab": "\ue004"},
}


class Firefox:
    """A running Firefox."""

    def __init__(self, socket: Any, downloads: Path) -> None:
        self._socket = socket
        self._numbers = count(1)
        self._events: list[dict[str, Any]] = []
        self._free: list[str] = []  # windows that nobody looks at
        self.command("session.new", capabilities={})
        self.command("session.subscribe", events=EVENTS)
        to = {"type": "allowed", "destinationFolder": str(downloads)}
        self.command("browser.setDownloadBehavior", downloadBehavior=to)

    def command(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have it do something, and wait until it is done."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while (answer := json.loads(self._socket.recv())).get("id") != number:
            self._events.append(answer)
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['message']}")
        return dict(answer["result"])

    def said(self, method: str, window: str, since: int = 0) -> list[dict[str, Any]]:
        """What it told of a window meanwhile."""
        told = [event["params"] for event in self._events[since:] if event["method"] == method]
        return [event for event in told if (event.get("source") or event).get("context") == window]

    def event(self, method: str, window: str, after: int) -> dict[str, Any]:
        """What it tells of a window once it has told it so many times."""
        while len(self.said(method, window)) <= after:
            self._events.append(json.loads(self._socket.recv()))
        return self.said(method, window)[after]

    @contextmanager
    def page(self, url: str, width: int, height: int, ratio: float = 1.0) -> Iterator["Page"]:
        """A window of that size, in CSS pixels; in the end it has said nothing and asked nobody."""
        window = (
            self._free.pop() if self._free else self.command("browsingContext.create", type="tab")["context"]
        )
        since = len(self._events)
        self.command(
            "browsingContext.setViewport",
            context=window,
            viewport={"width": width, "height": height},
            devicePixelRatio=ratio,
        )
        self.command("browsingContext.navigate", context=window, url=url, wait="complete")
        self.command("browsingContext.activate", context=window)
        page = Page(self, window)
        yield page
        asked = [event["request"]["url"] for event in self.said("network.beforeRequestSent", window, since)]
        beside = (url.rpartition("/")[0], "blob:", "data:")
        assert [event["text"] for event in self.said("log.entryAdded", window, since)] == []
        assert [other for other in asked if not other.startswith(beside)] == []
        page.mouse.move(0, 0)  # or it would point at the next page
        self.command("browsingContext.navigate", context=window, url="about:blank", wait="complete")
        self._free.append(window)


class Locator:
    """Elements of a page: those that a JavaScript expression finds when they are needed."""

    def __init__(self, page: "Page", found: str) -> None:
        self.page, self.found = page, found

    def locator(self, selector: str) -> "Locator":
        """Those within them."""
        return Locator(
            self.page, f"{self.found}.flatMap((one) => [...one.querySelectorAll({json.dumps(selector)})])"
        )

    @property
    def first(self) -> "Locator":
        """The first of them."""
        return Locator(self.page, f"{self.found}.slice(0, 1)")

    def evaluate(self, function: str) -> Any:
        """A function of the first of them, once there is one."""
        self.page.until(f"{self.found}.length > 0")
        return self.page.evaluate(f"() => ({function})({self.found}[0])")

    def evaluate_all(self, function: str) -> Any:
        """A function of all of them."""
        return self.page.evaluate(f"() => ({function})({self.found})")

    def count(self) -> int:
        """How many there are."""
        return int(self.evaluate_all("(all) => all.length"))

    def all_inner_texts(self) -> list[str]:
        """Their texts as they are seen."""
        return list(self.evaluate_all("(all) => all.map((one) => one.innerText)"))

    def inner_text(self) -> str:
        """Its text as it is seen."""
        return str(self.evaluate("(one) => one.innerText"))

    def get_attribute(self, name: str) -> str | None:
        """An attribute."""
        return self.evaluate(f"(one) => one.getAttribute({json.dumps(name)})")  # type: ignore[no-any-return]

    def is_checked(self) -> bool:
        """Whether it is."""
        return bool(self.evaluate("(one) => one.checked"))

    def is_hidden(self) -> bool:
        """Whether it takes no room."""
        return not self.evaluate("(one) => one.getClientRects().length")

    def scroll_into_view_if_needed(self) -> None:
        """Have it in sight."""
        self.evaluate("(one) => one.scrollIntoView({ block: 'center', behavior: 'instant' })")

    def bounding_box(self) -> dict[str, float]:
        """Where it is in the window, in CSS pixels."""
        return dict(
            self.evaluate(
                "(one) => { const { x, y, width, height } = one.getBoundingClientRect();"
                " return { x, y, width, height }; }"
            )
        )

    def click(self, position: dict[str, float] | None = None) -> None:
        """Click its middle, or a place in it; again, if it moved away meanwhile."""
        for _ in range(3):
            self.scroll_into_view_if_needed()
            self.evaluate("(one) => { one.clicked = false; one.onclick = () => { one.clicked = true; }; }")
            box = self.bounding_box()
            place = position or {"x": box["width"] / 2, "y": box["height"] / 2}
            self.page.mouse.move(box["x"] + place["x"], box["y"] + place["y"])
            self.page.mouse.down()
            self.page.mouse.up()
            if self.evaluate("(one) => one.clicked ?? true"):  # another one, if it made way for one
                return
        raise AssertionError(f"{self.found} can't be clicked")

    def check(self) -> None:
        """Click it, unless it is checked."""
        if not self.is_checked():
            self.click()


class Mouse:
    """The mouse, which stays where it was left."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def move(self, x: float, y: float) -> None:
        """To a place in the window, in CSS pixels."""
        self._act({"type": "pointerMove", "x": x, "y": y})

    def down(self) -> None:
        """Press the button."""
        self._act({"type": "pointerDown", "button": 0})

    def up(self) -> None:
        """Let it go."""
        self._act({"type": "pointerUp", "button": 0})

    def _act(self, action: dict[str, Any]) -> None:
        self.page.act({"type": "pointer", "id": "mouse", "actions": [action]})


class Keyboard:
    """The keys."""

    def __init__(self, page: "Page") -> None:
        self.page = page

    def press(self, keys: str) -> None:
        """A key, or several at once as in Alt+ArrowDown."""
        values = [KEYS.get(key, key) for key in re.split(r"(?<=.)\+", keys)]
        actions = [{"type": "keyDown", "value": value} for value in values]
        actions += [{"type": "keyUp", "value": value} for value in reversed(values)]
        self.page.act({"type": "key", "id": "keys", "actions": actions})


class Page:
    """A window with a page in it."""

    def __init__(self, firefox: Firefox, window: str) -> None:
        self._firefox, self._window = firefox, window
        self.mouse, self.keyboard = Mouse(self), Keyboard(self)

    def act(self, source: dict[str, Any]) -> None:
        """What a person does with a device."""
        self._firefox.command("input.performActions", context=self._window, actions=[source])

    def evaluate(self, function: str, argument: Any = None) -> Any:
        """What a function in the page gives back, awaited if it is a promise."""
        called = f"(async () => JSON.stringify(await ({function})({json.dumps(argument)})))()"
        done = self._firefox.command(
            "script.evaluate", expression=called, target={"context": self._window}, awaitPromise=True
        )
        if done["type"] == "exception":
            raise RuntimeError(done["exceptionDetails"]["text"])
        return json.loads(done["result"].get("value", "null"))

    def until(self, expression: str) -> None:
        """Until it is true."""
        self.evaluate(
            "() => new Promise((resolve, reject) => { const began = performance.now(); (function look() {"
            f" if ({expression}) resolve();"
            f" else if (performance.now() - began > {PATIENCE}) reject(new Error({json.dumps(expression)}));"
            " else requestAnimationFrame(look); })(); })"
        )

    def locator(self, selector: str) -> Locator:
        """The elements of a selector."""
        return Locator(self, f"[...document.querySelectorAll({json.dumps(selector)})]")

    def get_by_label(self, label: str, exact: bool = False) -> Locator:
        """The controls with a label, or with one that has it in it."""
        is_it = f"name?.trim() === {json.dumps(label)}" if exact else f"name?.includes({json.dumps(label)})"
        return Locator(
            self,
            "[...document.querySelectorAll('input, select, button')].filter((one) =>"
            " [one.getAttribute('aria-label'), ...[...(one.labels ?? [])].map((each) => each.innerText)]"
            f".some((name) => {is_it}))",
        )

    def wait_for_selector(self, selector: str) -> None:
        """Until there is such an element, in sight."""
        found = self.locator(selector.removesuffix(":visible")).found
        self.until(f"{found}.some((one) => one.getClientRects().length)")

    def inner_text(self, selector: str) -> str:
        """The text of the first, as it is seen."""
        return self.locator(selector).inner_text()

    def input_value(self, selector: str) -> str:
        """What is in a control."""
        return str(self.locator(selector).evaluate("(one) => one.value"))

    def get_attribute(self, selector: str, name: str) -> str | None:
        """An attribute of the first."""
        return self.locator(selector).get_attribute(name)

    def click(self, selector: str) -> None:
        """Click the first."""
        self.locator(selector).click()

    def check(self, selector: str) -> None:
        """Have it checked."""
        self.locator(selector).check()

    def focus(self, selector: str) -> None:
        """Have the keys go there."""
        self.locator(selector).evaluate("(one) => one.focus({ preventScroll: true })")

    def fill(self, selector: str, text: str) -> None:
        """Write a text into a control."""
        self._set(selector, text, "input")

    def select_option(self, selector: str, value: str) -> None:
        """Choose from a list."""
        self._set(selector, value, "change")

    def _set(self, selector: str, value: str, event: str) -> None:
        self.locator(selector).evaluate(
            f"(one) => {{ one.focus({{ preventScroll: true }}); one.value = {json.dumps(value)};"
            f" one.dispatchEvent(new Event('{event}', {{ bubbles: true }})); }}"
        )

    @contextmanager
    def expect_download(self) -> Iterator[SimpleNamespace]:
        """The file that the block has it save."""
        before = len(self._firefox.said("browsingContext.downloadEnd", self._window))
        download = SimpleNamespace()
        yield download
        ended = self._firefox.event("browsingContext.downloadEnd", self._window, before)
        download.value = SimpleNamespace(path=lambda: ended["filepath"])


class Expected:
    """What is to be true of elements, or of a page's address, in a moment."""

    def __init__(self, what: Locator | Page) -> None:
        self.what = what

    def to_have_count(self, number: int) -> None:
        """So many."""
        self._until("{}.length", f"=== {number}")

    def to_have_text(self, text: str) -> None:
        """Its text, wherever lines break."""
        self._until(
            "({}[0]?.textContent ?? '').trim().replace(/\\s+/g, ' ')",
            f"=== {json.dumps(' '.join(text.split()))}",
        )

    def to_contain_text(self, text: str) -> None:
        """A part of its text."""
        self._until("({}[0]?.textContent ?? '')", f".includes({json.dumps(text)})")

    def to_have_url(self, pattern: re.Pattern[str]) -> None:
        """An address with that in it."""
        assert isinstance(self.what, Page)
        self.what.until(f"new RegExp({json.dumps(pattern.pattern)}).test(location.href)")

    def _until(self, value: str, is_so: str) -> None:
        assert isinstance(self.what, Locator)
        self.what.page.until(f"{value.format(self.what.found)}{is_so}")


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
            yield Firefox(socket, profile / "downloads")
            socket.close()
        finally:
            process.terminate()
