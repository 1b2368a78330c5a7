"""The page in a real browser: what a person does to it, at a desk and on a phone."""

import io
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
import yaml
from PIL import Image, ImageColor

from explorer.firefox import Expected, Locator, Page
from explorer.firefox import firefox as started
from explorer.pages import ALPHABET, KNOWN, LINES, LONG, SIZE, STYLES, TEXT, made, write_page
from phonecase.art import PRINTED, Orientation, render, write_png
from phonecase.art.layout import Fit, Layout
from phonecase.art.lettering import points
from phonecase.art.picture import palette, pixels
from phonecase.art.printing import Printing, pages
from phonecase.art.prints import pictures_for_print
from phonecase.art.svg import drawing
from phonecase.corpus import Vocabulary
from phonecase.explorer import about, data
from phonecase.explorer import page as page_of
from phonecase.explorer.gallery import Gallery, Grid, gallery
from phonecase.ordering import order_units
from phonecase.workflow import check, read_yaml

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FIREFOX = next(filter(None, map(shutil.which, ("firefox-esr", "firefox"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
FLAGS += ["--disable-component-update", "--disable-sync", "--disable-quic"]
AXE = Path(__file__).parent / "node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "has_touch": True,
    "is_mobile": True,
}
SIZES = {"desk": DESK, "phone": PHONE}
Opens = Callable[..., AbstractContextManager[Any]]
"""opens a page at an address, in a window of a size; in the end it has said nothing and asked nobody"""


def need(**parts: Any) -> None:
    """Skip where one of them is missing, unless in CI."""
    lacking = [name for name, part in parts.items() if not part]
    if lacking and "CI" not in os.environ:
        pytest.skip(f"there is no {' and no '.join(lacking)}")


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("explorer") / "page.html")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Opens]:
    need(playwright=find_spec("playwright"), chromium=CHROMIUM)
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)

    @contextmanager
    def opened(url: str, size: dict[str, Any], *, clock: bool = False, **more: Any) -> Iterator[Any]:
        context = browser.new_context(**size, **more)
        page = context.new_page()
        page.set_default_timeout(60_000)
        if clock:
            page.clock.install()
        said: list[str] = []
        asked: list[str] = []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(url)
        yield page
        assert said == []
        beside = (url.rpartition("/")[0], "blob:", "data:")
        assert [other for other in asked if not other.startswith(beside)] == []
        context.close()

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        browser.close()


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opens]:
    need(firefox=FIREFOX, websocket=find_spec("websocket"))
    assert FIREFOX
    with started(FIREFOX, tmp_path_factory.mktemp("profile")) as running:

        def opened(url: str, size: dict[str, Any]) -> AbstractContextManager[Page]:
            return running.page(url, **size["viewport"], ratio=size.get("device_scale_factor", 1))

        yield opened


