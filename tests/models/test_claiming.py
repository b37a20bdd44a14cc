"""What may leave next: the first message of each chat, answers first, whatever waits (I5)."""

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session, sessionmaker

from models import claiming, outbox, sending
from models.claiming import Chat
from models.messages import Kind
from models.outbox import Recipient

LIMIT = 128
NOW = datetime.fromisoformat("2026-11-10T08:00:00+00:00")
LATER = NOW + timedelta(minutes=1)


class Queue:
    """An outbox in which chats are numbers."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._keys = itertools.count()

    def add(self, chat: int, kind: Kind = Kind.NOTICE, channel: str = "telegram") -> int:
        to, key = Recipient(channel, str(chat)), f"test:{next(self._keys)}"
        id = outbox.enqueue(self.session, "edit_not_recorded", to=to, key=key, at=NOW, kind=kind)
        assert id is not None
        return id

    def due(
        self, limit: int = LIMIT, busy: tuple[Chat, ...] = (), now: datetime = NOW
    ) -> list[int]:
        self.session.flush()
        found = claiming.due(self.session, ["web", "telegram"], now, limit, busy)
        return [item.id for item in found]


@pytest.fixture
def waiting(sessions: sessionmaker[Session]):
    with sessions.begin() as session:
        yield Queue(session)


def test_answers_go_first_then_what_was_said_first_on_all_channels(waiting: Queue) -> None:
    notices = [waiting.add(1), waiting.add(2, channel="web"), waiting.add(3)]
    answers = [waiting.add(4, Kind.ANSWER), waiting.add(5, Kind.ANSWER, channel="web")]

    assert waiting.due() == [*answers, *notices]
    assert waiting.due(limit=3) == [*answers, notices[0]]


def test_a_chat_has_one_turn_and_its_answer_goes_before_its_notice(waiting: Queue) -> None:
    waiting.add(1)
    answer = waiting.add(1, Kind.ANSWER)
    waiting.add(1, Kind.ANSWER)

    assert waiting.due() == [answer]


def test_a_chat_with_a_message_on_its_way_waits_for_it(waiting: Queue) -> None:
    first, _, other = waiting.add(1), waiting.add(1, Kind.ANSWER), waiting.add(2)
    claiming.claim(waiting.session, [first], NOW)

    assert waiting.due() == [other]


def test_what_is_tried_again_later_keeps_its_place_and_its_chat_waits(waiting: Queue) -> None:
    """X6: nothing overtakes a refused message within its chat, everybody else goes on."""
    refused, _, other = waiting.add(1), waiting.add(1), waiting.add(2)
    sending.put_back(waiting.session, refused, LATER, "Too Many Requests")

    assert waiting.due() == [other]

    sending.put_back(waiting.session, refused, NOW, "Too Many Requests")
    assert waiting.due() == [refused, other]


def test_a_pause_is_for_its_chat_or_for_all_of_its_channel(waiting: Queue) -> None:
    refused, other, web = waiting.add(1), waiting.add(2), waiting.add(1, channel="web")

    sending.pause(waiting.session, "telegram", "1", LATER)
    assert waiting.due() == [other, web]

    sending.pause(waiting.session, "telegram", "", LATER)
    assert waiting.due() == [web]
    assert waiting.due(now=LATER) == [refused, other, web]


def test_a_shorter_wish_to_wait_does_not_end_a_longer_one(waiting: Queue) -> None:
    """X6: of many messages refused at once, each is told its own number of seconds."""
    waiting.add(1)
    sending.pause(waiting.session, "telegram", "", LATER)
    sending.pause(waiting.session, "telegram", "", NOW + timedelta(seconds=1))

    assert waiting.due(now=LATER - timedelta(seconds=1)) == []


def test_chats_that_the_limits_hold_back_are_passed_over(waiting: Queue) -> None:
    waiting.add(1)
    other = waiting.add(2)

    assert waiting.due(busy=(Chat("telegram", "1"),)) == [other]


def test_a_chat_with_very_much_to_be_told_hides_nobody(waiting: Queue) -> None:
    much = [waiting.add(1) for _ in range(LIMIT + sum(claiming.MORE_ROWS))]
    other, asks = waiting.add(2), waiting.add(3, Kind.ANSWER)

    assert waiting.due() == [asks, much[0], other]


def test_the_search_reads_the_index_alone(sqlite: Session) -> None:
    """Rows are wide, and there may be 100,000 of them: sorting or reading them takes seconds."""
    Queue(sqlite).add(1)
    steps = plan_of_last(sqlite, lambda: Queue(sqlite).due())

    index = "SEARCH outbox_message USING COVERING INDEX ix_outbox_message_due"
    assert [step[: len(index)] for step in steps if "outbox_message" in step] == [index]
    assert not [step for step in steps if "TEMP B-TREE" in step]


def test_a_claim_looks_its_messages_up_by_their_numbers(sqlite: Session) -> None:
    """Though all that is queued stands in an index as well, 100,000 of them at times."""
    ids = [Queue(sqlite).add(1)]
    steps = plan_of_last(sqlite, lambda: claiming.claim(sqlite, ids, LATER), "UPDATE")

    assert steps[0].startswith("SEARCH outbox_message USING INTEGER PRIMARY KEY")


@pytest.fixture
def sqlite(sessions: sessionmaker[Session]) -> Iterator[Session]:
    if sessions.kw["bind"].dialect.name != "sqlite":
        pytest.skip("PostgreSQL plans by what is in the table: benchmarks/sending.py")
    with sessions() as session:
        yield session


def plan_of_last(session: Session, act: Callable[[], object], begins: str = "SELECT") -> list[str]:
    """How SQLite carries out the last statement of ``act`` that begins so."""
    asked: list[str] = []
    driver: Any = session.connection().connection.driver_connection
    driver.set_trace_callback(asked.append)
    act()
    driver.set_trace_callback(None)
    last = [statement for statement in asked if statement.startswith(begins)][-1]
    plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {last}", ())
    return [step for _, _, _, step in plan]
