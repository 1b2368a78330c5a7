"""A picture says where it came from, whatever its format, and its config makes it again."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pypdf
import pytest
import yaml
from PIL import Image

from art.pictures import some_order, some_states
from phonecase.art import Printing, Style
from phonecase.art.origin import SOFTWARE, read_origin
from phonecase.art.prints import write_prints
from phonecase.errors import UserError
from phonecase.ordering import write_order
from phonecase.states import write_states
from phonecase.workflow import check, read_yaml

ROOT = Path(__file__).parents[2]
CONFIG = check(
    read_yaml(ROOT / "config.yaml")
    | {"print": {"cell": 6, "dpi": 200, "caption": True}, "sweep": {"swift": {"seed": [0, 1]}}}
    | {"states": {"mine": {"file": "mine.npy", "transpose": True}}}
)
NAMES = {"model": "swift", "passage": "romans", "strategy": "insertion", "style": "plum"}
FORMATS = ("png", "tiff", "svg", "pdf")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A picture in every format, whose title has letters that XML and Latin-1 trip over."""
    folder = tmp_path_factory.mktemp("origin")
    states = some_states(30, 12)
    states.metadata["reference"] = "<Römer> & 詩篇"
    write_prints(
        folder / "case",
        states,
        some_order(states),
        Style(colours=("#FEF7E9", "#0040A1")),
        Printing(phone="custom", width=20, height=40, dpi=100),
        {"config": CONFIG.of_picture(**NAMES)},
    )
    return folder


def test_every_format_says_the_same(folder: Path) -> None:
    png, *others = (read_origin(folder / f"case.{form}") for form in FORMATS)
    assert all(other == png for other in others)
    assert png["states"]["reference"] == "<Römer> & 詩篇"
    assert png["states"]["weights_sha256"] == "ab"
    assert png["order"]["strategy"] == "random"
    assert png["order"]["similarity"] == some_order(some_states(30, 12)).similarity
    assert png["print"]["width"] == 20
    assert png["software"] == SOFTWARE


def test_other_programs_find_it_where_the_formats_have_it(folder: Path) -> None:
    with Image.open(folder / "case.png") as image:
        assert json.loads(image.info["phonecase"]) == read_origin(folder / "case.png")
        assert image.info["Title"].startswith("<Römer> & 詩篇")
    xmp = pypdf.PdfReader(folder / "case.pdf").xmp_metadata
    assert xmp is not None
    assert xmp.dc_title is not None
    assert xmp.dc_title["x-default"].startswith("<Römer> & 詩篇")


def test_the_version_is_the_project_s() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert f"{project['name']} {project['version']}" == SOFTWARE


@pytest.mark.parametrize(
    "names",
    [
        NAMES,
        NAMES | {"model": "swift~seed=1"},
        NAMES | {"model": "own", "passage": "mine"},
        NAMES | {"strategy": "optimal_signed"},
    ],
    ids=lambda names: f"{names['model']} {names['strategy']}",
)
def test_the_config_that_a_picture_carries_makes_it_again(names: dict[str, str]) -> None:
    """By what it says of everything that the picture depends on, also when it has gone through YAML."""
    carried = yaml.safe_load(yaml.safe_dump(CONFIG.of_picture(**names)))
    again = check(carried)
    assert again.of_picture(**names) == CONFIG.of_picture(**names)
    assert again.print == CONFIG.print
    assert again.styles["plum"] == CONFIG.styles["plum"]
    assert again.corpus == CONFIG.corpus
    if names["model"] != "own":
        assert again.recipes[names["model"]] == CONFIG.recipes[names["model"]]
        assert again.passages == {"romans": "Romans 1:16-17"}


def run(script: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, ROOT / "scripts" / script, *arguments]
    return subprocess.run([str(word) for word in command], capture_output=True, text=True)


def test_describe_prints_a_config_by_which_the_picture_is_made_again_byte_for_byte(tmp_path: Path) -> None:
    """The round trip: print_picture.py, describe.py, and print_picture.py by what describe.py said."""
    states = some_states(30, 12)
    order = some_order(states)
    write_states(tmp_path / "states.parquet", states)
    write_order(tmp_path / "order.parquet", order)

    def draw(config: dict[str, Any], name: str) -> list[bytes]:
        checked = check(config)
        done = run(
            "print_picture.py",
            *("--states", tmp_path / "states.parquet", "--order", tmp_path / "order.parquet"),
            *("--style", checked.styles["plum"].model_dump_json()),
            *("--print", checked.print.model_dump_json()),
            *("--config", json.dumps(checked.of_picture(**NAMES))),
            *("--out", tmp_path / name),
        )
        assert done.returncode == 0, done.stderr
        return [(tmp_path / f"{name}.{form}").read_bytes() for form in FORMATS]

    case = {"phone": "custom", "width": 20, "height": 40, "start": 7, "start_row": 2}
    first = draw(CONFIG.model_dump(mode="json", exclude_defaults=True) | {"print": case}, "first")
    said = run("describe.py", "--config", tmp_path / "first.pdf")
    assert said.returncode == 0, said.stderr
    assert draw(yaml.safe_load(said.stdout), "again") == first
    everything = run("describe.py", tmp_path / "first.png").stdout
    assert "similarity:" in everything
    assert "weights_sha256: ab" in everything


def test_the_pictures_in_every_order_say_it_too_and_a_print_on_nothing_is_the_same(tmp_path: Path) -> None:
    states = some_states(30, 12)
    order = some_order(states)
    write_states(tmp_path / "states.parquet", states)
    write_order(tmp_path / "insertion.parquet", order)
    done = run(
        "render_variants.py",
        *("--states", tmp_path / "states.parquet", "--orders", tmp_path / "insertion.parquet"),
        *("--style", CONFIG.styles["plum"].model_dump_json(), "--name", "plum"),
        *("--print", CONFIG.print.model_dump_json(include={"cell", "dpi"})),
        *("--config", json.dumps(CONFIG.of_pictures("swift", "romans", "plum"))),
        *("--out", tmp_path / "art"),
    )
    assert done.returncode == 0, done.stderr
    for orientation, suffix in (("landscape", ".png"), ("portrait", ".portrait.png")):
        picture = tmp_path / f"art/insertion/plum{suffix}"
        again = check(yaml.safe_load(run("describe.py", "--config", picture).stdout))
        assert again.print.orientation == orientation
        done = run(
            "print_picture.py",
            *("--states", tmp_path / "states.parquet", "--order", tmp_path / "insertion.parquet"),
            *("--style", again.styles["plum"].model_dump_json(), "--print", again.print.model_dump_json()),
            *("--config", json.dumps(again.of_picture(**NAMES)), "--out", tmp_path / orientation),
        )
        assert done.returncode == 0, done.stderr
        with Image.open(picture) as first, Image.open(tmp_path / f"{orientation}.png") as second:
            assert first.size == second.size
            assert first.convert("RGB").tobytes() == second.convert("RGB").tobytes()
            assert first.info["dpi"] == second.info["dpi"]
            told = [json.loads(image.info["phonecase"]) for image in (first, second)]
        assert all(told[0][key] == told[1][key] for key in ("config", "order", "states", "style"))


@pytest.mark.parametrize("name", ["nothing.png", "text.png", "plain.png", "text.svg", "text.pdf"])
def test_a_file_that_says_nothing_is_told_in_a_line(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    if name == "plain.png":
        Image.new("1", (3, 3)).save(path)
    elif name != "nothing.png":
        path.write_text("%PDF-1.6 no more" if name == "text.pdf" else "In the beginning")
    with pytest.raises(UserError) as caught:
        read_origin(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
