"""The one place where the parts are made and joined, started and stopped."""

import asyncio
import contextlib
import logging
import signal
import time
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web

import handlers
from bot import alarms, guard, memory, starting, symptoms, systemd
from bot.channel import Abilities, Channel, Pulse
from bot.clamd import Clamd
from bot.config import Config
from bot.dispatcher import Dispatcher
from bot.gate import Gate
from bot.health import Health
from bot.hearts import Beat
from bot.kitchen import Kitchen
from bot.links import Links
from bot.loop_watch import LoopWatch
from bot.postman import Postman
from bot.receiving import Reception
from bot.serving import Addresses, serve
from bot.status_line import StatusLine
from bot.store import Store
from bot.ticking import Ticking
from bot.turns import Turns
from bot.vitals import Vitals
from bot.web.channel import WebChannel
from bot.web.server import make_app
from bot.web.world import PLATFORM_PATHS, WebSettings, World
from bot.words import Words
from bot.worker import Worker
from handlers.dialogue import Conversation
from models import database as databases
from models.clock import Clock, wall_clock

logger = logging.getLogger(__name__)

# Ten in all: turns in hand, then messages on their way, then connections and children.
TURNS_SECONDS = 3.0
SENDS_SECONDS = 4.0
RESTART_SECONDS = 5.0


@dataclass(frozen=True)
class Extension:
    """What the demo adds to the bot: pages of its own, a line above each chat."""

    routes: Callable[["Bot", web.Application], None]
    note: Callable[[str], str] | None = None


