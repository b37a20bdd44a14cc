"""The database is there and slow: statements and commits that take up to two seconds, or somebody
else who holds the locks for as long. Everybody waits; nothing is lost, said twice, said in another
order, or refused because of it (X12; I1–I3, I5). The seed is printed."""

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, event, select
from sqlalchemy.engine.default import DefaultDialect

from models import database
from models.inbox import EventStatus
from models.messages import Kind
from models.outbox import OutboxMessage, SendStatus
from tests.conftest import SERVER
from tests.faults import figures
from tests.faults.stage import Stage, Talker, eventually
from tests.papers import pdf

UNITS = ("STP", "STC", "SXD", "SCT", "SYT", "SNGV")
CODES = ("1.1.1", "1.1.2", "1.1.3")
CALENDAR, RECEIPT = "Lịch đợt đánh giá", "✓ Đã lưu 1/1"
ROUNDS = figures.count(15, 2)
SECONDS = (0.05, 2.0)  # Each commit takes so long,
SHARE = 0.02  # and so many of the statements.
READY_SECONDS = 30  # As after an outage (X11).


class Sluggish:
    """Slows down, while ``on``, what this process asks the database, but for the test itself."""

    def __init__(self, chance: random.Random) -> None:
        self.on, self.chance, self.waits = threading.Event(), chance, list[float]()
        self._lock = threading.Lock()

    def statement(self, *_: Any) -> None:
        self._wait(SHARE)

    def commit(self, commit: Callable[..., None]) -> Callable[..., None]:
        def slow(dialect: Any, connection: Any) -> None:
            self._wait(1.0)
            commit(dialect, connection)

        return slow

    def _wait(self, share: float) -> None:
        if not self.on.is_set() or threading.current_thread() is threading.main_thread():
            return
        with self._lock:
            if self.chance.random() > share:
                return
            seconds = self.chance.uniform(*SECONDS)
            self.waits.append(seconds)
        time.sleep(seconds)


@pytest.fixture
def sluggish(monkeypatch: pytest.MonkeyPatch) -> Iterator[Sluggish]:
    """There before the bot starts and until it has ended: nobody is listened to on the way."""
    found = Sluggish(figures.chance())
    monkeypatch.setattr(DefaultDialect, "do_commit", found.commit(DefaultDialect.do_commit))
    event.listen(Engine, "before_cursor_execute", found.statement)
    yield found
    event.remove(Engine, "before_cursor_execute", found.statement)


@contextlib.contextmanager
def slow_statements(sluggish: Sluggish, _: str) -> Iterator[list[float]]:
    sluggish.on.set()
    try:
        yield sluggish.waits
    finally:
        sluggish.on.clear()


@contextlib.contextmanager
def held_locks(sluggish: Sluggish, url: str) -> Iterator[list[float]]:
    """Somebody else writes all the time, and is in no hurry."""
    over, waits, chance = threading.Event(), sluggish.waits, sluggish.chance
    lock = "LOCK TABLE inbox_event, outbox_message IN EXCLUSIVE MODE" if SERVER else "SELECT 1"
    engine = database.create(url)

    def hold() -> None:
        while not over.is_set():
            with engine.connect() as connection, connection.begin():
                connection.exec_driver_sql(lock)
                waits.append(chance.uniform(*SECONDS))
                over.wait(waits[-1])
            over.wait(chance.uniform(0.05, 0.3))

    holder = threading.Thread(target=hold, name="holder")
    holder.start()
    try:
        yield waits
    finally:
        over.set()
        holder.join()
        engine.dispose()


@pytest.mark.heavy
@pytest.mark.timeout(300 + 60 * ROUNDS)
@pytest.mark.parametrize("way", [slow_statements, held_locks])
def test_a_slow_database_makes_people_wait_and_loses_nothing(
    sluggish: Sluggish,
    stage: Stage,
    database_url: str,
    way: Callable[..., contextlib.AbstractContextManager[list[float]]],
) -> None:
    chance = sluggish.chance
    officers = [stage.officer(unit, unit) for unit in UNITS]
    took: list[float] = []
    with way(sluggish, database_url) as waits:
        for turn in range(ROUNDS):
            began = time.monotonic()
            for an in officers:
                name = f"{an.user.id}-{turn}.pdf"
                an.user.document(name, pdf(name), chance.choice(CODES))
                an.user.text("/lich")
            for an in officers:
                answered(an, turn + 1)
                took.append(time.monotonic() - began)
        for an in officers:
            an.user.text("/lich")
    back = time.monotonic()
    for an in officers:
        answered(an, ROUNDS + 1, READY_SECONDS)
    again = time.monotonic() - back
    stage.settled()
    for an in officers:
        in_turns(an, stage)
    assert {status for status, _ in stage.events()} == {EventStatus.DONE}
    with stage.looking() as session:
        assert set(session.scalars(select(OutboxMessage.status))) == {SendStatus.SENT}
    took.sort()
    figures.note(
        "X12",
        f"{way.__name__.replace('_', ' ')}: {len(waits)} of {sum(waits):.0f} s in all, "
        f"{len(officers)} people, {len(stage.events())} events: 0 lost, 0 doubled, 0 out of "
        f'order, nobody told "locked"; answers after {took[len(took) // 2]:.1f} s (median), '
        f"{took[-1]:.1f} s (longest); once it was quick again after {again:.1f} s",
    )


def answered(an: Talker, calendars: int, seconds: float = 240) -> None:
    eventually(lambda: sum(CALENDAR in said for said in an.texts) >= calendars, seconds)


def in_turns(an: Talker, stage: Stage) -> None:
    """A receipt and the calendar, again and again; what the clock brings stands apart."""
    with stage.looking() as session:
        here = (OutboxMessage.address == str(an.user.id), OutboxMessage.kind == Kind.ANSWER)
        count = len(session.scalars(select(OutboxMessage.id).where(*here)).all())
    heard = [kind for said in an.texts for kind in (RECEIPT, CALENDAR) if kind in said]
    assert heard == [RECEIPT, CALENDAR] * ROUNDS + [CALENDAR]
    assert count == len(heard)
    mine = [f"{an.user.id}-{turn}.pdf" for turn in range(ROUNDS)]
    assert [name for name in stage.filed() if name in mine] == mine
