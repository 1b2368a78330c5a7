"""The gallery: a page of what a run made, the best first."""

import re
from pathlib import Path

import pytest

from phonecase.errors import UserError
from phonecase.explorer.gallery import Gallery, Grid, gallery

SHOWN = Gallery(
    models=["tiny", "other"],
    grids=[("tiny", "romans"), ("other", "romans"), ("own", "mine")],
    orders=["mean", "insertion"],
    styles=["printed", "plum"],
)
GRIDS = [
    Grid("Romans 1:16-17", "read by tiny", 274, 128, {"mean": 5, "insertion": 70}),
    Grid("Romans 1:16-17", "read by other", 274, 64, {"mean": 5, "insertion": -7}),
    Grid("<b>.png", "a grid of your own", 9, 4, {"mean": 1, "insertion": 2}),
]
SUMMARIES = {name: {"validation_bits": 1.864} for name in SHOWN.models}


def test_of_each_grid_the_best_order_is_shown_first(tmp_path: Path) -> None:
    html = gallery(SHOWN, GRIDS, SUMMARIES, tmp_path)
    first = re.findall(r'class="favourite" href="([^"]*)"', html)
    assert first == [
        "art/tiny/romans/insertion/printed.png",
        "art/other/romans/mean/printed.png",
        "art/own/mine/insertion/printed.png",
    ]
    assert "−7" in html
    assert "1.86 bits" in html
    assert re.findall(r'class="open" href="([^"]*)"', html) == ["explorer/tiny.html", "explorer/other.html"]


def test_room_is_kept_for_pictures_that_are_not_there_yet(tmp_path: Path) -> None:
    html = gallery(SHOWN, GRIDS, SUMMARIES, tmp_path)
    sizes = re.findall(r'<img width="(\d+)" height="(\d+)" (?:loading="lazy" )?src="art/(\w+)/', html)
    each = len(SHOWN.orders) + len(SHOWN.styles) + 1
    assert (
        sizes
        == [("274", "128", "tiny")] * each + [("274", "64", "other")] * each + [("9", "4", "own")] * each
    )


def test_names_are_texts_and_nothing_comes_from_elsewhere(tmp_path: Path) -> None:
    html = gallery(SHOWN, GRIDS, SUMMARIES, tmp_path)
    assert "<b>.png" not in html
    assert "&lt;b&gt;.png" in html
    assert "<script" not in html
    assert not re.search(r"(src|href)=.https?:", html)


def test_what_was_made_on_request_is_found(tmp_path: Path) -> None:
    assert "More of this run" not in gallery(SHOWN, GRIDS, SUMMARIES, tmp_path)
    (tmp_path / "insight/tiny").mkdir(parents=True)
    (tmp_path / "insight/tiny/insight.html").touch()
    assert 'href="insight/tiny/insight.html"' in gallery(SHOWN, GRIDS, SUMMARIES, tmp_path)


def test_it_takes_no_other_settings() -> None:
    with pytest.raises(UserError, match="unknown key"):
        Gallery.from_json('{"models": [], "grids": [], "orders": [], "styles": [], "size": 3}')
