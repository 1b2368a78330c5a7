"""The tables of docs/orders.md, made from the registries.

`PYTHONPATH=scripts python -m phonecase.ordering.documentation` brings them up to date.
"""

from collections.abc import Mapping
from pathlib import Path

from phonecase.files import write_text
from phonecase.ordering.criteria import CRITERIA
from phonecase.ordering.registry import Strategy
from phonecase.ordering.strategies import STRATEGIES

PAGE = Path(__file__).parents[3] / "docs" / "orders.md"


def current(page: str) -> str:
    """The page with its tables as the registries have them."""
    return filled(page, {"strategies": strategies_table(), "criteria": criteria_table()})


def filled(page: str, tables: Mapping[str, str]) -> str:
    """A page with its tables, each between `<!-- NAME -->` and `<!-- end -->`.

    Raises ValueError for a table that the page has no place for.
    """
    for name, table in tables.items():
        before, opened, rest = page.partition(f"<!-- {name} -->\n")
        _, closed, after = rest.partition("<!-- end -->")
        if not (opened and closed):
            raise ValueError(f"the page has no place for the table of {name}")
        page = before + opened + table + closed + after
    return page


def strategies_table() -> str:
    """A row for each strategy."""
    rows = [f"| `{s.name}` | {_in_table(s.summary)} | {_settings(s)} |" for s in STRATEGIES.values()]
    return "\n".join(["| strategy | order | settings |", "|:--|:--|:--|", *rows, ""])


def criteria_table() -> str:
    """A row for each criterion."""
    rows = [f"| `{c.name}` | {c.better} | {_in_table(c.description)} |" for c in CRITERIA.values()]
    return "\n".join(["| criterion | better | what it is |", "|:--|:--|:--|", *rows, ""])


def _in_table(text: str) -> str:
    return text.replace("|", "\\|")


def _settings(strategy: Strategy) -> str:
    fields = strategy.settings.model_fields
    return ", ".join(f"`{name}: {str(f.default).lower()}`" for name, f in fields.items() if name != "signed")


if __name__ == "__main__":
    write_text(PAGE, current(PAGE.read_text(encoding="utf-8")))
