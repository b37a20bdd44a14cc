"""The demo: the sample province once, people to be, a clock that makes things happen."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.config import Config, DatabaseSection
from bot.demo import province
from bot.demo.clock import FIRST, DemoClock, next_turn
from bot.demo.overview import line, overview
from bot.demo.people import PERSONAS
from bot.demo.running import demo_config, make_bot
from bot.sections import Secret
from bot.store import Store
from bot.words import Words
from models import audit, database, people
from models.campaigns import Campaign
from models.outbox import OutboxMessage
from models.people import Role
from models.tables import Base
from tests.clock import at


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("demo")
    return folder


@pytest.fixture(scope="module")
def config(folder: Path) -> Config:
    return demo_config(Config(database=DatabaseSection(url=Secret("x"))), 0, folder)


@pytest.fixture(scope="module")
def made(config: Config) -> Iterator[sessionmaker[Session]]:
    engine = database.create(config.database.url.reveal())
    Base.metadata.create_all(engine)
    sessions = sessionmaker(engine, expire_on_commit=False)
    with sessions.begin() as session:
        assert province.build(session, Store(config.storage.directory))
    yield sessions
    engine.dispose()


def test_the_province_is_made_once(made: sessionmaker[Session], config: Config) -> None:
    with made.begin() as session:
        assert not province.build(session, Store(config.storage.directory))
        assert session.scalar(select(func.count(Campaign.id))) == 1
        assert {persona.role for persona in PERSONAS} == set(Role) - {
            Role.DEPUTY,
            Role.STAND_IN,
            Role.COUNCIL_MEMBER,
        }
        assert audit.check_chain(session) is None


def test_each_persona_is_shown_with_what_waits(made: sessionmaker[Session]) -> None:
    with made() as session:
        found = overview(session, at("2026-11-03 10:05"))
    assert found is not None
    owed = {c.persona.key: [(part.name, part.values) for part in c.owes] for c in found.cards}
    assert owed["an"] == [("demo.owes_scores", {"n": 44}), ("demo.owes_evidence", {"n": 13})]
    lines = {"n": 11}
    assert owed["binh"] == [("demo.owes_scores", lines)]  # Those given to him.
    assert owed["hoa"] == [("demo.owes_scores", {"n": 85})]
    assert owed["lan"] == [("demo.owes_acknowledgement", {"areas": ["2"]})]
    assert owed["nga"] == [("demo.owes_nothing", {})]


def test_the_line_of_the_year_knows_where_we_are(made: sessionmaker[Session]) -> None:
    with made() as session:
        campaign = session.scalars(select(Campaign)).one()
        before, on_the_day, after = (
            line(session, campaign, at(local))
            for local in ("2026-09-01 08:00", "2026-11-16 00:00", "2027-01-01 00:00")
        )
    assert [str(stretch.phase) for stretch in on_the_day.stretches] == [
        "over", "open", "ahead", "ahead", "ahead", "ahead",
    ]  # fmt: skip
    assert on_the_day.today == on_the_day.stretches[1].start == 50.0
    assert (before.today, after.today) == (None, None)


def test_the_clock_goes_on_where_it_was_put(made: sessionmaker[Session]) -> None:
    wall = at("2026-01-05 08:00")
    with made() as session:
        first = DemoClock(lambda: wall)
        first.load(session)
        assert first() == FIRST
        assert next_turn(session, first()) is not None
        first.move_to(session, at("2026-11-15 23:59"))
        later = DemoClock(lambda: wall + timedelta(minutes=2))
        later.load(session)
        assert later() == at("2026-11-16 00:01")
        assert later.move_to(session, at("1999-01-01 00:00")) == at("2026-01-01 00:00")


def test_the_pages_lead_into_a_chat_and_move_the_time(
    made: sessionmaker[Session], config: Config
) -> None:
    clock = DemoClock()
    with made.begin() as session:
        clock.load(session)
    asyncio.run(look_around(make_bot(config, clock, Words()), clock, made))


async def look_around(bot: object, clock: DemoClock, made: sessionmaker[Session]) -> None:
    async with (
        bot.running() as addresses,  # type: ignore[attr-defined]
        httpx.AsyncClient(base_url=addresses.web) as client,
    ):
        client.headers["Origin"] = addresses.web
        start = (await client.get("/")).text
        names = re.findall("<h3>(.*?)</h3>", start)
        assert names == [persona.name for persona in PERSONAS]

        entered = await client.post("/demo/persona/an")
        chat = await client.get(entered.headers["Location"])
        assert "Nguyễn Văn An" in chat.text
        assert "Bản dùng thử: 10:" in chat.text

        moved = await client.post("/demo/clock", data={"to": "set", "at": "2026-11-12T08:00"})
        assert moved.status_code == 303
        assert abs(clock() - at("2026-11-12 08:00")) < timedelta(seconds=20)
        with made() as session:
            an = people.person_at(session, "web", entered.headers["Location"].split("/")[2])
            assert an is not None
            told = select(OutboxMessage.name).where(OutboxMessage.person_id == an.id)
            assert "reminder_self_assessment" in session.scalars(told).all()

        foreign = {"Origin": "https://evil.test"}
        refused = await client.post("/demo/clock", data={"to": "day"}, headers=foreign)
        rebound = {"Host": "evil.test", "Origin": "http://evil.test"}
        hidden = await client.post("/demo/persona/an", headers=rebound)
        assert (refused.status_code, hidden.status_code) == (403, 404)
