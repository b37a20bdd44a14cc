"""A bot in this process without HTTP: the real poller, inbox, worker and dispatcher on a real
database, a scripted Telegram before them, and a conversation that remembers all it was told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

import handlers
from bot.channel import Channel, Pulse
from bot.clamd import Clamd
from bot.dispatcher import Dispatcher
from bot.gate import Gate
from bot.kitchen import Kitchen
from bot.receiving import Reception
from bot.store import Store
from bot.telegram import TelegramChannel
from bot.telegram.polling import Patience, Poller
from bot.turns import Turns
from bot.worker import Worker
from handlers.dialogue import Conversation, State, Turn, on_command, on_text
from models import units
from models.clock import wall_clock
from models.conversations import Chat
from models.database import Database
from models.people import Account, Binding, Person, Role
from tests.bot_api import TOKEN

QUICK = Patience(first=0.01, longest=0.05, store=0.01, conflict=0.01)
FIRST_CHAT = 600_000_000
BACKLOG = 400


class At(State):
    TEXT = "text"


class Ledger:
    """Its memory is the order in which things were done. ``before`` may raise."""

    def __init__(self, before: Callable[[str], None] = lambda _: None) -> None:
        self._before = before
        self.conversation = Conversation(
            name="ledger",
            entry_points=[on_command("so", self._begin)],
            states={At.TEXT: [on_text(self._add)]},
        )

    def _begin(self, turn: Turn) -> State:
        turn.memory["said"] = []
        return turn.ask(At.TEXT, "evidence_ask_explanation", code="1.1.1", title="Kế hoạch")

    def _add(self, turn: Turn, text: str) -> State:
        turn.memory["said"] = [*turn.memory["said"], text]
        state = turn.ask(At.TEXT, "evidence_ask_explanation", code="1.1.1", title=text)
        self._before(text)  # What was done and said before must be undone with it.
        return state


class Script:
    """Telegram that gives these batches, one after another, and then nothing more."""

    def __init__(self, batches: Iterator[list[dict[str, Any]]], is_busy: Callable[[], bool]):
        self.request = SimpleNamespace(skew=None)
        self.done = asyncio.Event()
        self._batches, self._is_busy = batches, is_busy

    async def call(self, method: str, *, seconds: float, **values: Any) -> list[dict[str, Any]]:
        assert method == "getUpdates"
        while self._is_busy():
            await asyncio.sleep(0.005)
        if (batch := next(self._batches, None)) is not None:
            return batch
        self.done.set()
        await asyncio.sleep(seconds)
        return []


@contextlib.asynccontextmanager
async def worker_for(
    sessions: sessionmaker[Session], folder: Path, ledger: Ledger
) -> AsyncIterator[Worker]:
    channel = TelegramChannel(TOKEN)
    channels: dict[str, Channel] = {channel.name: channel}
    talks = [c for c in handlers.CONVERSATIONS if c.strangers]
    dispatcher = Dispatcher(
        [*talks, ledger.conversation],
        {channel.name: channel.abilities},
        links=lambda kind, code: f"https://cchc.test/{kind}/{code}",
    )
    database, kitchen = Database(sessions.kw["bind"]), Kitchen()
    reception = Reception(Store(folder), kitchen, channels, Clamd(""))
    clock, gate, wake = wall_clock, Gate(0, 0), lambda: None
    turns = Turns(database, dispatcher, channels, reception, clock, wake, gate)
    worker = Worker(database, turns, channels, clock, wake, gate)
    yield worker
    await worker.stop(5)


async def play(worker: Worker, batches: Iterator[list[dict[str, Any]]]) -> None:
    """Poll until the script has ended and every event had its turn."""
    script = Script(batches, lambda: worker.backlog > BACKLOG)
    poller = Poller(
        script,  # type: ignore[arg-type]
        1234567890,
        worker,
        lambda _: None,
        Pulse(),
        patience=QUICK,
    )
    polling = asyncio.create_task(poller.run())
    await script.done.wait()
    while worker._lanes:
        await asyncio.sleep(0.01)
    polling.cancel()


def enlist(sessions: sessionmaker[Session], count: int) -> None:
    """So many people with a role and a chat, numbered from ``FIRST_CHAT`` on."""
    now = wall_clock()
    with sessions.begin() as session:
        unit = units.by_code(session, "STP")
        assert unit is not None
        ids = session.scalars(
            insert(Person).returning(Person.id, sort_by_parameter_order=True),
            [{"name": f"P{n}", "created_at": now} for n in range(count)],
        ).all()
        role = {"unit_id": unit.id, "role": Role.FOCAL_OFFICER, "since": now}
        session.execute(insert(Binding), [{"person_id": id, **role} for id in ids])
        where = {"channel": "telegram", "bound_at": now, "last_used_at": now}
        accounts = [
            {"person_id": id, "address": str(FIRST_CHAT + n), **where} for n, id in enumerate(ids)
        ]
        session.execute(insert(Account), accounts)


def text_update(id: int, chat: int, text: str) -> dict[str, Any]:
    place = {"id": chat, "type": "private", "first_name": "P"}
    sender = {"id": chat, "is_bot": False, "first_name": "P"}
    message = {"message_id": id, "date": 1_793_000_000, "chat": place, "from": sender}
    return {"update_id": id, "message": {**message, "text": text}}


def said(sessions: sessionmaker[Session]) -> dict[str, Sequence[str]]:
    """What each chat's conversation remembers, by the chat's address."""
    with sessions() as session:
        rows = session.execute(select(Chat.address, Chat.memory))
        return {address: memory.get("said", []) for address, memory in rows}
