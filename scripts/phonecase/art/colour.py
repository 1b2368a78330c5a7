"""Colours: a perceptual space to make them in, and how far apart two are.

A colour is six hexadecimal digits in sRGB, as in `#0040A1`. `linear` is its light: red, green and
blue from 0 to 1, without the curve that screens have (IEC 61966-2-1).
"""

from math import atan2, cbrt, copysign, cos, degrees, exp, hypot, radians, sin, sqrt
from typing import NamedTuple

Triple = tuple[float, float, float]

_TO_LMS = (  # what the three cones see of linear sRGB
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_FROM_LMS = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_TO_OKLAB = (  # the cube roots of LMS
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_FROM_OKLAB = (
    (1, 0.3963377774, 0.2158037573),
    (1, -0.1055613458, -0.0638541728),
    (1, -0.0894841775, -1.2914855480),
)
_TO_XYZ = (  # of D65, IEC 61966-2-1
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_DEUTERANOPIA = (
    (0.367322, 0.860646, -0.227968),
    (0.280085, 0.672501, 0.047413),
    (-0.011820, 0.042940, 0.968881),
)


class Apart(NamedTuple):
    """How far apart two colours are."""

    contrast: float
    """of their light, from 1 to 21 (WCAG 2)"""
    delta_e: float
    """to the eye, where about 1 is just seen and black and white are 100 apart (CIEDE2000)"""
    deuteranopia: float
    """the same to who lacks the middle one of the three cones, the most common way not to see all colours"""


def apart(first: str, second: str) -> Apart:
    """How far apart two colours are."""
    one, other = linear(first), linear(second)
    return Apart(
        contrast(one, other),
        delta_e(lab(one), lab(other)),
        delta_e(lab(deuteranopia(one)), lab(deuteranopia(other))),
    )


def linear(colour: str) -> Triple:
    """The light of a colour."""
    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return _light(red), _light(green), _light(blue)


def coded(light: Triple) -> str:
    """The colour of a light, or the nearest that there is in each of red, green and blue."""
    return "#" + "".join(f"{round(255 * _curve(min(max(part, 0), 1))):02X}" for part in light)


def to_oklab(colour: str) -> Triple:
    """A colour's place in OKLab, where equal steps look about equal (https://bottosson.github.io/posts/oklab)."""
    long, middle, short = _times(_TO_LMS, linear(colour))
    return _times(_TO_OKLAB, (cbrt(long), cbrt(middle), cbrt(short)))


def from_oklab(place: Triple) -> Triple:
    """The light of a place in OKLab, which screens may not have."""
    long, middle, short = _times(_FROM_OKLAB, place)
    return _times(_FROM_LMS, (long**3, middle**3, short**3))


def oklch(lightness: float, chroma: float, hue: float) -> str:
    """The colour of a lightness from 0 to 1, a chroma from 0, and a hue in degrees.

    That is a place in OKLab (CSS Color 4): colours of one lightness look equally light. Raises ValueError for
    a colour that screens don't have.
    """
    light = from_oklab((lightness, chroma * cos(radians(hue)), chroma * sin(radians(hue))))
    if not all(-0.5 <= 255 * _curve(part) <= 255.5 for part in light):
        raise ValueError(f"there is no oklch({lightness} {chroma} {hue}) in sRGB")
    return coded(light)


def contrast(one: Triple, other: Triple) -> float:
    """The ratio of two colours' luminances, with the glare of a screen (WCAG 2.2, contrast ratio)."""
    darker, lighter = sorted(_times(_TO_XYZ, light)[1] for light in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def deuteranopia(light: Triple) -> Triple:
    """What of a colour is left without the middle cone (Machado, Oliveira and Fernandes 2009, severity 1)."""
    red, green, blue = (min(max(part, 0), 1) for part in _times(_DEUTERANOPIA, light))
    return red, green, blue


def lab(light: Triple) -> Triple:
    """CIELAB, by the white of sRGB."""
    white = [sum(row) for row in _TO_XYZ]
    x, y, z = (_root(part / full) for part, full in zip(_times(_TO_XYZ, light), white, strict=True))
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def delta_e(one: Triple, other: Triple) -> float:
    """CIEDE2000, the difference of two colours in CIELAB, in the symbols of Sharma, Wu and Dalal (2005)."""
    (L1, a1, b1), (L2, a2, b2) = one, other
    C = (hypot(a1, b1) + hypot(a2, b2)) / 2
    G = 0.5 * (1 - sqrt(C**7 / (C**7 + 25**7)))
    a1, a2 = (1 + G) * a1, (1 + G) * a2
    C1, C2 = hypot(a1, b1), hypot(a2, b2)
    h1, h2 = degrees(atan2(b1, a1)) % 360, degrees(atan2(b2, a2)) % 360
    dh = h2 - h1 if C1 * C2 else 0.0
    if abs(dh) > 180:  # the shorter way round
        dh -= copysign(360, dh)
    dL, dC, dH = L2 - L1, C2 - C1, 2 * sqrt(C1 * C2) * sin(radians(dh) / 2)
    L, C = (L1 + L2) / 2, (C1 + C2) / 2
    h = h1 + h2
    if C1 * C2:
        h = h / 2 if abs(h1 - h2) <= 180 else (h + 360) / 2 if h < 360 else (h - 360) / 2
    T = (
        1
        - 0.17 * cos(radians(h - 30))
        + 0.24 * cos(radians(2 * h))
        + 0.32 * cos(radians(3 * h + 6))
        - 0.20 * cos(radians(4 * h - 63))
    )
    S_L = 1 + 0.015 * (L - 50) ** 2 / sqrt(20 + (L - 50) ** 2)
    S_C = 1 + 0.045 * C
    S_H = 1 + 0.015 * C * T
    R_C = 2 * sqrt(C**7 / (C**7 + 25**7))
    R_T = -sin(radians(60 * exp(-(((h - 275) / 25) ** 2)))) * R_C
    dL, dC, dH = dL / S_L, dC / S_C, dH / S_H
    return sqrt(max(dL**2 + dC**2 + dH**2 + R_T * dC * dH, 0))


def _light(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _curve(light: float) -> float:
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055


def _root(part: float) -> float:
    return part ** (1 / 3) if part > (6 / 29) ** 3 else part * (29 / 6) ** 2 / 3 + 4 / 29


def _times(matrix: tuple[Triple, Triple, Triple], vector: Triple) -> Triple:
    x, y, z = (sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix)
    return x, y, z
