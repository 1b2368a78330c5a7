"""Profiles say what they mean: Snakemake overlooks a misspelt rule in them without a word."""

import os
import re
import subprocess
import sys
from contextlib import ExitStack
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from cluster.object_storage import KEYS, missing, object_storage

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

# What the rule's gpu=1 has to become where a plugin doesn't read it.
GPU = {
    "slurm": {"slurm_partition=gpu"},
    "lsf": {"lsf_extra=-gpu num=1"},
    "sge": {"sge_resources=gpu=1"},
    "htcondor": {"request_gpus=1"},
    "kubernetes": {"gpu_manufacturer=nvidia", "scale=0"},
    "aws-batch": {"_gpus=1"},
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


def dry_run(path: Path, *arguments: str) -> str:
    """What a run of everything would do through a profile."""
    words = ["--dry-run", "--forceall", "--quiet=host", f"--workflow-profile={path.parent}", *arguments]
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env={**os.environ, **KEYS},
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.mark.slow
def test_a_sweep_is_three_entries_a_model_in_the_queue_and_one() -> None:
    """docs/cluster.md has the figures. To train, for the 16 jobs that follow, for the reach; for n-grams."""
    sweep = "sweep={swift: {seed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]}}"
    said = dry_run(ROOT / "profiles/slurm/profile.yaml", "--config", sweep, "--", "experiments")
    assert len(re.findall(r"^rule train:$", said, re.MULTILINE)) == 10
    assert len(re.findall(r"Group job pictures ", said)) == 10
    assert len(re.findall(r"Group job insight ", said)) == 11
    assert len(re.findall(r"^    rule (extract_states|order_rows):$", said, re.MULTILINE)) == 160


@pytest.mark.slow
@on_a_cluster
def test_a_cluster_s_plugin_takes_the_profile_and_plans_the_run(path: Path) -> None:
    """Where the profile wants a bucket there is one, on this machine."""
    profile = read(path)
    module = f"snakemake_executor_plugin_{profile['executor'].replace('-', '_')}"
    lacking = [module.replace("_", "-")] if find_spec(module) is None else []
    if "default-storage-provider" in profile:
        lacking += missing()
    if lacking and "CI" not in os.environ:
        pytest.skip(f"pip install {' '.join(lacking)}")
    with ExitStack() as stack:
        bucket = "default-storage-provider" in profile
        options = stack.enter_context(object_storage()).options() if bucket else ()
        said = dry_run(path, *options)
    (resources,) = re.findall(r"^rule train:\n(?:    .+\n)+?    resources: (.+)\n", said, re.MULTILINE)
    assert {"gpu=1", "mem_mb=4000", "runtime=240", *GPU[profile["executor"]]} <= set(resources.split(", "))
