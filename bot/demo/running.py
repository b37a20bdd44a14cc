"""Starts the bot on a folder of its own, with the sample province and the demo's pages."""

import asyncio
import dataclasses
from pathlib import Path

from aiohttp import web

from bot import log
from bot.app import Bot, Extension
from bot.config import Config, DatabaseSection, HealthSection, StorageSection, TelegramSection
from bot.demo import province
from bot.demo.clock import DemoClock
from bot.demo.pages import DemoPages
from bot.desk import Desk
from bot.guard import AlreadyRunning
from bot.sections import Secret
from bot.serving import Addresses
from bot.starting import CannotStart
from bot.store import Store
from bot.words import Words
from jobs import reminders

FOLDER = Path("var/demo")


def demo_config(config: Config, port: int | None, folder: Path = FOLDER) -> Config:
    """The demo keeps apart from a real database and never talks to a platform."""
    web = config.web
    return dataclasses.replace(
        config,
        database=DatabaseSection(Secret(f"sqlite:///{folder / 'cchc.db'}")),
        storage=StorageSection(folder / "evidence"),
        telegram=TelegramSection(),
        health=HealthSection(port=0),
        web=dataclasses.replace(web, host="127.0.0.1", port=web.port if port is None else port),
    )


def run_demo(desk: Desk, port: int | None) -> None:
    """Run until interrupted; the address of the start page is printed."""
    config = demo_config(desk.config, port)
    desk.config = config
    # Whoever tries the demo reads the address, not a log.
    log.set_up("WARNING", "text", config.secrets)
    config.storage.directory.parent.mkdir(parents=True, exist_ok=True)
    desk.prepare_database()
    clock = DemoClock()
    with desk.sessions.begin() as session:
        province.build(session, Store(config.storage.directory))
        clock.load(session)

    def started(addresses: Addresses) -> None:
        desk.say("demo.started", web=addresses.web)

    try:
        asyncio.run(make_bot(config, clock, desk.words).run(started))
    except AlreadyRunning:
        desk.fail("already_running")
    except CannotStart as error:
        desk.fail(f"cannot_start.{error.reason}")
    except OSError as error:
        desk.fail("cannot_listen", error=error.strerror or str(error))


def make_bot(config: Config, clock: DemoClock, words: Words) -> Bot:
    """The bot with the demo's pages on it; its database holds the province already."""

    def add_routes(bot: Bot, app: web.Application) -> None:
        async def moved() -> None:
            # What fell due happens now, not at the next tick.
            sessions = bot.database.sessions
            await asyncio.to_thread(reminders.queue_due_reminders, sessions, bot.clock)
            bot.postman.wake()

        DemoPages(clock, moved).add_routes(app)

    def note(language: str) -> str:
        return words.plain("demo.note", language, at=clock())

    return Bot(config, clock, Extension(add_routes, note), words=words)
