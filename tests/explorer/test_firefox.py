"""The page in Firefox: what hangs on the browser itself."""

import os
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import torch

from explorer.firefox import Firefox, firefox
from explorer.pages import ALPHABET, LONG, made, write_page
from phonecase.corpus import Vocabulary

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """128 units along a chapter; in the end, the page has said nothing and asked for nothing."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    lacking = [] if program else ["Firefox"]
    lacking += [] if find_spec("websocket") else ["websocket-client (pip install websocket-client)"]
    if lacking and "CI" not in os.environ:
        pytest.skip(f"there is no {' and no '.join(lacking)}")
    assert program
    file = write_page(tmp_path_factory.mktemp("page") / "page.html", units=128, text=LONG)
    with firefox(program, tmp_path_factory.mktemp("profile")) as opened:
        opened.open(file.as_uri())
        opened.until("document.querySelector('#check').textContent")
        yield opened
        said = [event["params"] for event in opened.events if event["method"] == "log.entryAdded"]
        asked = [
            event["params"]["request"]["url"]
            for event in opened.events
            if event["method"] == "network.beforeRequestSent"
        ]
        assert [entry["text"] for entry in said] == []
        assert [url for url in asked if not url.startswith(("blob:", "data:", file.as_uri()))] == []


def test_the_network_finds_the_states_of_the_run(page: Firefox) -> None:
    said = page.evaluate("document.querySelector('#check').textContent")
    assert f"{128 * (len(LONG) - 1):,} bits, 0 of them other" in said


def test_its_probabilities_are_python_s(page: Firefox) -> None:
    model, states, _ = made(units=128, text=LONG)
    page.evaluate("document.querySelector('#text [data-t=\"40\"]').click()")
    page.until("document.querySelector('#character').textContent.includes('character 41 ')")
    bars: Any = page.until(
        "[...document.querySelectorAll('#likely li')].map((item) =>"
        " `${item.querySelector('.glyph').textContent} ${item.querySelector('.bar').style.width}`).join('|')"
    )
    with torch.no_grad():
        scores = model.scores(torch.tensor(states.units[40], dtype=torch.float32))
        expected = torch.softmax(scores, -1)
    for bar in str(bars).split("|"):
        glyph, width = bar.split(" ")
        character = {"·": " ", "⏎": "\n"}.get(glyph, glyph)
        assert float(width.removesuffix("%")) / 100 == pytest.approx(
            float(expected[ALPHABET.index(character)]), abs=1e-4
        )


def test_own_words_are_read_as_python_reads_them(page: Firefox) -> None:
    model, *_ = made(units=128, text=LONG)
    words = "So be it"
    page.evaluate(
        f"(() => {{ const box = document.querySelector('#words'); box.value = '{words}';"
        " box.dispatchEvent(new Event('input')); })()"
    )
    page.until(f"document.querySelectorAll('#text [data-t]').length === {len(words) - 1}")
    page.evaluate("document.querySelector('#table-details').open = true")
    page.evaluate("document.querySelector('#text [data-t=\"3\"]').click()")
    bits = page.until(
        "document.querySelector('caption')?.textContent.includes('character 4')"
        " && [...document.querySelectorAll('#table tbody tr')]"
        ".map((row) => `${row.cells[1].textContent}:${row.cells[2].textContent}`).join(' ')"
    )
    found = dict(pair.split(":") for pair in str(bits).split())
    tokens = torch.from_numpy(Vocabulary(ALPHABET).encode(words[:-1]))[None]
    expected = model.states(tokens)[0, 3].numpy()
    assert np.array([found[str(unit)] for unit in range(128)]).tolist() == [
        "+1" if bit > 0 else "−1" for bit in expected
    ]
