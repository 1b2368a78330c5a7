"""PDF: vector cells in true millimetres, with the boxes that a printer cuts by.

Written with pikepdf, to which a PDF is plain objects: what a print shop looks for is set as the standards
say, and the same picture gives the same bytes.

The file keeps the rules of PDF/X-4 (ISO 15930-7): PDF 1.6, TrimBox and BleedBox, colours by a profile, XMP,
nothing transparent, nothing that isn't embedded. It says that it is one where the printing condition is
known by a printer's profile: the standard wants that as the output intent, and a print service has its own.
"""

import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path

from phonecase.art.origin import SOFTWARE, origin_json, xmp
from phonecase.art.picture import Picture
from phonecase.art.profiles import printer, srgb
from phonecase.art.shapes import Path as Outline
from phonecase.art.shapes import outlines
from phonecase.files import atomic

POINTS_PER_INCH = 72
_CLAIM = """
<pdfxid:GTS_PDFXVersion>PDF/X-4</pdfxid:GTS_PDFXVersion>
<pdf:Trapped xmlns:pdf="http://ns.adobe.com/pdf/1.3/">False</pdf:Trapped>
<xmp:CreateDate>2000-01-01T00:00:00Z</xmp:CreateDate><xmp:ModifyDate>2000-01-01T00:00:00Z</xmp:ModifyDate>
<xmp:MetadataDate>2000-01-01T00:00:00Z</xmp:MetadataDate>
<xmpMM:DocumentID xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">uuid:{document}</xmpMM:DocumentID>
<xmpMM:VersionID xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">1</xmpMM:VersionID>
<xmpMM:RenditionClass xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/">default</xmpMM:RenditionClass>"""
LONGEST = 14_400  # units of a page's side: what readers take (ISO 32000-1, annex C)


def write_pdf(path: Path, pictures: Sequence[Picture], cmyk: Path | None = None) -> None:
    """Write pages as one PDF; with a printer's profile, a PDF/X-4 for it.

    Raises UserError for a file that is no such profile.
    """
    import pikepdf
    from pikepdf import Array, Dictionary, Name, Stream, String

    first = pictures[0]
    with pikepdf.new() as pdf, atomic(path) as temporary:
        profile = pdf.make_indirect(Stream(pdf, srgb(), N=3, Alternate=Name.DeviceRGB))
        for picture in pictures:
            layout = picture.layout
            longest = max(layout.width, layout.height) * POINTS_PER_INCH / layout.dpi
            unit = max(1, -(-longest // LONGEST))  # points a unit of the page
            scale = POINTS_PER_INCH / layout.dpi / unit
            page = Array([0, 0, _short(layout.width * scale), _short(layout.height * scale)])
            trim = layout.trim
            cut = Array(
                [
                    _short(trim.left * scale),
                    _short((layout.height - trim.top - trim.height) * scale),
                    _short((trim.left + trim.width) * scale),
                    _short((layout.height - trim.top) * scale),
                ]
            )
            entries = Dictionary(
                Type=Name.Page,
                MediaBox=page,
                BleedBox=page,
                TrimBox=cut,
                Resources=Dictionary(ColorSpace=Dictionary(RGB=Array([Name.ICCBased, profile]))),
                Contents=Stream(pdf, _content(picture, scale)),
            )
            if unit > 1:
                entries.UserUnit = int(unit)
            pdf.pages.append(pikepdf.Page(pdf.make_indirect(entries)))
        if cmyk:
            content, name = printer(cmyk)
            intent = Dictionary(
                Type=Name.OutputIntent,
                S=Name.GTS_PDFX,
                OutputConditionIdentifier=String("Custom"),
                Info=String(name),
                DestOutputProfile=pdf.make_indirect(Stream(pdf, content, N=4, Alternate=Name.DeviceCMYK)),
            )
            pdf.Root.OutputIntents = Array([intent])
            pdf.docinfo["/GTS_PDFXVersion"] = "PDF/X-4"
            more = _CLAIM.format(document=uuid.uuid5(uuid.NAMESPACE_URL, origin_json(first.origin)))
        packet = xmp(first.title, first.description, first.origin, more if cmyk else "")
        pdf.Root.Metadata = Stream(pdf, packet, Type=Name.Metadata, Subtype=Name.XML)
        pdf.docinfo["/Title"] = first.title
        pdf.docinfo["/Subject"] = first.description
        pdf.docinfo["/Creator"] = SOFTWARE
        pdf.docinfo["/Trapped"] = Name("/False")
        pdf.docinfo["/CreationDate"] = pdf.docinfo["/ModDate"] = "D:20000101000000Z"  # no day of making
        with temporary.open(
            "wb"
        ) as file:  # given a path, pikepdf writes beside it first, and a kill leaves that
            pdf.save(file, force_version="1.6", deterministic_id=True, compress_streams=True)


def _content(picture: Picture, scale: float) -> bytes:
    """A page's drawing: from pixels, whose y runs down, to units of the page, whose y runs up."""
    layout = picture.layout
    words = [
        "/RGB cs",
        f"{scale:.10f} 0 0 {-scale:.10f} 0 {layout.height * scale:.6f} cm",
        f"{_light(picture.ground)} sc 0 0 {layout.width} {layout.height} re f",
    ]
    for block in layout.blocks:
        cells = picture.block(block)
        words.append(f"q {layout.cell} 0 0 {layout.cell} {block.left} {block.top} cm")
        for number in picture.painted:
            if drawn := drawing(outlines(cells == number, picture.shape)):
                words += [f"{_light(picture.colours[number])} sc", drawn, "f*"]
        words.append("Q")
    for caption in layout.captions:
        words += [
            f"q {layout.cell} 0 0 {layout.cell} {caption.left} {caption.top} cm",
            f"{_light(picture.colours[picture.ink])} sc",
            drawing(picture.lettering(caption)),
            "f Q",
        ]
    return "\n".join(words).encode("ascii")


def drawing(paths: Iterable[Outline]) -> str:
    """Paths as PDF writes them."""
    words: list[str] = []
    for path in paths:
        x, y = path[0][-2:]
        words.append(f"{_number(x)} {_number(y)} m")
        words += [" ".join(map(_number, step)) + (" c" if len(step) == 6 else " l") for step in path[1:]]
        words.append("h")
    return "\n".join(words)


def _light(colour: str) -> str:
    return " ".join(f"{int(colour[i : i + 2], 16) / 255:.6f}" for i in (1, 3, 5))


def _number(value: float) -> str:
    return str(value) if isinstance(value, int) else f"{value:.4f}".rstrip("0").rstrip(".")


def _short(points: float) -> float:
    return round(points, 4)
