from collections.abc import Mapping
from typing import Annotated, Any

import pytest
from pydantic import Field, StringConstraints, ValidationError

from phonecase.errors import UserError
from phonecase.settings import Settings


class Leaf(Settings):
    size: int = Field(3, ge=1)


class Tree(Settings):
    leaf: Leaf = Leaf()
    leaves: dict[Annotated[str, StringConstraints(pattern="^[a-z]+$")], Leaf] = Field({})
    kind: str


def test_defaults_are_filled_in() -> None:
    assert Tree.checked({"kind": "oak"}).model_dump() == {"leaf": {"size": 3}, "leaves": {}, "kind": "oak"}


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        Leaf().size = 4  # type: ignore[misc]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, "kind: this key is missing"),
        ({"kind": "oak", "leave": {}}, "leave: unknown key; did you mean 'leaves'?"),
        ({"kind": "oak", "zzz": 1}, "zzz: unknown key; the keys are leaf, leaves, kind"),
        ({"kind": "oak", "leaf": {"sise": 1}}, "leaf.sise: unknown key; did you mean 'size'?"),
        ({"kind": "oak", "leaves": {"a": {"sise": 1}}}, "leaves.a.sise: unknown key; did you mean 'size'?"),
        ({"kind": "oak", "leaf": 7}, "leaf: should be a table of settings; it is 7"),
        ({"kind": "oak", "leaf": {"size": 0}}, "leaf.size: should be greater than or equal to 1; it is 0"),
        (
            {"kind": "oak", "leaves": {"B!": {}}},
            "leaves.B!: a name is small letters and digits, joined by - or _",
        ),
    ],
)
def test_a_fault_names_its_key_and_what_would_be_right(table: Mapping[str, Any], message: str) -> None:
    with pytest.raises(UserError) as caught:
        Tree.checked(table)
    assert str(caught.value) == message


def test_every_fault_has_a_line() -> None:
    with pytest.raises(UserError) as caught:
        Tree.checked({"leaf": {"size": "x"}, "twig": 1}, where="trees.first")
    assert [line.partition(": ")[0] for line in str(caught.value).splitlines()] == [
        "trees.first.leaf.size",
        "trees.first.kind",
        "trees.first.twig",
    ]


def test_json_that_does_not_parse_is_a_fault_too() -> None:
    assert Leaf.from_json('{"size": 5}') == Leaf(size=5)
    with pytest.raises(UserError, match="Invalid JSON"):
        Leaf.from_json("{size: 5}")
