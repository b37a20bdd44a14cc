"""From the start of a process to its first poll or its address, and what it then holds in memory.

Seconds go up with whatever else the machine does; the processor time until then does so less.
Both are compared with python-telegram-bot's in the same repeat.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks import figures, subjects
from benchmarks.processes import ROOT, Process, Subject, running, serving

IDLE_SECONDS = 3.0
PYTHON_AND_IMPORTS = "import bot.cli, bot.app, bot.telegram, handlers, jobs"
PEERS_IMPORTS = "import telegram.ext"


@dataclass(frozen=True)
class Start:
    """``seconds`` by the clock, ``cpu`` of the processor, until it was ready; ``memory`` in MB
    at rest, 0 where it ended."""

    seconds: float
    cpu: float
    memory: float = 0.0


def report(database: Path, repeats: int) -> str:
    command = [sys.executable, "-m", "bot", "run"]
    web = Subject("web", command, database, {"CCHC_TELEGRAM__TOKEN": ""})
    bot = Subject("cchc run", command, database)
    peer = subjects.telegram_bot("answer")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        runs: dict[str, Callable[[], Start]] = {
            "cchc run, to its first poll": lambda: _to_first_poll(bot),
            "of that, Python and the imports": lambda: _imports(PYTHON_AND_IMPORTS),
            "cchc run, web only, to its addresses": lambda: _to_addresses(web),
            "cchc demo, to its address": lambda: _demo(Path(folder)),
            "python-telegram-bot, importing it": lambda: _imports(PEERS_IMPORTS),
            "python-telegram-bot, to its first poll": lambda: _to_first_poll(peer),
        }
        for run in runs.values():
            run()  # Bytecode is written, files are in memory, the demo has its province.
        found: dict[str, list[Start]] = {name: [] for name in runs}
        for _ in range(repeats):
            for name, run in runs.items():
                found[name].append(run())
    *_, last = found.values()
    rows = [_row(name, starts, last) for name, starts in found.items()]
    heads = ["process", "seconds", "ratio", "CPU s", "ratio", "idle MB"]
    return figures.table("Start and rest", heads, rows)


def _row(name: str, starts: list[Start], peer: list[Start]) -> list[str]:
    seconds, cpu = [each.seconds for each in starts], [each.cpu for each in starts]
    memory = median(each.memory for each in starts)
    return [
        name,
        f"{median(seconds):.2f}",
        figures.ratio(seconds, [each.seconds for each in peer]),
        f"{median(cpu):.2f}",
        figures.ratio(cpu, [each.cpu for each in peer]),
        f"{memory:.0f}" if memory else "",
    ]


def _to_first_poll(subject: Subject) -> Start:
    with serving() as api, running(subject, api.url) as process:
        return _rested(process, api.first_poll() - process.began)


def _to_addresses(subject: Subject) -> Start:
    with running(subject, "http://127.0.0.1:1") as process:
        return _rested(process, process.until_it_says("http://"))


def _demo(folder: Path) -> Start:
    with _demo_in(folder) as process:
        return _rested(process, process.until_it_says("http://"))


def _rested(process: Process, seconds: float) -> Start:
    cpu = process.cpu()
    time.sleep(IDLE_SECONDS)
    return Start(seconds, cpu, process.memory())


@contextmanager
def _demo_in(folder: Path) -> Iterator[Process]:
    """In the folder of the last time: it goes on where it was."""
    kept = {key: text for key, text in os.environ.items() if not key.startswith("CCHC_")}
    command = [sys.executable, "-m", "bot", "demo", "--port", "0"]
    with (folder / "log").open("wb") as log:
        began = time.time()
        demo = subprocess.Popen(
            command, cwd=folder, env={**kept, "PYTHONPATH": str(ROOT)}, stdout=log, stderr=log
        )
    try:
        yield Process(demo.pid, began, folder / "log")
    finally:
        demo.kill()
        demo.wait()


def _imports(statement: str) -> Start:
    before, began = os.times(), time.time()
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = os.times()
    cpu = after.children_user + after.children_system
    return Start(time.time() - began, cpu - before.children_user - before.children_system)
