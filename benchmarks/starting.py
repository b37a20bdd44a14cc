"""From the start of a process to its first poll, and what it then holds in memory."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from benchmarks import figures, subjects
from benchmarks.processes import Subject, running, serving

IDLE_SECONDS = 3.0
IMPORTS = "import bot.cli, bot.app, bot.telegram, handlers, jobs"


def report(database: Path, repeats: int) -> str:
    command = [sys.executable, "-m", "bot", "run"]
    web = Subject("web", command, database, {"CCHC_TELEGRAM__TOKEN": ""})
    bot = Subject("cchc run", command, database)
    peer = subjects.telegram_bot("answer")
    runs: list[tuple[str, Callable[[], tuple[float, float]]]] = [
        ("cchc run, to its first poll", lambda: _to_first_poll(bot)),
        ("cchc run, web only, to its addresses", lambda: _to_addresses(web)),
        ("of that, Python and the imports", _imports),
        ("python-telegram-bot, to its first poll", lambda: _to_first_poll(peer)),
    ]
    found: dict[str, list[tuple[float, float]]] = {name: [] for name, _ in runs}
    for _ in range(repeats):
        for name, run in runs:
            found[name].append(run())
    last = [seconds for seconds, _ in found[runs[-1][0]]]
    rows = []
    for name, pairs in found.items():
        seconds = [each for each, _ in pairs]
        memory = median(each for _, each in pairs)
        rows.append(
            [
                name,
                f"{median(seconds):.2f}",
                figures.ratio(seconds, last),
                f"{memory:.0f}" if memory else "",
            ]
        )
    return figures.table("Start and rest", ["process", "seconds", "ratio", "idle MB"], rows)


def _to_first_poll(subject: Subject) -> tuple[float, float]:
    with serving() as api, running(subject, api.url) as process:
        seconds = api.first_poll() - process.began
        time.sleep(IDLE_SECONDS)
        return seconds, process.memory()


def _to_addresses(subject: Subject) -> tuple[float, float]:
    with running(subject, "http://127.0.0.1:1") as process:
        seconds = process.until_it_says("http://")
        time.sleep(IDLE_SECONDS)
        return seconds, process.memory()


def _imports() -> tuple[float, float]:
    began = time.time()
    subprocess.run([sys.executable, "-c", IMPORTS], check=True)
    return time.time() - began, 0.0
