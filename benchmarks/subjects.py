"""Who is measured, and the environment in which aiogram lives."""

import subprocess
import sys
from pathlib import Path

from benchmarks.api import TOKEN
from benchmarks.processes import ROOT, Subject

AIOGRAM = "aiogram==3.31.0"
_FOLDER = ROOT / "var" / "benchmarks" / "aiogram"
_BOTS = ROOT / "benchmarks" / "bots"


def own(database: Path, kind: str = "all") -> Subject:
    command = [sys.executable, "-m", "benchmarks.bots.own", kind]
    return Subject("cchc", command, database)


def telegram_bot(kind: str, name: str = "python-telegram-bot") -> Subject:
    return Subject(name, [sys.executable, "-m", "benchmarks.bots.telegram_bot", kind])


def aiogram() -> Subject | None:
    """None where it could not be installed. It wants an older pydantic than this project has,
    so it gets an environment of its own."""
    python = _FOLDER / "bin" / "python"
    uv = Path(sys.executable).parent / "uv"
    if not python.exists():
        try:
            _run(str(uv), "venv", "--quiet", str(_FOLDER))
            _run(str(uv), "pip", "install", "--quiet", "--python", str(python), AIOGRAM)
        except (OSError, subprocess.CalledProcessError):
            python.unlink(missing_ok=True)
            return None
    return Subject("aiogram", [str(python), str(_BOTS / "aiogram_bot.py"), TOKEN])


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
