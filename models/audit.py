"""Who did what, when, to what: an append-only log whose entries are chained by hash (I9).

Entries are collected while a transaction runs and written as its last act, so that the head of
the chain is held for as short a time as can be.
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, event, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, Identity
from models.messages import encode
from models.people.tables import By, Role

START = "0" * 64
_PENDING = "audit_pending"
_PAGE = 1000


class AuditEntry(Base):
    """``hash`` is the SHA-256 of ``previous_hash`` and the entry's canonical JSON."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(Identity, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    action: Mapped[str]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    role: Mapped[Role | None]
    event_id: Mapped[int | None]
    details: Mapped[dict[str, Any]]
    previous_hash: Mapped[str]
    hash: Mapped[str]


class AuditHead(Base):
    """The one row that says where the chain ends; whoever appends holds it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_id: Mapped[int]
    hash: Mapped[str]


def append(session: Session, action: str, by: By, **details: Any) -> None:
    """Record ``action`` in the transaction of the fact; ids and plain values only, no names."""
    entry = AuditEntry(
        at=by.at,
        action=action,
        person_id=by.person_id,
        unit_id=by.unit_id,
        role=by.role,
        event_id=by.event_id,
        details=encode(details),
    )
    session.info.setdefault(_PENDING, []).append(entry)


def head(session: Session) -> tuple[int, str]:
    """The number and the hash of the newest entry: whoever keeps them elsewhere can show later
    that nothing before it was changed."""
    found = session.get(AuditHead, 1)
    return (found.entry_id, found.hash) if found else (0, START)


def check_chain(session: Session) -> int | None:
    """The id of the first entry that does not fit the chain, or None if all do.

    An entry that was given another content and its own right hash is shown by the next one. A
    chain that was rewritten from some entry to the end, with its head, shows nothing by itself:
    that takes a hash that was kept elsewhere.
    """
    expected_id, previous = 1, START
    for entry in _entries(session):
        if isinstance(entry, int):
            return entry
        fits = entry.id == expected_id and entry.previous_hash == previous
        if not fits or entry.hash != _digest(entry):
            return int(entry.id)
        expected_id, previous = entry.id + 1, entry.hash
    head = session.get(AuditHead, 1, populate_existing=True)
    said = (head.entry_id, head.hash) if head else (0, START)
    return None if said == (expected_id - 1, previous) else expected_id


def _entries(session: Session) -> Iterator[Any]:
    """Every entry's row in order; the bare id of one that cannot even be read."""
    columns, last = AuditEntry.__table__.c, 0
    query = select(*columns).order_by(columns.id)
    while True:
        try:
            rows = session.execute(query.where(columns.id > last).limit(_PAGE)).all()
        except (ValueError, LookupError, TypeError):
            yield from _one_by_one(session, last)
            return
        yield from rows
        if len(rows) < _PAGE:
            return
        last = rows[-1].id


def _one_by_one(session: Session, last: int) -> Iterator[Any]:
    columns = AuditEntry.__table__.c
    ids = session.scalars(select(columns.id).where(columns.id > last).order_by(columns.id))
    for id in ids.all():
        try:
            yield session.execute(select(*columns).where(columns.id == id)).one()
        except (ValueError, LookupError, TypeError):
            yield id


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    pending = session.info.pop(_PENDING, None)
    if not pending:
        return
    session.flush()
    head = session.scalar(select(AuditHead).where(AuditHead.id == 1).with_for_update())
    if head is None:
        head = AuditHead(id=1, entry_id=0, hash=START)
        session.add(head)
    for entry in pending:
        entry.id, entry.previous_hash = head.entry_id + 1, head.hash
        entry.hash = _digest(entry)
        head.entry_id, head.hash = entry.id, entry.hash
        session.add(entry)
    session.flush()


@event.listens_for(Session, "after_rollback")
@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, *_: Any) -> None:
    session.info.pop(_PENDING, None)


def _digest(entry: Any) -> str:
    """Of an entry, or of its row."""
    content = {
        "id": entry.id,
        "at": entry.at.isoformat(),
        "action": entry.action,
        "person": entry.person_id,
        "unit": entry.unit_id,
        "role": entry.role,
        "event": entry.event_id,
        "details": entry.details,
    }
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256((entry.previous_hash + canonical).encode()).hexdigest()
