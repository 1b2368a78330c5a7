"""What may befall a run, for real: killed, terminated, interrupted, twice at once, no room, other files.

Whatever it was, a plain rerun ends with the same results and leaves no temporary file, and nobody sees a
traceback.
"""

import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # Snakemake's own
import pytest

from workflow.small import SETTINGS, contents, snakemake

pytestmark = pytest.mark.slow

COMMAND = [sys.executable, "-u", "-m", "snakemake", "--cores", "2", "--resources", "gpu=1"]
ODD = "a b'c\"d$HOME;e&f|g(h)[i]{j}*k?l#m~n!ö…"


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start Snakemake as a shell in a terminal does: with a process group of its own."""
    return subprocess.Popen(
        [*COMMAND[:4], *arguments, *COMMAND[4:]],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def read_until(run: subprocess.Popen[str], text: str) -> str:
    """What a run says, up to the line that has this text."""
    assert run.stdout is not None
    said = ""
    for line in run.stdout:
        said += line
        if text in line:
            return said
    raise AssertionError(f"never said {text!r}:\n{said}")


def jobs(run: subprocess.Popen[str]) -> list[psutil.Process]:
    """The processes of our scripts that a run has started."""
    try:
        children = psutil.Process(run.pid).children(recursive=True)
        return [child for child in children if any("/scripts/" in word for word in child.cmdline())]
    except psutil.Error:
        return []


def temporaries(folder: Path) -> list[Path]:
    return [path for path in folder.glob("results/**/.*") if path.is_file()]


def rerun(folder: Path, *arguments: str) -> None:
    """A plain rerun, after breaking a lock if one is said to be there, and how."""
    done = snakemake(folder, *arguments)
    if done.returncode and "cannot be locked" in done.stderr:
        (line,) = [line for line in done.stderr.splitlines() if "--unlock" in line]
        assert "It can be removed with the --unlock argument." in line
        assert snakemake(folder, "--unlock").returncode == 0
        done = snakemake(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr


def faultless(said: str) -> bool:
    return "Traceback" not in said and "Logging error" not in said


def test_killed_at_any_moment_a_rerun_ends_with_the_same_results(finished: Path, project: Path) -> None:
    """Everything is made anew, in a run that is stopped again and again, each time in another way."""
    shutil.rmtree(project / "results")
    moment = random.Random(0)
    ways = [
        (number, whom) for number in (signal.SIGKILL, signal.SIGTERM) for whom in ("snakemake", "all", "job")
    ]
    ways += [(signal.SIGINT, "all"), (signal.SIGINT, "snakemake"), (signal.SIGINT, "job")]
    moment.shuffle(ways)
    for number, whom in ways:
        run = start(project)
        said = ""
        assert run.stdout is not None
        for line in run.stdout:
            said += line
            if "Execute" in line and moment.random() < 0.5:
                break
            if "cannot be locked" in line:
                run.wait()
                assert snakemake(project, "--unlock").returncode == 0
                run = start(project)
                break
        try:
            run.wait(moment.uniform(0, 2))
        except subprocess.TimeoutExpired:
            if whom == "all":
                os.killpg(run.pid, number)
            else:
                for process in [psutil.Process(run.pid)] if whom == "snakemake" else jobs(run)[:1]:
                    process.send_signal(number)
        left = jobs(run)
        said += run.stdout.read() if run.stdout else ""
        run.wait()
        psutil.wait_procs(left)  # orphans
        assert number == signal.SIGINT or faultless(said), (number, whom, said)
    rerun(project)
    assert contents(project) == contents(finished)
    assert temporaries(project) == []


TERMINATED = """
import os, signal, sys
from snakemake.cli import main
from snakemake.persistence import PersistenceBase

record = PersistenceBase.finished


async def terminated(*arguments):
    os.kill(os.getpid(), signal.SIGTERM)
    await record(*arguments)


