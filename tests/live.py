"""The whole bot, running: its real loop in a thread, on a clock that the test turns."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import handlers
from bot.app import Bot
from bot.config import (
    Config,
    DatabaseSection,
    HealthSection,
    LimitsSection,
    StorageSection,
    TelegramSection,
    WebSection,
)
from bot.sections import Secret
from bot.serving import Addresses
from handlers.dialogue import Conversation
from jobs import reminders
from models.clock import Clock

UNLIMITED = LimitsSection(turns_a_minute=0, uploads_a_minute=0)


class Live:
    """A bot in this process; ``addresses`` are those of its servers."""

    def __init__(
        self,
        config: Config,
        clock: Clock,
        conversations: Sequence[Conversation] = handlers.CONVERSATIONS,
    ) -> None:
        self._config = config
        self._clock = clock
        self._conversations = conversations
        self._ready: Future[Addresses] = Future()
        self._thread = threading.Thread(target=self._serve, name="live-bot", daemon=True)
        self._thread.start()
        self.addresses = self._ready.result(timeout=20)

    def tick(self) -> None:
        """What APScheduler does every few seconds."""
        reminders.queue_due_reminders(self.bot.database.sessions, self._clock)
        self._loop.call_soon_threadsafe(self.bot.postman.wake)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(timeout=20)

    def _serve(self) -> None:
        try:
            asyncio.run(self._run())
        except BaseException as error:
            if not self._ready.done():
                self._ready.set_exception(error)
            raise

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        self.bot = Bot(self._config, self._clock, conversations=self._conversations)
        async with self.bot.running() as addresses:
            self._ready.set_result(addresses)
            await self._stopped.wait()


def configure(
    database_url: str,
    folder: Path,
    limits: LimitsSection = UNLIMITED,
    token: str = "",
    **telegram: Any,
) -> Config:
    """A configuration that listens on free ports and keeps everything in ``folder``.

    Without limits: on a clock that stands, all happens within one minute.
    """
    return Config(
        database=DatabaseSection(Secret(database_url)),
        storage=StorageSection(directory=folder / "evidence"),
        web=WebSection(port=0),
        health=HealthSection(port=0),
        limits=limits,
        telegram=TelegramSection(Secret(token), poll_seconds=1, **telegram),
    )


@contextlib.contextmanager
def running(config: Config, clock: Clock, **more: Any) -> Iterator[Live]:
    live = Live(config, clock, **more)
    try:
        yield live
    finally:
        live.stop()
