"""The page says what was measured, each finding with its control, in sentences made of the numbers."""

import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from PIL import Image

from phonecase.errors import UserError
from phonecase.insight.facts import write_facts
from phonecase.insight.figures import DRAWN, draw
from phonecase.insight.findings import Findings
from phonecase.insight.page import markdown, page, tables
from phonecase.insight.summary import side_by_side
from phonecase.tables import write_table

L, H, NETWORKS = 12, 4, 5


FACTS: dict[str, Any] = {
    "reach": {
        "bits": 1.9,
        "fresh": [(2.0 / 4**k, 0.01) for k in range(L)],  # below 0.01 from the fifth on
        "other": [(3.0 / 4**k, 0.01) for k in range(L)],
        "differing": [0.5 / 2**k for k in range(L + 1)],
        "agreed": [k / 10 for k in range(L + 1)],
        "erased": {",": 0.5, ".": 0.4, "n": -0.2, "|": 0.1},
    },
    "reach_controls": {
        "read_out": [0.9, 0.5, 0.3],
        "guessed": [0.3, 0.35, 0.36, 0.36],
        "untrained": [
            {
                "differing": [0.5] * (L + 1),
                "agreed": [0.0] * (L + 1),
                "erased": {",": 0.04 + n / 100, "e": 0.1},
                "read_out": [0.9, 0.5, 0.3],
            }
            for n in range(NETWORKS)
        ],
    },
    "units": {
        "last": [[0.4, 0.6, 0.8], *[[0.3, 0.5, 0.7]] * NETWORKS],
        "trained": {"explained": [0.9, 0.5, 0.4, 0.1], "true": 1, "by_lot": 0.02},
        "untrained": [
            {"explained": [0.5, 0.4, 0.2, 0.1], "true": n % 3, "by_lot": 0.02} for n in range(NETWORKS)
        ],
        "above_chance": {"trained": 0.7, "untrained": 0.5},
    },
    "flips": {
        "cost": [0.05] * 21,
        "alive": [1 - k / 25 for k in range(21)],
        "sizes": [1, 2],
        "least": [(0.1, 0.01), (0.3, 0.02)],
        "lot": [(0.2, 0.01), (0.5, 0.02)],
    },
    "redundancy": {
        "trained": {
            "states": 1000,
            "distinct": 14,
            "marginal": 3.9,
            "tree": 3.4,
            "collision": 2.5,
            "components": 3,
        }
        | {"told": [0.1, 0.2, 0.3, 0.4]},
        "untrained": [
            {
                "states": 1000,
                "distinct": 15 + n,
                "marginal": 3.8,
                "tree": 3.5,
                "collision": None,
                "components": 4,
            }
            | {"told": [0.1] * H}
            for n in range(NETWORKS)
        ],
    },
}
FACTS["neighbours"] = {
    "orders": [
        {"order": "lot", "mean": 0.1, "flip_rate": -0.4, "explained": 0.0, "cost": 1.0},
        {"order": "optimal", "mean": -10.0, "flip_rate": -4.5, "explained": -4.1, "cost": -2.7},
    ]
}
VALUES = {"trained": [0.8, 0.4], "untrained": [[0.3, 0.1]] * NETWORKS, "last": [[0.5, 0.7]] * (NETWORKS + 1)}
NGRAMS = {"kneser_ney": [4.0, 3.0, 2.0, 1.8, 1.7], "witten_bell": [4.0, 3.1, 2.2, 1.95, 2.0]}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, facts in FACTS.items():
        write_facts(tmp_path / f"{name}.json", facts)
    write_facts(tmp_path / "ngrams.json", NGRAMS)
    told = [
        {
            "unit": unit,
            "mean": 0.0,
            "flip_rate": 0.3,
            "entropy": 1.0,
            "feature": "letter",
            "kind": "character",
        }
        | {"explained": 0.9 - 0.2 * unit, "balanced_accuracy": 0.98 - 0.1 * unit, "chance": 0.025}
        | {"above_untrained": 1.0 - 0.2 * unit, "sentence": "Up after a <letter>." if unit == 0 else None}
        for unit in range(H)
    ]
    costs = [
        {"unit": u, "cost": 0.01 * u, "error": 0.001, "cost_in_all": 0.1, "characters": 5.0} for u in range(H)
    ]
    write_table(tmp_path / "units.parquet", pa.Table.from_pylist(told))
    write_table(tmp_path / "flips.parquet", pa.Table.from_pylist(costs))
    rows = [
        {"order": order, "row": row, "unit": (row + first) % H, "negated": row == 1}
        for first, order in enumerate(("optimal", "lot"))
        for row in range(H)
    ]
    write_table(tmp_path / "rows.parquet", pa.Table.from_pylist(rows))
    return tmp_path


@pytest.fixture
def found(folder: Path) -> Findings:
    return Findings.load("swift", folder, folder / "ngrams.json")


