"""The sender among refusals, lost answers and holds, over real HTTP (I5, X6, X7).

``CCHC_SENDS`` messages go through the faults (by hand 100,000); the seed is printed.
"""

import asyncio
import os
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channel import Delivery, Fate, Letter, Limits
from bot.kitchen import Kitchen
from bot.postman import Postman
from bot.store import Store
from bot.telegram import TelegramChannel
from bot.words import Words
from models import database as databases
from models import holds, outbox, sending
from models.clock import wall_clock
from models.database import Database
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import By
from tests.bot_api import TOKEN, Server, serve

SENDS = int(os.environ.get("CCHC_SENDS", "400"))
SEED = int(os.environ.get("CCHC_SEED", "7"))
FIRST_CHAT = 1000


@dataclass(frozen=True)
class Call:
    """One message on its way to the platform, from when to when on the monotonic clock."""

    chat: int
    left_at: float
    ended_at: float
    fate: Fate


class Watched(TelegramChannel):
    """Telegram, and when each message left."""

    calls: list[Call]

    async def deliver(self, letter: Letter) -> Delivery:
        left_at = time.monotonic()
        delivery = await super().deliver(letter)
        self.calls.append(Call(int(letter.address), left_at, time.monotonic(), delivery.fate))
        return delivery


class Office:
    """An outbox, a postman and a Telegram; ``chats`` have somebody in each."""

    def __init__(self, url: str, folder: Path, api: Server, limits: Limits | None) -> None:
        self.database = Database(databases.create(url))
        self.channel = Watched(TOKEN, api_url=api.url)
        self.channel.limits, self.channel.calls = limits or Limits(), []
        self._kitchen = Kitchen()
        channels = {"telegram": self.channel}
        store, words = Store(folder), Words()
        self._postman = Postman(self.database, channels, words, store, self._kitchen, wall_clock)

    async def __aenter__(self) -> "Office":
        self._task = asyncio.create_task(self._postman.run())
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._postman.stop(5)
        self._task.cancel()
        await self.channel.close()
        await self._kitchen.close()
        self.database.close()

    async def queue(self, chats: range | list[int], kind: Kind, label: str = "") -> None:
        def enqueue(session: Session) -> None:
            for number, chat in enumerate(chats):
                to, key = Recipient("telegram", str(chat)), f"{kind}:{label}:{number}"
                outbox.enqueue(
                    session, "edit_not_recorded", to=to, key=key, at=wall_clock(), kind=kind
                )

        await self.database.write(enqueue)
        self._postman.wake()

    async def rows(self) -> list[OutboxMessage]:
        query = select(OutboxMessage).order_by(OutboxMessage.id)
        return await self.database.read(lambda session: list(session.scalars(query)))

    async def settled(self, seconds: float = 60) -> list[OutboxMessage]:
        """All messages, once nothing is queued or on its way."""
        return await self.until(lambda rows: all(row.settled_at for row in rows), seconds)

    async def until(
        self, holds: Callable[[list[OutboxMessage]], bool], seconds: float = 60
    ) -> list[OutboxMessage]:
        async with asyncio.timeout(seconds):
            while not holds(rows := await self.rows()):
                await asyncio.sleep(0.05)
            return rows


@pytest.fixture
def api() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def open_office(database_url: str, tmp_path: Path, api: Server) -> Callable[..., Office]:
    def open(limits: Limits | None = None) -> Office:
        return Office(database_url, tmp_path, api, limits)

    return open


def chats(api: Server, count: int) -> range:
    found = range(FIRST_CHAT, FIRST_CHAT + count)
    for chat in found:
        api.user(id=chat)
    return found


def test_after_a_refusal_nobody_is_written_to_before_the_wish_is_over(
    open_office: Callable[..., Office], api: Server
) -> None:
    """X6: nothing leaves in between, nothing is lost, and the refused one goes first."""
    people = chats(api, 40)
    api.fault("sendMessage", "429", retry_after=2, skip=10)

    async def work() -> tuple[list[Call], list[OutboxMessage]]:
        async with open_office() as office:
            await office.queue(people, Kind.NOTICE)
            return office.channel.calls, await office.settled()

    calls, rows = asyncio.run(work())

    [refused] = [call for call in calls if call.fate is Fate.LATER]
    after = [call for call in calls if call.left_at > refused.ended_at]
    assert min(call.left_at for call in after) >= refused.ended_at + 2
    assert min(after, key=lambda call: call.left_at).chat == refused.chat
    assert {row.status for row in rows} == {SendStatus.SENT}
    assert Counter(m.chat_id for m in api.delivered()) == Counter(people)


def test_a_chat_that_is_over_its_budget_waits_alone(
    open_office: Callable[..., Office], api: Server
) -> None:
    people = chats(api, 20)
    busy = people[0]
    api.fault("sendMessage", "429", retry_after=2, chat=busy, skip=1)

    async def work() -> list[Call]:
        async with open_office() as office:
            await office.queue([busy, busy], Kind.ANSWER)
            await office.until(lambda rows: any(row.error for row in rows))
            await office.queue(people[1:], Kind.NOTICE)
            await office.settled()
            return office.channel.calls

    calls = asyncio.run(work())

    [refused] = [call for call in calls if call.fate is Fate.LATER]
    [again] = [call for call in calls if call.chat == busy and call.left_at > refused.ended_at]
    others = [call for call in calls if call.chat != busy]
    assert again.left_at >= refused.ended_at + 2
    assert min(call.left_at for call in others) < refused.ended_at + 2
    assert len(api.delivered()) == 21