PersistenceBase.finished = terminated
main(sys.argv[1:])
"""


def test_sigterm_ends_a_run_also_while_it_records_a_job(project: Path) -> None:
    """Then it holds the lock that Snakemake's own handler waits for."""
    run = subprocess.run(
        [sys.executable, "-c", TERMINATED, "--cores", "1", "results/corpus/train.txt", "--forceall"],
        cwd=project,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert run.returncode == 1
    assert "Will exit after finishing currently running jobs" in run.stderr
    assert "Traceback" not in run.stderr
    assert not list(project.glob(".snakemake/locks/*"))


def test_an_orphan_writes_nothing_over_what_a_later_run_made(finished: Path, project: Path) -> None:
    """`kill -9` of Snakemake leaves its training running. The next run is another's, and shorter."""
    weights = "results/models/tiny/weights.safetensors"
    (project / "config.yaml").write_text(SETTINGS.replace("steps: 20,", "steps: 3000,"))
    run = start(project, weights)
    said = read_until(run, "device: cpu")
    (orphan,) = jobs(run)
    orphan.suspend()
    run.kill()
    run.wait()
    (project / "config.yaml").write_text(SETTINGS)
    rerun(project, weights)
    orphan.resume()
    assert run.stdout is not None
    said += run.stdout.read()  # to its end
    assert "train.py: error: results/logs/train/tiny.log is another run's by now" in said
    assert faultless(said)
    rerun(project)
    assert contents(project) == contents(finished)
    assert '"steps": 20,' in (project / "results/models/tiny/summary.json").read_text()
    assert "Nothing to be done" in snakemake(project, "-n").stdout
    assert temporaries(project) == []


def test_a_second_run_at_once_is_told_what_to_do(project: Path) -> None:
    (project / "config.yaml").write_text(SETTINGS.replace("steps: 20,", "steps: 900000,"))
    run = start(project, "results/models/tiny/weights.safetensors")
    read_until(run, "device: cpu")
    second = snakemake(project)
    os.killpg(run.pid, signal.SIGINT)
    run.communicate()
    assert second.returncode == 1
    assert (
        "Please make sure that no other Snakemake process is trying to create the same files" in second.stderr
    )
    assert faultless(second.stderr)
    (project / "config.yaml").write_text(SETTINGS)
    rerun(project)


def test_ctrl_c_before_any_job_is_a_line(project: Path) -> None:
    run = start(project, "--forceall")
    read_until(run, "Building DAG")
    os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate()
    assert run.returncode != 0
    assert "interrupted" in said.splitlines()
    assert faultless(said)


def test_a_second_ctrl_c_is_no_traceback(project: Path) -> None:
    (project / "config.yaml").write_text(SETTINGS.replace("steps: 20,", "steps: 900000,"))
    run = start(project, "results/models/tiny/weights.safetensors")
    read_until(run, "device: cpu")
    for _ in range(2):
        os.killpg(run.pid, signal.SIGINT)
    said, _ = run.communicate()
    assert run.returncode != 0
    assert faultless(said)
    assert not any(process.cwd() == str(project) for process in psutil.process_iter() if _alive(process))


def _alive(process: psutil.Process) -> bool:
    try:
        return (
            process.status() != psutil.STATUS_ZOMBIE
            and process.uids().real == os.getuid()
            and bool(process.cwd())
        )
    except psutil.Error:
        return False


def test_a_clock_set_back_is_said_and_a_touch_mends_it(project: Path) -> None:
    """All that is there is an hour younger than what comes now, which Snakemake doesn't accept."""
    before = contents(project)
    for path in project.glob("results/**/*"):
        at = path.stat().st_mtime + 3600
        os.utime(path, (at, at))
    assert "Nothing to be done" in snakemake(project, "-n").stdout
    (project / "config.yaml").write_text(SETTINGS.replace("#402040", "#000000"))
    refused = snakemake(project)
    assert refused.returncode == 1
    assert "has older modification time" in refused.stderr
    assert faultless(refused.stderr)
    for path in project.glob("results/**/*"):
        path.touch()
    rerun(project)
    changed = {path for path, content in contents(project).items() if before[path] != content}
    assert {Path(path).stem.partition(".")[0] for path in changed} == {"plum", "contact_sheet"}
    assert "Nothing to be done" in snakemake(project, "-n").stdout
    (project / "config.yaml").write_text(SETTINGS)
    rerun(project)
    assert contents(project) == before


# ---- files


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def turned(content: bytes) -> bytes:
    """A bit in the middle, among the values."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def nothing(content: bytes) -> bytes:
    return b""


def no_keys(content: bytes) -> bytes:
    return b"{}"


def latin_1(content: bytes) -> bytes:
    return content.replace(b"God", "Gód".encode("latin-1"), 1)


@pytest.mark.parametrize(
    ("file", "damage", "reader"),
    [
        ("corpus/kjv.tsv", half, "corpus/train.txt"),
        ("corpus/kjv.tsv", nothing, "corpus/vocab.json"),
        ("corpus/kjv.tsv", latin_1, "states/tiny/romans.parquet"),
        ("corpus/train.txt", half, "models/tiny/weights.safetensors"),
        ("corpus/validation.txt", latin_1, "models/tiny/weights.safetensors"),
        ("corpus/vocab.json", half, "states/tiny/romans.parquet"),
        ("models/tiny/weights.safetensors", turned, "states/tiny/romans.parquet"),
        ("models/tiny/history.parquet", half, "models/tiny/learning_curve.png"),
        ("states/tiny/romans.parquet", turned, "orders/tiny/romans/mean.parquet"),
        ("orders/tiny/romans/mean.parquet", half, "art/tiny/romans/contact_sheet.png"),
        ("orders/tiny/romans/mean.json", half, "compare/tiny/romans/orders.md"),
        ("orders/tiny/romans/mean.json", no_keys, "compare/tiny/romans/orders.md"),
    ],
)
def test_a_file_that_was_damaged_between_two_stages_is_named(
    finished: Path, project: Path, file: str, damage: Callable[[bytes], bytes], reader: str
) -> None:
    path = project / "results" / file
    path.write_bytes(damage(path.read_bytes()))
    failed = snakemake(project, f"results/{reader}", "--forcerun", f"results/{reader}")
    assert failed.returncode == 1
    lines = [line for line in failed.stderr.splitlines() if ".py: error: " in line]
    assert lines
    assert all(f".py: error: results/{file}: " in line for line in lines)
    assert faultless(failed.stderr)
    path.unlink()
    rerun(project, f"results/{file}", f"results/{reader}")
    assert path.exists()
    assert (project / "results" / reader).exists()
    assert contents(project).items() <= contents(finished).items()


# ---- disks

OWN_MOUNTS = ["unshare", "--map-root-user", "--mount"]
MOUNTS = (
    shutil.which("unshare") and subprocess.run([*OWN_MOUNTS, "true"], capture_output=True).returncode == 0
)


@pytest.mark.skipif(not MOUNTS, reason="a small disk needs a mount, which isn't to be had here")
@pytest.mark.parametrize(
    ("stage", "files"),
    [
        ("corpus", ["kjv.tsv"]),
        ("models/tiny", ["weights.safetensors", "learning_curve.png"]),
        ("states/tiny", ["romans.parquet"]),
        ("orders/tiny/romans", ["mean.parquet", "insertion.parquet"]),
        ("compare/tiny/romans", ["orders.png"]),
        ("art/tiny/romans", ["contact_sheet.png", "mean/plum.png"]),
    ],
)
def test_a_full_disk_is_a_line_at_every_stage(
    finished: Path, project: Path, stage: str, files: list[str]
) -> None:
    folder = f"results/{stage}"
    full = f'mount -t tmpfs -o size=4k none {folder} && head -c 4096 /dev/zero > {folder}/full && exec "$@"'
    targets = [f"{folder}/{file}" for file in files]
    failed = subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", full, "sh", *COMMAND, "--keep-going", "--", *targets],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert failed.returncode == 1
    lines = [line for line in failed.stderr.splitlines() if ".py: error: " in line]
    assert lines
    for line in lines:
        assert re.search(rf"error: {folder}/\S+: the disk is full; free some space and run again$", line), (
            line
        )
    assert faultless(failed.stderr)
    rerun(project)
    assert contents(project) == contents(finished)
    assert temporaries(project) == []


@pytest.mark.skipif(not MOUNTS, reason="a small disk needs a mount, which isn't to be had here")
def test_logs_on_a_full_disk_are_no_fault_of_the_run(finished: Path, project: Path) -> None:
    full = "cd results/logs && mount -t tmpfs -o size=4k none . && cd ../.. && "
    full += 'head -c 4096 /dev/zero > results/logs/full && exec "$@"'
    done = subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", full, "sh", *COMMAND, "--forceall"],
        cwd=project,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert faultless(done.stderr)
    assert contents(project) == contents(finished)


@pytest.mark.skipif(not MOUNTS, reason="a small disk needs a mount, which isn't to be had here")
def test_without_room_for_temporary_files_the_greedy_scheduler_runs_and_caches_may_lie_elsewhere(
    project: Path, tmp_path: Path
) -> None:
    """A home that nobody may write to, and a full folder for temporary files: a run that needs neither."""
    (project / "config.yaml").write_text(SETTINGS.replace("#402040", "#000000"))
    full = tmp_path / "full"
    full.mkdir()
    mount = 'mount -t tmpfs -o size=4k none "$0" && head -c 4096 /dev/zero > "$0/x" && exec "$@"'
    done = subprocess.run(
        [*OWN_MOUNTS, "sh", "-c", mount, str(full), *COMMAND, "--scheduler", "greedy"],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(full), "HOME": "/proc", "XDG_CACHE_HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert faultless(done.stderr)
    assert "Nothing to be done" in snakemake(project, "-n").stdout


def without_root(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run as one whom permissions bind, which they don't root."""
    drop = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
    return subprocess.run([*drop, *command], capture_output=True, text=True)


def test_what_may_not_be_read_or_written_is_named(project: Path) -> None:
    states = project / "results/states/tiny/romans.parquet"
    out = project / "results/orders/tiny/romans"
    command: list[str | Path] = [
        sys.executable,
        project / "scripts/order_rows.py",
        "--strategy=mean",
        "--states",
        states,
    ]
    command += ["--out", out / "mean.parquet"]
    for path, mode in ((states, 0), (out, 0o555)):
        before = path.stat().st_mode
        path.chmod(mode)
        failed = without_root(command)
        path.chmod(before)
        assert failed.returncode == 1
        assert re.fullmatch(rf"order_rows\.py: error: {path}\S*: .*[Pp]ermission denied.*\n", failed.stderr)
    assert without_root(command).returncode == 0


def test_a_folder_may_have_any_name(finished: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(finished, tmp_path / ODD / "it's {here}")
    assert "Nothing to be done" in snakemake(folder, "-n").stdout
    mine = folder / "my grid & 'co'.csv"
    mine.write_text("1,0,1\n0,0,1\n")
    with (folder / "config.yaml").open("a") as config:
        config.write(f'states: {{mine: {{file: "{mine.name}"}}}}\n')
    rerun(folder, "--forceall")
    assert contents(finished).items() <= contents(folder).items()
    assert (folder / "results/art/own/mine/mean/plum.png").exists()
    reported = snakemake(folder, "--report", "results/report.html")
    assert reported.returncode == 0, reported.stderr
