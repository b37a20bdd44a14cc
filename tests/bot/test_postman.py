"""Every message ends as sent, unknown, unreachable or malformed; never silently, never twice
unasked (I5, reliability.md 3). Over real HTTP, on a real database."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError
from sqlalchemy.orm import Session, sessionmaker

from bot.kitchen import Kitchen
from bot.postman import Postman
from bot.store import Kept, Store
from bot.telegram import TelegramChannel
from bot.words import Words
from models import claiming, outbox, sending
from models import database as databases
from models.clock import Clock, wall_clock
from models.database import Database
from models.messages import BLANK, Enclosure, Kind, Secret
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import Account, Person
from tests.bot_api import TOKEN, Server, User, serve


@pytest.fixture
def api() -> Iterator[Server]:
    with serve() as server:
        yield server


class Office:
    """An outbox, a postman, and a Telegram to send to."""

    def __init__(self, url: str, folder: Path, api: Server, clock: Clock = wall_clock) -> None:
        self._clock = clock
        self._url = url
        self._folder = folder
        self._api = api
        self._count = 0
        self.store_of = Store

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[Database]:
        """A process's life: from one start of the postman to its end."""
        database = Database(databases.create(self._url))
        channel = TelegramChannel(TOKEN, api_url=self._api.url)
        kitchen, store = Kitchen(), self.store_of(self._folder)
        postman = Postman(database, {channel.name: channel}, Words(), store, kitchen, self._clock)
        task = asyncio.create_task(postman.run())
        try:
            yield database
        finally:
            await postman.stop(5)
            task.cancel()
            await channel.close()
            await kitchen.close()
            database.close()

    async def dies_after(self, seconds: float) -> None:
        """A life that ends at once, without a word to the database."""
        database = Database(databases.create(self._url))
        channel = TelegramChannel(TOKEN, api_url=self._api.url)
        kitchen, store = Kitchen(), self.store_of(self._folder)
        postman = Postman(database, {channel.name: channel}, Words(), store, kitchen, self._clock)
        task = asyncio.create_task(postman.run())
        await asyncio.sleep(seconds)
        dying = [task, *postman._tasks]
        for each in dying:
            each.cancel()
        await asyncio.gather(*dying, return_exceptions=True)
        await channel.close()
        await kitchen.close()
        database.close()

    def queue(self, session: Session, user: User, kind: Kind = Kind.ANSWER) -> int:
        self._count += 1
        id = outbox.enqueue(
            session,
            "edit_not_recorded",
            to=Recipient("telegram", str(user.id)),
            key=f"test:{self._count}",
            at=self._clock(),
            kind=kind,
        )
        assert id is not None
        return id


@pytest.fixture
def office(database_url: str, tmp_path: Path, api: Server) -> Office:
    return Office(database_url, tmp_path, api)


async def settled(database: Database, count: int, seconds: float = 10) -> list[OutboxMessage]:
    """All messages, once ``count`` of them have come to an end."""

    def read(session: Session) -> list[OutboxMessage]:
        return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))

    async with asyncio.timeout(seconds):
        while True:
            found = await database.read(read)
            if sum(message.settled_at is not None for message in found) >= count:
                return found
            await asyncio.sleep(0.01)


def statuses(sessions: sessionmaker[Session]) -> Counter[SendStatus]:
    with sessions() as session:
        return Counter(session.scalars(select(OutboxMessage.status)))


def run(office: Office, messages: Callable[[Session], None], count: int) -> list[OutboxMessage]:
    """Queue, let the postman work until ``count`` messages are settled."""

    async def work() -> list[OutboxMessage]:
        async with office.open() as database:
            await database.write(messages)
            return await settled(database, count)

    return asyncio.run(work())


def test_messages_of_a_chat_arrive_in_the_order_in_which_they_were_said(
    office: Office, api: Server
) -> None:
    an = api.user("An")

    def three(session: Session) -> None:
        for _ in range(3):
            office.queue(session, an)

    sent = run(office, three, 3)

    assert [m.status for m in sent] == [SendStatus.SENT] * 3
    assert [m.platform_id for m in sent] == [str(m.id) for m in an.messages()]


class AwayOnce(Store):
    """Where a report is to be kept, no connection of the pool becomes free the first time."""

    async def keep(self, *arguments: Any) -> Kept:
        AwayOnce.keep = Store.keep  # type: ignore[method-assign]
        raise TimeoutError("no connection")


