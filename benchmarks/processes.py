"""Bots and their Bot API server as processes, watched from outside (Linux, ``/proc``)."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.api import TOKEN

ROOT = Path(__file__).parent.parent
LONGEST = 120.0
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Subject:
    """A bot to be measured: ``command`` starts it, ``database`` is copied into its folder."""

    name: str
    command: Sequence[str]
    database: Path | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """``rate`` in updates a second; ``cpu`` in seconds of processor time each; MB at the end."""

    rate: float
    cpu: float
    memory: float


class Api:
    """The Bot API server's process, seen from the benchmark."""

    def __init__(self, url: str) -> None:
        self.url = url

    def load(self, chats: Sequence[int], texts: Sequence[str], count: int, latency: float) -> None:
        order = {"chats": chats, "texts": texts, "count": count, "latency": latency}
        self._call("load", json.dumps(order).encode())

    def outcome(self) -> dict[str, float]:
        found: dict[str, float] = json.loads(self._call("outcome", None))
        return found

    def wait(self) -> float:
        """The seconds from handing out the first update to the last answer."""
        until = time.monotonic() + LONGEST
        while not (seconds := self.outcome()["seconds"]):
            if time.monotonic() > until:
                raise TimeoutError(f"answered {self.outcome()['answered']} only")
            time.sleep(0.05)
        return seconds

    def first_poll(self) -> float:
        """When a bot first asked for updates, as the wall clock had it."""
        until = time.monotonic() + LONGEST
        while not (at := self.outcome()["first_poll"]):
            if time.monotonic() > until:
                raise TimeoutError("the bot never polled")
            time.sleep(0.01)
        return at

    def _call(self, path: str, data: bytes | None) -> bytes:
        with urllib.request.urlopen(f"{self.url}/{path}", data, timeout=10) as answer:
            body: bytes = answer.read()
        return body


@contextmanager
def serving() -> Iterator[Api]:
    command = [sys.executable, "-m", "benchmarks.api"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield Api(server.stdout.readline().strip())
        finally:
            server.kill()


@contextmanager
def running(subject: Subject, api: str) -> Iterator["Process"]:
    """The subject at work in a folder of its own; ended at the end."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if subject.database is not None:
            shutil.copy(subject.database, folder / "bot.db")
        environment = {**os.environ, **_settings(folder, api), **subject.environment}
        with (folder / "log").open("wb") as log:
            began = time.time()
            process = subprocess.Popen(
                subject.command, cwd=folder, env=environment, stdout=log, stderr=log
            )
        try:
            yield Process(process.pid, began, folder / "log")
            if process.poll() is not None:
                raise RuntimeError(f"{subject.name} ended: {(folder / 'log').read_text()[-2000:]}")
        except TimeoutError as error:
            raise RuntimeError(
                f"{subject.name}: {(folder / 'log').read_text()[-2000:]}"
            ) from error
        finally:
            process.kill()
            process.wait()


@dataclass(frozen=True)
class Process:
    pid: int
    began: float
    log: Path

    def cpu(self) -> float:
        return cpu_of(self.pid)

    def until_it_says(self, words: str) -> float:
        """The seconds from its start until ``words`` are in what it prints."""
        while words not in self.log.read_text(errors="replace"):
            if time.time() - self.began > LONGEST:
                raise TimeoutError(f"never said {words}")
            time.sleep(0.01)
        return time.time() - self.began

    def memory(self) -> float:
        """What it holds in memory now (resident set), in MB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
        return int(line.split()[1]) / 1024


def cpu_of(pid: int) -> float:
    """Processor time of a process so far, of all its threads, in seconds."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _settings(folder: Path, api: str) -> dict[str, str]:
    return {
        "PYTHONPATH": str(ROOT),
        "API": api,
        "CCHC_DATABASE__URL": f"sqlite:///{folder / 'bot.db'}",
        "CCHC_STORAGE__DIRECTORY": str(folder / "evidence"),
        "CCHC_WEB__PORT": "0",
        "CCHC_HEALTH__PORT": "0",
        "CCHC_LIMITS__TURNS_A_MINUTE": "0",
        "CCHC_TELEGRAM__TOKEN": TOKEN,
        "CCHC_TELEGRAM__API_URL": api,
        "CCHC_LOG__LEVEL": "WARNING",
    }