@pytest.fixture(scope="module", params=["chromium", "firefox"])
def opens(request: pytest.FixtureRequest) -> Opens:
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture(params=SIZES)
def page(opens: Opens, file: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page as it opens from disk, at a desk and on a phone."""
    with opens(file.as_uri(), SIZES[request.param]) as opened:
        opened.wait_for_selector("#check:not(:empty)")
        yield opened


def expect(what: Any) -> Any:
    """What is to be true of the page in a moment."""
    if isinstance(what, Locator | Page):
        return Expected(what)
    from playwright.sync_api import expect

    return expect(what)


def shown(page: Any) -> str:
    return str(page.inner_text("#readout"))


def test_the_network_in_the_page_finds_the_states_of_the_run(page: Any) -> None:
    assert "0 of them other than in the run" in page.inner_text("#check")


def test_pointing_says_what_is_there_and_a_click_keeps_it(page: Any) -> None:
    before = shown(page)
    box = page.locator("#grid").bounding_box()
    place = {"x": box["width"] / 3, "y": box["height"] / 3}
    page.locator("#grid").click(position=place)
    page.mouse.move(0, 0)
    assert shown(page) != before
    chosen = page.inner_text("#character").split("character ")[1].split()[0]
    assert f"character {chosen} " in shown(page)
    assert page.locator("#text .here").get_attribute("data-t") == str(int(chosen) - 1)


def test_a_character_says_what_the_network_expected(page: Any) -> None:
    model, states, _ = made()
    page.locator("#text [data-t='10']").click()
    with torch.no_grad():
        values = torch.tensor(states.units[10], dtype=torch.float32)
        likely = torch.softmax(model.scores(values), -1)
    first = page.locator("#likely li").first
    number = int(likely.argmax())
    assert first.locator(".glyph").inner_text() == ALPHABET[number].replace(" ", "·").replace("\n", "⏎")
    width = first.locator(".bar").evaluate("bar => parseFloat(bar.style.width)")
    assert width == pytest.approx(100 * float(likely[number]), abs=0.01)
    assert page.locator("#likely .came .glyph").inner_text() == TEXT[11].replace(" ", "·")


def test_the_text_takes_the_colour_of_the_chosen_bit(page: Any) -> None:
    _, states, _ = made()
    page.locator("#text [data-t='4']").click()
    unit = int(page.inner_text("#bit b").removeprefix("Unit "))
    marked = page.locator("#text .plus").evaluate_all("spans => spans.map((span) => Number(span.dataset.t))")
    assert marked == np.flatnonzero(states.units[:, unit] > 0).tolist()
    page.get_by_label("by surprise").check()
    assert page.locator("#text .plus").count() == 0
    assert page.locator("#text [class*=s]").count() > 10


def test_what_the_analysis_says_of_a_bit_stands_beside_it(page: Any) -> None:
    page.focus("#grid")
    for _ in range(16):
        page.keyboard.press("ArrowUp")
    for _ in range(16):
        page.keyboard.press("Enter")
        if page.inner_text("#bit b") == "Unit 3":
            break
        assert page.locator("#bit .known").count() == 0
        page.keyboard.press("ArrowDown")
    assert page.inner_text("#bit .known") == KNOWN


def test_a_marked_stretch_names_the_bits_that_hold_throughout_it(page: Any) -> None:
    _, states, _ = made()
    page.evaluate(
        """() => {
          const [from, to] = [4, 7].map((t) => document.querySelector(`#text [data-t="${t}"]`).firstChild);
          getSelection().setBaseAndExtent(from, 0, to, 1);
        }"""
    )
    page.wait_for_selector("#stretch q")
    part = states.units[4:8]
    held = np.flatnonzero((part == part[0]).all(axis=0))
    chips = page.locator("#stretch .chip").all_inner_texts()
    assert chips == [f"{'+' if part[0, unit] > 0 else '−'}{unit}" for unit in held]


def test_own_words_are_read_as_python_reads_them(page: Any) -> None:
    model, *_ = made()
    page.fill("#words", "Né in Bethlehem—so be it")
    known = "Ne in Bethlehem--so be it"
    expect(page.locator("#text")).to_have_text(known)
    assert "“é” as “e”, “—” as “--”" in page.inner_text("#replaced")
    tokens = torch.from_numpy(Vocabulary(ALPHABET).encode(known[:-1]))[None]
    expected = model.states(tokens)[0].numpy()
    page.select_option("#order", "identity")
    assert (picture(page, "landscape") == (expected.T > 0)).all()


def test_a_chapter_is_the_same_bit_for_bit(opens: Opens, tmp_path: Path) -> None:
    """128 units, 5,000 characters, weights drawn at random: 640,000 bits."""
    file = write_page(tmp_path / "page.html", units=128, text=LONG)
    with opens(file.as_uri(), DESK) as page:
        expect(page.locator("#check")).to_contain_text(f"{128 * (len(LONG) - 1):,} bits, 0 of them other")


def picture(page: Any, orientation: str) -> np.ndarray:
    """The picture that the page saves, a pixel a cell: 0 and 1."""
    return cells(saved(page, orientation))


def saved(page: Any, orientation: str) -> Image.Image:
    page.select_option("#model", "")
    page.get_by_label(orientation, exact=True).check()
    with page.expect_download() as download:
        page.click("#png")
    return Image.open(io.BytesIO(Path(download.value.path()).read_bytes()))


def cells(image: Image.Image) -> np.ndarray:
    return np.asarray(image)[:: SIZE.cell, :: SIZE.cell]


@pytest.mark.parametrize("orientation", ["landscape", "portrait"])
@pytest.mark.parametrize("name", ["two_opt", "signed"])
def test_the_saved_picture_is_the_workflow_s_pixel_by_pixel(page: Any, name: str, orientation: str) -> None:
    _, states, orders = made()
    page.select_option("#order", f"given:{name}")
    page.get_by_label("plum").check()
    image = saved(page, orientation)
    expected = render(
        states.units,
        orders[name].ordering,
        STYLES["plum"],
        cell=SIZE.cell,
        orientation=orientation,  # type: ignore[arg-type]
    )
    assert image.mode == expected.mode == "P"
    np.testing.assert_array_equal(np.asarray(image), np.asarray(expected))
    assert image.getpalette() == expected.getpalette()
    assert round(image.info["dpi"][0]) == SIZE.dpi
    lines = page.locator("#settings")
    expect(lines).to_contain_text(f"  {name}:")
    expect(lines).to_contain_text('  plum: {colours: ["#FFDF40","#402040"]}')


def laid_out(grid: np.ndarray, layout: Layout) -> np.ndarray:
    """The page's pixels, cell by cell as layout.py says it."""
    (block,) = layout.blocks
    shown = np.zeros((layout.height, layout.width), bool)
    turned = np.rot90(grid, k=-1) if layout.orientation == "portrait" else grid
    for down, across in np.ndindex(block.down, block.across):
        row, column = (
            (block.first_down + down) % turned.shape[0],
            (block.first_across + across) % turned.shape[1],
        )
        top, left = block.top + down * layout.cell, block.left + across * layout.cell
        shown[max(0, top) : top + layout.cell, max(0, left) : left + layout.cell] = turned[row, column]
    return shown


@pytest.mark.parametrize("fit", ["cover", "contain"])
@pytest.mark.parametrize("phone", ["iphone_16", "galaxy_s25_ultra"])
def test_a_case_is_laid_out_as_the_workflow_does_it(page: Any, phone: str, fit: Fit) -> None:
    _, states, orders = made()
    page.select_option("#model", phone)
    page.check(f"input[value={fit}]")
    for orientation in get_args(Orientation):
        page.check(f"input[value={orientation}]")
        with page.expect_download() as download:
            page.click("#png")
        printing = Printing(phone=phone, fit=fit, orientation=orientation, **SIZE.model_dump())
        (layout,) = pages(printing, *states.units.shape[::-1])
        image = np.asarray(Image.open(download.value.path()))
        grid = orders["two_opt"].ordering.shown(states.units) > 0
        np.testing.assert_array_equal(image > 0, laid_out(grid, layout))
    expect(page.locator("#settings")).to_contain_text(f"phone: {phone}, orientation: portrait, fit: {fit}")


def printed(page: Any, states: np.ndarray, shown: np.ndarray, **settings: Any) -> None:
    """The page saves what the workflow prints with these settings, and says them."""
    with page.expect_download() as download:
        page.click("#png")
    printing = Printing(**{"phone": "iphone_16", "fit": "cover"} | settings | SIZE.model_dump())
    (layout,) = pages(printing, *states.shape[::-1])
    image = np.asarray(Image.open(download.value.path()))
    np.testing.assert_array_equal(image > 0, laid_out(shown, layout))
    lines = yaml.safe_load(page.inner_text("#settings"))["print"]
    assert {key: lines[key] for key in lines.keys() & {"start", "start_row"}} == {
        key: settings[key] for key in settings.keys() & {"start", "start_row"}
    }


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_a_case_begins_where_one_says(opens: Opens, tmp_path: Path, size: dict[str, Any]) -> None:
    """By the numbers of a character and a row, with the chosen character, or pushed there by the mouse."""
    _, states, orders = made(units=64)
    grid, shown = states.units, orders["two_opt"].ordering.shown(states.units) > 0
    file = write_page(tmp_path / "page.html", units=64)
    with opens(file.as_uri(), size) as page:
        settings = page.locator("#settings")
        page.fill("#start", "12")
        page.fill("#start-row", "3")
        expect(settings).to_contain_text("start: 12, start_row: 3")
        printed(page, grid, shown, orientation="portrait", start=12, start_row=3)
        page.check("input[value=landscape]")  # as many rows as are cut off depends on it
        expect(settings).to_contain_text("orientation: landscape, fit: cover, start: 12, bleed")
        page.fill("#start-row", "2")
        expect(settings).to_contain_text("start_row: 2")
        printed(page, grid, shown, orientation="landscape", start=12, start_row=2)
        expect(page).to_have_url(re.compile("b=12&r=2"))
        address = page.evaluate("() => location.hash")
        page.check("input[value=portrait]")
        page.locator("#text [data-t='29']").click()
        page.click("#start-here")
        expect(settings).to_contain_text("start: 30, bleed")
        preview = page.locator("#preview")
        preview.scroll_into_view_if_needed()
        box, cell = preview.bounding_box(), preview.evaluate("one => (14 * one.clientWidth) / one.width")
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x - 2 * cell, y + 5 * cell)
        page.mouse.up()
        expect(settings).to_contain_text("start: 25, start_row: 1")  # no row is further to the right
        printed(page, grid, shown, orientation="portrait", start=25, start_row=1)
        page.check("input[value=contain]")
        expect(settings).to_contain_text("fit: contain, bleed")
        assert page.locator("#starts").is_hidden()
    with opens(file.as_uri() + address, size) as page:
        expect(page.locator("#settings")).to_contain_text("fit: cover, start: 12, start_row: 2")


