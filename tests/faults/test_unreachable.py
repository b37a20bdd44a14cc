"""People who blocked the bot, left Telegram, or whose chat has another number now: each is tried
once a day at most, shown as unreachable, and found again (I5; X10). Over real HTTP."""

import asyncio
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from models.database import Database
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, Person
from tests.bot.test_postman import Office, settled
from tests.bot_api import Server, User, serve
from tests.clock import TestClock
from tests.faults import figures

DAYS = 3
NOTICES_A_DAY = 4
PEOPLE = figures.count(100, 10)  # Of each kind.


def join(sessions: sessionmaker[Session], user: User, clock: TestClock) -> None:
    at = clock()
    with sessions.begin() as session:
        person = Person(name=str(user.id), created_at=at)
        session.add(person)
        session.flush()
        where = {"channel": "telegram", "address": str(user.id)}
        session.add(Account(person_id=person.id, bound_at=at, last_used_at=at, **where))


def people(api: Server, state: str) -> list[User]:
    found = [api.user() for _ in range(PEOPLE)]
    for user in found:
        more = {"migrated_to": api.user(id=-user.id).id} if state == "migrated" else {}
        user.becomes(state, **more)
    return found


async def spend_days(office: Office, clock: TestClock, users: list[User]) -> None:
    """Several notices a day for everybody; what is queued next finds a chat by its account."""

    def queue(session: Session) -> None:
        addresses = session.scalars(select(Account.address).order_by(Account.id))
        for user, address in zip(users, addresses, strict=True):
            for _ in range(NOTICES_A_DAY):
                office.queue(session, User(user._client, int(address)), Kind.NOTICE)

    for day in range(1, DAYS + 1):
        async with office.open() as database:
            await database.write(queue)
            await ended(database, day * NOTICES_A_DAY * len(users))
        clock.forward(hours=25)


async def ended(database: Database, count: int) -> None:
    """Wait until so many messages have come to an end; looking at each would slow them down."""
    settled = select(func.count()).where(OutboxMessage.settled_at.is_not(None))
    async with asyncio.timeout(60 + PEOPLE):
        while (await database.read(lambda session: session.scalar(settled))) < count:
            await asyncio.sleep(0.1)


@pytest.mark.heavy
@pytest.mark.timeout(60 + DAYS * (60 + PEOPLE))
def test_who_cannot_be_reached_is_tried_once_a_day_and_moved_chats_are_found(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    clock = TestClock()
    with serve() as api:
        gone = [*people(api, "blocked"), *people(api, "deactivated")]
        moved = people(api, "migrated")
        for user in (*gone, *moved):
            join(sessions, user, clock)
        office = Office(database_url, tmp_path, api, clock)
        asyncio.run(spend_days(office, clock, [*gone, *moved]))
        refusals = Counter(api.state()["refusals"])
        arrived = Counter(message.chat_id for message in api.delivered())
    with sessions() as session:
        rows = list(session.scalars(select(OutboxMessage)))
    tries = Counter((row.address, row.created_at) for row in rows if row.attempts)
    left = {str(user.id) for user in gone}
    assert [tries[try_] for try_ in tries if try_[0] in left] == [1] * DAYS * len(gone)
    assert refusals["sendMessage 403"] == DAYS * len(gone)
    assert refusals["sendMessage 400"] == len(moved)
    assert arrived == dict.fromkeys((-user.id for user in moved), DAYS * NOTICES_A_DAY)
    ends = Counter((row.address in left, row.status) for row in rows)
    each = DAYS * NOTICES_A_DAY
    assert ends == {
        (True, SendStatus.UNREACHABLE): each * len(gone),
        (False, SendStatus.SENT): each * len(moved),
    }
    figures.note(
        "X10",
        f"{len(gone)} blocked or deactivated and {len(moved)} moved chats, {NOTICES_A_DAY} "
        f"notices a day for {DAYS} days: {refusals['sendMessage 403']} calls to those who are "
        f"gone, 1 a day and chat; {len(moved)} of {len(moved)} moved chats found",
    )


def test_an_answer_is_tried_though_a_notice_would_not_be(
    sessions: sessionmaker[Session], database_url: str, tmp_path: Path
) -> None:
    """Whoever asks something can be reached."""
    clock = TestClock()
    with serve() as api:
        [an] = people(api, "blocked")[:1]
        join(sessions, an, clock)
        office = Office(database_url, tmp_path, api, clock)

        async def work() -> list[OutboxMessage]:
            async with office.open() as database:
                await database.write(lambda session: office.queue(session, an, Kind.NOTICE))
                await settled(database, 1)
                clock.forward(hours=1)
                an.becomes("")
                await database.write(lambda session: office.queue(session, an, Kind.NOTICE))
                await database.write(lambda session: office.queue(session, an, Kind.ANSWER))
                return await settled(database, 3)

        rows = asyncio.run(work())
        heard = len(an.messages())
    statuses = [row.status for row in rows]
    assert statuses == [SendStatus.UNREACHABLE, SendStatus.UNREACHABLE, SendStatus.SENT]
    assert heard == 1
    assert rows[0].settled_at is not None
    assert rows[2].created_at - rows[0].created_at < timedelta(days=1)