def test_a_document_that_could_not_be_made_for_now_is_made_later(
    office: Office, api: Server
) -> None:
    """An outage while a report is made must not look like a message that nobody can send."""
    an, office.store_of = api.user("An"), AwayOnce

    def document(session: Session) -> None:
        names = {"owner": "Sở Nội vụ", "unit": "Sở Tư pháp", "year": 2026, "campaign": 1}
        values = {**names, "language": "vi", "made_at": wall_clock(), "windows": []}
        outbox.enqueue(
            session,
            "edit_not_recorded",
            to=Recipient("telegram", str(an.id)),
            key="document",
            at=wall_clock(),
            kind=Kind.DOCUMENT,
            enclosure=Enclosure("lich.ics", report="calendar", values=values),
        )

    [sent] = run(office, document, 1)
    assert (sent.status, sent.attempts) == (SendStatus.SENT, 2)


def test_a_code_leaves_its_row_when_telegram_has_it(office: Office, api: Server) -> None:
    """Nobody who reads the database gets in with a code that was only shown to somebody."""
    an, code = api.user("An"), "K7Q2MZ9T4WXB8H3D5RVC6JN0PA"
    api.fault("sendMessage", "429", retry_after=1)

    def show(session: Session) -> None:
        outbox.enqueue(
            session,
            "log_in_link",
            {"link": Secret(f"https://cchc.test/start/{code}"), "minutes": 15},
            to=Recipient("telegram", str(an.id)),
            key="test:secret",
            at=wall_clock(),
            kind=Kind.ANSWER,
        )

    [row] = run(office, show, 1)

    [message] = an.messages()
    assert code in message.text
    assert (row.values, row.holds_secret) == ({"link": {"$secret": BLANK}, "minutes": 15}, False)
    assert Words().letter(row).plain.splitlines()[1] == "••••"


def test_answers_go_before_notices(office: Office, api: Server) -> None:
    people = [api.user(str(n)) for n in range(40)]

    def queue(session: Session) -> None:
        for person in people:
            office.queue(session, person, Kind.NOTICE)
        office.queue(session, api.user("asks"))

    sent = run(office, queue, 41)

    order = [message["chat_id"] for message in api.state()["delivered"]]
    assert len(sent) == 41
    assert order.index(int(sent[-1].address)) < 32


def test_a_wish_to_wait_is_kept_across_a_restart(office: Office, api: Server) -> None:
    an = api.user("An")
    api.fault("sendMessage", "429", retry_after=2)

    async def first() -> None:
        async with office.open() as database:
            await database.write(lambda session: office.queue(session, an))
            async with asyncio.timeout(5):
                while not await database.read(lambda s: sending.pauses(s, wall_clock())):
                    await asyncio.sleep(0.01)

    asyncio.run(first())
    stopped_at = wall_clock()
    sent = run(office, lambda _: None, 1)

    assert [m.status for m in sent] == [SendStatus.SENT]
    assert sent[0].settled_at is not None
    assert sent[0].settled_at - stopped_at > timedelta(seconds=1)
    assert api.state()["refusals"] == {"sendMessage 429": 1}


@pytest.mark.parametrize("fault", ["502", "reset"])
def test_an_answer_that_may_have_arrived_goes_once_more_and_a_notice_does_not(
    office: Office, api: Server, fault: str
) -> None:
    an, binh = api.user("An"), api.user("Bình")
    api.fault("sendMessage", fault, after=True, chat=an.id)
    api.fault("sendMessage", fault, after=True, chat=binh.id)

    def queue(session: Session) -> None:
        office.queue(session, an)
        office.queue(session, binh, Kind.NOTICE)

    sent = run(office, queue, 2)

    assert [m.status for m in sent] == [SendStatus.SENT, SendStatus.UNKNOWN]
    assert (len(an.messages()), len(binh.messages())) == (2, 1)


def test_an_answer_is_not_repeated_for_ever(office: Office, api: Server) -> None:
    an = api.user("An")
    api.fault("sendMessage", "502", after=True, times=-1)

    sent = run(office, lambda session: office.queue(session, an) and None, 1)

    assert [m.status for m in sent] == [SendStatus.UNKNOWN]
    assert len(an.messages()) == sending.MOST_COPIES


