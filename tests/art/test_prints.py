"""Every format shows the states, exactly, as other programs read them, and passes the services' checklist."""

import io
import re
import struct
import tracemalloc
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import numpy.typing as npt
import pypdf
import pytest
from PIL import Image, ImageCms, ImageColor

from art.pictures import expected, of_image, of_pdf, of_svg, some_order, some_states
from phonecase.art.origin import read_origin
from phonecase.art.pdf import write_pdf
from phonecase.art.phones import phones
from phonecase.art.picture import Picture, palette, pixels
from phonecase.art.png import write_page_png
from phonecase.art.printing import Printing, case_of, hidden, in_words, pages
from phonecase.art.prints import pictures_for_print, write_prints
from phonecase.art.profiles import printer, srgb
from phonecase.art.proof import guide, proof
from phonecase.art.services import services
from phonecase.art.styles import PRINTED, Style
from phonecase.errors import UserError
from phonecase.ordering import SavedOrder
from phonecase.states import States

SMALL = {"phone": "custom", "width": 20, "height": 41, "dpi": 200, "bleed": 1, "safe": 1}
LAYOUTS: dict[str, dict[str, Any]] = {
    "portrait": SMALL,
    "landscape": SMALL | {"orientation": "landscape"},
    "wide": SMALL | {"width": 41, "height": 20},
    "contained": SMALL | {"fit": "contain"},
    "exact": SMALL | {"fit": "exact", "cell": 5},
    "template": SMALL | {"template": [161, 333]},
    "poster": SMALL | {"phone": "poster"},
    "bare": {"phone": "none", "cell": 3, "orientation": "landscape"},
    "bare portrait": {"phone": "none", "cell": 3, "orientation": "portrait"},
}


@pytest.fixture(scope="module")
def states() -> States:
    return some_states(50, 21)


@pytest.fixture(scope="module")
def order(states: States) -> SavedOrder:
    return some_order(states)


def one_page(states: States, order: SavedOrder, printing: Printing, style: Style = PRINTED) -> Picture:
    (picture,) = pictures_for_print(states, order, style, printing, {})
    return picture


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_format_shows_the_states_cell_by_cell(
    name: str, states: States, order: SavedOrder, tmp_path: Path
) -> None:
    printing = Printing(**LAYOUTS[name])
    picture = one_page(states, order, printing)
    write_prints(tmp_path / "case", states, order, PRINTED, printing)
    page = expected(picture, states, order)
    assert np.array_equal(of_image(tmp_path / "case.png"), page)
    assert np.array_equal(of_image(tmp_path / "case.tiff"), page)
    assert np.array_equal(of_svg(tmp_path / "case.svg", picture.layout.dpi), page)
    drawn = of_pdf(tmp_path / "case.pdf", picture.layout.dpi, tmp_path)
    assert drawn.shape == page.shape
    # poppler smooths a pixel's width beside an edge, so compare the cells' inner pixels
    cell = picture.layout.cell
    (x0, y0) = picture.layout.blocks[0][:2]
    inner = [(np.arange(size) - start) % cell for start, size in ((y0, page.shape[0]), (x0, page.shape[1]))]
    inside = [(part > 0) & (part < cell - 1) for part in inner]
    assert inside[0].any()
    assert np.array_equal(drawn[inside[0]][:, inside[1]], page[inside[0]][:, inside[1]])


PRINTER = Path("/usr/share/color/icc/ghostscript/default_cmyk.icc")


