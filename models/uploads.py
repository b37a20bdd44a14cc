"""One-time links for files that are too large for a chat: handed in on the web page, they come
out in the chat that asked (design.md 6)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, ForeignKey, exists, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models import audit
from models.base import Base
from models.people import codes
from models.people.tables import Binding, By, Person

MINUTES = 30
LIMIT = 200 << 20  # In bytes; what the web page takes.


class UploadLink(Base):
    """Only the code's SHA-256 is kept. ``caption`` goes with the files when they come."""

    __tablename__ = "upload_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    code_hash: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[str]
    address: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    caption: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    person: Mapped[Person] = relationship()


def make_link(
    session: Session, by: By, channel: str, address: str, caption: str = ""
) -> tuple[str, datetime]:
    """A new code for files to this chat, and until when it is good."""
    code = codes.new()
    link = UploadLink(
        code_hash=codes.hash_of(code),
        channel=channel,
        address=address,
        person_id=by.person_id,
        caption=caption,
        created_at=by.at,
        expires_at=by.now + timedelta(minutes=MINUTES),
    )
    session.add(link)
    session.flush()
    audit.append(session, "upload_link_made", by, link=link.id)
    return code, link.expires_at


def find(session: Session, code: str, now: datetime) -> UploadLink | None:
    """The link while it is good: not used, not expired, its person still in a role."""
    return session.scalar(select(UploadLink).where(*_good(code, now)))


def redeem(session: Session, code: str, now: datetime) -> UploadLink | None:
    """Use the link up, once; None for everybody but the first."""
    used = update(UploadLink).where(*_good(code, now)).values(used_at=now).returning(UploadLink.id)
    link_id = session.execute(used).scalar_one_or_none()
    return None if link_id is None else session.get(UploadLink, link_id)


def _good(code: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        UploadLink.code_hash == codes.hash_of(code),
        UploadLink.used_at.is_(None),
        UploadLink.expires_at > now,
        exists().where(Binding.person_id == UploadLink.person_id, Binding.ended_at.is_(None)),
    )
