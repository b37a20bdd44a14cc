"""Who sits before a web chat: sessions by cookie, and what they are good for.

A chat of the web page lives at an unguessable address. Only the SHA-256 of a session's token is
kept. A session ends when it was idle too long, when its owner logs out, and when the account
behind it has no role left (N24): asked on every request.
"""

import enum
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.conversations import Chat
from models.people.tables import Account, Binding, Person, Role
from models.units import Unit

CHANNEL = "web"
IDLE = timedelta(days=30)
RENEWED_AFTER = timedelta(hours=12)  # Spares a write on each request.


class WebSession(Base):
    """``address`` is the chat; instants are those of the real clock, also in the demo."""

    __tablename__ = "web_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    address: Mapped[str] = mapped_column(index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class Standing(enum.Enum):
    """What a session lets its holder do."""

    OFFICER = "officer"
    INVITED = "invited"  # Came with a code and has not joined yet: may answer, not hand in.
    NOBODY = "nobody"


@dataclass(frozen=True)
class Visitor:
    """Who asks; ``session_id`` is None for somebody without a session for this chat."""

    standing: Standing
    address: str = ""
    session_id: int | None = None
    person: Person | None = None
    role: Role | None = None
    unit: Unit | None = None
    needs_renewal: bool = False


NOBODY = Visitor(Standing.NOBODY)


def new_address() -> str:
    return secrets.token_urlsafe(12)


def open_session(session: Session, address: str, now: datetime) -> str:
    """The token of a new session for the chat at ``address``; it is not kept anywhere."""
    token = secrets.token_urlsafe(32)
    session.add(
        WebSession(
            token_hash=_digest(token), address=address, created_at=now, expires_at=now + IDLE
        )
    )
    session.flush()
    return token


def visitor(session: Session, token: str, address: str, now: datetime) -> Visitor:
    """Who holds ``token`` for this chat, by what holds at this moment (I8)."""
    held = session.scalar(
        select(WebSession).where(
            WebSession.token_hash == _digest(token),
            WebSession.address == address,
            WebSession.ended_at.is_(None),
            WebSession.expires_at > now,
        )
    )
    if held is None:
        return NOBODY
    here = (Account.channel == CHANNEL, Account.address == address)
    accounts = session.scalars(select(Account).where(*here)).all()
    if not accounts:
        return Visitor(Standing.INVITED, address, held.id)
    live = next((account for account in accounts if account.ended_at is None), None)
    binding = _binding(session, live.person_id, address) if live else None
    if live is None or binding is None:
        return Visitor(Standing.NOBODY, address, held.id)
    renew = held.expires_at - now < IDLE - RENEWED_AFTER
    return Visitor(
        Standing.OFFICER,
        address,
        held.id,
        live.person,
        binding.role,
        binding.unit,
        renew,
    )


def renew(session: Session, session_id: int, now: datetime) -> None:
    _change(session, session_id, expires_at=now + IDLE)


def end(session: Session, session_id: int, now: datetime) -> None:
    _change(session, session_id, ended_at=now)


def _binding(session: Session, person_id: int, address: str) -> Binding | None:
    """The role the chat is in, or else the newest that the person has."""
    chosen = select(Chat.binding_id).where(Chat.channel == CHANNEL, Chat.address == address)
    query = select(Binding).where(Binding.person_id == person_id, Binding.ended_at.is_(None))
    preferred = (Binding.id == chosen.scalar_subquery()).desc().nulls_last()
    return session.scalar(query.order_by(preferred, Binding.id.desc()).limit(1))


def _change(session: Session, session_id: int, **values: datetime) -> None:
    open_one = (WebSession.id == session_id, WebSession.ended_at.is_(None))
    session.execute(update(WebSession).where(*open_one).values(values))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