class Bot:
    """Everything that runs in the one process."""

    def __init__(
        self,
        config: Config,
        clock: Clock = wall_clock,
        extension: Extension | None = None,
        conversations: Sequence[Conversation] = handlers.CONVERSATIONS,
        words: Words | None = None,
    ) -> None:
        self.config = config
        self.clock = clock
        self.words = words or Words()
        self.engine = databases.create(config.database.url.reveal())
        self.database = databases.Database(self.engine)
        self.store = Store(config.storage.directory)
        self.kitchen = Kitchen()
        self.links = Links(config)
        self.web = WebChannel(clock)
        self.channels: dict[str, Channel] = {self.web.name: self.web}
        self.stopping = asyncio.Event()
        self._extension = extension
        self._conversations = conversations
        self._pulses: dict[str, Pulse] = {}
        self._loop_watch = LoopWatch()
        self._lasting: list[asyncio.Task[None]] = []
        self._started = time.monotonic()
        self._routes: list[web.RouteDef] = []

    async def run(self, started: Callable[[Addresses], None] = lambda _: None) -> None:
        """Run until SIGTERM or SIGINT. Raises CannotStart, AlreadyRunning, OSError."""
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, self.stopping.set)
        async with self.running() as addresses:
            await asyncio.to_thread(memory.settle)
            started(addresses)
            systemd.notify("READY=1")
            watchdog = asyncio.create_task(systemd.keep_alive(self.is_well), name="watchdog")
            await self.stopping.wait()
            systemd.notify("STOPPING=1")
            watchdog.cancel()

    def is_well(self) -> bool:
        """Whether all parts go on; a platform that is known to be away needs no restart (X18)."""
        stuck = any(symptoms.is_stuck(pulse, self._started) for pulse in self._pulses.values())
        return not stuck and not any(task.done() for task in self._lasting)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Addresses]:
        """The bot at work; stops gracefully at the end: what waits is in the database."""
        held = guard.take(self.engine)
        self._leading = guard.Leading(held)
        try:
            starting.check_storage(self.config.storage.directory)
            await asyncio.to_thread(self.store.sweep)
            await self._add_telegram()
            self._join()
            await self.worker.resume()
            self._ticking = Ticking(
                self.database.sessions,
                self.clock,
                lambda: symptoms.is_clock_wrong(self._pulses.values()),
            )
            self._ticking.start()
            runners, addresses = await self._listen()
            sending = asyncio.create_task(self.postman.run(), name="postman")
            looking = asyncio.create_task(self.worker.look_for_more(), name="inbox")
            measuring = asyncio.create_task(self._loop_watch.run(), name="loop watch")
            guarding = asyncio.create_task(self._leading.keep(self.stopping.set), name="guard")
            channels = [
                asyncio.create_task(self._keep_running(channel), name=channel.name)
                for channel in self.channels.values()
            ]
            self._lasting = [sending, looking, measuring, *channels]
            watcher = alarms.watch(self.config, self._watched, self.words, self.clock)
            try:
                yield addresses
            finally:
                if watcher is not None:
                    watcher.stop()
                self._ticking.stop()
                await _cancel([*channels, looking, measuring, guarding])
                await self.worker.stop(TURNS_SECONDS)
                await self.postman.stop(SENDS_SECONDS)
                await _cancel([sending])
                await asyncio.gather(*(runner.cleanup() for runner in runners))
                await self._close()
        finally:
            held.release()

    async def _close(self) -> None:
        await self.kitchen.close()
        for channel in self.channels.values():
            close = getattr(channel, "close", None)
            if asyncio.iscoroutinefunction(close):
                await close()
        await asyncio.to_thread(self.database.close)

    async def _add_telegram(self) -> None:
        token = starting.token(self.config)
        if not token:
            return
        await self.database.read(lambda session: starting.check_bot(session, token))

        async def known() -> None:
            await self.database.write(lambda session: starting.remember_bot(session, token))

        telegram = await starting.telegram(self.config, token, self.words, known)
        self.links.telegram_name = lambda: telegram.username
        self.channels[telegram.name] = telegram
        self._pulses[telegram.name] = telegram.pulse
        self._routes = telegram.routes()

    def _join(self) -> None:
        abilities: dict[str, Abilities] = {n: c.abilities for n, c in self.channels.items()}
        self.dispatcher = Dispatcher(self._conversations, abilities, self.links)
        self.postman = Postman(
            self.database, self.channels, self.words, self.store, self.kitchen, self.clock
        )
        database, channels, clock = self.database, self.channels, self.clock
        wake = self.postman.wake
        gate = Gate(self.config.limits.turns_a_minute, self.config.limits.uploads_a_minute)
        scanner = Clamd(self.config.clamd.address)
        reception = Reception(self.store, self.kitchen, channels, scanner)
        turns = Turns(database, self.dispatcher, channels, reception, clock, wake, gate)
        self.worker = Worker(database, turns, channels, clock, wake, gate)

    def _beats(self) -> list[Beat]:
        """The parts that must go on, each as it is now."""
        return [*self._ticking.beats(), self.postman.heart.look()]

    def _watched(self) -> list[Beat]:
        channels = [
            symptoms.beat_of_channel(name, pulse, self._started)
            for name, pulse in self._pulses.items()
        ]
        return [*self._beats(), *channels]

    def _vitals(self) -> Vitals:
        return Vitals(
            pulses=self._pulses,
            beats=self._beats(),
            free_bytes=self.store.free(),
            lag=self._loop_watch.lag,
            started=self._started,
            leads=self._leading.now,
        )

    async def _listen(self) -> tuple[list[web.AppRunner], Addresses]:
        settings = self.config
        extension = self._extension
        public = settings.web.public_url
        world = World(
            database=self.database,
            store=self.store,
            words=self.words,
            clock=self.clock,
            inbox=self.worker,
            channel=self.web,
            settings=WebSettings(public, secure=public.startswith("https://")),
            status_line=StatusLine(self.words, self.clock),
            note=extension.note if extension else None,
            extra_routes=self._add_routes,
            own_home=extension is not None,
        )
        health = Health(self.database, self.clock, self._vitals, self.words)
        web_runner, web_url = await serve(make_app(world), settings.web.host, settings.web.port)
        self.links.base = public or web_url
        health_runner, health_url = await serve(
            health.app(), settings.health.host, settings.health.port
        )
        return [web_runner, health_runner], Addresses(web_url, health_url)

    def _add_routes(self, app: web.Application) -> None:
        app.add_routes(self._routes)
        app[PLATFORM_PATHS].update(route.path for route in self._routes)
        if self._extension is not None:
            self._extension.routes(self, app)

    async def _keep_running(self, channel: Channel) -> None:
        """A channel that ends by an error is started again, and the log says so."""
        while True:
            try:
                await channel.run(self.worker)
            except Exception:
                logger.exception("channel %s ended; starting it again", channel.name)
            await asyncio.sleep(RESTART_SECONDS)


async def _cancel(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