@pytest.mark.skipif(not PRINTER.exists(), reason="no profile of a printer (Debian: libgs-common)")
def test_with_a_printer_s_profile_the_tiff_is_in_its_inks_and_the_pdf_names_it(
    states: States, order: SavedOrder, tmp_path: Path
) -> None:
    printing = Printing(**SMALL, cmyk=PRINTER)
    picture = one_page(states, order, printing)
    write_prints(tmp_path / "case", states, order, PRINTED, printing)
    with Image.open(tmp_path / "case.tiff") as image:
        assert image.mode == "CMYK"
        profile = image.info["icc_profile"]
        seen = ImageCms.profileToProfile(
            image,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    assert profile == PRINTER.read_bytes()
    assert seen is not None
    page = expected(picture, states, order).astype(int)
    colours = np.array([ImageColor.getrgb(colour) for colour in PRINTED.colours])
    far = abs(np.asarray(seen).astype(int)[:, :, None] - colours).sum(-1)
    nearest = colours[far.argmin(-1)]
    assert np.array_equal(nearest, page)  # inks can't make every blue, but it stays the blue one
    pdf: Any = pypdf.PdfReader(tmp_path / "case.pdf")
    (intent,) = pdf.trailer["/Root"]["/OutputIntents"]
    assert intent["/S"] == "/GTS_PDFX"
    assert intent["/DestOutputProfile"].get_data() == profile
    assert pdf.metadata["/GTS_PDFXVersion"] == "PDF/X-4"


def test_a_file_that_is_no_printer_s_profile_is_refused(tmp_path: Path) -> None:
    (tmp_path / "screen.icc").write_bytes(srgb())
    with pytest.raises(UserError, match=r"screen.icc: a profile of RGB, and not of a printer with CMYK$"):
        printer(tmp_path / "screen.icc")
    with pytest.raises(UserError, match=r"none.icc: there is no such file$"):
        printer(tmp_path / "none.icc")
    (tmp_path / "torn.icc").write_bytes(srgb()[:30])
    with pytest.raises(UserError, match=r"torn.icc: not an ICC profile"):
        printer(tmp_path / "torn.icc")
    if PRINTER.exists():
        (tmp_path / "half.icc").write_bytes(PRINTER.read_bytes()[:2000])
        with pytest.raises(UserError, match=r"half.icc: (not an ICC profile|no colour can be converted)"):
            printer(tmp_path / "half.icc")


SHAPES = [
    {"gap": 0.2},
    {"round": 1, "gap": 0.1},
    {"round": 0.5},
    {"round": 0.8, "join": True},
    {"round": 0.6, "gap": 0.3, "join": True},
    {"gap": 0.3, "join": True},
]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("cell", [8, 11])
def test_pixels_and_outlines_are_the_same_shapes(
    shape: dict[str, Any], cell: int, states: States, order: SavedOrder, tmp_path: Path
) -> None:
    """White on black, so that a pixel's value is how much of it is covered; resvg counts a few samples."""
    style = Style.model_validate({"colours": ["#000000", "#FFFFFF"], **shape})
    picture = one_page(states, order, Printing(cell=cell, orientation="landscape"), style)
    write_prints(tmp_path / "case", states, order, style, Printing(cell=cell, orientation="landscape"))
    levels = len(palette(picture)) - 1
    ours = pixels(picture) / levels
    theirs = of_svg(tmp_path / "case.svg", 300)[:, :, 0] / 255
    assert abs(ours - theirs).max() < 0.35
    assert abs(ours - theirs).mean() < 0.02


def test_cells_that_join_are_one_region_and_those_that_touch_at_a_corner_are_not(
    states: States, order: SavedOrder
) -> None:
    style = Style(colours=("#000000", "#FFFFFF"), round=1, join=True)
    picture = one_page(states, order, Printing(cell=8, orientation="landscape"), style)
    bits = picture.cells.astype(bool)  # (H, T)
    shown = pixels(picture)
    beside = bits[:, :-1] & bits[:, 1:]
    for y, x in np.argwhere(beside):  # nothing of the ground between them
        assert (shown[y * 8 + 3 : y * 8 + 5, x * 8 + 4 : x * 8 + 12] == shown.max()).all()
    touching = bits[:-1, :-1] & bits[1:, 1:] & ~bits[:-1, 1:] & ~bits[1:, :-1]
    assert touching.any()
    for y, x in np.argwhere(touching):
        corner = shown[y * 8 + 7 : y * 8 + 9, x * 8 + 7 : x * 8 + 9]
        assert (corner == 0).all()


def test_a_scale_colours_columns_or_rows(states: States, order: SavedOrder) -> None:
    scale = ["#9CC5FF", "#0040A1", "#701010"]
    used = {}
    for by in ("surprise", "word", "verse", "flip rate", "unit"):
        style = Style(colours=("#FEF7E9", "#0040A1"), by=by, scale=scale)
        picture = one_page(states, order, Printing(), style)
        plus = order.ordering.shown(states.units) > 0
        assert np.array_equal(picture.cells > 0, plus)
        lines = picture.cells.T if by in ("surprise", "word", "verse") else picture.cells
        assert all(len(set(line[line > 0].tolist())) <= 1 for line in lines)
        used[by] = [int(line.max()) for line in lines]  # the step of each column or row
    assert used["unit"] == sorted(used["unit"])
    by_bits = [step for _, step in sorted(zip(states.surprise.tolist(), used["surprise"], strict=True))]
    assert by_bits == sorted(by_bits)
    # 'In the beginning ' has three words; the verses are 17 characters each
    assert used["word"][:17] == [1] * 3 + [2] * 4 + [3] * 10
    assert used["verse"][::17] == [1, 2, 3]


def test_a_grid_of_ones_own_has_no_words_to_go_by(order: SavedOrder, states: States) -> None:
    own = States("", states.units, np.empty(0, np.float32), [], states.metadata)
    style = Style(colours=("#FEF7E9", "#0040A1"), by="word", scale=["#9CC5FF", "#0040A1"])
    with pytest.raises(UserError, match="a grid of your own has no word"):
        pictures_for_print(own, order, style, Printing(), {})


# ---- the checklist

ROMANS = some_states(274, 128)
ORDER = some_order(ROMANS)


@pytest.mark.parametrize("service", [None, "gelato"])
@pytest.mark.parametrize("name", phones())
def test_a_print_services_checklist(name: str, service: str | None, tmp_path: Path) -> None:
    """Format, size in pixels, 300 DPI, sRGB, bleed, and nothing on it but the cells."""
    printing = Printing(phone=name, service=service)
    phone, bleed = phones()[name], 4 if service else 3
    picture = one_page(ROMANS, ORDER, printing)
    write_page_png(tmp_path / "case.png", picture)
    with Image.open(tmp_path / "case.png") as image:
        image.verify()
    with Image.open(tmp_path / "case.png") as image:
        assert image.format == "PNG"
        for pixels_, mm in zip(image.size, (phone.width, phone.height), strict=True):
            assert 0 <= pixels_ - (mm + 2 * bleed) / 25.4 * 300 < 1 + 1e-6
        assert [round(dpi) for dpi in image.info["dpi"]] == [300, 300]
        assert image.info["srgb"] == 0
        profile = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        assert "sRGB" in ImageCms.getProfileDescription(profile)
        assert image.mode == "P"
        assert image.palette is not None
        assert list(image.palette.colors) == [ImageColor.getrgb(colour) for colour in PRINTED.colours]
        shown = np.asarray(image)
    assert set(np.unique(shown)) == {0, 1}
    layout = picture.layout
    # nothing is stretched, and no cell is a fraction of a pixel: all of a cell's pixels are as its first
    (block,) = layout.blocks
    down, across = -block.top % layout.cell, -block.left % layout.cell
    whole = shown[(layout.cell - down) % layout.cell :, (layout.cell - across) % layout.cell :]
    whole = whole[: len(whole) // layout.cell * layout.cell, : whole.shape[1] // layout.cell * layout.cell]
    cells = whole.reshape(len(whole) // layout.cell, layout.cell, -1, layout.cell)
    assert (cells == cells[:, :1, :, :1]).all()
    # the cells reach into the bleed on every side
    for edge in (shown[0], shown[-1], shown[:, 0], shown[:, -1]):
        assert len(np.unique(edge)) == 2
    assert layout.units_seen >= 110
    assert layout.characters_seen >= 220


def test_a_png_says_once_and_in_order_what_it_is(states: States, order: SavedOrder, tmp_path: Path) -> None:
    """By the specification's rules for chunks; checksums are zlib's."""
    write_page_png(tmp_path / "case.png", one_page(states, order, Printing(**SMALL)))
    data = (tmp_path / "case.png").read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    kinds, place = [], 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        kind, body = data[place + 4 : place + 8], data[place + 8 : place + 8 + length]
        assert struct.unpack(">I", data[place + 8 + length : place + 12 + length])[0] == zlib.crc32(
            kind + body
        )
        kinds.append(kind.decode())
        place += 12 + length
        if kind == b"IHDR":
            assert (body[8], body[9]) == (1, 3)  # a bit a pixel, indexed
    assert kinds[0] == "IHDR"
    assert kinds[-1] == "IEND"
    assert kinds.index("iCCP") < kinds.index("PLTE") < kinds.index("IDAT")
    assert kinds.index("sRGB") < kinds.index("PLTE")


def test_a_pdf_has_the_boxes_in_true_millimetres(tmp_path: Path) -> None:
    printing = Printing(phone="iphone_16", service="gelato")
    write_prints(tmp_path / "case", ROMANS, ORDER, PRINTED, printing)
    reader = pypdf.PdfReader(tmp_path / "case.pdf")
    (page,) = reader.pages
    mm = 72 / 25.4

    def sides(box: Any) -> tuple[float, float]:
        return float(box.width) / mm, float(box.height) / mm

    pixel = 25.4 / 300
    assert sides(page.trimbox) == pytest.approx((71.6, 147.6), abs=pixel / 2)
    assert sides(page.bleedbox) == pytest.approx((79.6, 155.6), abs=pixel)
    assert page.bleedbox == page.mediabox
    for low, high in (("left", "right"), ("bottom", "top")):
        assert (getattr(page.trimbox, low) - getattr(page.mediabox, low)) / mm == pytest.approx(
            4, abs=2 * pixel
        )
        assert (getattr(page.mediabox, high) - getattr(page.trimbox, high)) / mm == pytest.approx(
            4, abs=2 * pixel
        )
    content = page.get_contents()
    assert content is not None
    assert not re.search(rb"\bDo\b|\bBI\b|\bTj\b", content.get_data())  # no image, no text: paths alone
    assert reader.metadata is not None
    assert reader.metadata.title == ROMANS.title
    assert "Image" not in str(page["/Resources"])


def test_an_svg_is_a_few_paths_with_words_for_those_who_cannot_see_it(
    states: States, order: SavedOrder, tmp_path: Path
) -> None:
    write_prints(tmp_path / "case", states, order, PRINTED, Printing(**SMALL))
    root = ElementTree.parse(tmp_path / "case.svg").getroot()
    kinds = [element.tag.split("}")[1] for element in root]
    assert kinds == ["title", "desc", "metadata", "rect", "path"]
    assert root.attrib["shape-rendering"] == "crispEdges"
    assert root.attrib["width"].endswith("mm")
    assert root[0].text == states.title
    assert set(re.sub(r"[\d.]", "", root[4].attrib["d"])) <= set("MHVZ ")


def test_a_tiff_is_packed_and_knows_its_colours(states: States, order: SavedOrder, tmp_path: Path) -> None:
    write_prints(tmp_path / "case", states, order, PRINTED, Printing(**SMALL))
    with Image.open(tmp_path / "case.tiff") as image:
        assert image.info["compression"] == "tiff_lzw"
        assert image.mode == "P"
        assert [round(dpi) for dpi in image.info["dpi"]] == [200, 200]
        assert image.info["icc_profile"]


def test_the_same_picture_gives_the_same_bytes(states: States, order: SavedOrder, tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_prints(tmp_path / name / "case", states, order, PRINTED, Printing(**SMALL))
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == sorted(f"case{s}" for s in (".guide.png", ".pdf", ".png", ".proof.png", ".svg", ".tiff"))
    for name in files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


# ---- proofs


def test_a_proof_shows_the_art_within_the_outline_and_not_beyond(states: States, order: SavedOrder) -> None:
    printing = Printing(phone="iphone_16")
    picture = one_page(ROMANS, ORDER, printing)
    sheet = np.asarray(proof(picture, case_of(printing))).astype(int)
    trim = picture.layout.trim
    height, width = sheet.shape[:2]
    left, top = (width - trim.width) // 2, (height - trim.height) // 2
    art = pixels(picture)[trim.top : trim.top + trim.height, trim.left : trim.left + trim.width]
    below = slice(trim.height // 2, trim.height // 2 + 300)  # the camera is above
    colours = np.array([ImageColor.getrgb(colour) for colour in palette(picture)])
    middle = slice(200, trim.width - 200)
    shown = sheet[top + below.start : top + below.stop, left + middle.start : left + middle.stop]
    assert abs(shown - colours[art[below, middle]]).max() <= 2
    corner = sheet[top : top + 20, left : left + 20].reshape(-1, 3)  # cut off by the corner's radius
    assert (corner.max(axis=1) - corner.min(axis=1)).max() < 40  # grey, no colour of the art
    camera = phones()["iphone_16"].camera[0]
    x = left + round((camera.left + camera.width / 2) / 25.4 * 300)
    y = top + round((camera.top + camera.height / 2) / 25.4 * 300)
    assert sheet[y, x].max() < 60


@pytest.mark.parametrize("name", [*LAYOUTS, "long"])
def test_there_is_a_proof_and_a_guide_of_whatever_is_printed_on(
    name: str, states: States, order: SavedOrder
) -> None:
    printing = Printing(**LAYOUTS.get(name, {"phone": "none", "cell": 40}))
    picture = one_page(states, order, printing)
    for sheet in (proof(picture, case_of(printing)), guide(picture, case_of(printing))):
        assert min(sheet.size) > min(picture.layout.width, picture.layout.height) / 4
        assert max(sheet.size) < 6000


# ---- what is asked for


def test_the_page_lists_every_phone_and_service_as_it_is() -> None:
    page = (Path(__file__).parents[2] / "docs/print.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \| ([\d.]+) × ([\d.]+) \|$", page, re.MULTILINE))
    assert rows == {(name, f"{phone.width:g}", f"{phone.height:g}") for name, phone in phones().items()}
    for name, service in services().items():
        sizes = f"{service.bleed:g}, {service.safe:g} mm"
        assert f"| `{name}` | `.{service.files[0]}` | {sizes} | {service.says} |" in page


def test_a_service_sets_what_was_not_said() -> None:
    case = case_of(Printing(phone="pixel_9", service="gelato"))
    assert case
    assert (case.bleed, case.safe) == (4, 4)
    case = case_of(Printing(phone="pixel_9", service="gelato", bleed=5))
    assert case
    assert (case.bleed, case.safe) == (5, 4)
    assert {name for name, service in services().items() if service.files[0] == "pdf"} == {"gelato"}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"phone": "iphone16"}, "phone: there is no phone 'iphone16'; did you mean 'iphone_16'?"),
        ({"phone": "custom"}, "`phone: custom` needs its `width` and `height` in mm"),
        (
            {"phone": "pixel_9", "width": 70},
            "`width` and `height` are for `phone: custom` or `phone: poster`",
        ),
        ({"phone": "pixel_9", "radius": 9}, "`radius` is for `phone: custom`"),
        (
            {"phone": "custom", "width": 9, "height": 9, "radius": 5},
            "`radius` is at most half of the shorter side",
        ),
        ({"template": [7, 9]}, "`template` is for a phone, `custom` or `poster`"),
        ({"phone": "pixel_9", "template": [0, 9]}, "template: should be a width and a height in pixels"),
        ({"phone": "iphone_16", "safe": 40}, "`safe`: 40 mm on every side leave nothing of iPhone 16"),
        (
            {"phone": "iphone_16", "template": [60, 60]},
            "`template`: 60 × 60 px leave nothing within 3 mm of bleed and 3 mm safe at 300 DPI",
        ),
        ({"phone": "poster", "template": [60, 6000]}, "`template`: 60 × 6,000 px leave nothing within"),
        (
            {"phone": "iphone_16", "template": [1483, 723]},
            "`template` is that of the phone as it stands, as in [723, 1483]",
        ),
        (
            {"phone": "custom", "width": 300, "height": 0.2, "safe": 0, "dpi": 36},
            "300 × 0.2 mm leave no pixel within 0 mm safe at 36 DPI",
        ),
        ({"phone": "poster", "orientation": "portrait"}, "`orientation: portrait` is not for a poster"),
        ({"service": "gelatto"}, "service: there is no service 'gelatto'; did you mean 'gelato'?"),
    ],
)
def test_what_cannot_be_printed_is_refused(table: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        Printing.checked(table)
    assert str(caught.value).startswith(message)


def test_whatever_is_not_refused_is_printed(states: States, order: SavedOrder, tmp_path: Path) -> None:
    """A template of hardly a pixel within its insets, five metres, a proof narrower than a shadow."""
    for table in (
        {"phone": "iphone_16", "template": [143, 143]},
        {"phone": "poster", "template": [663, 6000], "fit": "exact", "cell": 3},
        {"phone": "custom", "width": 5000, "height": 7, "dpi": 36},
        {"phone": "iphone_16", "template": [150, 3000]},
    ):
        write_prints(tmp_path / "x", states, order, PRINTED, Printing(**table))
        assert (tmp_path / "x.guide.png").exists()
    long = some_states(2100, 4)
    picture = one_page(long, some_order(long), Printing())
    assert min(proof(picture, None).size) > 0


def test_one_unit_on_a_phone_has_large_round_cells() -> None:
    """845 pixels a cell: only the shapes that occur are made."""
    states = replace(some_states(30, 1), units=np.resize(np.array([[-1], [1]], np.int8), (30, 1)))
    picture = one_page(
        states, some_order(states), Printing(phone="iphone_16"), Style(colours=PRINTED.colours, round=1)
    )
    assert picture.layout.cell > 800
    tracemalloc.start()
    shown = np.unique(pixels(picture))
    assert tracemalloc.get_traced_memory()[1] < 800e6
    tracemalloc.stop()
    assert len(shown) > 2


def test_equal_colours_are_printed_all_the_same(states: States, order: SavedOrder) -> None:
    style = Style(colours=("#112233", "#112233"), round=1)
    picture = one_page(states, order, Printing(phone="iphone_16", caption=True), style)
    assert {palette(picture)[number] for number in np.unique(pixels(picture))} == {"#112233"}


def test_words_of_any_script_and_none_are_in_every_file(
    states: States, order: SavedOrder, tmp_path: Path
) -> None:
    named = replace(states, metadata=states.metadata | {"reference": "bär \x0b\x01 גמל"})
    write_prints(tmp_path / "x", named, order, PRINTED, Printing())
    for element in ElementTree.parse(tmp_path / "x.svg").iter():
        if element.tag.endswith("title") and element.text:
            assert "bär \ufffd\ufffd גמל" in element.text
    with Image.open(tmp_path / "x.tiff") as tiff:
        ElementTree.fromstring(tiff.tag_v2[700])  # type: ignore[attr-defined]
    assert "bär \x0b\x01 גמל".encode() in (tmp_path / "x.tiff").read_bytes()
    assert read_origin(tmp_path / "x.svg")


def test_the_camera_of_a_template_is_where_its_pixels_are(states: States) -> None:
    """This camera is as wide as the phone, whatever the scale of its template."""
    counts = []
    for template in (None, [1446, 2966]):
        printing = Printing(phone="pixel_8", template=template, caption=True)
        (layout,) = pages(printing, 128, 274)
        counts.append(hidden(layout, case_of(printing)) / layout.captions[0].columns)
    assert min(counts) > 0.1
    assert counts[0] == pytest.approx(counts[1], abs=0.02)


def test_a_pdf_is_sent_where_it_is_what_the_service_takes(
    states: States, order: SavedOrder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    write_prints(tmp_path / "x", states, order, PRINTED, Printing(service="gelato"))
    assert "send it x.png" in caplog.text
    assert "Gelato: with `phone: none` the picture has no bleed" in caplog.text


def test_the_log_says_how_much_is_seen() -> None:
    printing = Printing(phone="iphone_16")
    said = in_words(printing, pages(printing, 128, 274), 128, 274)
    assert said == (
        "iPhone 16: 917 × 1,815 px at 300 DPI with 3 mm of bleed, portrait, cover, 7 px (0.59 mm) a cell: "
        "120 of 128 units and 249 of 274 characters are seen"
    )
    printing = Printing(phone="iphone_16", start=12, start_row=3)
    said = in_words(printing, pages(printing, 128, 274), 128, 274)
    assert said.endswith("120 of 128 units from row 3 and 249 of 274 characters from character 12 are seen")


def test_a_start_beyond_the_grid_is_said() -> None:
    for start, what in (
        ({"start": 275}, "there are 274 characters"),
        ({"start_row": 129}, "there are 128 rows"),
    ):
        with pytest.raises(UserError, match=rf"print.{next(iter(start))}: .* is beyond the end, {what}"):
            pages(Printing(phone="iphone_16", **start), 128, 274)


# ---- long passages


def test_a_chapter_is_a_poster_of_lines_and_a_book_has_pages(tmp_path: Path) -> None:
    """Every character of 3,000, once, as poppler reads the poster's middle; and pages enough for a book's."""
    states = some_states(3_000, 16)
    order = some_order(states)
    printing = Printing(phone="poster", width=210, height=297, dpi=100, safe=10)
    picture = one_page(states, order, printing)
    assert picture.layout.characters_seen == 3_000
    assert len(picture.layout.blocks) > 1
    assert np.array_equal(of_image_of(picture, tmp_path), expected(picture, states, order))

    book = Printing(phone="poster", width=210, height=297, dpi=100, safe=10, fit="exact", cell=6)
    leaves = pictures_for_print(states, order, PRINTED, book, {})
    assert len(leaves) > 1
    write_prints(tmp_path / "book", states, order, PRINTED, book)
    assert len(pypdf.PdfReader(tmp_path / "book.pdf").pages) == len(leaves)
    with Image.open(tmp_path / "book.tiff") as image:
        assert getattr(image, "n_frames", 1) == len(leaves)
    for number, leaf in enumerate(leaves, start=1):
        page = f".page-{number}" if number > 1 else ""
        assert np.array_equal(of_image(tmp_path / f"book{page}.png"), expected(leaf, states, order))


def of_image_of(picture: Picture, folder: Path) -> npt.NDArray[np.uint8]:
    write_page_png(folder / "page.png", picture)
    return of_image(folder / "page.png")


def test_a_whole_book_in_one_picture_takes_the_memory_of_a_row_of_cells(tmp_path: Path) -> None:
    """50,000 characters of 128 units are 350,000 × 896 pixels, 314 MB as a whole."""
    states = some_states(50_000, 128)
    picture = one_page(states, some_order(states), Printing(orientation="landscape"))
    tracemalloc.start()
    write_page_png(tmp_path / "book.png", picture)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6
    header = (tmp_path / "book.png").read_bytes()[16:24]
    assert struct.unpack(">II", header) == (350_000, 896)


def test_a_page_longer_than_readers_take_has_larger_units(tmp_path: Path) -> None:
    """5.08 m is the most in points; a longer page counts in several points (UserUnit)."""
    states = some_states(20_000, 4)
    picture = one_page(states, some_order(states), Printing(dpi=72, cell=1, orientation="landscape"))
    write_pdf(tmp_path / "long.pdf", [picture])
    (page,) = pypdf.PdfReader(tmp_path / "long.pdf").pages
    assert page.user_unit == 2
    assert float(page.mediabox.width) * 2 == 20_000
