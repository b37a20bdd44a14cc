"""A broadcast to 10,000 by the real postman on a simulated clock (F18, I5, X6, X7).

The event loop's time jumps to whatever is due next, so six minutes pass in less. The platform
counts what arrives as Telegram does; 1 % have blocked the bot, of 2 % the answer is an error of
the server or is lost. Commits take their time, too.
"""

import asyncio
import selectors
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import event, insert, select
from sqlalchemy.orm import Session, sessionmaker

import bot.departures
import bot.place
import bot.postman
from bot.channel import Abilities, Delivery, Letter, Limits
from bot.kitchen import Kitchen
from bot.postman import Postman
from bot.store import Store
from bot.words import Words
from models import broadcasts
from models.broadcasts import Audience, Segment, SegmentKind
from models.outbox import OutboxMessage, SendStatus
from models.people import Account, Binding, Person, Role
from models.reach import Reached
from tests.models.test_broadcasts import NOW, World

LATENCY, JITTER = 0.040, 0.015
SLOWEST_COMMIT = 0.020
BLOCKED, ERRORS, LOST = 0.01, 0.01, 0.01
PATIENCE = 3600.0
INSTANT = 20e-6  # What a turn of the loop takes, so that no wait is for ever too short.


class Ahead(selectors.DefaultSelector):  # type: ignore[valid-type, misc]
    """Does not wait for the time to pass: it passes."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        assert timeout is not None, "nothing will ever happen again"
        self.now += max(timeout, 0.0) + INSTANT
        return super().select(0)


class SimulatedLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self.ahead = Ahead()
        super().__init__(self.ahead)
        self._clock_resolution = 1e-6

    def time(self) -> float:
        return self.ahead.now


class InTurn:
    """The database without threads; a commit takes up to 20 ms of the simulated time."""

    def __init__(self, sessions: sessionmaker[Session], chance: Random) -> None:
        self._sessions, self._chance = sessions, chance

    async def write(self, work: Callable[[Session], Any]) -> Any:
        await asyncio.sleep(self._chance.uniform(0, SLOWEST_COMMIT))
        with self._sessions.begin() as session:
            return work(session)

    async def read(self, work: Callable[[Session], Any]) -> Any:
        await asyncio.sleep(0)
        with self._sessions() as session:
            return work(session)


class Platform:
    """Refuses more than 30 in any second as they arrive; keeps what arrived, and when."""

    name = "telegram"
    abilities = Abilities()
    limits = Limits()

    def __init__(self, chance: Random, fates: dict[str, str]) -> None:
        self._chance, self._fates = chance, fates
        self.arrived: list[tuple[float, str]] = []
        self.refused = 0
        self._window: deque[float] = deque()

    async def deliver(self, letter: Letter) -> Delivery:
        await asyncio.sleep(LATENCY / 2 + self._chance.uniform(0, JITTER))
        now = asyncio.get_running_loop().time()
        while self._window and self._window[0] <= now - 1.0:
            self._window.popleft()
        refused = len(self._window) >= self.limits.per_second
        fate = self._fates.get(letter.address, "")
        if refused:
            self.refused += 1
        else:
            self._window.append(now)
            if fate not in ("blocked", "error"):
                self.arrived.append((now, letter.address))
        await asyncio.sleep(LATENCY / 2)
        if refused:
            return Delivery.later(1.0, "Too Many Requests")
        match fate:
            case "blocked":
                return Delivery.unreachable("bot was blocked by the user")
            case "error" | "lost":
                return Delivery.unknown("Bad Gateway")
        return Delivery.sent(str(len(self.arrived)))

    async def fetch(self, _: object) -> AsyncIterator[bytes]:
        raise AssertionError("nothing is fetched here")
        yield b""


def spare_the_disk(sessions: sessionmaker[Session]) -> None:
    """14,000 commits that each wait for the disk take minutes in which nothing is computed. What
    survives a lost power is shown elsewhere; a server of these tests does not wait either."""
    engine = sessions.kw["bind"]
    if engine.dialect.name == "sqlite":
        engine.dispose()
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA synchronous=OFF"))


def join(session: Session, world: World, count: int) -> None:
    """So many focal officers, each in a chat of their own."""
    unit = world.unit("STP").id
    people = [{"id": 100 + n, "name": f"Người {n}", "created_at": NOW} for n in range(count)]
    session.execute(insert(Person), people)
    roles = {"unit_id": unit, "role": Role.FOCAL_OFFICER, "since": NOW}
    session.execute(insert(Binding), [roles | {"person_id": each["id"]} for each in people])
    times = {"channel": "telegram", "bound_at": NOW, "last_used_at": NOW}
    accounts = [
        times | {"person_id": p["id"], "address": str(1_000_000 + p["id"])} for p in people
    ]
    session.execute(insert(Account), accounts)


def play(
    sessions: sessionmaker[Session], platform: Platform, chance: Random, folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Let the postman work until nothing is queued or on its way."""
    loop = SimulatedLoop()
    moments = SimpleNamespace(monotonic=loop.time)
    monkeypatch.setattr(bot.postman, "time", moments)
    monkeypatch.setattr(bot.place, "time", moments)
    monkeypatch.setattr(bot.departures, "time", moments)

    def clock() -> datetime:
        return NOW + timedelta(seconds=loop.time())

    async def work() -> None:
        channels: dict[str, Any] = {"telegram": platform}
        database: Any = InTurn(sessions, chance)
        parts = (database, channels, Words(), Store(folder), Kitchen(), clock)
        postman = Postman(*parts)
        running = asyncio.create_task(postman.run())
        open_ones = select(OutboxMessage.id).where(
            OutboxMessage.status.in_((SendStatus.QUEUED, SendStatus.SENDING))
        )
        while await database.read(lambda session: session.scalar(open_ones.limit(1))):
            assert loop.time() < PATIENCE
            await asyncio.sleep(5.0)
        await postman.stop(5)
        await running

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(work())


