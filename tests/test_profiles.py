"""Profiles say what they mean: Snakemake overlooks a misspelt rule in them without a word."""

import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROFILES = sorted((ROOT / "profiles").glob("*/profile.yaml"))
DEFAULT = ROOT / "profiles/default/profile.yaml"
TEXT = "".join(file.read_text() for file in sorted((ROOT / "rules").glob("*.smk")))
BODIES = dict(re.findall(r"^rule (\w+):\n((?:(?:[ \t].*)?\n)*)", TEXT, re.MULTILINE))
WORKING = {rule for rule, body in BODIES.items() if "    shell:\n" in body}  # the others only gather files
LOCAL = {
    rule
    for names in re.findall(r"^localrules:\n((?:    \w+,\n)+)", TEXT, re.MULTILINE)
    for rule in re.findall(r"\w+", names)
}

each_profile = pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.parent.name)

on_a_cluster = pytest.mark.parametrize(
    "path", [path for path in PROFILES if path != DEFAULT], ids=lambda path: path.parent.name
)


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_there_are_profiles_and_rules() -> None:
    assert DEFAULT in PROFILES
    assert {"fetch_kjv", "train", "extract_states", "order_rows", "render_variants"} <= WORKING
    assert {"pictures", "comparisons"} <= BODIES.keys() - WORKING
    assert {"fetch_kjv", "split_by_book", "build_vocab", "learning_curve"} <= LOCAL


@each_profile
def test_a_profile_names_only_rules_that_exist(path: Path) -> None:
    profile = read(path)
    for key in ("set-resources", "set-threads", "groups"):
        assert profile.get(key, {}).keys() <= BODIES.keys(), key


@each_profile
def test_a_profile_keeps_what_the_default_one_says_about_reruns(path: Path) -> None:
    for key in ("rerun-incomplete", "max-checksum-file-size"):
        assert read(path)[key] == read(DEFAULT)[key]


@on_a_cluster
def test_a_failed_job_s_log_comes_to_the_screen(path: Path) -> None:
    """A job on a node has no other way to it, and `quiet: rules` would bar that one."""
    assert read(path)["show-failed-logs"] is True
    assert "rules" not in read(path)["quiet"]


@each_profile
def test_nothing_can_hide_a_profile(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["profile.yaml"]


@on_a_cluster
def test_on_a_cluster_only_training_is_a_job_of_its_own(path: Path) -> None:
    """A rule that is new belongs to the group of pictures, or runs where snakemake does."""
    grouped = set(read(path)["groups"])
    assert grouped == WORKING - {"train"} - LOCAL


@pytest.mark.slow
@on_a_cluster
def test_a_cluster_s_plugin_takes_the_profile_and_plans_the_run(path: Path) -> None:
    executor = read(path)["executor"]
    if find_spec(f"snakemake_executor_plugin_{executor}") is None:
        pytest.skip(f"pip install snakemake-executor-plugin-{executor}")
    command = [
        "-m",
        "snakemake",
        "--dry-run",
        "--forceall",
        "--quiet=host",
        f"--workflow-profile={path.parent}",
    ]
    done = subprocess.run([sys.executable, *command], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr + done.stdout
    (resources,) = re.findall(r"^rule train:\n(?:    .+\n)+?    resources: (.+)\n", done.stdout, re.MULTILINE)
    assert {"gpu=1", "mem_mb=4000", "runtime=240"} <= set(resources.split(", "))
