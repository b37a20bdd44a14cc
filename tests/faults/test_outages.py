"""The database or the platform is away for a while: nothing is lost, everything is answered in
its order afterwards (I1, I5; X8, X11, X12)."""

import contextlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, select, text

from models import database
from models.outbox import OutboxMessage, SendStatus
from tests.conftest import SERVER
from tests.faults import figures
from tests.faults.stage import RECEIPT, Stage, eventually
from tests.papers import pdf

CALENDAR = "Lịch đợt đánh giá"


@contextlib.contextmanager
def no_database(url: str) -> Iterator[None]:
    """Nobody gets anything written: SQLite is locked by another process's long work, PostgreSQL
    has thrown everybody out and lets nobody in."""
    if not SERVER:
        engine = database.create(url)
        raw = engine.raw_connection()
        # The bot of these tests gives up soon; who takes the database away waits for its turn.
        raw.cursor().execute("PRAGMA busy_timeout = 15000")
        raw.cursor().execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            raw.rollback()
            engine.dispose()
        return
    name = make_url(url).database
    engine = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
        try:
            out = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"
            connection.execute(text(out), {"name": name})
            yield
        finally:
            connection.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))
    engine.dispose()


def test_what_comes_while_the_database_is_away_is_answered_afterwards(
    stage: Stage, database_url: str
) -> None:
    """X11: the platform keeps what could not be stored; what was stored waits for its turn."""
    officers = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD")]
    for an in officers:
        an.asks("/menu", "CCHC 2026")
    stage.settled()
    with no_database(database_url):
        for an in officers:
            an.user.document(f"{an.user.id}.pdf", pdf(str(an.user.id)), "1.1.1")
            an.user.text("/lich")
        time.sleep(2.0)  # The outage itself: some polls and some turns fail meanwhile.
        assert [len(an.texts) for an in officers] == [1, 1, 1]
        assert len(stage.api.state()["pending"]) == 6
    back = time.monotonic()
    for an in officers:
        an.sees(CALENDAR, seconds=30)
        assert [said[:8] for said in an.texts[1:]] == [RECEIPT[:8], CALENDAR[:8]]
    assert time.monotonic() - back < 30
    stage.settled()
    assert sorted(stage.filed()) == sorted(f"{an.user.id}.pdf" for an in officers)


def test_an_outage_in_the_middle_of_turns_loses_and_doubles_nothing(
    stage: Stage, database_url: str
) -> None:
    """Again and again while people write: turns, receipts and outcomes are struck alike."""
    officers = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD")]
    for n in range(4):
        for an in officers:
            an.user.document(f"{an.user.id}-{n}.pdf", pdf(f"{an.user.id}-{n}"), f"1.1.{n % 3 + 1}")
        with no_database(database_url):
            time.sleep(1.5)
    for an in officers:
        an.user.text("/lich")
        an.sees(CALENDAR, seconds=30)
    stage.settled(30)
    for an in officers:
        mine = [f"{an.user.id}-{n}.pdf" for n in range(4)]
        assert [name for name in stage.filed() if name in mine] == mine
        receipts = [said for said in an.texts if said.startswith(RECEIPT)]
        assert len(set(receipts)) == 4
    with stage.sessions() as session:
        states = set(session.scalars(select(OutboxMessage.status)))
    assert states <= {SendStatus.SENT}


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_outages_of_the_database_at_random_lose_nothing(stage: Stage, database_url: str) -> None:
    """X11: again and again, for as long as it happens to be; answering soon after each."""
    chance, outages = figures.chance(), figures.count(50, 4)
    officers = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD", "SCT", "SYT")]
    sent: dict[int, list[str]] = {an.user.id: [] for an in officers}
    waits = []
    for n in range(outages):
        with no_database(database_url):
            for an in chance.sample(officers, 3):
                name = f"{an.user.id}-{n}.pdf"
                an.user.document(name, pdf(name), chance.choice(("1.1.1", "1.1.2", "1.1.3")))
                sent[an.user.id].append(name)
                time.sleep(chance.uniform(0.0, 0.5))
            an = chance.choice(officers)
            after = len(an.texts)
            an.user.text("/lich")
        back = time.monotonic()
        an.sees(CALENDAR, after=after, seconds=60)
        waits.append(time.monotonic() - back)
    stage.settled(60)
    filed = stage.filed()
    for names in sent.values():
        assert [name for name in filed if name in names] == names
    figures.note(
        "X11",
        f"{outages} outages, {sum(map(len, sent.values()))} files: 0 lost, 0 doubled, 0 out of "
        f"order; answering again after {max(waits):.1f} s at the latest",
    )
    assert max(waits) <= 30


