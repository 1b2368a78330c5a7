"""Install the lock by uv, from where pip would: uv reads none of pip's settings, so it is told them here.

In an unpacked bundle (scripts/bundle.py) all comes from its folder wheels/, uv and pip too, and no network is
asked for anything. In syntax that Python 3.6 reads, as scripts/bootstrap.py.
"""
# ruff: noqa: UP006, UP035, UP045 (newer spellings, which older Pythons do not read)

import ast
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Dict, List, Optional

OLDEST_UV = (0, 8)  # of one of your own; where there is none, the lock's is installed

# pip's settings by what they are for uv: an option for each word, or variables.
OPTIONS = {
    "constraint": "--constraint",
    "extra-index-url": "--index",
    "find-links": "--find-links",
    "index-url": "--default-index",
    "no-binary": "--no-binary",
    "only-binary": "--only-binary",
    "trusted-host": "--allow-insecure-host",
}
VARIABLES = {
    "cert": ["SSL_CERT_FILE"],
    "client-cert": ["SSL_CLIENT_CERT"],
    "proxy": ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"],
    "retries": ["UV_HTTP_RETRIES"],
    "timeout": ["UV_HTTP_TIMEOUT"],
}

# What uv, pip or the system says, and what to say of it.
TROUBLES = {
    r"No space left on device|[Qq]uota exceeded": "the disk is full: free some, about 3 GB, and run again",
    r"CERTIFICATE_VERIFY_FAILED|invalid peer certificate": (
        "the package index's certificate can't be verified: name your own by PIP_CERT=FILE"
    ),
    r"error sending request|[Tt]imed out|from versions: none": (
        "the package index can't be reached: check the network, or proxy, and run again"
    ),
    r"Because (?:there is no version of )?(\S+==\S+) (?:and|has no)|distribution found for (\S+)": (
        "there is no {} for Python {}.{} here: try another Python, as in make PYTHON=python3.12"
    ),
}


# Python compiles what is imported, when it first is. Where it mustn't keep that, as in many containers, each
# of a hundred jobs would do so for itself: there, what jobs import is compiled at once. To compile it all
# would take longer than the rest of the set-up.
COMPILE = """
import contextlib, importlib, pathlib, sys
sys.path.insert(0, sys.argv[1])
for module in ["snakemake.cli", *(file.stem for file in pathlib.Path(sys.argv[1]).glob("*.py"))]:
    with contextlib.suppress(Exception):
        importlib.import_module(module)
"""


class SetupError(Exception):
    """What went wrong and what to do about it, in one line."""


def install(python: Path, lock: Path, log: Path) -> None:
    """Bring an environment up to the lock."""
    wheels, cache = lock.with_name("wheels"), log.with_name("cache")
    environment = told_only(wheels, cache) if wheels.is_dir() else dict(os.environ)
    pip = [str(python), "-I", str(pip_wheel(wheels) / "pip")]
    options = as_pip(pip, environment)
    uv = "" if wheels.is_dir() else own_uv()
    if not uv:
        uv = str(python.with_name("uv"))
        run([*pip, "install", "--constraint", str(lock), "uv"], log, environment)
    # Not `uv pip sync`, which installs what the lock lists and no more: torch's own libraries for CUDA would
    # not come, and what you have added yourself would go.
    command = [uv, "pip", "install", "--python", str(python), *options]
    command += for_torch(command, lock, environment)
    if not wheels.is_dir():
        print("set-up: installing; what uv has not cached, some hundred MB, is downloaded", flush=True)
    # You may want pip, too: where no index has it, the one that Python has with it.
    command += ["--find-links", str(pip_wheel(wheels).parent), "pip", "--requirement", str(lock)]
    run(command, log, environment)
    if sys.dont_write_bytecode:
        run([str(python), "-I", "-c", COMPILE, str(Path(__file__).parent)], log)
    shutil.rmtree(str(cache), ignore_errors=True)


def pip_wheel(wheels: Path) -> Path:
    """The wheel of pip, which can be run as it is: the bundle's, or the one that comes with Python."""
    if not wheels.is_dir():
        import ensurepip

        usual = Path(ensurepip.__file__).with_name("_bundled")
        wheels = Path(sysconfig.get_config_var("WHEEL_PKG_DIR") or usual)
    for wheel in wheels.glob("pip-*.whl"):
        return wheel
    raise SetupError(f"there is no pip in {wheels}")


def own_uv() -> str:
    """The user's uv, if there is one that is not too old."""
    said = subprocess.run(["uv", "--version"], stdout=subprocess.PIPE) if shutil.which("uv") else None
    version = re.match(rb"uv (\d+)\.(\d+)", said.stdout if said else b"")
    return "uv" if version and tuple(int(part) for part in version.groups()) >= OLDEST_UV else ""


