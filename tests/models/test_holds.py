"""On hold nothing leaves, and what waited is shown before it does (reliability.md 7, X22)."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.reminders import queue_due_reminders
from models import audit, claiming, holds, outbox
from models.audit import AuditEntry
from models.holds import Held, Released
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import By
from models.refusals import Refusal
from models.reminders import Outcome, Reminder
from tests.clock import at

Sessions = sessionmaker[Session]
NOW = at("2026-11-03 10:05")


def queue(session: Session, key: str, made: datetime, kind: Kind = Kind.ANSWER) -> int:
    to = Recipient("web", key)
    id = outbox.enqueue(session, "edit_not_recorded", to=to, key=key, at=made, kind=kind)
    assert id is not None
    return id


def statuses(sessions: Sessions) -> list[SendStatus]:
    with sessions() as session:
        return list(session.scalars(select(OutboxMessage.status).order_by(OutboxMessage.id)))


def test_on_hold_nothing_is_due_and_nothing_can_be_claimed(sessions: Sessions) -> None:
    with sessions.begin() as session:
        ids = [queue(session, "answer", NOW), queue(session, "notice", NOW, Kind.NOTICE)]
        holds.hold(session, By(NOW), "thử")
    with sessions.begin() as session:
        assert claiming.due(session, ["web"], NOW, 10) == []
        assert claiming.claim(session, ids, NOW) == []
    with sessions.begin() as session:
        assert holds.release(session, By(NOW), None) == Released()
    with sessions.begin() as session:
        assert [item.id for item in claiming.due(session, ["web"], NOW, 10)] == ids
        assert [item.id for item in claiming.claim(session, ids, NOW)] == ids


def test_what_is_older_than_asked_is_left_out_and_recorded(sessions: Sessions) -> None:
    before = NOW - timedelta(hours=1)
    with sessions.begin() as session:
        queue(session, "old", before - timedelta(seconds=1))
        queue(session, "new", before)
        holds.hold(session, By(NOW), "thử")
    with sessions() as session:
        first = before - timedelta(seconds=1)
        assert holds.waiting(session) == [Held("edit_not_recorded", 2, first, before)]
        assert holds.waiting(session, before=before) == [
            Held("edit_not_recorded", 1, first, first)
        ]

    with sessions.begin() as session:
        assert holds.release(session, By(NOW), before) == Released(messages=1)

    assert statuses(sessions) == [SendStatus.SUPERSEDED, SendStatus.QUEUED]
    with sessions() as session:
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
        assert list(actions) == ["sending_held", "sending_released"]
        assert audit.check_chain(session) is None


def test_a_hold_is_put_on_once_and_taken_off_once(sessions: Sessions) -> None:
    with sessions.begin() as session:
        with pytest.raises(Refusal, match="sending_not_held"):
            holds.release(session, By(NOW), None)
        with pytest.raises(Refusal, match="reason_missing"):
            holds.hold(session, By(NOW), " ")
        holds.hold(session, By(NOW), "thử")
        with pytest.raises(Refusal, match="sending_held_already"):
            holds.hold(session, By(NOW), "lần nữa")


def test_reminders_wait_while_on_hold_and_those_due_before_are_left_out(
    province: Sessions,
) -> None:
    """Due between the backup and its restore: they were sent, or came too late (F16)."""
    restored = at("2026-11-12 09:00")
    with province.begin() as session:
        holds.hold(session, By(restored), "khôi phục", backup_made_at=at("2026-11-03 10:00"))

    assert queue_due_reminders(province, lambda: restored) == 0
    with province.begin() as session:
        found = holds.standing(session)
        assert found is not None
        late = holds.release(session, By(restored), found.drop_before).reminders

    with province() as session:
        due = select(Reminder).where(Reminder.due_at < restored)
        outcomes = [reminder.outcome for reminder in session.scalars(due)]
        planned = select(Reminder).where(Reminder.outcome == Outcome.PLANNED)
        first = min(reminder.due_at for reminder in session.scalars(planned))
    assert outcomes == [Outcome.OVERTAKEN] * late
    assert late > 0
    assert first >= restored