DRAWN = """async ([svg, width, height, ...colours]) => {
  const image = new Image();
  image.src = `data:image/svg+xml,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  return Array.from({ length: width * height }, (_, pixel) =>
    colours.findIndex((colour) => colour.every((value, channel) => data[4 * pixel + channel] === value)),
  ).join(" ");
}"""


def test_a_browser_draws_the_saved_svg_as_the_states_are(page: Any, opens: Opens) -> None:
    """Each pixel has the colour of its cell's bit: the picture alone, and on a case."""
    _, states, orders = made()
    shown = orders["two_opt"].ordering.shown(states.units) > 0
    for phone in ("", "iphone_se_2022"):
        page.select_option("#model", phone)
        page.check("input[value=portrait]")
        with page.expect_download() as download:
            page.click("#svg")
        svg = Path(download.value.path()).read_text(encoding="utf-8")
        printing = Printing(phone=phone or "none", orientation="portrait", **SIZE.model_dump())
        (layout,) = pages(printing, *states.units.shape[::-1])
        colours = [ImageColor.getrgb(colour) for colour in PRINTED.colours]
        with opens("about:blank", DESK) as empty:
            found = empty.evaluate(DRAWN, [svg, layout.width, layout.height, *colours])
        image = np.array(found.split(), int).reshape(layout.height, layout.width)
        np.testing.assert_array_equal(image, laid_out(shown, layout).astype(int))


def test_an_order_worked_out_in_the_page_is_python_s(page: Any) -> None:
    _, states, _ = made()
    for name in ("two_opt", "mean", "identity"):
        page.select_option("#order", name)
        expected = order_units(states.units, name).shown(states.units) > 0
        np.testing.assert_array_equal(picture(page, "landscape"), expected)


def test_the_lines_for_a_run_are_settings_that_it_takes(page: Any) -> None:
    defaults = read_yaml(Path(__file__).parents[2] / "config.yaml")
    page.select_option("#model", "pixel_9")
    page.fill("#words", 'Say: "be" it\nso # or not')
    page.select_option("#order", "two_opt")
    expect(page.locator("#settings")).to_contain_text("yours:")
    lines = yaml.safe_load(page.inner_text("#settings"))
    config = check({**defaults, **lines, "print": {**defaults.get("print", {}), **lines["print"]}})
    assert list(config.orders) == ["two_opt"]
    words: Any = config.passages["yours"]
    assert (config.print.phone, config.print.orientation, config.print.fit) == (
        "pixel_9",
        "portrait",
        "cover",
    )
    assert words.text.replace("\n", "⏎\n") == page.inner_text("#text")


