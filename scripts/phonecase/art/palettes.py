"""Pairs of colours that a style may name: the post's seven, and those made here.

Ours are made in OKLCH (`colour.oklch`), where what looks equally light has the same number: a lightness, a
chroma and a hue for −1 and for +1. docs/colours.md shows them all.
"""

from typing import NamedTuple

from phonecase.art.colour import oklch


class Palette(NamedTuple):
    """A pair of colours, and what it is like."""

    colours: tuple[str, str]
    """that of −1, then that of +1"""
    words: str


PALETTES = {
    # the post's
    "printed": Palette(("#FEF7E9", "#0040A1"), "cream and blue, the case that was printed"),
    "clay": Palette(("#A4DED8", "#916E5D"), "turquoise and clay"),
    "mint": Palette(("#E0FFF4", "#A3766C"), "mint and terracotta"),
    "slate": Palette(("#FCFFFF", "#70918F"), "white and slate"),
    "wasp": Palette(("#FFE066", "#000000"), "yellow and black"),
    "gold": Palette(("#FFDF40", "#100070"), "gold and deep blue"),
    "plum": Palette(("#FFDF40", "#402040"), "gold and plum"),
    # light grounds
    "ink": Palette((oklch(0.965, 0.010, 90), oklch(0.27, 0.030, 265)), "paper and ink"),
    "madder": Palette((oklch(0.955, 0.020, 75), oklch(0.47, 0.165, 27)), "linen and madder red"),
    "fern": Palette((oklch(0.950, 0.035, 120), oklch(0.40, 0.085, 152)), "pale and dark green"),
    "harbour": Palette((oklch(0.945, 0.018, 215), oklch(0.43, 0.085, 232)), "fog and harbour blue"),
    "heather": Palette((oklch(0.930, 0.028, 315), oklch(0.41, 0.130, 305)), "lilac and violet"),
    "apricot": Palette((oklch(0.885, 0.080, 72), oklch(0.36, 0.100, 285)), "apricot and indigo"),
    "rust": Palette((oklch(0.905, 0.042, 205), oklch(0.48, 0.125, 42)), "sky and rust"),
    "lichen": Palette((oklch(0.900, 0.095, 112), oklch(0.36, 0.045, 185)), "lichen on wet stone"),
    # dark grounds
    "night": Palette((oklch(0.26, 0.070, 268), oklch(0.925, 0.050, 92)), "starlight on midnight"),
    "ember": Palette((oklch(0.23, 0.025, 35), oklch(0.77, 0.150, 60)), "embers on coal"),
    "lagoon": Palette((oklch(0.31, 0.050, 220), oklch(0.880, 0.090, 182)), "surf on deep water"),
    "moss": Palette((oklch(0.27, 0.035, 150), oklch(0.860, 0.130, 122)), "new leaves in a dark wood"),
    "orchid": Palette((oklch(0.28, 0.075, 325), oklch(0.855, 0.085, 350)), "blossom on aubergine"),
}
