"""Proofs: what the case will look like, and where it is cut. For people: print files have nothing of it."""

from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter, ImageFont

from phonecase.art.phones import Opening
from phonecase.art.picture import Picture, palette, pixels
from phonecase.art.printing import Case

HEIGHT = 1760  # px of a case on a proof, at most: cells of a phone stay sharp
SMOOTH, COARSE = 4, 4  # times as fine, outlines are drawn; times as coarse, shadows
PAPER, INK, FAINT = "#FFFFFF", "#1C202C", "#707684"
WALL = ("#EFEDE8", "#DDDAD3")  # a quiet ground, lighter above
SHADOW, GLASS, RIM, LENS, GLINT = "#2A2620", "#17181B", "#3A3C42", "#0B0C0E", "#8FA3B8"
BLEED_LINE, TRIM_LINE, SAFE_LINE = "#D0342C", "#1C202C", "#2E8B57"


def proof(picture: Picture, case: Case | None) -> Image.Image:
    """The case as it lies on a table: the art cut to its outline, with its camera and a soft shadow."""
    art, scale = _art(picture)
    trim = picture.layout.trim
    back = art.crop(tuple(round(edge * scale) for edge in _edges(trim)))  # type: ignore[arg-type]
    width, height = back.size
    mm = width / case.width if case else width / 80  # px
    outline = _rounded(width, height, (case.radius if case else 0) * mm)
    margin = round(0.25 * min(width, height)) + 40
    sheet = _wall((width + 2 * margin, height + 2 * margin))
    if case is None or case.radius == 0:
        _shadow(sheet, outline, margin, ((0.005, 0.006, 0.30), (0.02, 0.02, 0.18)))
    else:
        _shadow(sheet, outline, margin, ((0.003, 0.004, 0.45), (0.012, 0.012, 0.30), (0.04, 0.05, 0.28)))
    if case and case.radius:
        back = _edge_of_light(back, outline, mm)
        for opening in case.camera:
            _camera(back, opening, mm)
    sheet.paste(back, (margin, margin), outline)
    return sheet


def guide(picture: Picture, case: Case | None) -> Image.Image:
    """The whole page with the lines that it is cut by, and its sizes."""
    art, scale = _art(picture)
    layout = picture.layout
    unit = max(art.size) / 1000
    font, small = (ImageFont.load_default(max(12, round(size * unit))) for size in (20, 16))
    margin = round(130 * unit)
    texts = list(_legend(picture, case))
    line = round(30 * unit)
    sheet = Image.new(
        "RGB",
        (max(art.width + 2 * margin, round(660 * unit)), art.height + 2 * margin + (len(texts) + 1) * line),
        PAPER,
    )
    left, top = (sheet.width - art.width) // 2, margin
    faint = Image.blend(art, Image.new("RGB", art.size, PAPER), 0.55)
    draw = ImageDraw.Draw(faint)
    stroke = max(2, round(2.2 * unit))
    trim, safe = ([edge * scale for edge in _edges(box)] for box in (layout.trim, layout.safe))
    mm = (trim[2] - trim[0]) / case.width if case else 1.0
    radius = case.radius * mm if case else 0.0
    if case:
        inset = max(0.0, radius - case.safe * mm)
        draw.rounded_rectangle(safe, inset, outline=SAFE_LINE, width=stroke)
        draw.rounded_rectangle(trim, radius, outline=TRIM_LINE, width=stroke)
        for opening in case.camera:
            x, y = trim[0] + opening.left * mm, trim[1] + opening.top * mm
            box = (x, y, x + opening.width * mm, y + opening.height * mm)
            if case.clear:
                clear = case.clear * mm
                around = (box[0] - clear, box[1] - clear, box[2] + clear, box[3] + clear)
                draw.rounded_rectangle(around, opening.radius * mm + clear, outline=SAFE_LINE, width=stroke)
            draw.rounded_rectangle(box, opening.radius * mm, outline=TRIM_LINE, width=stroke)
    draw.rectangle((0, 0, art.width - 1, art.height - 1), outline=BLEED_LINE, width=stroke)
    sheet.paste(faint, (left, top))
    draw = ImageDraw.Draw(sheet)
    if case:
        _dimension(
            draw, font, (left + trim[0], left + trim[2]), top - round(70 * unit), f"{case.width:g} mm", False
        )
        _dimension(
            draw, font, (top + trim[1], top + trim[3]), left - round(70 * unit), f"{case.height:g} mm", True
        )
    y = top + art.height + round(50 * unit)
    for colour, text in texts:
        if colour:
            draw.line((left, y + line * 0.42, left + round(34 * unit), y + line * 0.42), colour, stroke * 2)
        draw.text((left + (round(48 * unit) if colour else 0), y), text, INK if colour else FAINT, small)
        y += line
    return sheet