def test_a_row_moves_by_keys_and_one_click_brings_it_back(page: Any) -> None:
    before = picture(page, "landscape")
    page.focus("#grid")
    page.keyboard.press("Alt+ArrowDown")
    assert page.input_value("#order") == "hand"
    after = picture(page, "landscape")
    assert (after != before).any()
    assert sorted(map(bytes, after)) == sorted(map(bytes, before))
    page.click("#reset")
    np.testing.assert_array_equal(picture(page, "landscape"), before)


def test_a_row_is_dragged_by_its_handle(page: Any) -> None:
    before = picture(page, "landscape")
    row = int(page.inner_text("#bit p").split(", row ")[1].split()[0]) - 1
    page.locator("#handle").scroll_into_view_if_needed()
    handle = page.locator("#handle").bounding_box()
    grid = page.locator("#grid").bounding_box()
    x, y = handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, (y + grid["y"]) / 2)
    page.mouse.move(x, grid["y"])
    page.mouse.up()
    expect(page.locator("#bit")).to_contain_text("row 1 of 16")
    after = picture(page, "landscape")
    np.testing.assert_array_equal(after, before[[row, *(r for r in range(16) if r != row)]])


def test_a_turned_bit_is_followed_until_it_is_forgotten(page: Any) -> None:
    model, states, _ = made()
    page.locator("#text [data-t='20']").click()
    unit = int(page.inner_text("#bit b").removeprefix("Unit "))
    page.click("#flip")
    page.wait_for_selector("#outcome:visible")
    told = page.inner_text("#outcome-text")
    turned = torch.tensor(states.units[20], dtype=torch.float32)
    turned[unit] *= -1
    tokens = torch.from_numpy(Vocabulary(ALPHABET).encode(states.text[21:]))
    with torch.no_grad():
        after, _ = model.recurrent.read(model.embedding.weight, tokens[:, None], turned[None])
    differ = (after[:, 0].numpy() != states.units[21:]).any(axis=1)
    if differ[-1]:
        assert "At the end of the text" in told
    else:
        until = int(np.flatnonzero(differ).max(initial=-1)) + 2
        assert f"become one after {until} character" in told
    page.click("#outcome-end")
    assert page.locator("#outcome").is_hidden()


def test_other_pasts_and_a_network_that_learned_nothing(page: Any) -> None:
    page.locator("#text [data-t='30']").click()
    for button in ("#erase", "#other"):
        page.click(button)
        page.wait_for_selector("#outcome:visible")
        assert "bits" in page.inner_text("#outcome-text")
        page.click("#outcome-end")
    page.click("#untrained")
    page.wait_for_selector("#beside-text:not(:empty)")
    assert "drawn at random" in page.inner_text("#beside-text")
    assert page.get_attribute("#untrained", "aria-pressed") == "true"


def test_the_network_writes_on_the_same_from_the_same_seed(page: Any) -> None:
    texts = []
    for _ in range(2):
        page.click("#reset")
        page.locator("#text [data-t='12']").click()
        page.click("#write")
        expect(page.locator("#text .written")).to_have_count(299)
        expect(page.locator("#write")).to_have_text("Write")
        texts.append(page.input_value("#words"))
    assert texts[0] == texts[1]
    assert texts[0].startswith(TEXT[:13])


def test_a_link_shows_the_same(opens: Opens, file: Path) -> None:
    with opens(file.as_uri(), DESK) as page:
        expect(page.locator("#text [data-t]")).to_have_count(len(TEXT) - 1)
        page.fill("#words", "The just shall live")
        expect(page.locator("#text [data-t]")).to_have_count(18)
        page.select_option("#order", "two_opt")
        page.get_by_label("plum").check()
        page.locator("#text [data-t='7']").click()
        page.get_by_label("landscape", exact=True).check()
        expect(page).to_have_url(re.compile("f=landscape"))
        address, seen = page.evaluate("() => location.hash"), picture(page, "landscape")
        words = shown(page)
    with opens(file.as_uri() + address, PHONE) as page:
        expect(page.locator("#text [data-t]")).to_have_count(18)
        expect(page.locator("#readout")).to_have_text(words)
        assert page.input_value("#order") == "two_opt"
        assert page.get_by_label("plum").is_checked()
        np.testing.assert_array_equal(picture(page, "landscape"), seen)


def test_it_works_by_keys_alone_and_says_where_one_is(page: Any) -> None:
    page.focus("#grid")
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_contain_text("character 3")
    page.click("#table-details summary")
    expect(page.locator("#table tbody tr")).to_have_count(16)
    page.focus("#grid")
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator("#stretch q")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(page.locator("#stretch q")).to_have_count(0)


def column_at(page: Any, x: float) -> int:
    """The column under a place on the picture, as the page says it."""
    box = page.locator("#grid").bounding_box()
    page.mouse.move(x, box["y"] + box["height"] / 2)
    return int(shown(page).split("character ")[1].split()[0])


