"""Where a picture came from, inside the picture: written into PNG, TIFF, SVG and PDF, and read from them.

The origin is one JSON object. PNG has it as a text field (iTXt) and all others in XMP, the packet of RDF that
layout programs read too (ISO 16684-1): SVG in its `metadata`, PDF in its metadata stream, TIFF in tag 700.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from phonecase.errors import UserError

KEY = "phonecase"  # of the text field in a PNG
NAMESPACE = "urn:phonecase:origin#"
SOFTWARE = "phonecase 0.2.0"

_NOT_IN_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, 2.2
_XMP = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">{rdf}</x:xmpmeta>
<?xpacket end="r"?>"""
_RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"
 xmlns:pdfxid="http://www.npes.org/pdfx/ns/id/" xmlns:phonecase="urn:phonecase:origin#">
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:description><rdf:Alt><rdf:li xml:lang="x-default">{description}</rdf:li></rdf:Alt></dc:description>
<xmp:CreatorTool>{software}</xmp:CreatorTool>{more}
<phonecase:origin>{origin}</phonecase:origin>
</rdf:Description></rdf:RDF>"""


def origin_json(origin: Mapping[str, Any]) -> str:
    """The origin as one line of JSON."""
    return json.dumps(origin, sort_keys=True, ensure_ascii=False)


def in_xml(text: str) -> str:
    """A text as XML has it: markup escaped, and a mark in place of a character that XML doesn't allow."""
    return escape(_NOT_IN_XML.sub("\ufffd", text))


def rdf(title: str, description: str, origin: Mapping[str, Any], more: str = "") -> str:
    """The origin as RDF, for an SVG."""
    return _RDF.format(
        title=in_xml(title),
        description=in_xml(description),
        software=SOFTWARE,
        more=more,
        origin=in_xml(origin_json(origin)),
    )


def xmp(title: str, description: str, origin: Mapping[str, Any], more: str = "") -> bytes:
    """The origin as an XMP packet, for a TIFF or a PDF."""
    return _XMP.format(rdf=rdf(title, description, origin, more)).encode()


def read_origin(path: Path) -> dict[str, Any]:
    """The origin of a picture that this workflow drew.

    Raises UserError for a file that isn't one, or has lost its metadata.
    """
    try:
        text = _text(path)
    except FileNotFoundError:
        raise UserError(f"{path}: there is no such file") from None
    except (OSError, ValueError, SyntaxError) as error:
        raise UserError(f"{path}: not a picture that can be read ({error})") from None
    try:
        origin = json.loads(text or "")
        if not isinstance(origin, dict):
            raise ValueError
    except ValueError:
        raise UserError(
            f"{path}: it says nothing of where it came from; a picture of this workflow does, unless it is a "
            "proof, a guide or a sheet of many, or another program wrote it anew"
        ) from None
    return origin


def _text(path: Path) -> str | None:
    """The JSON in a file's metadata, if there is some."""
    start = path.read_bytes()[:1024]
    if start.startswith(b"%PDF"):
        import pikepdf

        try:
            with pikepdf.open(path) as pdf:
                metadata = pdf.Root.get("/Metadata")
                return _in_xmp(metadata.read_bytes()) if metadata is not None else None
        except pikepdf.PdfError as error:
            raise ValueError(str(error)) from None
    if b"<svg" in start or path.suffix.lower() == ".svg":
        return _in_xmp(path.read_bytes())
    from PIL import Image

    Image.MAX_IMAGE_PIXELS, limit = None, Image.MAX_IMAGE_PIXELS  # only the header is read
    try:
        with Image.open(path) as image:
            if image.format == "TIFF":
                packet = image.tag_v2.get(700)  # type: ignore[attr-defined]
                return _in_xmp(packet) if packet else None
            text = image.info.get(KEY)
            return str(text) if text is not None else None
    finally:
        Image.MAX_IMAGE_PIXELS = limit


def _in_xmp(packet: bytes) -> str | None:
    """Our JSON in XMP or in an SVG."""
    return ElementTree.fromstring(packet.strip(b"\0 \n")).findtext(f".//{{{NAMESPACE}}}origin")
