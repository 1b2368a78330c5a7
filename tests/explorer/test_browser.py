"""The page in a real browser: what a person does to it, at a desk and on a phone."""

import io
import os
import re
import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import torch
import yaml
from PIL import Image

from explorer.pages import ALPHABET, KNOWN, LONG, SIZE, STYLES, TEXT, made, write_page
from phonecase.art import PRINTED, Orientation, render, write_png
from phonecase.art.layout import Fit, Layout
from phonecase.art.printing import Printing, pages
from phonecase.corpus import Vocabulary
from phonecase.explorer.gallery import Gallery, Grid, gallery
from phonecase.ordering import order_units
from phonecase.workflow import check, read_yaml

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    lacking = [] if find_spec("playwright") else ["playwright (pip install playwright)"]
    lacking += [] if CHROMIUM else ["chromium"]
    if lacking and "CI" not in os.environ:
        pytest.skip(f"there is no {' and no '.join(lacking)}")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=30_000)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_page(tmp_path_factory.mktemp("explorer") / "page.html")


@pytest.fixture(params=["desk", "phone"])
def page(browser: Any, file: Path, request: pytest.FixtureRequest) -> Iterator[Any]:
    """The page as it opens from disk; in the end it has said nothing and asked for nothing."""
    context = browser.new_context(**(DESK if request.param == "desk" else PHONE))
    yield from opened(context, file)


def opened(context: Any, file: Path, address: str = "") -> Iterator[Any]:
    page = context.new_page()
    page.set_default_timeout(60_000)
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri() + address)
    page.wait_for_selector("#check:not(:empty)")
    yield page
    assert said == []
    assert [url for url in asked if not url.startswith("blob:")] == [file.as_uri()]
    context.close()


def expect(what: Any) -> Any:
    """What is to be true of the page in a moment."""
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


def test_a_chapter_is_the_same_bit_for_bit(browser: Any, tmp_path: Path) -> None:
    """128 units, 5,000 characters, weights drawn at random: 640,000 bits."""
    file = write_page(tmp_path / "page.html", units=128, text=LONG)
    for page in opened(browser.new_context(**DESK), file):
        assert f"{128 * (len(LONG) - 1):,} bits, 0 of them other" in page.inner_text("#check")


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


def test_a_link_shows_the_same(browser: Any, file: Path) -> None:
    for page in opened(browser.new_context(**DESK), file):
        page.fill("#words", "The just shall live")
        expect(page.locator("#text [data-t]")).to_have_count(18)
        page.select_option("#order", "two_opt")
        page.get_by_label("plum").check()
        page.locator("#text [data-t='7']").click()
        page.get_by_label("landscape", exact=True).check()
        expect(page).to_have_url(re.compile("f=landscape"))
        address, seen = page.evaluate("location.hash"), picture(page, "landscape")
        words = shown(page)
    for page in opened(browser.new_context(**PHONE), file, address):
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


def test_zooming_shows_larger_cells_and_fit_all_of_them(page: Any) -> None:
    """The number of colour changes along a line of the canvas tells how many columns are on it."""
    page.focus("#grid")
    shot = page.locator("#grid").screenshot()
    for _ in range(6):
        page.keyboard.press("+")
    assert page.locator("#grid").screenshot() != shot
    page.click("#fit")
    page.focus("#words")
    page.mouse.move(0, 0)
    page.focus("#grid")
    assert np.asarray(Image.open(io.BytesIO(page.locator("#grid").screenshot()))).shape == (
        np.asarray(Image.open(io.BytesIO(shot))).shape
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_axe_finds_nothing(browser: Any, file: Path, scheme: str, size: dict[str, Any]) -> None:
    for page in opened(browser.new_context(color_scheme=scheme, reduced_motion="reduce", **size), file):
        page.click("#flip")
        page.wait_for_selector("#outcome:visible")
        page.click("#untrained")
        page.click("#table-details summary")
        page.wait_for_selector("#beside-text:not(:empty)")
        assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_gallery_shows_its_pictures(browser: Any, tmp_path: Path, scheme: str) -> None:
    _, states, orders = made()
    scores = {name: order.similarity for name, order in orders.items()}
    names = Gallery(models=[], grids=[("own", "verse")], orders=list(orders), styles=list(STYLES))
    html = gallery(names, [Grid("Romans 1:17", "a grid of your own", scores)], {}, tmp_path)
    (tmp_path / "index.html").write_text(html, encoding="utf-8")
    for file in set(re.findall(r'src="([^"]+)"', html)):
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        write_png(tmp_path / file, render(states.units, orders["two_opt"].ordering, PRINTED), dpi=300)
    for size in (DESK, PHONE):
        context = browser.new_context(color_scheme=scheme, **size)
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda message, said=said: said.append(message.text))
        page.goto((tmp_path / "index.html").as_uri())
        for image in page.locator("img").all():
            image.scroll_into_view_if_needed()
            assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == len(
                states.text
            )
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
        assert said == []
        context.close()


def violations(page: Any) -> list[tuple[str, str]]:
    """What axe-core finds."""
    if not AXE.exists() and "CI" not in os.environ:
        pytest.skip("there is no axe-core (npm --prefix tests/explorer ci)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("rules => axe.run(document, { runOnly: rules })", RULES)
    return [(violation["id"], violation["nodes"][0]["html"]) for violation in found["violations"]]


def test_text_twice_as_large_stays_within_the_page(browser: Any, file: Path) -> None:
    for page in opened(browser.new_context(**DESK), file):
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for page in opened(browser.new_context(**PHONE), file):
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