def test_zooming_shows_larger_cells_and_fit_all_of_them(page: Any) -> None:
    page.locator("#grid").scroll_into_view_if_needed()
    box = page.locator("#grid").bounding_box()
    middle = box["x"] + box["width"] / 2

    def columns() -> int:
        return column_at(page, middle + 60) - column_at(page, middle - 60)

    whole = columns()
    page.focus("#grid")
    for _ in range(6):
        page.keyboard.press("+")
    assert 2 * columns() < whole
    page.keyboard.press("0")
    assert columns() == whole


def test_two_fingers_enlarge_what_is_between_them(chromium: Opens, file: Path) -> None:
    """Three times as far apart, cells three times as wide; together again, the whole picture."""
    with chromium(file.as_uri(), PHONE) as page:
        page.wait_for_selector("#check:not(:empty)")
        page.locator("#grid").scroll_into_view_if_needed()
        box = page.locator("#grid").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        touches = page.context.new_cdp_session(page)

        def touch(kind: str, *apart: float) -> None:
            points = [{"x": x + half, "y": y, "id": number} for number, half in enumerate(apart)]
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        def width() -> float:
            return 100 / (column_at(page, x + 50) - column_at(page, x - 50))

        narrow, middle = width(), column_at(page, x)
        touch("touchStart", -20, 20)
        for half in range(22, 62, 2):
            touch("touchMove", -half, half)
        touch("touchEnd")
        assert width() == pytest.approx(3 * narrow, rel=0.15)
        assert abs(column_at(page, x) - middle) <= 1
        touch("touchStart", -100, 100)
        for half in range(98, 8, -2):
            touch("touchMove", -half, half)
        touch("touchEnd")
        assert width() == narrow


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_rows_move_to_their_places_unless_nothing_is_to_move(
    chromium: Opens, file: Path, motion: str
) -> None:
    """By the page's clock, which the test turns."""
    with chromium(file.as_uri(), DESK, reduced_motion=motion, clock=True) as page:
        page.wait_for_selector("#check:not(:empty)")
        page.clock.pause_at(page.evaluate("() => Date.now() + 60_000"))

        def seen(milliseconds: int) -> str:
            page.clock.run_for(milliseconds)
            return str(page.evaluate("() => document.querySelector('#grid').toDataURL()"))

        before = seen(1000)
        page.select_option("#order", "identity")
        under_way, nearly, there, later = seen(200), seen(300), seen(300), seen(1000)
        assert there == later != before
        if motion == "reduce":
            assert under_way == nearly == there
        else:
            assert len({before, under_way, nearly, there}) == 4


def test_a_book_is_seen_to_its_end(opens: Opens, tmp_path: Path) -> None:
    """9,000 columns, more than the images have that rows are drawn from."""
    text = " ".join([TEXT.replace("\n", " ")] * 78)[:9001]
    _, states, orders = made(text=text)
    file = write_page(tmp_path / "page.html", text=text)
    with opens(file.as_uri(), DESK) as page:
        expect(page.locator("#check")).to_contain_text("0 of them other")
        page.focus("#grid")
        page.keyboard.press("End")
        page.keyboard.press("Escape")
        width, blue = page.evaluate(
            "() => new Promise((resolve) => requestAnimationFrame(() => {"
            " const grid = document.querySelector('#grid');"
            " const { data } = grid.getContext('2d').getImageData(0, 18, grid.width, 32);"
            " resolve([grid.width, [...data].filter((_, at) => at % 4 === 2).join(' ')]); }))"
        )
        seen = np.array(blue.split(), int).reshape(32, width)[1::2, width % 2 :: 2] == 0xA1
        row = int(page.inner_text("#bit p").split(", row ")[1].split()[0]) - 1
        plain = np.abs(np.arange(16) - row) > 1  # without the frame of the chosen row
        shown = orders["two_opt"].ordering.shown(states.units) > 0
        np.testing.assert_array_equal(seen[plain], shown[plain, -seen.shape[1] :])


