"""Messages are queued, each under a business key of its own, to the account of their reader."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from models.base import Base
from models.messages import (
    Choice,
    Enclosure,
    Kind,
    Numbering,
    encode,
    encode_choices,
    holds_secret,
)
from models.outbox.tables import OutboxMessage, Place, Priority, Recipient, SendStatus
from models.people.tables import Account, Person
from models.prepared import Prepared, parameters

# Why a message was not sent, as its ``error`` says it.
NO_ACCOUNT = "no account"

# One that can be reached before one that cannot, then the one that was used last.
PREFERRED = (Account.unreachable_since.is_not(None), Account.last_used_at.desc())


def enqueue(
    session: Session,
    name: str,
    values: Mapping[str, Any] | None = None,
    /,
    *,
    to: Person | Recipient,
    key: str,
    at: datetime,
    kind: Kind = Kind.NOTICE,
    choices: Sequence[Choice] = (),
    always: Sequence[Choice] = (),
    page: int = 0,
    enclosure: Enclosure | None = None,
    place: Place | None = None,
    binding_id: int | None = None,
    good_until: datetime | None = None,
) -> int | None:
    """Queue a message once; its row's id, or None if one with this ``key`` exists already.

    ``choices`` are paged where they are many; ``always`` stand on every page. A person without
    an account gets the row all the same, as unreachable, so that it can be seen.
    """
    recipient = to if isinstance(to, Recipient) else address_of(session, to)
    message = _content(name, values or {}, kind, choices, always, enclosure, at)
    place = place or Place()
    row = {
        **message,
        **_addressed(recipient, key, at),
        "binding_id": recipient.binding_id or binding_id,
        "page": page,
        "conversation": place.conversation,
        "state": place.state,
        "memory": place.memory or {},
        "good_until": good_until,
    }
    if kind is not Kind.NOTICE:
        row["numbering"] = place.numbering
    rows = _ENQUEUE.rows(session.connection(), row)
    return rows[0][0] if rows else None


def enqueue_all(
    session: Session,
    name: str,
    values: Mapping[str, Any],
    /,
    *,
    to: Mapping[str, Recipient],
    at: datetime,
    choices: Sequence[Choice] = (),
    enclosure: Enclosure | None = None,
) -> None:
    """Queue one notice to many with one statement; ``to`` is by the key of each message.

    A key that exists already is left as it is.
    """
    message = _content(name, values, Kind.NOTICE, choices, (), enclosure, at)
    rows = [message | _addressed(recipient, key, at) for key, recipient in to.items()]
    if rows:
        connection = session.connection()
        connection.execute(_ENQUEUE_ALL[connection.dialect.name], rows)


def address_of(session: Session, person: Person) -> Recipient:
    """The account to which a message for this person goes."""
    query = (
        select(Account.channel, Account.address)
        .where(Account.person_id == person.id, Account.ended_at.is_(None))
        .order_by(*PREFERRED)
        .limit(1)
    )
    row = session.execute(query).one_or_none()
    channel, address = row if row else ("", "")
    return Recipient(channel, address, person_id=person.id)


_TABLE = Base.metadata.tables[OutboxMessage.__tablename__]
_LATER = {"id", "not_before", "claimed_at", "opened_at"}  # What a new message does not have yet.
_ENQUEUE = Prepared.inserting(_TABLE, _LATER, _TABLE.c.id)
_ENQUEUE_ALL = {
    name: dialect.insert(_TABLE).values(parameters(_TABLE, _LATER)).on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def _content(
    name: str,
    values: Mapping[str, Any],
    kind: Kind,
    choices: Sequence[Choice],
    always: Sequence[Choice],
    enclosure: Enclosure | None,
    at: datetime,
) -> dict[str, Any]:
    """The columns that are the same whoever a new message is for."""
    encoded = encode(values)
    return {
        "name": name,
        "values": encoded,
        "holds_secret": holds_secret(encoded),
        "choices": encode_choices(list(choices)),
        "always": encode_choices(list(always)),
        "page": 0,
        "enclosure": _enclosure(enclosure),
        "conversation": "",
        "state": "",
        "memory": {},
        "numbering": Numbering.STARRED,
        "kind": kind,
        "priority": Priority.BROADCAST if kind is Kind.NOTICE else Priority.ANSWER,
        "created_at": at,
        "good_until": None,
        "attempts": 0,
        "unknowns": 0,
        "platform_id": "",
    }


def _addressed(recipient: Recipient, key: str, at: datetime) -> dict[str, Any]:
    """The columns that say whom it is for, and what can become of it."""
    reachable = bool(recipient.channel)
    return {
        "key": key,
        "ref": secrets.token_urlsafe(9),
        "channel": recipient.channel,
        "address": recipient.address,
        "person_id": recipient.person_id,
        "binding_id": recipient.binding_id,
        "status": SendStatus.QUEUED if reachable else SendStatus.UNREACHABLE,
        "error": "" if reachable else NO_ACCOUNT,
        "settled_at": None if reachable else at,
    }


def _enclosure(enclosure: Enclosure | None) -> dict[str, Any] | None:
    if enclosure is None:
        return None
    return {
        "name": enclosure.name,
        "sha256": enclosure.sha256,
        "report": enclosure.report,
        "values": encode(enclosure.values) if enclosure.values is not None else None,
    }