def test_an_hour_without_telegram_is_worked_off_in_order(stage: Stage) -> None:
    """X8: what people sent meanwhile waits at the platform; the reminder goes out once."""
    an, binh = stage.officer(), stage.officer("Bình", "STC")
    stage.clock.set("2026-11-11 07:30")
    an.asks("/menu", "CCHC 2026")
    binh.asks("/menu", "CCHC 2026")
    stage.settled()
    with stage.api.away():
        for n in range(3):
            say(stage, an.user.id, text=f"/minhchung 1.1.{n + 1}")
        say(stage, binh.user.id, text="/lich")
        stage.clock.set("2026-11-11 08:00")
        stage.live.tick()
        eventually(lambda: tries(stage) >= 2)
        stage.clock.set("2026-11-11 08:30")
        stage.live.tick()
        eventually(lambda: tries(stage) >= 4)

    def answered() -> bool:
        stage.clock.forward(seconds=10)  # Messages that could not leave wait by this clock.
        stage.live.tick()
        return len(an.texts) >= 5 and len(binh.texts) >= 3

    eventually(answered, 30)
    stage.settled()
    by_code = [said[:5] for said in an.texts if said.startswith("1.1.")]
    assert by_code == ["1.1.1", "1.1.2", "1.1.3"]
    for person in (an, binh):
        assert len([said for said in person.texts if "còn 3 ngày làm việc" in said]) == 1


def test_an_album_that_an_outage_tears_apart_goes_to_one_line(stage: Stage) -> None:
    """Its first part was stored and handed in before the others came, which have no caption."""
    an = stage.officer()
    an.user.document("a.pdf", pdf("a"), "1.1.2", media_group_id="7")
    an.sees(RECEIPT)
    an.user.text("/lich")
    an.sees(CALENDAR)
    for name in ("b", "c"):
        an.user.document(f"{name}.pdf", pdf(name), media_group_id="7")
    an.sees("✓ Đã lưu 2/2 tệp cho 1.1.2")
    stage.settled()
    assert stage.filed() == ["a.pdf", "b.pdf", "c.pdf"]
    assert len(an.texts) == 3


def tries(stage: Stage) -> int:
    """How often the bot has tried to send what waits."""
    with stage.sessions() as session:
        return sum(session.scalars(select(OutboxMessage.attempts)))


def say(stage: Stage, chat: int, **content: Any) -> None:
    """Write while the server cannot be reached: its people can reach each other all the same."""
    stage.api.world.user_sends(chat, content)


@pytest.mark.parametrize("kind", ["502", "reset", "garbage", "429"])
def test_a_platform_that_answers_badly_gets_everything_in_the_end(stage: Stage, kind: str) -> None:
    """X6, X7: an answer goes once more at most after an outcome that nobody knows."""
    an = stage.officer()
    stage.api.fault("sendMessage", kind, retry_after=0)
    stage.api.fault("getUpdates", kind, retry_after=0)
    an.user.text("/lich")
    an.user.text("/menu")
    eventually(lambda: stage.clock.forward(seconds=2) and len(an.texts) >= 2)
    stage.settled()
    assert [said[:3] for said in an.texts] == [CALENDAR[:3], "Sở "]
