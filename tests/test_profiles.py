"""Profiles say what they mean: Snakemake overlooks a misspelt rule in them without a word."""

import re
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


def read(path: Path) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_there_are_profiles_and_rules() -> None:
    assert DEFAULT in PROFILES
    assert {"fetch_kjv", "train", "extract_states", "order_rows", "render_variants"} <= WORKING
    assert {"pictures", "comparisons"} <= BODIES.keys() - WORKING
    assert LOCAL == {"fetch_kjv", "split_by_book", "build_vocab"}


@each_profile
def test_a_profile_names_only_rules_that_exist(path: Path) -> None:
    profile = read(path)
    for key in ("set-resources", "set-threads", "groups"):
        assert profile.get(key, {}).keys() <= BODIES.keys(), key


@each_profile
def test_a_profile_keeps_what_the_default_one_says(path: Path) -> None:
    assert read(DEFAULT).items() <= read(path).items()


@each_profile
def test_nothing_can_hide_a_profile(path: Path) -> None:
    assert [file.name for file in path.parent.iterdir()] == ["profile.yaml"]


def test_on_slurm_only_training_is_a_job_of_its_own() -> None:
    """A rule that is new belongs to the group of pictures, or runs where snakemake does."""
    grouped = set(read(ROOT / "profiles/slurm/profile.yaml")["groups"])
    assert grouped == WORKING - {"train"} - LOCAL
