"""A ``cchc`` that somebody types: a process of its own, forked from one that has read all code,
since reading it takes longer than any command."""

import multiprocessing
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.cli import cli

PATIENCE = 60.0  # Seconds, for machines that have other things to do.
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "tests.faults.crash_points.warm"])


def cchc(
    arguments: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> tuple[int, str, str]:
    """The exit status, and what stands on standard output and error, which are files beside
    ``folder``."""
    told = [folder.with_name(f"{folder.name}.{name}") for name in ("out", "err")]
    process = _FORKS.Process(target=_live, args=(arguments, folder, dict(environment), told))
    process.start()
    process.join(PATIENCE)
    assert process.exitcode is not None, "it does not end"
    out, err = (path.read_text("utf-8") for path in told)
    return process.exitcode, out, err


def _live(
    arguments: Sequence[str], folder: Path, environment: dict[str, str], told: list[Path]
) -> None:
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    for stream, path in enumerate(told, start=1):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), stream)
    cli(arguments, prog_name="cchc")