def told_only(wheels: Path, cache: Path) -> Dict[str, str]:
    """An environment in which pip and uv know of a folder of wheels, and keep nothing outside of .venv."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "UV_"))}
    pip = {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": wheels.as_uri()}
    return {**mine, **pip, "PIP_NO_CACHE_DIR": "1", "UV_NO_CONFIG": "1", "UV_CACHE_DIR": str(cache)}


def as_pip(pip: List[str], environment: Dict[str, str]) -> List[str]:
    """The options by which uv finds what pip would; more of that goes into the environment."""
    found, options = settings(pip, environment), []
    for name, option in OPTIONS.items():
        for word in found.get(name, "").split():
            options += [option, str(Path(word).expanduser()) if word.startswith("~") else word]
    if found.get("no-index", "").lower() in ("1", "y", "yes", "t", "true", "on"):
        options.append("--no-index")
    for name, variables in VARIABLES.items():
        if name in found:
            environment.update(dict.fromkeys(variables, found[name]))
    # pip takes the best version that any of its sources has; uv by itself, what the first has that has any.
    environment.setdefault("UV_INDEX_STRATEGY", "unsafe-best-match")
    # As pip since 24.2, where the system has certificates. A file that is named comes before them.
    if sys.platform == "darwin" or any(Path("/etc/ssl/certs").glob("*")):
        environment.setdefault("UV_SYSTEM_CERTS", "true")
    return options


def settings(pip: List[str], environment: Dict[str, str]) -> Dict[str, str]:
    """What pip is told, in files and in the environment: of several levels, what it heeds."""
    listed = subprocess.check_output([*pip, "config", "list"], env=environment).decode()
    found = {"cert": environment.get("REQUESTS_CA_BUNDLE") or environment.get("CURL_CA_BUNDLE") or ""}
    for level in "global", "install", ":env:":
        for name, value in re.findall(rf"^{level}\.(?:default-)?([\w-]+)=(.+)", listed, re.MULTILINE):
            found[name] = ast.literal_eval(value) or found.get(name, "")  # it passes over what is empty
    return {name: value for name, value in found.items() if value}


def for_torch(command: List[str], lock: Path, environment: Dict[str, str]) -> List[str]:
    """The option that brings PyTorch without NVIDIA's libraries (3 GB) where there is no NVIDIA GPU.

    PyTorch's own index is asked only where pip's have none but the CUDA build. UV_TORCH_BACKEND comes first.
    """
    torch = re.search(r"^torch==\S+", lock.read_text(), re.MULTILINE)
    if torch is None or sys.platform != "linux" or Path("/dev/nvidiactl").exists():
        return []
    hasty = {"UV_HTTP_CONNECT_TIMEOUT": "5", "UV_HTTP_RETRIES": "0", **environment}
    for option in [] if "UV_TORCH_BACKEND" in environment else [[], ["--torch-backend=cpu"]]:
        plan = [*command, "--dry-run", "--no-deps", torch.group(), *option]
        done = subprocess.run(plan, env=hasty, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        # It is there already, or would come in a build that is named, such as 2.13.0+cpu.
        if done.returncode == 0 and not re.search(rb"\+ torch==[\d.]+\s", done.stdout):
            return option
    return []


def run(command: List[str], log: Path, environment: Optional[Dict[str, str]] = None) -> None:
    """Run a command; all that it says goes to the log, and its last line to a terminal."""
    said, terminal = "", sys.stdout.isatty()
    child = subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        close_fds=False,  # it, too, holds the lock against other makes
        encoding="utf-8",
        errors="replace",
    )
    try:
        with log.open("a", encoding="utf-8") as file:
            for line in child.stdout or ():
                said += line
                file.write(line)
                if terminal:
                    width = shutil.get_terminal_size().columns - 1
                    print("\r\033[K" + line.strip()[:width], end="", flush=True)
    except BaseException:
        child.terminate()
        raise
    finally:
        status = child.wait()
        print("\r\033[K" if terminal else "", end="", flush=True)
    if status < 0:
        said = f"it was killed by {signal.Signals(-status).name}: out of memory?"
    if status:
        raise SetupError(f"{in_one_line(said)} (all that was said: {log.parent.name}/{log.name})")


def in_one_line(said: str) -> str:
    """What went wrong and what to do about it, in words of our own or else the end of what was said."""
    for pattern, trouble in TROUBLES.items():
        found = re.search(pattern, said)
        if found:
            return trouble.format(*filter(None, found.groups()), *sys.version_info)
    return " ".join(re.split(r"^(?=error)", said, flags=re.MULTILINE | re.IGNORECASE)[-1].split())
