"""The real web server on a real database, in a thread of its own, with an echo for a bot."""

import asyncio
import threading
import uuid
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, TypeVar

import httpx
from aiohttp import web
from sqlalchemy import select, update

from bot.store import Store
from bot.web.channel import WebChannel
from bot.web.door import COOKIE, TOKEN_HEADER, form_token
from bot.web.server import make_app
from bot.web.world import WebSettings, World
from bot.words import Words
from models import inbox, outbox, web_sessions
from models.clock import wall_clock
from models.database import Database, create
from models.inbox import Arrival, InboxEvent, Waiting
from models.messages import Choice, Enclosure, Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import Account, Binding, By, Person, Role, invitations
from models.units import Unit, UnitKind
from tests.clock import TestClock

T = TypeVar("T")
CHOICES = (Choice("menu"), Choice("back"), Choice("calendar"))


class Site:
    """``address`` is where it listens. Every event is answered by one message with choices."""

    def __init__(self, url: str, folder: Path, clock: TestClock) -> None:
        self.clock = clock
        self.words = Words()
        self.store = Store(folder, free_bytes=0, free_share=0)
        self.channel = WebChannel(clock)
        self.resumed = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self._thread.start()
        self.database = Database(create(url))
        self.address = self.run(self._listen())
        self.write(self._unit)

    # The bot

    async def accept(self, arrivals: Sequence[Arrival]) -> list[Waiting]:
        at = self.clock()
        kept = await self.database.write(lambda session: inbox.store(session, arrivals, at))
        for event in kept:
            answer = self.answer(event.address, f"turn:{event.id}:1")
            task = asyncio.create_task(answer)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return kept

    async def resume(self) -> None:
        self.resumed += 1

    async def answer(
        self,
        address: str,
        key: str,
        name: str = "unknown_here",
        choices: Sequence[Choice] = CHOICES,
        enclosure: Enclosure | None = None,
        **values: Any,
    ) -> None:
        """Queue, deliver, settle: what the postman does."""

        def queue(session: Any) -> OutboxMessage:
            to = Recipient(web_sessions.CHANNEL, address)
            id = outbox.enqueue(
                session,
                name,
                to=to,
                key=key,
                at=self.clock(),
                kind=Kind.ANSWER,
                choices=choices,
                enclosure=enclosure,
                **values,
            )
            return session.get_one(OutboxMessage, id)

        message = await self.database.write(queue)
        await self.channel.deliver(self.words.letter(message))
        sent = update(OutboxMessage).where(OutboxMessage.id == message.id)
        await self.database.write(
            lambda session: session.execute(sent.values(status=SendStatus.SENT))
        )

    # For tests

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def write(self, work: Callable[[Any], T]) -> T:
        return self.run(self.database.write(work))

    def say(self, address: str, name: str = "unknown_here", **values: Any) -> None:
        self.run(self.answer(address, str(uuid.uuid4()), name, **values))

    def invite(self) -> str:
        def make(session: Any) -> str:
            unit = session.scalars(select(Unit)).first()
            role = Role.FOCAL_OFFICER
            return invitations.issue(session, By(self.clock()), unit=unit, role=role, name="An")

        return self.write(make)

    def officer(self, name: str = "Nguyễn Văn An") -> "Guest":
        """Somebody who has joined, with a session."""
        guest = self.guest()

        def join(session: Any) -> None:
            at = self.clock()
            person = Person(name=name, created_at=at)
            session.add(person)
            session.flush()
            account = Account(channel="web", address=guest.chat, person_id=person.id)
            account.bound_at = account.last_used_at = at
            unit = session.scalars(select(Unit)).first()
            role = Role.FOCAL_OFFICER
            session.add(account)
            session.add(Binding(person_id=person.id, unit_id=unit.id, role=role, since=at))

        self.write(join)
        return guest

    def guest(self) -> "Guest":
        """Somebody who has a session and has not joined."""
        chat = web_sessions.new_address()
        token = self.write(lambda s: web_sessions.open_session(s, chat, wall_clock()))
        return Guest(self, chat, token)

    def events(self) -> list[InboxEvent]:
        query = select(InboxEvent).order_by(InboxEvent.id)
        return self.write(lambda session: list(session.scalars(query)))

    def rows(self, table: type[T]) -> list[T]:
        return self.write(lambda session: list(session.scalars(select(table))))

    def end_roles(self) -> None:
        now = self.clock()
        self.write(lambda session: session.execute(update(Binding).values(ended_at=now)))

    def keep(self, content: bytes) -> str:
        return self.store.keep_now([content], 1 << 20).sha256

    def close(self) -> None:
        self.run(self._runner.cleanup())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join()
        self.database.close()

    async def _listen(self) -> str:
        world = World(
            database=self.database,
            store=self.store,
            words=self.words,
            clock=self.clock,
            inbox=self,
            channel=self.channel,
            settings=WebSettings(secure=False),
            status_line=lambda _, person, __: f"CCHC 2026 · {person.name}",
        )
        self._runner = web.AppRunner(make_app(world), access_log=None, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        return f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    @staticmethod
    def _unit(session: Any) -> None:
        session.add(
            Unit(code="STP", name="Sở Tư pháp", short_name="STP", kind=UnitKind.DEPARTMENT)
        )


class Guest:
    """A browser with the session of one chat, as far as HTTP goes."""

    def __init__(self, site: Site, chat: str, token: str) -> None:
        self.site = site
        self.chat = chat
        self.token = token
        self.base = f"{site.address}/c/{chat}/"
        self.client = httpx.Client(
            base_url=self.base,
            cookies={COOKIE: token},
            headers={"Origin": site.address, TOKEN_HEADER: form_token(token)},
            timeout=10,
        )

    def types(self, text: str, id: str = "") -> httpx.Response:
        return self.client.post("messages", json={"id": id or str(uuid.uuid4()), "text": text})

    def hands_in(self, *files: tuple[str, bytes], caption: str = "") -> httpx.Response:
        form = {"id": str(uuid.uuid4()), "caption": caption}
        return self.client.post("files", data=form, files=[("file", file) for file in files])
