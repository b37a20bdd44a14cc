"""Events are stored first, in order, and one that is seen again acts once (I1, I3)."""

from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session, sessionmaker

from models import inbox
from models.inbox import Arrival, EventStatus

AT = datetime(2026, 11, 3, 3, 5, tzinfo=UTC)
ids = st.lists(st.integers(1, 30), max_size=60)


def arrival(number: int, text: str = "") -> Arrival:
    return Arrival("test", f"bot:{number}", "7", {"n": number, "text": text}, AT)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(ids, max_size=5))
def test_an_event_seen_again_is_kept_once_and_order_is_that_of_arrival(
    sessions: sessionmaker[Session], batches: list[list[int]]
) -> None:
    with sessions.begin() as session:
        session.query(inbox.InboxEvent).delete()
    for batch in batches:
        with sessions.begin() as session:
            inbox.store(session, [arrival(number) for number in batch], AT)

    expected = list(dict.fromkeys(number for batch in batches for number in batch))
    with sessions() as session:
        assert [event.body["n"] for event in inbox.waiting(session)] == expected


def test_the_same_number_with_other_content_is_another_event(
    sessions: sessionmaker[Session],
) -> None:
    """Telegram starts its numbers anew after a quiet week (reliability.md 0.8)."""
    with sessions.begin() as session:
        first = inbox.store(session, [arrival(1, "a")], AT)
        second = inbox.store(session, [arrival(1, "b")], AT)

    assert (len(first), len(second)) == (1, 1)


def test_events_that_belong_together_are_taken_all_or_none(
    sessions: sessionmaker[Session],
) -> None:
    """I3: a part of an album that came late keeps its turn where the others have had theirs."""
    with sessions.begin() as session:
        first, second = inbox.store(session, [arrival(1), arrival(2)], AT)
        assert inbox.finish(session, [first.id], AT)
    with sessions.begin() as session:
        assert not inbox.finish(session, [first.id, second.id], AT)
    with sessions.begin() as session:
        assert [event.id for event in inbox.waiting(session)] == [second.id]
        assert inbox.finish(session, [second.id], AT)


def test_a_dead_letter_is_listed_retried_and_dropped(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        [event] = inbox.store(session, [arrival(1)], AT)
        inbox.settle(session, [event.id], EventStatus.DEAD, AT, "broke")
    with sessions.begin() as session:
        assert [e.id for e in inbox.dead(session)] == [event.id]
        assert inbox.retry(session, event.id) is not None
        assert inbox.drop(session, event.id, "why", AT) is False
        inbox.settle(session, [event.id], EventStatus.DEAD, AT + timedelta(hours=1), "broke")
    with sessions.begin() as session:
        assert inbox.drop(session, event.id, "a test", AT) is True
        assert inbox.dead(session) == []