def _legend(picture: Picture, case: Case | None) -> Iterator[tuple[str, str]]:
    layout = picture.layout
    size = " by ".join(f"{side / layout.dpi * 25.4:.1f}" for side in (layout.width, layout.height))
    yield BLEED_LINE, f"the file: {layout.width} by {layout.height} px at {layout.dpi} DPI, {size} mm"
    if case:
        yield (
            TRIM_LINE,
            f"{case.name}: {case.width:g} by {case.height:g} mm; beyond it {case.bleed:g} mm of bleed",
        )
        yield SAFE_LINE, f"{case.safe:g} mm within: what lies beyond may be lost"
        if case.camera:
            yield "", "Sizes are those of the phone's body; corners and camera are estimates."
        yield "", "The print service's own template wins."
    yield "", f"A cell is {layout.cell} px, {layout.cell / layout.dpi * 25.4:.2f} mm."


def _art(picture: Picture) -> tuple[Image.Image, float]:
    """The page, no higher than a proof shows it, and how much smaller that is."""
    image = Image.fromarray(pixels(picture), "P")
    image.putpalette([part for colour in palette(picture) for part in ImageColor.getrgb(colour)[:3]])
    page = image.convert("RGB")
    layout = picture.layout
    scale = min(1.0, HEIGHT / max(layout.trim.height, layout.trim.width))
    if scale < 1:
        page = page.resize(
            (max(1, round(page.width * scale)), max(1, round(page.height * scale))), Image.Resampling.BOX
        )
    return page, scale


