"""A SLURM cluster of one node inside this machine: no systemd, no database, no cgroups, GPUs of cardboard.

Where SLURM keeps its state, its sockets and its logs is a folder of our own. Only the links in /etc/slurm are
outside it, since that is where a job on the node looks for them.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from filelock import FileLock

from cluster import daemons
from cluster.daemons import free_port, start, wait_until

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel", "sinfo", "scontrol")
ETC = Path("/etc/slurm")
PREFIX = "phonecase-slurm-"
CPUS = 8  # SLURM hands out as many as it is told, whatever the machine has
MEMORY = 16_000  # MB, the same
GPUS = 2

CONFIGURATION = """\
ClusterName=cardboard
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
# A job is queued again no sooner than its old credential expires, which would be two minutes.
AuthInfo=socket={folder}/munge.socket,cred_expire=5
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
TaskProlog={folder}/task_begins
TaskEpilog={folder}/task_ends

ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
AccountingStorageType=accounting_storage/none
# Without cgroups a job that takes more memory than it asked for is found by looking, every second.
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
JobAcctGatherParams=OverMemoryKill
JobCompType=jobcomp/none
# Without a database, what is known of a finished job is what slurmctld still remembers.
MinJobAge=600

SchedulerType=sched/builtin
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU_Memory
GresTypes=gpu
# Seconds from SIGTERM to SIGKILL.
KillWait=30
ReturnToService=2
PropagateResourceLimits=NONE

SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory} Gres=gpu:cardboard:{gpus}
PartitionName=cpu Nodes={host} Default=YES MaxTime=600
PartitionName=gpu Nodes={host} MaxTime=600
"""

# One line for each task that begins or ends on the node, with the GPUs that SLURM told it.
HOOK = """\
#!/bin/sh
echo "{event} $SLURM_JOB_ID ${{CUDA_VISIBLE_DEVICES:--}}" >> {folder}/tasks
"""


class Task(NamedTuple):
    """That a task began or ended on the node."""

    event: str
    job: str
    gpus: str


class Job(NamedTuple):
    """A job: the executor's comment names rule and wildcards."""

    comment: str
    memory: str
    state: str


def why_not() -> str | None:
    """Why no cluster can be started here, or None when one can."""
    if reason := daemons.why_not("SLURM", PROGRAMS, "slurmctld slurmd slurm-client munge"):
        return reason
    ours = (ETC / "slurm.conf").resolve().parent.name.startswith(PREFIX)
    if (ETC / "slurm.conf").exists() and not ours:
        return f"this machine belongs to a cluster already: it has {ETC}/slurm.conf"
    return None


class Cluster:
    """A running cluster."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def waiting_and_running(self) -> dict[str, str]:
        """Number and comment of the jobs in the queue."""
        lines = _output("squeue", "--noheader", "--format=%A %k").splitlines()
        return dict(line.split(maxsplit=1) for line in lines)

    def jobs(self) -> list[Job]:
        """Every job so far, those in the queue included, in the order of their numbers."""
        lines = _output("squeue", "--noheader", "--states=all", "--sort=i", "--format=%k %m %T").splitlines()
        return [Job(*line.rsplit(maxsplit=2)) for line in lines]

    def tasks(self) -> list[Task]:
        """What began and ended on the node so far, in that order."""
        return [Task(*line.split()) for line in (self.folder / "tasks").read_text().splitlines()]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster, and stop it and what runs on it at the end. There is one on a machine at a time."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    with ExitStack() as stack:
        stack.enter_context(FileLock(Path(tempfile.gettempdir()) / f"{PREFIX}lock"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _configure(folder)
        stack.callback(_unlink, folder)
        start(
            stack,
            folder,
            "munged",
            "--foreground",
            "--force",
            *(f"--{name}-file={folder}/munge.{name}" for name in ("key", "pid", "log", "seed")),
            f"--socket={folder}/munge.socket",
        )
        start(stack, folder, "slurmctld", "-D", "-c")
        start(stack, folder, "slurmd", "-D", "-c", "-N", _host())
        try:
            wait_until(lambda: "idle" in _output("sinfo", "--noheader", "--format=%T"), "an idle node", 60)
        except (AssertionError, subprocess.CalledProcessError) as error:
            logs = "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))
            raise AssertionError(f"SLURM did not come up:\n{logs}") from error
        running = Cluster(folder)
        stack.callback(_cancel_all, running)
        yield running


def _configure(folder: Path) -> None:
    """Write the configuration and everything that it names."""
    for name in ("state", "spool"):
        (folder / name).mkdir()
    (folder / "munge.key").write_bytes(os.urandom(1024))
    (folder / "munge.key").chmod(0o600)
    (folder / "tasks").touch()
    for name, event in (("task_begins", "begins"), ("task_ends", "ends")):
        (folder / name).write_text(HOOK.format(event=event, folder=folder))
        (folder / name).chmod(0o755)

    settings = {
        "folder": folder,
        "host": _host(),
        "controller_port": free_port(),
        "node_port": free_port(),
        "cpus": CPUS,
        "memory": MEMORY,
        "gpus": GPUS,
    }
    (folder / "slurm.conf").write_text(CONFIGURATION.format(**settings))
    (folder / "cgroup.conf").write_text("CgroupAutomount=no\n")
    gpus = [_gpu(folder, number) for number in range(GPUS)]
    (folder / "gres.conf").write_text(
        "".join(f"NodeName={_host()} Name=gpu Type=cardboard File={gpu}\n" for gpu in gpus)
    )
    ETC.mkdir(exist_ok=True)
    for name in ("slurm.conf", "cgroup.conf", "gres.conf"):
        (ETC / name).unlink(missing_ok=True)
        (ETC / name).symlink_to(folder / name)


def _unlink(folder: Path) -> None:
    for link in ETC.iterdir():
        if link.is_symlink() and link.readlink().parent == folder:
            link.unlink()


def _gpu(folder: Path, number: int) -> Path:
    """A device file: SLURM takes no other for a GPU. A copy of /dev/null, or one that every machine has."""
    path = folder / f"gpu{number}"
    try:
        os.mknod(path, 0o020666, os.makedev(1, 3))
    except OSError:
        return Path(("/dev/null", "/dev/zero", "/dev/full", "/dev/urandom")[number])
    return path


def _cancel_all(running: Cluster) -> None:
    subprocess.run(["scancel", "--user=root"], check=False)
    wait_until(lambda: not running.waiting_and_running(), "an empty queue", 30)


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _host() -> str:
    return socket.gethostname().partition(".")[0]
