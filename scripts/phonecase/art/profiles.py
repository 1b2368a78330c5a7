"""Colour profiles: which red is meant by a red."""

import io
import struct
from functools import cache
from pathlib import Path

from phonecase.errors import UserError

HEADER = 128  # bytes of an ICC profile's header, of which these are (ICC.1:2022, 7.2)
DEVICE, SPACE, DATE, SIGNATURE = slice(12, 16), slice(16, 20), slice(24, 36), slice(36, 40)


@cache
def srgb() -> bytes:
    """An ICC profile of sRGB, the same bytes every time."""
    from PIL import ImageCms

    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[DATE] = struct.pack(">6H", 2000, 1, 1, 0, 0, 0)
    return bytes(profile)


def check_printer(profile: Path) -> None:
    """Raise UserError for a file that doesn't begin as the profile of a printer with four inks."""
    try:
        with profile.open("rb") as opened:
            header = opened.read(HEADER)
    except FileNotFoundError:
        raise UserError(f"print.cmyk: {profile}: there is no such file") from None
    except OSError as error:
        raise UserError(f"print.cmyk: {profile}: it can't be read ({error.strerror})") from None
    if header[SIGNATURE] != b"acsp":
        raise UserError(f"print.cmyk: {profile}: not an ICC profile")
    if (header[DEVICE], header[SPACE]) != (b"prtr", b"CMYK"):
        space = header[SPACE].decode("ascii", "replace").strip()
        raise UserError(f"print.cmyk: {profile}: a profile of {space}, and not of a printer with CMYK")


def printer(profile: Path) -> tuple[bytes, str]:
    """The profile of a printer with four inks, and its name.

    Raises UserError for a file that is none.
    """
    from PIL import ImageCms

    check_printer(profile)
    content = profile.read_bytes()
    try:
        name = ImageCms.getProfileName(ImageCms.ImageCmsProfile(io.BytesIO(content))).strip()
    except (OSError, ImageCms.PyCMSError) as error:
        raise UserError(f"print.cmyk: {profile}: not an ICC profile ({error})") from None
    try:
        to_inks(["#000000"], content)
    except (OSError, ImageCms.PyCMSError) as error:
        raise UserError(f"print.cmyk: {profile}: no colour can be converted by it ({error})") from None
    return content, name


def to_inks(colours: list[str], profile: bytes) -> list[tuple[int, ...]]:
    """Colours as cyan, magenta, yellow and black, 0 to 255, by a printer's profile.

    By relative colorimetry with black point compensation, the trade's habit.
    """
    from PIL import Image, ImageCms, ImageColor

    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"),
        ImageCms.ImageCmsProfile(io.BytesIO(profile)),
        "RGB",
        "CMYK",
        ImageCms.Intent.RELATIVE_COLORIMETRIC,
        ImageCms.Flags.BLACKPOINTCOMPENSATION,
    )
    swatch = Image.new("RGB", (len(colours), 1))
    swatch.putdata([ImageColor.getrgb(colour)[:3] for colour in colours])
    inks = ImageCms.applyTransform(swatch, transform)
    assert inks is not None
    return [tuple(inks.getpixel((x, 0))) for x in range(len(colours))]  # type: ignore[arg-type]
