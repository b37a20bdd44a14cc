"""The processes that die: forked from one that has read all code, so that a start is short."""

import asyncio
import contextlib
import io
import logging
import multiprocessing
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from pathlib import Path

from bot import app, cli, desk, worker
from bot.channel import Limits
from bot.config import Config
from bot.telegram.channel import TelegramChannel
from jobs import reminders
from models import database
from tests.faults.crash_points import sabotage
from tests.faults.crash_points.crossings import Crossings
from tests.faults.crash_points.shared import Shared

START_SECONDS = 60.0
_FORKS = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload([__name__, "tests.faults.crash_points.warm"])


@dataclass(frozen=True)
class Order:
    """What a process is to do. ``fatal``: the point at which it dies; empty: none.

    ``sabotage``: the name of a fault that is built in, to see that it is found.
    """

    config: Config
    folder: Path
    fatal: str = ""
    sabotage: str = ""

    @property
    def points(self) -> Path:
        return self.folder / "points"

    @property
    def log(self) -> Path:
        return self.folder / "bot.log"

    @property
    def shared(self) -> Path:
        return self.folder / "shared"

    def without_death(self) -> "Order":
        return replace(self, fatal="")


class Mortal:
    """A process at work until it dies or is killed."""

    def __init__(self, what: Callable[..., None], order: Order, *arguments: str) -> None:
        self._ours, theirs = _FORKS.Pipe()
        self._process = _FORKS.Process(target=what, args=(order, theirs, *arguments), daemon=False)
        self._process.start()
        theirs.close()

    def is_ready(self) -> bool:
        """Wait until it says so; False if it died before."""
        if not wait([self._ours], START_SECONDS):
            raise AssertionError("it neither started nor died")
        try:
            return bool(self._ours.recv())
        except EOFError:
            return False

    def wait_for_the_end(self, seconds: float | None = None) -> bool:
        self._process.join(seconds)
        return self._process.exitcode is not None

    @property
    def status(self) -> int | None:
        """The exit status; negative: the signal that killed it."""
        return self._process.exitcode

    def stop(self) -> None:
        """Ask it to end as SIGTERM would; it can still die on the way."""
        self._ours.close()

    def kill(self) -> None:
        self._process.kill()


def run_bot(order: Order, ready: Connection) -> None:
    """The whole bot, as ``cchc run`` has it, on the clock of the run."""
    shared = _prepare(order)
    asyncio.run(_run_bot(order, shared, ready))


async def _run_bot(order: Order, shared: Shared, ready: Connection) -> None:
    over = asyncio.Event()
    bot = app.Bot(order.config, shared)
    async with bot.running():
        ready.send(True)
        # The test is gone: nobody would end this process otherwise.
        asyncio.get_running_loop().add_reader(ready.fileno(), over.set)
        await over.wait()


def run_command(order: Order, ready: Connection, *arguments: str) -> None:
    """A command of the command line, beside the bot."""
    _prepare(order)
    ready.send(True)
    output = io.StringIO()
    database, storage = order.config.database, order.config.storage
    os.environ["CCHC_DATABASE__URL"] = database.url.reveal()
    os.environ["CCHC_STORAGE__DIRECTORY"] = str(storage.directory)
    with contextlib.redirect_stderr(output), contextlib.redirect_stdout(output):
        try:
            cli.cli.main(args=list(arguments), standalone_mode=False)
        finally:
            (order.folder / "command.log").write_text(output.getvalue())


def _prepare(order: Order) -> Shared:
    logging.basicConfig(filename=order.log, level=logging.WARNING, force=True)
    shared = Shared(order.shared)
    # Which errands meet in one commit depends on milliseconds, and so would what it is called.
    database.SHARED_COMMIT = 1
    Crossings(order.points, lambda: shared.armed, order.fatal).watch()
    desk.wall_clock = shared  # type: ignore[assignment]
    # What takes seconds in earnest takes tenths here; but how long an album is waited for, as a
    # new start may lie between its parts.
    worker.PAUSES = (0.02, 0.02, 0.02)  # type: ignore[misc]
    worker.LOOK_SECONDS = 0.2  # type: ignore[misc, assignment]
    app.RESTART_SECONDS = 0.2
    reminders.TICK_SECONDS = 0.2  # type: ignore[misc, assignment]
    TelegramChannel.limits = Limits(chat_burst=100)
    if order.sabotage:
        sabotage.FAULTS[order.sabotage]()
    return shared


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
