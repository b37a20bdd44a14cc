"""The audit log is chained by hash: what is changed afterwards is found (I9)."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.orm import Session, sessionmaker

from models import audit
from models.audit import AuditEntry
from models.people import By

AT = datetime(2026, 11, 3, 3, 5, tzinfo=UTC)


def fill(sessions: sessionmaker[Session], count: int) -> None:
    for number in range(count):
        with sessions.begin() as session:
            audit.append(session, "test", By(AT), number=number)


def test_an_untouched_chain_holds(sessions: sessionmaker[Session]) -> None:
    fill(sessions, 5)

    with sessions() as session:
        assert audit.check_chain(session) is None
        assert session.query(AuditEntry).count() == 5


def test_entries_of_a_rolled_back_transaction_are_not_kept(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        audit.append(session, "test", By(AT), number=1)
        session.rollback()

    fill(sessions, 1)

    with sessions() as session:
        assert session.query(AuditEntry).count() == 1


def test_entries_of_a_rolled_back_savepoint_are_not_kept(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        savepoint = session.begin_nested()
        audit.append(session, "test", By(AT), number=1)
        savepoint.rollback()
        audit.append(session, "test", By(AT), number=2)

    with sessions() as session:
        assert [entry.details for entry in session.query(AuditEntry)] == [{"number": 2}]


@pytest.mark.parametrize(
    ("tamper", "named"),
    [
        (update(AuditEntry).where(AuditEntry.id == 3).values(action="other"), 3),
        (update(AuditEntry).where(AuditEntry.id == 2).values(details={"number": 9}), 2),
        (delete(AuditEntry).where(AuditEntry.id == 4), 5),
        (delete(AuditEntry).where(AuditEntry.id == 5), 5),
        (text("UPDATE audit_entry SET hash = previous_hash WHERE id = 1"), 1),
    ],
)
def test_a_changed_entry_is_found_and_named(
    sessions: sessionmaker[Session], tamper: object, named: int
) -> None:
    fill(sessions, 5)
    with sessions.begin() as session:
        session.execute(tamper)  # type: ignore[call-overload]

    with sessions() as session:
        assert audit.check_chain(session) == named
