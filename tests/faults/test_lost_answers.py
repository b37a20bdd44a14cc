"""The connection breaks between a commit and its answer: it was done, and nobody was told. The
same work comes again and must find that out (I2, I3, I5; X2). The seed is printed."""

import random
from collections.abc import Callable
from typing import TypeVar

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from bot.telegram.polling import Patience
from models.database import Database
from models.inbox import EventStatus
from models.outbox import OutboxMessage, SendStatus
from tests.faults.stage import RECEIPT, Stage
from tests.papers import pdf

T = TypeVar("T")
LOST = 0.3
SHORT = Patience(first=0.1, longest=0.5, store=0.1)


@pytest.fixture(params=[1, 3])
def unsure(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> random.Random:
    """Of the commits that the bot waits for, so many end without an answer."""
    chance = random.Random(request.param)
    done = Database.write

    async def write(self: Database, work: Callable[[Session], T]) -> T:
        result = await done(self, work)
        if chance.random() < LOST:
            raise OperationalError("COMMIT", {}, Exception("gone"), connection_invalidated=True)
        return result

    monkeypatch.setattr(Database, "write", write)
    # A poll is over when two writes in a row are heard: many fail one after another.
    monkeypatch.setattr("bot.telegram.channel.Patience", lambda: SHORT)
    return chance


def test_what_was_done_unheard_is_done_once_and_in_order(
    unsure: random.Random, stage: Stage
) -> None:
    officers = [stage.officer(unit, unit) for unit in ("STP", "STC", "SXD")]
    for n in range(3):
        for an in officers:
            an.user.document(f"{an.user.id}-{n}.pdf", pdf(f"{an.user.id}-{n}"), "1.1.1")
            an.user.text("/lich")
    for an in officers:
        an.user.text("/menu")
    for an in officers:
        an.sees("CCHC 2026", seconds=60)
    stage.settled(60)
    for an in officers:
        order = [said[:8] for said in an.texts]
        assert order == [RECEIPT[:8], "Lịch đợt"] * 3 + [order[-1]]
        mine = [f"{an.user.id}-{n}.pdf" for n in range(3)]
        assert [name for name in stage.filed() if name in mine] == mine
    assert {status for status, _ in stage.events()} == {EventStatus.DONE}
    with stage.sessions() as session:
        assert set(session.scalars(select(OutboxMessage.status))) == {SendStatus.SENT}
