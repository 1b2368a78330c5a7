"""SVG: a path a colour, in true millimetres, each edge exactly where the pixels' edges are."""

from collections.abc import Iterable
from pathlib import Path

from phonecase.art.origin import in_xml, rdf
from phonecase.art.picture import Picture
from phonecase.art.shapes import Path as Outline
from phonecase.art.shapes import outlines
from phonecase.files import write_text

MM_PER_INCH = 25.4


def write_svg(path: Path, picture: Picture) -> None:
    """Write a page as SVG: the ground, then of every colour one path a block, and one a caption."""
    layout = picture.layout
    width, height = (f"{side / layout.dpi * MM_PER_INCH:.4f}mm" for side in (layout.width, layout.height))
    rendering = "crispEdges" if picture.shape.plain else "geometricPrecision"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {layout.width} {layout.height}" shape-rendering="{rendering}" role="img">',
        f"<title>{in_xml(picture.title)}</title>",
        f"<desc>{in_xml(picture.description)}</desc>",
        f"<metadata>{rdf(picture.title, picture.description, picture.origin)}</metadata>",
        f'<rect width="{layout.width}" height="{layout.height}" fill="{picture.ground}"/>',
    ]
    for block in layout.blocks:
        cells = picture.block(block)
        place = f"translate({block.left} {block.top}) scale({layout.cell})"
        for number in picture.painted:
            if drawn := drawing(outlines(cells == number, picture.shape)):
                colour = picture.colours[number]
                lines.append(f'<path fill="{colour}" fill-rule="evenodd" transform="{place}" d="{drawn}"/>')
    for caption in layout.captions:
        place = f"translate({caption.left} {caption.top}) scale({layout.cell})"
        drawn = drawing(picture.lettering(caption))
        lines.append(
            f'<path fill="{picture.colours[picture.ink]}" shape-rendering="geometricPrecision" '
            f'transform="{place}" d="{drawn}"/>'
        )
    write_text(path, "\n".join([*lines, "</svg>", ""]))


def drawing(paths: Iterable[Outline]) -> str:
    """Paths as SVG writes them."""
    words: list[str] = []
    for path in paths:
        x, y = path[0][-2:]
        words.append(f"M{_number(x)} {_number(y)}")
        for step in path[1:]:
            if len(step) == 6:
                words.append("C" + " ".join(map(_number, step)))
            elif step[1] == y:
                words.append(f"H{_number(step[0])}")
            elif step[0] == x:
                words.append(f"V{_number(step[1])}")
            else:
                words.append(f"L{_number(step[0])} {_number(step[1])}")
            x, y = step[-2:]
        words.append("Z")
    return "".join(words)


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")