def test_what_is_left_out_of_a_passage_is_said(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(data, "LONGEST", 100)
    file = write_page(tmp_path / "page.html")
    with opens(file.as_uri(), PHONE) as page:
        told = f"The page shows the first 100 characters of {len(TEXT) - 1}."
        expect(page.locator("#left-out")).to_have_text(told)
        assert told in page.get_attribute("#grid", "aria-label")
        page.fill("#words", "so " * 2000)
        expect(page.locator("#replaced")).to_have_text("It reads the first 5,000 characters of 6,000.")
        expect(page.locator("#left-out")).to_have_text("")


@pytest.fixture
def desk(chromium: Opens, file: Path) -> Iterator[Any]:
    """The page in Chromium, ready."""
    with chromium(file.as_uri(), DESK, reduced_motion="reduce") as page:
        page.wait_for_selector("#check:not(:empty)")
        yield page


def test_a_passage_of_one_s_own_words_is_written_as_words(chromium: Opens, tmp_path: Path) -> None:
    model, states, orders = made(text="I take thee", reference="verse")
    own = replace(states, places=[("verse", 0, 1)] * len(states.places))
    summary = {"settings": {"embedding_scale": 4.0}}
    shown = about(model.weights, summary, Vocabulary(ALPHABET), [(own, orders)], STYLES, SIZE, {})
    (tmp_path / "page.html").write_text(page_of(shown, "words", []), encoding="utf-8")
    with chromium((tmp_path / "page.html").as_uri(), DESK) as page:
        expect(page.locator("#settings")).to_contain_text("verse:")
        assert yaml.safe_load(page.inner_text("#settings"))["passages"] == {"verse": {"text": "I take thee"}}


def test_links_within_the_page_leave_the_address_as_it_is(desk: Any) -> None:
    desk.get_by_label("plum").check()
    desk.select_option("#order", "mean")
    desk.wait_for_function("() => location.hash.includes('o=mean')")
    address = desk.evaluate("() => location.hash")
    for link in ("#case", "#words", "#read"):
        desk.click(f".try a[href='{link}']")
        desk.wait_for_function("address => location.hash === address", arg=address)


@pytest.mark.parametrize("end", ["type", "passage", "reset", "stop", "address"])
def test_whatever_ends_the_writing_it_can_be_begun_again(desk: Any, end: str) -> None:
    desk.click("#write")
    expect(desk.locator("#write")).to_have_text("Stop")
    if end == "type":
        desk.fill("#words", "Other words")
    elif end == "passage":
        desk.select_option("#passage", "verse")
    elif end == "address":
        desk.evaluate("() => { location.hash = '#p=verse&s=plum&o=mean'; }")
    else:
        desk.click("#reset" if end == "reset" else "#write")
    expect(desk.locator("#write")).to_have_text("Write")
    if end == "address":
        desk.wait_for_function("() => location.hash.includes('o=mean')")
        assert (desk.input_value("#passage"), desk.input_value("#order")) == ("verse", "mean")
        assert desk.get_by_label("plum").is_checked()
    desk.click("#write")
    expect(desk.locator("#write")).to_have_text("Stop")
    expect(desk.locator("#write")).to_have_text("Write")
    assert desk.locator("#text .written").count() == 299, "and one that is foretold"


def test_of_two_addresses_the_later_one_is_shown(desk: Any) -> None:
    long = "so be it " * 300
    desk.evaluate(f"() => {{ location.hash = '#p=verse&w={long}&s=plum&o=mean&c=3'; }}")
    desk.evaluate("() => { location.hash = '#p=verse&s=printed&o=two_opt'; }")
    desk.wait_for_timeout(500)  # the words of the first, which are read by then, must not come after it
    expect(desk.locator("#text [data-t]")).to_have_count(len(TEXT) - 1)
    assert desk.input_value("#order") == "two_opt"
    assert desk.get_by_role("radio", name="printed").is_checked()


def test_what_the_network_wrote_is_known_again_by_its_address(desk: Any, chromium: Opens, file: Path) -> None:
    desk.click("#write")
    expect(desk.locator("#write")).to_have_text("Stop")
    expect(desk.locator("#write")).to_have_text("Write")
    desk.wait_for_function("() => location.hash.includes('wf=')")
    words = desk.inner_text("#text")
    with chromium(file.as_uri() + desk.evaluate("() => location.hash"), DESK) as again:
        expect(again.locator("#text .written")).to_have_count(299)
        expect(again.locator("#case-text")).to_contain_text("what the network wrote")
        assert again.inner_text("#text") == words


def test_beyond_what_it_takes_it_says_that_it_writes_no_more(chromium: Opens, tmp_path: Path) -> None:
    file = write_page(tmp_path / "page.html", text=f"{LONG} and on")
    with chromium(f"{file.as_uri()}#p=verse&c=5001", DESK) as page:
        expect(page.locator("#too-far")).to_have_text(
            "It writes on within the first 5,000 characters: choose an earlier one."
        )
        assert page.locator("#write").is_disabled()


def test_the_browser_s_own_keys_stay_its_own(desk: Any) -> None:
    """Ctrl with plus enlarges the page, Alt with left goes back."""
    taken = desk.evaluate(
        "() => [['+', 'ctrlKey'], ['-', 'ctrlKey'], ['0', 'metaKey'], ['ArrowLeft', 'altKey'],"
        " ['Home', 'ctrlKey'], ['ArrowDown', 'altKey'], ['+', 'shiftKey']].map(([key, held]) => "
        "!document.querySelector('#grid').dispatchEvent("
        "new KeyboardEvent('keydown', { key, [held]: true, cancelable: true })))"
    )
    assert taken == [False] * 5 + [True] * 2


def test_rows_sorted_by_a_character_stay_when_another_is_chosen(desk: Any) -> None:
    desk.select_option("#order", "two_opt")
    desk.check("#negate")
    desk.focus("#grid")
    for key in ("Home", "ArrowRight", "Enter"):
        desk.keyboard.press(key)
    desk.select_option("#order", "column")
    sorted_rows = picture(desk, "landscape")
    assert (np.diff(sorted_rows[:, 1].astype(int)) <= 0).all(), (
        "those that are on, as they are shown, are on top"
    )
    assert desk.input_value("#order") == "hand"
    for key in ("ArrowRight", "ArrowRight", "Enter"):
        desk.keyboard.press(key)
    desk.select_option("#order", "hand")
    np.testing.assert_array_equal(picture(desk, "landscape"), sorted_rows)


def test_rows_sorted_by_marked_words_stay_when_these_are_let_go(desk: Any) -> None:
    desk.focus("#grid")
    for _ in range(4):
        desk.keyboard.press("Shift+ArrowRight")
    desk.select_option("#order", "stretch")
    rows = picture(desk, "landscape")
    desk.focus("#grid")
    desk.keyboard.press("Escape")
    np.testing.assert_array_equal(picture(desk, "landscape"), rows)
    assert desk.input_value("#order") == "hand"


def test_a_click_lets_go_of_marked_words_and_marking_begins_where_one_is(desk: Any) -> None:
    desk.focus("#grid")
    desk.keyboard.press("Home")
    for _ in range(3):
        desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("#text .brushed")).to_have_count(4)
    for _ in range(9):
        desk.keyboard.press("ArrowRight")
    desk.keyboard.press("Shift+ArrowRight")
    expect(desk.locator("#text .brushed")).to_have_count(2)
    desk.locator("#text [data-t='40']").click()
    expect(desk.locator("#text .brushed")).to_have_count(0)