def test_a_pause_is_kept_across_a_restart_and_so_is_the_slower_rate(
    open_office: Callable[..., Office], api: Server
) -> None:
    """X6: a process that starts within the wish sends nothing before its end."""
    [chat] = chats(api, 1)
    api.fault("sendMessage", "429", retry_after=3)

    async def refuse() -> Call:
        async with open_office() as office:
            await office.queue([chat], Kind.NOTICE)
            await office.until(lambda rows: any(row.error for row in rows))
            return office.channel.calls[0]

    async def again() -> tuple[Call, int]:
        async with open_office() as office:
            await office.settled()
            limiter = office._postman._departures._limiters["telegram"]
            return office.channel.calls[0], limiter.per_second(time.monotonic())

    refused = asyncio.run(refuse())
    sent, rate = asyncio.run(again())

    assert sent.left_at >= refused.ended_at + 3
    assert rate == 27


def test_a_hold_stops_a_broadcast_and_its_release_goes_on_without_a_gap_or_a_double(
    open_office: Callable[..., Office], api: Server
) -> None:
    people = chats(api, 100)

    async def work() -> tuple[list[Call], float, float, list[OutboxMessage]]:
        async with open_office() as office:
            await office.queue(people, Kind.NOTICE)
            await office.until(lambda rows: sum(row.settled_at is not None for row in rows) > 20)
            await office.database.write(lambda s: holds.hold(s, By(wall_clock()), "test"))
            held = time.monotonic()
            await asyncio.sleep(1.5)
            released = time.monotonic()
            await office.database.write(lambda s: holds.release(s, By(wall_clock()), None))
            return office.channel.calls, held, released, await office.settled()

    calls, held, released, rows = asyncio.run(work())

    assert [call for call in calls if held + 1 < call.left_at < released] == []
    assert {row.status for row in rows} == {SendStatus.SENT}
    assert Counter(m.chat_id for m in api.delivered()) == Counter(people)


def test_a_platform_that_is_away_is_not_asked_for_each_message(
    open_office: Callable[..., Office], api: Server
) -> None:
    """X8: a few try, the others wait for them; when it is back, all go."""
    people = chats(api, 60)

    async def work() -> tuple[int, list[OutboxMessage]]:
        async with open_office() as office:
            away = api.away()
            await asyncio.to_thread(away.__enter__)
            await office.queue(people, Kind.NOTICE)
            await asyncio.sleep(2.5)
            tried = len(office.channel.calls)
            await asyncio.to_thread(away.__exit__, None, None, None)
            return tried, await office.settled()

    tried, rows = asyncio.run(work())

    assert 1 <= tried < len(people)
    assert {row.status for row in rows} == {SendStatus.SENT}
    assert Counter(m.chat_id for m in api.delivered()) == Counter(people)


def test_among_faults_nothing_is_missing_and_no_notice_comes_twice(
    open_office: Callable[..., Office], api: Server
) -> None:
    """X7: 5 % are refused, 5 % fail with a 502, 3 % of answers are lost, 2 % are reset."""
    chance = random.Random(SEED)
    print(f"{SENDS} sends, seed {SEED}")
    people = chats(api, 200)
    for share, kind, after in (
        (0.05, "429", 0),
        (0.05, "502", 0),
        (0.03, "502", 1),
        (0.02, "reset", 1),
    ):
        for _ in range(int(share * SENDS)):
            skip = chance.randrange(SENDS)
            api.fault("sendMessage", kind, after=bool(after), skip=skip, retry_after=0)
    fast = Limits(per_second=1000, chat_per_second=1000.0, chat_burst=1000)
    several = [people[chance.randrange(len(people))] for _ in range(SENDS // 2)]

    async def work() -> list[OutboxMessage]:
        async with open_office(fast) as office:
            await office.queue(several, Kind.NOTICE)
            await office.queue(several, Kind.ANSWER)
            return await office.settled(60 + SENDS / 50)

    rows = asyncio.run(work())

    copies = Counter(m.chat_id for m in api.delivered())
    unknown = Counter(row.kind for row in rows if row.status is SendStatus.UNKNOWN)
    repeated = sum(row.unknowns for row in rows if row.kind is Kind.ANSWER)
    print(f"unknown {dict(unknown)}, answers repeated {repeated}")
    sent = [row for row in rows if row.status is SendStatus.SENT]
    assert len(sent) + sum(unknown.values()) == len(rows) == 2 * len(several)
    assert all(copies[int(row.address)] for row in sent)
    assert len(sent) <= sum(copies.values()) <= len(rows) + repeated
    assert all(row.unknowns <= sending.MOST_COPIES for row in rows)
    notices = [row for row in rows if row.kind is Kind.NOTICE]
    assert all(row.unknowns == (row.status is SendStatus.UNKNOWN) for row in notices)
    assert len({row.platform_id for row in sent}) == len(sent)