def test_what_was_on_its_way_when_the_process_ended_is_unknown(
    office: Office, api: Server, sessions: sessionmaker[Session]
) -> None:
    an, binh = api.user("An"), api.user("Bình")
    with sessions.begin() as session:
        ids = [office.queue(session, an), office.queue(session, binh, Kind.NOTICE)]
        assert [c.id for c in claiming.claim(session, ids, wall_clock())] == ids

    sent = run(office, lambda _: None, 2)

    assert [m.status for m in sent] == [SendStatus.SENT, SendStatus.UNKNOWN]


def test_a_bot_that_dies_again_and_again_uses_up_no_answers_second_chance(
    office: Office, api: Server, sessions: sessionmaker[Session]
) -> None:
    """Each of its lives ends while it sends; few messages are struck, no answer for good (X1)."""
    users = [api.user(f"Officer{number}") for number in range(40)]
    with sessions.begin() as session:
        for user in users[:6]:
            office.queue(session, user)
        for user in users[6:]:
            office.queue(session, user, Kind.NOTICE)
    api.fault("sendMessage", "hang", times=-1)
    lives = 6
    for _ in range(lives):
        asyncio.run(office.dies_after(0.3))
    struck = statuses(sessions)
    assert struck[SendStatus.UNKNOWN] <= 2 * lives, struck
    api.heal()

    sent = run(office, lambda _: None, 40)

    answers = [message.status for message in sent if message.kind is Kind.ANSWER]
    assert answers == [SendStatus.SENT] * 6


@pytest.mark.parametrize("state", ["blocked", "deactivated", "not_found"])
def test_who_cannot_be_written_to_is_recorded_once_and_not_tried_again(
    office: Office, api: Server, sessions: sessionmaker[Session], state: str
) -> None:
    an = api.user("An")
    an.becomes(state)
    with sessions.begin() as session:
        at = wall_clock()
        person = Person(name="Nguyễn Văn An", created_at=at)
        session.add(person)
        session.flush()
        where = {"channel": "telegram", "address": str(an.id)}
        session.add(Account(person_id=person.id, bound_at=at, last_used_at=at, **where))

    sent = run(office, lambda session: office.queue(session, an) and None, 1)

    assert [m.status for m in sent] == [SendStatus.UNREACHABLE]
    assert api.state()["calls"]["sendMessage"] == 1
    with sessions() as session:
        assert session.scalars(select(Account.unreachable_since)).one() is not None


def test_a_chat_that_moved_gets_its_message_at_the_new_address(
    office: Office, api: Server
) -> None:
    old, new = api.user("group", id=-100), api.user("supergroup", id=-100200)
    old.becomes("migrated", migrated_to=new.id)

    sent = run(office, lambda session: office.queue(session, old) and None, 1)

    assert [(m.status, m.address) for m in sent] == [(SendStatus.SENT, str(new.id))]
    assert len(new.messages()) == 1


def test_while_nobody_answers_a_message_waits_and_then_goes(office: Office, api: Server) -> None:
    an = api.user("An")

    async def work() -> list[OutboxMessage]:
        async with office.open() as database:
            away = api.away()
            await asyncio.to_thread(away.__enter__)
            await database.write(lambda session: office.queue(session, an))
            async with asyncio.timeout(5):
                while not (await database.read(_first)).attempts:
                    await asyncio.sleep(0.01)
            await asyncio.to_thread(away.__exit__, None, None, None)
            return await settled(database, 1)

    sent = asyncio.run(work())

    assert [m.status for m in sent] == [SendStatus.SENT]
    assert len(an.messages()) == 1


def _first(session: Session) -> OutboxMessage:
    return session.scalars(select(OutboxMessage)).first() or OutboxMessage(attempts=0)


def test_one_key_is_one_message(sessions: sessionmaker[Session]) -> None:
    to = Recipient("telegram", "7")
    with sessions.begin() as session:
        first = outbox.enqueue(session, "a", to=to, key="reminder:1:2", at=wall_clock())
        again = outbox.enqueue(session, "a", to=to, key="reminder:1:2", at=wall_clock())

    assert (first is not None, again) == (True, None)


def test_a_person_without_an_account_is_shown_as_unreachable(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        person = Person(name="Nguyễn Văn An", created_at=wall_clock())
        session.add(person)
        session.flush()
        outbox.enqueue(session, "a", to=person, key="k", at=wall_clock())
    with sessions() as session:
        assert session.scalars(select(OutboxMessage.status)).all() == [SendStatus.UNREACHABLE]