def test_who_uses_keys_stays_where_they_are(desk: Any) -> None:
    focused = "() => document.activeElement.id || document.activeElement.className"
    desk.locator("#character .link").nth(1).focus()
    desk.keyboard.press("Enter")
    assert desk.evaluate(focused) == "link"
    desk.focus("#grid")
    desk.keyboard.press("Shift+ArrowRight")
    desk.locator("#stretch .chip").first.focus()
    desk.keyboard.press("Enter")
    assert desk.evaluate(focused) == "chip"
    desk.focus("#grid")
    for key in ["+"] * 12 + ["ArrowUp", "Enter"]:
        desk.keyboard.press(key)
    desk.wait_for_selector("#handle", state="visible")
    desk.focus("#handle")
    for _ in range(12):
        desk.keyboard.press("ArrowDown")
    assert desk.evaluate(focused) == "handle"


def test_the_picture_s_keys_are_described(desk: Any) -> None:
    reader = desk.context.new_cdp_session(desk)
    document = reader.send("DOM.getDocument")["root"]["nodeId"]
    grid = reader.send("DOM.querySelector", {"nodeId": document, "selector": "#grid"})["nodeId"]
    (node,) = reader.send("Accessibility.getPartialAXTree", {"nodeId": grid, "fetchRelatives": False})[
        "nodes"
    ]
    assert "arrow keys move, Enter chooses" in node["description"]["value"]


def test_another_screen_s_pixels_are_fitted_anew(desk: Any) -> None:
    box = desk.locator("#grid").bounding_box()
    before = [column_at(desk, box["x"] + share * box["width"]) for share in (0.3, 0.5, 0.7)]
    screen = desk.context.new_cdp_session(desk)
    screen.send(
        "Emulation.setDeviceMetricsOverride", DESK["viewport"] | {"deviceScaleFactor": 2, "mobile": False}
    )
    column_at(desk, box["x"] + 9)  # a browser without a window tells of no change; when it draws, it is seen
    desk.wait_for_function(
        "() => { const grid = document.querySelector('#grid'); return grid.width === 2 * grid.clientWidth; }"
    )
    after = [column_at(desk, box["x"] + share * box["width"]) for share in (0.3, 0.5, 0.7)]
    np.testing.assert_allclose(after, before, atol=2)


def test_a_finger_takes_the_letter_that_it_is_on(chromium: Opens, tmp_path: Path) -> None:
    """Below columns narrower than letters: the chosen one's stands below it, the others beside that."""
    file = write_page(tmp_path / "page.html", text=" ".join([*LINES, *LINES]))
    with chromium(file.as_uri(), PHONE) as page:
        page.wait_for_selector("#check:not(:empty)")
        page.locator("#grid").scroll_into_view_if_needed()
        box = page.locator("#grid").bounding_box()

        def tapped(x: float, y: float) -> int:
            page.touchscreen.tap(x, y)
            return int(page.inner_text("#character p").split("character ")[1].split()[0])

        for letters in (6, -6):
            middle = box["x"] + box["width"] / 2
            chosen = tapped(middle, box["y"] + box["height"] / 2)
            found = tapped(middle + 9 * letters, box["y"] + box["height"] - 12)
            assert abs(found - (chosen + letters)) <= 1


def test_what_is_not_read_is_said(desk: Any) -> None:
    desk.select_option("#passage", "own")
    least = "Two characters that it knows are the least; what you see is Romans 1:17 still."
    expect(desk.locator("#replaced")).to_have_text(least)
    desk.fill("#words", "日本")
    expect(desk.locator("#replaced")).to_contain_text(least)
    desk.fill("#words", "😀" * 3000 + "abc")
    expect(desk.locator("#text [data-t]")).to_have_count(2)
    assert "characters of" not in desk.inner_text("#replaced")
    desk.fill("#words", "a\tb\u00a0c\u202e")
    expect(desk.locator("#replaced")).to_contain_text(
        "U+0009 as the space, U+00A0 as the space, nothing for U+202E"
    )
    desk.fill("#words", "".join(map(chr, range(0x4E00, 0x5000))) + "abc")
    expect(desk.locator("#replaced")).to_contain_text("and 500 others as it can.")
    desk.fill("#before", "Ça ira")
    desk.click("#other")
    expect(desk.locator("#replaced")).to_contain_text("“Ç” as “C”")


def test_own_words_in_a_run_s_order_say_what_a_run_would_do(desk: Any) -> None:
    desk.fill("#words", "The words of a person")
    expect(desk.locator("#settings")).to_have_text(
        "# No setting makes these rows: they are in an order for Romans 1:17, and a run has its own for "
        "these words.\n"
        "# Choose one of the orders worked out here."
    )


