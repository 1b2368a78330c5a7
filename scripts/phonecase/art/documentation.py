"""The table of docs/colours.md, made from the palettes.

`PYTHONPATH=scripts python -m phonecase.art.documentation` brings it up to date.
"""

from pathlib import Path

from phonecase.art.colour import apart
from phonecase.art.palettes import PALETTES
from phonecase.files import write_text
from phonecase.ordering.documentation import filled

PAGE = Path(__file__).parents[3] / "docs" / "colours.md"


def current(page: str) -> str:
    """The page with its table as the palettes are."""
    return filled(page, {"palettes": palettes_table()})


def palettes_table() -> str:
    """A row for each palette, with how far apart its colours are."""
    rows = []
    for name, palette in PALETTES.items():
        contrast, delta_e, deuteranopia = apart(*palette.colours)
        minus, plus = palette.colours
        figures = f"{contrast:.1f}:1 | {delta_e:.0f} | {deuteranopia:.0f}"
        rows.append(f"| `{name}` | {palette.words} | `{minus}` | `{plus}` | {figures} |")
    head = "| palette | | −1 | +1 | contrast | ΔE | to the colour-blind |"
    return "\n".join([head, "|:--|:--|:--|:--|--:|--:|--:|", *rows, ""])


if __name__ == "__main__":
    write_text(PAGE, current(PAGE.read_text(encoding="utf-8")))
