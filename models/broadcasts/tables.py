"""What a coordinator wrote to many at once: to whom, and who has acknowledged it (F18)."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign
from models.files import StoredFile
from models.people.tables import Person


class Broadcast(Base):
    """One text to one segment: a draft until it is confirmed, and then what was sent.

    ``segment`` is ``Segment.as_json``. ``fingerprint`` is the SHA-256 of segment, text and file:
    the same again within a day is asked about (C13). A draft that was given up is cancelled, too.
    ``left_out`` says who of the segment could
    not be written to, and why: ``unit`` (id), ``person`` (id or None), ``reason``.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_fingerprint", "campaign_id", "fingerprint", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    segment: Mapped[dict[str, Any]]
    text: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(default="")
    wants_acknowledgement: Mapped[bool] = mapped_column(default=False)
    fingerprint: Mapped[str] = mapped_column(default="")
    left_out: Mapped[list[Any]] = mapped_column(default=list)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    confirmed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]
    cancelled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    cancelled_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    confirmed_by: Mapped[Person | None] = relationship(foreign_keys=[confirmed_by_id])


class BroadcastRecipient(Base):
    """Whom a broadcast was for when it was confirmed; ``message_key`` is that of the outbox."""

    __tablename__ = "broadcast_recipient"
    __table_args__ = (
        UniqueConstraint("broadcast_id", "person_id"),
        UniqueConstraint("message_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    binding_id: Mapped[int] = mapped_column(ForeignKey("binding.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    message_key: Mapped[str]
    acknowledged_at: Mapped[datetime | None]
    broadcast: Mapped[Broadcast] = relationship()


class BroadcastChase(Base):
    """Those who had not acknowledged it were asked again; ``number`` counts from 1."""

    __tablename__ = "broadcast_chase"
    __table_args__ = (UniqueConstraint("broadcast_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    broadcast_id: Mapped[int] = mapped_column(ForeignKey("broadcast.id"))
    number: Mapped[int]
    recipients: Mapped[int]
    chased_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    chased_at: Mapped[datetime]
