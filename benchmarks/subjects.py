"""Who is measured, and the environment in which aiogram lives."""

import subprocess
import sys
from pathlib import Path

from benchmarks.api import TOKEN
from benchmarks.processes import ROOT, Subject

AIOGRAM = "aiogram==3.31.0"
LIMITED = "python-telegram-bot[rate-limiter]==22.8"
_FOLDER = ROOT / "var" / "benchmarks"
_BOTS = ROOT / "benchmarks" / "bots"


def own(database: Path, kind: str = "all") -> Subject:
    command = [sys.executable, "-m", "benchmarks.bots.own", kind]
    return Subject("cchc", command, database)


def telegram_bot(kind: str, name: str = "python-telegram-bot") -> Subject:
    return Subject(name, [sys.executable, "-m", "benchmarks.bots.telegram_bot", kind])


def aiogram() -> Subject | None:
    """None where it could not be installed. It wants an older pydantic than this project has,
    so it gets an environment of its own."""
    python = _environment("aiogram", AIOGRAM)
    return python and Subject("aiogram", [str(python), str(_BOTS / "aiogram_bot.py"), TOKEN])


def limited_library() -> Subject | None:
    """With the library's own limiter, which needs a package that this project does not."""
    python = _environment("limited", LIMITED)
    command = [str(python), "-m", "benchmarks.bots.sending_peers", "library"]
    return python and Subject("python-telegram-bot, AIORateLimiter", command)


def window() -> Subject:
    command = [sys.executable, "-m", "benchmarks.bots.sending_peers", "window"]
    return Subject("30 in any 1.03 s, nothing else", command)


def _environment(name: str, requirement: str) -> Path | None:
    """The Python of an environment with only that in it; None where it cannot be had."""
    python = _FOLDER / name / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    if not python.exists():
        try:
            _run(str(uv), "venv", "--quiet", str(_FOLDER / name))
            _run(str(uv), "pip", "install", "--quiet", "--python", str(python), requirement)
        except (OSError, subprocess.CalledProcessError):
            python.unlink(missing_ok=True)
            return None
    return python


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
