"""A Grid Engine of one host inside this machine: no systemd, GPUs by number only.

Everything that it keeps lies in a folder of our own, told to its programs by SGE_ROOT; what Debian's packages
set up in /var/lib/gridengine stays as it is.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cluster import daemons
from cluster.daemons import free_port, start, wait_until

PROGRAMS = ("sge_qmaster", "sge_execd", "qconf", "qsub", "qstat", "qacct", "qdel")
LIBRARY = Path("/usr/lib/gridengine")
SHARE = Path("/usr/share/gridengine")
PREFIX = "phonecase-grid-engine-"
SLOTS = 8
GPUS = 2

BOOTSTRAP = """\
admin_user none
default_domain none
ignore_fqdn true
spooling_method berkeleydb
spooling_lib libspoolb
spooling_params {folder}/spool/db
binary_path /usr/sbin
qmaster_spool_dir {folder}/spool/qmaster
security_mode none
listener_threads 2
worker_threads 2
scheduler_threads 1
"""

# As Debian sets it up, but for where things are, that root may run jobs, and how soon their ends are noted.
CONFIGURATION = {
    "execd_spool_dir": "{folder}/spool/execd",
    "mailer": "/bin/true",
    "min_uid": "0",
    "min_gid": "0",
    "reporting_params": "accounting=true reporting=false flush_time=00:00:01 joblog=false sharelog=00:00:00",
}
SCHEDULE = {"schedule_interval": "0:0:1", "flush_submit_sec": "1", "flush_finish_sec": "1"}

# What a job may ask for beyond what Grid Engine knows itself: see profiles/sge.
RESOURCES = """\
gpu gpu INT <= YES JOB 0 0
tmem tmem MEMORY <= YES NO 0 0
tscratch tscratch MEMORY <= YES NO 0 0
"""

HOST = """\
hostname localhost
load_scaling NONE
complex_values gpu={gpus},tmem=16G,tscratch=16G
user_lists NONE
xuser_lists NONE
projects NONE
xprojects NONE
usage_scaling NONE
report_variables NONE
"""

QUEUE = {
    "hostlist": "localhost",
    "load_thresholds": "NONE",
    "pe_list": "smp",
    "slots": str(SLOTS),
    "qtype": "BATCH",
}


def why_not() -> str | None:
    """Why no Grid Engine can be started here, or None when one can."""
    return daemons.why_not("Grid Engine", PROGRAMS, "gridengine-master gridengine-exec gridengine-client")


class Cluster:
    """A running Grid Engine."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment  # of everything that talks to it

    def output(self, *command: str) -> str:
        """What one of its programs says."""
        return subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, **self.environment}
        ).stdout

    def finished(self) -> list[tuple[str, int]]:
        """Queue and slots of each job so far, in the order in which they ended."""
        path = self.folder / "default/common/accounting"
        lines = path.read_text().splitlines() if path.exists() else []
        fields = [line.split(":") for line in lines if not line.startswith("#")]
        return [(field[0], int(field[34])) for field in fields]


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a Grid Engine, and stop it and what runs on it at the end."""
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    folder.chmod(0o755)
    environment = {
        "SGE_ROOT": str(folder),
        "SGE_CELL": "default",
        "SGE_QMASTER_PORT": str(free_port()),
        "SGE_EXECD_PORT": str(free_port()),
        "SGE_ND": "1",  # daemons stay in the foreground
    }
    running = Cluster(folder, environment)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        _configure(running)
        start(stack, folder, "sge_qmaster", environment=environment)
        try:
            wait_until(lambda: _answers(running), "an answer of Grid Engine's master", 60)
            _set_up(running)
            start(stack, folder, "sge_execd", environment=environment)
            wait_until(lambda: "lx-amd64" in running.output("qhost"), "a host that reports", 60)
        except (AssertionError, subprocess.CalledProcessError) as error:
            logs = "\n".join(path.read_text() for path in sorted(folder.glob("*.log")))
            raise AssertionError(f"Grid Engine did not come up: {error}\n{logs}") from error
        stack.callback(_delete_all, running)
        yield running


def _configure(running: Cluster) -> None:
    """Write what the master reads when it starts."""
    folder = running.folder
    for name in ("default/common", "spool/qmaster/job_scripts", "spool/execd", "spool/db"):
        (folder / name).mkdir(parents=True)
    for name in ("bin", "lib", "utilbin"):
        (folder / name).mkdir()
        (folder / name / "lx-amd64").symlink_to(LIBRARY)
    (folder / "util").symlink_to(SHARE / "util")

    common = folder / "default/common"
    (common / "bootstrap").write_text(BOOTSTRAP.format(folder=folder))
    (common / "act_qmaster").write_text("localhost\n")
    # Whatever name this machine gives itself, it is the one that 127.0.0.1 has.
    (common / "host_aliases").write_text(f"localhost {socket.gethostname()}\n")
    settings = {key: value.format(folder=folder) for key, value in CONFIGURATION.items()}
    configuration = folder / "configuration"
    configuration.write_text(_with((SHARE / "default-configuration").read_text(), settings))

    resources = SHARE / "util/resources"
    running.output(str(LIBRARY / "spoolinit"), "berkeleydb", "libspoolb", f"{folder}/spool/db", "init")
    defaults = str(LIBRARY / "spooldefaults")
    running.output(defaults, "configuration", str(configuration))
    running.output(defaults, "complexes", str(resources / "centry"))
    running.output(defaults, "usersets", str(resources / "usersets"))
    running.output(defaults, "managers", "root")


def _set_up(running: Cluster) -> None:
    """Tell the master its host, resources, queues and how to schedule."""
    folder = running.folder

    def file(name: str, text: str) -> str:
        (folder / name).write_text(text)
        return str(folder / name)

    running.output("qconf", "-Mc", file("complexes", running.output("qconf", "-sc") + RESOURCES))
    running.output("qconf", "-Ae", file("host", HOST.format(gpus=GPUS)))
    running.output("qconf", "-as", "localhost")
    running.output("qconf", "-Ap", str(SHARE / "util/resources/pe/smp"))
    template = running.output("qconf", "-sq")
    for queue in ("all.q", "gpu.q"):
        running.output("qconf", "-Aq", file(queue, _with(template, {"qname": queue, **QUEUE})))
    running.output("qconf", "-Msconf", file("schedule", _with(running.output("qconf", "-ssconf"), SCHEDULE)))


def _with(text: str, settings: dict[str, str]) -> str:
    """A table of Grid Engine's, a name and a value a line, with some other values."""
    lines = [line for line in text.splitlines() if line.partition(" ")[0] not in settings]
    return "\n".join([*lines, *(f"{name} {value}" for name, value in settings.items())]) + "\n"


def _answers(running: Cluster) -> bool:
    try:
        return "root" in running.output("qconf", "-sm")
    except subprocess.CalledProcessError:
        return False


def _delete_all(running: Cluster) -> None:
    if running.output("qstat"):
        running.output("qdel", "-f", "-u", "root")
