"""The one place where the parts are made and joined, started and stopped."""

import asyncio
import contextlib
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from apscheduler.schedulers.background import BackgroundScheduler

import handlers
import jobs
from bot import guard
from bot.channel import Abilities, Channel, Pulse
from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.health import Health
from bot.kitchen import Kitchen
from bot.links import Links
from bot.postman import Postman
from bot.receiving import Reception
from bot.store import Store
from bot.web.channel import WebChannel
from bot.web.server import WebWorld, make_app
from bot.words import Words
from bot.worker import Worker
from models import database as databases
from models.clock import Clock, wall_clock

logger = logging.getLogger(__name__)

STOP_SECONDS = 10.0
RESTART_SECONDS = 5.0


@dataclass(frozen=True)
class Addresses:
    """Where the servers listen, once they do."""

    web: str
    health: str


class Bot:
    """Everything that runs in the one process. ``extend`` may add pages to the web server."""

    def __init__(
        self,
        config: Config,
        clock: Clock = wall_clock,
        extend: "Callable[[web.Application, Bot], None] | None" = None,
    ) -> None:
        self.config = config
        self.clock = clock
        self.words = Words()
        self.engine = databases.create(config.database.url.get_secret_value())
        self.database = databases.Database(self.engine)
        self.store = Store(config.storage.directory)
        self.kitchen = Kitchen()
        self.links = Links(config)
        self.channels: dict[str, Channel] = {}
        self._extend = extend
        self._guard: guard.Guard | None = None

    async def run(self, started: "Callable[[Addresses], None]" = lambda _: None) -> None:
        """Run until SIGTERM or SIGINT, or until a channel says that it cannot go on."""
        async with self._running() as addresses:
            started(addresses)
            await self._until_stopped()

    @contextlib.asynccontextmanager
    async def _running(self) -> AsyncIterator[Addresses]:
        self._guard = guard.take(self.engine)
        await asyncio.to_thread(self.store.sweep)
        await self._make_channels()
        self._join()
        await self.worker.resume()
        scheduler = self._start_scheduler()
        runners, addresses = await self._listen()
        tasks = [asyncio.create_task(self.postman.run(), name="postman")]
        for channel in self.channels.values():
            tasks.append(asyncio.create_task(self._keep_running(channel), name=channel.name))
        self._tasks = tasks
        try:
            yield addresses
        finally:
            scheduler.shutdown(wait=False)
            for task in tasks[1:]:
                task.cancel()
            await asyncio.gather(*tasks[1:], return_exceptions=True)
            await self.worker.stop(STOP_SECONDS)
            await self.postman.stop(STOP_SECONDS)
            tasks[0].cancel()
            for runner in runners:
                await runner.cleanup()
            await self.kitchen.close()
            await asyncio.to_thread(self.database.close)
            self._guard.release()

    async def _make_channels(self) -> None:
        self.web = WebChannel()
        self.channels[self.web.name] = self.web
        if self.config.token:
            # python-telegram-bot is a third of the start-up time; the web chat needs none of it.
            from bot.telegram import start_telegram

            telegram = await start_telegram(self.config, self.words, self.clock)
            self.channels[telegram.name] = telegram
            self.links.telegram_name = telegram.username

    def _join(self) -> None:
        abilities: dict[str, Abilities] = {n: c.abilities for n, c in self.channels.items()}
        self.dispatcher = Dispatcher(handlers.CONVERSATIONS, abilities, self.links)
        self.postman = Postman(
            self.database, self.channels, self.words, self.store, self.kitchen, self.clock
        )
        self.worker = Worker(
            self.database,
            self.dispatcher,
            self.channels,
            Reception(self.store, self.kitchen, self.channels),
            self.clock,
            self.postman.wake,
        )

    def _start_scheduler(self) -> BackgroundScheduler:
        scheduler = BackgroundScheduler(timezone="UTC")
        jobs.register_all(scheduler, self.database.sessions, self.clock)
        scheduler.start()
        return scheduler

    async def _listen(self) -> tuple[list[web.AppRunner], Addresses]:
        world = WebWorld(
            database=self.database,
            store=self.store,
            words=self.words,
            clock=self.clock,
            inbox=self.worker,
            channel=self.web,
            public_url=self.config.web.public_url,
        )
        page = make_app(world)
        if self._extend is not None:
            self._extend(page, self)
        for channel in self.channels.values():
            routes = getattr(channel, "routes", None)
            if routes is not None:
                page.add_routes(routes(self.worker))
        health = Health(self.database, self.clock, self.pulses, self.store.free)
        settings = self.config
        web_runner, web_url = await _serve(page, settings.web.host, settings.web.port)
        self.links.base = settings.web.public_url or web_url
        health_runner, health_url = await _serve(
            health.app(), settings.health.host, settings.health.port
        )
        return [web_runner, health_runner], Addresses(web_url, health_url)

    def pulses(self) -> dict[str, Pulse]:
        found = {name: getattr(channel, "pulse", None) for name, channel in self.channels.items()}
        return {name: pulse for name, pulse in found.items() if pulse is not None}

    async def _keep_running(self, channel: Channel) -> None:
        """A channel that ends by an error is started again, and the log says so."""
        while True:
            try:
                await channel.run(self.worker)
            except asyncio.CancelledError:
                raise
            except SystemExit:
                raise
            except Exception:
                logger.exception("channel %s ended; starting it again", channel.name)
            await asyncio.sleep(RESTART_SECONDS)

    async def _until_stopped(self) -> None:
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, stopped.set)
        waiter = asyncio.create_task(stopped.wait())
        done, _ = await asyncio.wait([waiter, *self._tasks], return_when=asyncio.FIRST_COMPLETED)
        waiter.cancel()
        for task in done - {waiter}:
            task.result()


async def _serve(app: web.Application, host: str, port: int) -> tuple[web.AppRunner, str]:
    """Listen; the runner, and the address with the port that was really taken."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=2.0)
    await runner.setup()
    site = web.TCPSite(runner, host, port)
    await site.start()
    sockets: Sequence[socket.socket] = site._server.sockets  # type: ignore[union-attr]
    taken = sockets[0].getsockname()[1]
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host
    return runner, f"http://{shown}:{taken}"
