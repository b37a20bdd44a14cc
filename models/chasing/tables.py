"""Whom a coordinator urged, step by step upward, and the official letters (N10, N16)."""

import enum
from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign
from models.people.tables import Person
from models.units import Unit


class ChaseRung(enum.StrEnum):
    """In the order of etiquette: who is turned to first (N16). ``nudge`` is the one before the
    end: to who does the work, alone."""

    NUDGE = "nudge"
    FOCAL_OFFICER = "focal_officer"
    DEPUTY = "deputy"
    HEAD = "head"
    LIST = "list"


class Escalation(Base):
    """One rung for one unit, taken because a coordinator tapped it; ``told`` people."""

    __tablename__ = "escalation"
    __table_args__ = (Index("ix_escalation_unit", "campaign_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    rung: Mapped[ChaseRung]
    told: Mapped[int]
    taken_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    taken_at: Mapped[datetime]
    taken_by: Mapped[Person] = relationship()


class ChaseLetter(Base):
    """An official letter that urges late units: drafted by the bot, signed on paper (N10).

    ``content`` is what the draft says, ``{"units": [...]}``, see ``models.chasing.debts``;
    ``digest`` its SHA-256. ``number`` (with its symbol, "215/SNV-CCHC") and ``dated_on`` are
    given by the records office and recorded here afterwards.
    """

    __tablename__ = "chase_letter"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    drafted_at: Mapped[datetime]
    number: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(default="")
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()
    units: Mapped[list["ChaseLetterUnit"]] = relationship(
        back_populates="letter", order_by="ChaseLetterUnit.unit_id"
    )


class ChaseLetterUnit(Base):
    """A unit that the letter is addressed to."""

    __tablename__ = "chase_letter_unit"
    __table_args__ = (UniqueConstraint("letter_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    letter_id: Mapped[int] = mapped_column(ForeignKey("chase_letter.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    letter: Mapped[ChaseLetter] = relationship(back_populates="units")
    unit: Mapped[Unit] = relationship()
