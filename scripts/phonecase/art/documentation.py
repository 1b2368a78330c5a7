"""The tables of docs/colours.md and docs/beauty.md, made from the palettes and the measures.

`PYTHONPATH=scripts python -m phonecase.art.documentation` brings them up to date; with the path of a table
that `snakemake measures` made, such as results/measures/swift/romans.md, that one too.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from phonecase.art.colour import apart
from phonecase.art.measures import MEASURES
from phonecase.art.palettes import PALETTES
from phonecase.files import write_text
from phonecase.ordering.documentation import filled

DOCS = Path(__file__).parents[3] / "docs"


def pages() -> Mapping[Path, Mapping[str, str]]:
    """The pages with their tables as the registries have them."""
    return {
        DOCS / "colours.md": {"palettes": palettes_table()},
        DOCS / "beauty.md": {"measures": measures_table()},
    }


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


def measures_table() -> str:
    """A row for each measure."""
    rows = [f"| `{m.name}` | {m.calm} | {m.description} | {m.source} |" for m in MEASURES.values()]
    return "\n".join(["| measure | calmer is | what it is | after |", "|:--|:--|:--|:--|", *rows, ""])


def main(words: list[str]) -> None:
    """Write the pages; the table of measured orders is in the file that is named, if one is."""
    for page, tables in pages().items():
        write_text(page, filled(page.read_text(encoding="utf-8"), tables))
    for made in words:
        page = DOCS / "beauty.md"
        table = Path(made).read_text(encoding="utf-8")
        write_text(page, filled(page.read_text(encoding="utf-8"), {"result": table}))


if __name__ == "__main__":
    main(sys.argv[1:])