def _edges(box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    left, top, width, height = box
    return left, top, left + width, top + height


def _rounded(width: int, height: int, radius: float) -> Image.Image:
    """A mask of a rounded rectangle, smooth at its corners."""
    fine = Image.new("L", (width * SMOOTH, height * SMOOTH))
    corner = (width * SMOOTH - 1, height * SMOOTH - 1)
    ImageDraw.Draw(fine).rounded_rectangle((0, 0, *corner), radius * SMOOTH, fill=255)
    return fine.resize((width, height), Image.Resampling.BOX)


def _paint(
    back: Image.Image, left: float, top: float, width: float, height: float, radius: float, colour: str
) -> None:
    """Paint a rounded rectangle."""
    mask = _rounded(max(1, round(width)), max(1, round(height)), radius)
    back.paste(colour, (round(left), round(top)), mask)


def _wall(size: tuple[int, int]) -> Image.Image:
    """A quiet ground, a little darker below."""
    above, below = (np.array(ImageColor.getrgb(colour)[:3], float) for colour in WALL)
    share = np.linspace(0, 1, size[1])[:, None, None]
    rows = np.rint(above * (1 - share) + below * share).astype(np.uint8)
    return Image.fromarray(np.repeat(rows, size[0], axis=1), "RGB")


def _shadow(
    sheet: Image.Image, outline: Image.Image, margin: int, shadows: tuple[tuple[float, float, float], ...]
) -> None:
    """Shadows under an outline: how far down, how soft (both of the sheet's height), how dark."""
    small = (sheet.width // COARSE, sheet.height // COARSE)
    narrow = (max(1, outline.width // COARSE), max(1, outline.height // COARSE))
    at = outline.resize(narrow, Image.Resampling.BOX)
    for down, soft, dark in shadows:
        mask = Image.new("L", small)
        mask.paste(round(255 * dark), (margin // COARSE, margin // COARSE + round(down * small[1])), at)
        mask = mask.filter(ImageFilter.GaussianBlur(soft * small[1]))
        sheet.paste(SHADOW, (0, 0), mask.resize(sheet.size, Image.Resampling.BICUBIC))


def _edge_of_light(back: Image.Image, outline: Image.Image, mm: float) -> Image.Image:
    """The rim of a case: where its edge bends away, light from above falls on it and leaves it below."""
    padded = Image.new("L", (outline.width + 2, outline.height + 2))
    padded.paste(outline, (1, 1))
    bent = padded.filter(ImageFilter.GaussianBlur(0.9 * mm)).crop(
        (1, 1, outline.width + 1, outline.height + 1)
    )
    depth = ImageChops.subtract(outline, bent)  # bright near the edge
    shift = max(1, round(0.7 * mm))
    lit = ImageChops.subtract(depth, ImageChops.offset(depth, 0, -shift)).point(
        lambda value: min(255, value * 1.1)
    )
    shade = depth.point(lambda value: value * 0.55)
    back = Image.composite(Image.new("RGB", back.size, "#14120F"), back, shade)
    return Image.composite(Image.new("RGB", back.size, "#FFFFFF"), back, lit.point(lambda value: value * 0.6))


def _camera(back: Image.Image, opening: Opening, mm: float) -> None:
    """The camera, as glass with lenses; where they are in it isn't known, and doesn't matter."""
    left, top, width, height, radius = (
        part * mm for part in (opening.left, opening.top, opening.width, opening.height, opening.radius)
    )
    rim = 0.7 * mm
    _paint(back, left - rim, top - rim, width + 2 * rim, height + 2 * rim, radius + rim, RIM)
    _paint(back, left, top, width, height, radius, GLASS)
    for x, y, size in _lenses(left, top, width, height, mm):
        for share, colour in ((1.0, RIM), (0.9, LENS), (0.5, "#1E2A3A"), (0.32, LENS)):
            r = size / 2 * share
            _paint(back, x - r, y - r, 2 * r, 2 * r, r, colour)
        r = 0.05 * size
        _paint(back, x - 0.2 * size - r, y - 0.2 * size - r, 2 * r, 2 * r, r, GLINT)


def _lenses(
    left: float, top: float, width: float, height: float, mm: float
) -> Iterator[tuple[float, float, float]]:
    """Centres and diameters of lenses that suit an island: a row in a narrow one, else a triangle."""
    short, long = sorted((width, height))
    if short < 26 * mm and long > 1.4 * short:
        size = 0.72 * short
        count = 2 if long < 2.6 * short else 3
        first, last = short / 2, long - short / 2
        for place in range(count):
            along = first + (last - first) * place / (count - 1)
            yield (
                (left + short / 2, top + along, size)
                if height > width
                else (left + along, top + short / 2, size)
            )
    else:
        size = 0.40 * short
        for x, y in ((0.28, 0.28), (0.28, 0.72), (0.70, 0.5)):
            yield left + x * short, top + y * short, size


def _dimension(
    draw: ImageDraw.ImageDraw,
    font: ImageFont.FreeTypeFont | ImageFont.ImageFont,
    ends: tuple[float, float],
    at: float,
    text: str,
    upright: bool,
) -> None:
    """A length with its figure beside it."""

    def point(along: float, off: float = 0) -> tuple[float, float]:
        return (at + off, along) if upright else (along, at + off)

    draw.line((point(ends[0]), point(ends[1])), INK, 2)
    for end in ends:
        draw.line((point(end, -9), point(end, 9)), INK, 2)
    middle = sum(ends) / 2
    if not upright:
        draw.text((middle, at - 12), text, INK, font, anchor="mb")
        return
    left, top, right, bottom = (round(edge) for edge in font.getbbox(text))
    label = Image.new("L", (right - left, bottom - top))
    ImageDraw.Draw(label).text((-left, -top), text, 255, font)
    label = label.rotate(90, expand=True)
    draw.bitmap((round(at) - 12 - label.width, round(middle - label.height / 2)), label, INK)
