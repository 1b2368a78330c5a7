"""docs/colours.md and docs/beauty.md have the palettes and the measures that there are."""

from pathlib import Path

import pytest

from phonecase.art.documentation import pages
from phonecase.art.measures import MEASURES
from phonecase.ordering.documentation import filled


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.stem)
def test_the_tables_are_current(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text == filled(text, pages()[page]), (
        "run: PYTHONPATH=scripts python -m phonecase.art.documentation"
    )


def test_the_page_has_a_measured_passage_with_every_measure() -> None:
    (page,) = (page for page in pages() if page.stem == "beauty")
    assert "| order | " + " | ".join(MEASURES) + " |" in page.read_text(encoding="utf-8")
