"""docs/orders.md says what the registries say."""

from phonecase.ordering.documentation import PAGE, current


def test_the_tables_are_current() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == current(page), "run: PYTHONPATH=scripts python -m phonecase.ordering.documentation"