def test_choices_are_seen_in_forced_colours(chromium: Opens, file: Path) -> None:
    with chromium(file.as_uri(), DESK, forced_colors="active") as page:
        page.wait_for_selector("#check:not(:empty)")
        looks = page.evaluate(
            "() => [...document.querySelectorAll('.swatch span')].map((swatch) => getComputedStyle(swatch))"
            ".map(({ backgroundImage, boxShadow }) => [backgroundImage, boxShadow])"
        )
        assert len({image for image, _ in looks}) == len(looks), "each has its colours"
        assert [shadow == "none" for _, shadow in looks] == [False] + [True] * (len(looks) - 1)
        chosen, other = page.evaluate(
            "() => [...document.querySelectorAll('[name=orientation] + span')]"
            ".map((span) => getComputedStyle(span).backgroundColor)"
        )
        assert chosen != other


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(chromium: Opens, file: Path, scheme: str, size: dict[str, Any]) -> None:
    with chromium(file.as_uri(), size, color_scheme=scheme, reduced_motion="reduce") as page:
        page.wait_for_selector("#check:not(:empty)")
        page.click("#write")
        expect(page.locator("#write")).to_have_text("Stop")
        expect(page.locator("#write")).to_have_text("Write")
        assert violations(page) == []
        page.get_by_label("by surprise").check(force=True)
        expect(page.locator("#text .written.s3").first).to_be_attached()
        assert violations(page) == []
        page.click("#reset")
        page.click("#flip")
        page.wait_for_selector("#outcome:visible")
        page.click("#untrained")
        page.click("#table-details summary")
        page.wait_for_selector("#beside-text:not(:empty)")
        assert violations(page) == []


@pytest.fixture(scope="module")
def shown_gallery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gallery")
    _, states, orders = made()
    scores = {name: order.similarity for name, order in orders.items()}
    names = Gallery(models=[], grids=[("own", "verse")], orders=list(orders), styles=list(STYLES))
    units, characters = states.units.shape
    grid = Grid("Romans 1:17", "a grid of your own", characters, units, scores)
    html = gallery(names, [grid], {}, folder)
    (folder / "index.html").write_text(html, encoding="utf-8")
    for file in set(re.findall(r'src="([^"]+)"', html)):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        write_png(folder / file, render(states.units, orders["two_opt"].ordering, PRINTED), dpi=300)
    return folder / "index.html"


@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES)
def test_the_gallery_shows_its_pictures(opens: Opens, shown_gallery: Path, size: dict[str, Any]) -> None:
    with opens(shown_gallery.as_uri(), size) as page:
        widths = page.locator("img").evaluate_all(
            "images => Promise.all(images.map(async (image) => {"
            " image.loading = 'eager'; await image.decode(); return image.naturalWidth; }))"
        )
        assert set(widths) == {len(TEXT) - 1}
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_the_gallery(chromium: Opens, shown_gallery: Path, scheme: str) -> None:
    for size in SIZES.values():
        with chromium(shown_gallery.as_uri(), size, color_scheme=scheme) as page:
            assert violations(page) == []


def violations(page: Any) -> list[tuple[str, str]]:
    """What axe-core finds."""
    if not AXE.exists() and "CI" not in os.environ:
        pytest.skip("there is no axe-core (npm --prefix tests/explorer ci)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]


def test_text_twice_as_large_stays_within_the_page(page: Any) -> None:
    within = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(within)
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; }")
    assert page.evaluate(within)


@pytest.mark.parametrize("phone", ["", "iphone_16"])
def test_a_caption_is_the_workflow_s_pixel_by_pixel_and_curve_by_curve(page: Any, phone: str) -> None:
    _, states, orders = made()
    page.select_option("#model", phone)
    page.check("#caption")
    expect(page).to_have_url(re.compile("cap=1"))
    (layout,) = pages(
        Printing(phone=phone or "none", caption=True, **SIZE.model_dump()), *states.units.shape[::-1]
    )
    expect(page.locator("#size")).to_contain_text(f"The letters are {points(layout.cell, SIZE.dpi):.1f} pt.")
    for orientation, fit in [("portrait", "cover"), ("landscape", "cover"), ("portrait", "contain")]:
        page.check(f"input[value={orientation}]")
        begun = {"start": 7} if phone and fit == "cover" else {}
        if phone:
            page.check(f"input[value={fit}]")
        if begun:
            page.fill("#start", "7")
        printing = Printing.checked(
            {"phone": phone or "none", "fit": fit, "orientation": orientation, "caption": True}
            | SIZE.model_dump()
            | begun
        )
        (picture,) = pictures_for_print(states, orders["two_opt"], PRINTED, printing, {})
        with page.expect_download() as download:
            page.click("#png")
        with Image.open(download.value.path()) as image:
            assert image.getpalette()[:48] == [  # type: ignore[index]
                part for colour in palette(picture) for part in ImageColor.getrgb(colour)
            ]
            np.testing.assert_array_equal(np.asarray(image), pixels(picture))
        with page.expect_download() as download:
            page.click("#svg")
        letters = ElementTree.parse(download.value.path()).findall("{*}path[@transform]")
        (line,) = picture.layout.captions
        assert [letter.attrib["d"] for letter in letters] == [drawing(picture.lettering(line))]
        assert letters[0].attrib["transform"].startswith(f"translate({line.left} {line.top})")
    expect(page.locator("#settings")).to_contain_text("orientation: portrait")
    lines = yaml.safe_load(page.inner_text("#settings"))
    assert lines["print"]["caption"] is True
    assert Printing.checked(lines["print"]).orientation == "portrait"
    expect(page.locator("#command")).to_contain_text("results/print/small/verse/two_opt/printed.png")