def test_titles_say_what_the_numbers_do(found: Findings) -> None:
    assert {name: title(found) for name, (title, _) in DRAWN.items()} == {
        "reach": "5 characters of the past pay: with no more, a fresh start costs less than 0.01 bits",
        "pasts": "Half the time, two pasts are one picture after 5 characters (untrained, not within 12)",
        "erasers": "A comma takes away 50% of what two pasts differ in, the letter n adds 20%",
        "back": "Behind the last character, 1 character can be read back better than guessed",
        "learned": "The last 3 characters tell 80% of a unit; of one that was never trained, 70%",
        "flips": "A flipped bit costs 0.015 bits at the next character (0.000 to 0.030); "
        "60% of flips live 10 characters",
        "frozen": "Bits that can be had back, and for how many bits per character: 1 for 0.10, 2 for 0.30",
    }


def test_what_was_not_found_is_said(found: Findings) -> None:
    found.reach["fresh"] = [(0.5, 0.01)] * L
    found.reach["agreed"] = [0.0] * (L + 1)
    found.reach["erased"] = {}
    found.reach["read_out"] = [0.9, 0.2, 0.2]
    assert found.reach_title() == "More than 12 characters of the past pay"
    assert found.pasts_title() == "After 12 characters, two pasts still differ in 0% of the units"
    assert found.erasers_title() == "Nothing was met often enough to say what erases"
    assert found.back_title() == "No character but the last can be read back out of the state"
    for name in DRAWN:
        assert draw(found, name)


def test_the_network_stands_between_counts(found: Findings) -> None:
    assert found.worth() == (
        "With all of its past the network pays 1.900 bits per character. "
        "Kneser-Ney counts of 3 characters are enough for that; at best they pay 1.700, with 4 characters. "
        "No Witten-Bell counts get there; at best they pay 1.950, with 3 characters."
    )


def test_a_figure_is_a_picture_and_the_same_each_time(found: Findings) -> None:
    assert len(DRAWN) <= 8
    for name in DRAWN:
        png = draw(found, name)
        with Image.open(BytesIO(png)) as picture:
            assert picture.format == "PNG"
            assert min(picture.size) > 300
        assert draw(found, name) == png


def test_both_pages_have_every_figure_sentence_and_control(found: Findings) -> None:
    pngs = {name: draw(found, name) for name in DRAWN}
    html, text = page(found, pngs), markdown(found, {name: f"{name}.png" for name in DRAWN})
    assert html.count("<img ") == len(DRAWN)
    assert re.findall(r"\]\((\w+)\.png\)", text) == list(DRAWN)
    assert "Up after a &lt;letter&gt;." in html
    for said in (
        "Up after a <letter>. | 0 | 90% | 0.98 | 100% | 0.000",
        "Units that a sentence tells: 1 of 4",
    ):
        assert said in text
    assert "in untrained networks 0 to 2" in text
    assert "but so have 50% in a network never trained" in text
    assert not re.search("https?://", html)


def test_what_units_hold_stands_beside_untrained_networks(found: Findings) -> None:
    title, heading, rows = tables(found)[1]
    assert title == "4 units hold at most 3 bits between them"
    assert heading == ["in 1,000 characters", "swift", "never trained"]
    assert rows[0] == ["different states", "14", "15 to 19"]
    assert rows[3] == ["bits at least: equal states", "2.5", ""]
    assert rows[-1][1:] == ["30%", "10%"]


def test_orders_stand_beside_chance_the_nearest_first(found: Findings) -> None:
    _, heading, rows = tables(found)[2]
    assert heading == ["order", "mean", "flip rate", "how well told", "a flip's cost"]
    assert rows == [["optimal", "−10.0", "−4.5", "−4.1", "−2.7"], ["lot", "0.1", "−0.4", "0.0", "1.0"]]


def test_the_rows_of_the_best_order_are_told_from_the_top(found: Findings) -> None:
    title, heading, rows = tables(found)[-1]
    assert title == "The picture's rows in the order optimal, from the top (− shown negated)"
    assert heading[0] == "unit"
    assert [row[0] for row in rows] == ["0", "−1", "2", "3"]
    assert rows[0][1:] == ["+0.00", "30%", "0.000", "letter", "90%", "Up after a <letter>."]
    assert rows[1][-1] == ""


def test_networks_stand_side_by_side_with_their_controls(found: Findings) -> None:
    other = replace(
        found, model="other", reach=found.reach | {"bits": 1.6}, told=found.told | {"values": VALUES}
    )
    lines = side_by_side([found, other]).splitlines()
    assert "| | `swift` | `other` |" in lines
    assert "| characters of context with which counts do as well, Kneser-Ney | 2.5 | ∞ |" in lines
    assert "| characters of the past that pay | 5 | 5 |" in lines
    assert "| of what they differ in, a comma takes away | 50% (4% to 8%) | 50% (4% to 8%) |" in lines
    assert "| of a unit's variance, as a number, its best feature tells |  | 60% (20%) |" in lines
    assert "| units with a sentence | 1 of 4 (0 to 2) | 1 of 4 (0 to 2) |" in lines
    assert all(line.count("|") == 4 for line in lines if line.startswith("|"))


def test_what_isnt_there_is_named(folder: Path) -> None:
    (folder / "flips.json").unlink()
    with pytest.raises(UserError, match=r"flips\.json: there is no such file; flip_bits\.py makes it"):
        Findings.load("swift", folder, folder / "ngrams.json")