@pytest.mark.parametrize(
    "count", [600, pytest.param(10_000, marks=[pytest.mark.heavy, pytest.mark.timeout(1500)])]
)
def test_nobody_is_missed_nobody_is_written_to_twice_and_the_limit_is_used(
    province: sessionmaker[Session],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    count: int,
) -> None:
    """0 missing, no notice twice, 0 refusals, at most 1.05 of the time that 30 a second take."""
    chance = Random(7)
    spare_the_disk(province)
    with province.begin() as session:
        world = World(session)
        join(session, world, count)
        segment = Segment(SegmentKind.ROLE, "focal_officer", audience=Audience.FOCAL_OFFICERS)
        broadcast_id = world.confirmed(segment).id
    drawn = chance.sample(range(count), k=int((BLOCKED + ERRORS + LOST) * count))
    kinds = ["blocked", "error", "lost"]
    fates = {str(1_000_100 + n): kinds[place % 3] for place, n in enumerate(drawn)}
    platform = Platform(chance, fates)

    play(province, platform, chance, tmp_path, monkeypatch)

    copies = Counter(address for _, address in platform.arrived)
    expected = {str(1_000_100 + n) for n in range(count)}
    expected -= {a for a, fate in fates.items() if fate in ("blocked", "error")}
    assert copies == Counter(expected)
    assert platform.refused == 0
    took = platform.arrived[-1][0] - platform.arrived[0][0]
    print(f"{count} in {took:.1f} s, {count / took:.2f} a second")
    assert took <= count / platform.limits.per_second * 1.05
    with province() as session:
        broadcast = session.get_one(broadcasts.Broadcast, broadcast_id)
        states = broadcasts.progress(session, broadcast).states
    of = Counter(fates.values())
    assert states == {
        Reached.DELIVERED: count - len(fates),
        Reached.UNREACHABLE: of["blocked"],
        Reached.UNKNOWN: of["error"] + of["lost"],
    }
