"""Acts of the procedure that are recorded as done, where their work is not done in the chat."""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign
from models.people.tables import Person


class Act(enum.StrEnum):
    """What who leads a campaign owes, in the order of the procedure."""

    COUNCIL = "council"  # R6.3
    ROUND_1 = "round_1"  # R6.4
    SUPPLEMENT_NOTICE = "supplement_notice"  # R6.5: each unit is told what is missing.
    SUPPLEMENT = "supplement"  # R6.5
    ROUND_2 = "round_2"  # R6.6
    CONSOLIDATION = "consolidation"  # R6.7
    DECISION = "decision"  # R6.8
    ARCHIVE = "archive"  # R6.9


class Milestone(Base):
    """That an act was done, or that this was recorded by mistake; the newest row counts (I9).

    ``number`` and ``dated_on`` are those of the document, where there is one.
    """

    __tablename__ = "milestone"
    __table_args__ = (Index("ix_milestone_act", "campaign_id", "act"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    act: Mapped[Act]
    done: Mapped[bool] = mapped_column(default=True)
    number: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    recorded_at: Mapped[datetime]
    campaign: Mapped[Campaign] = relationship()
    recorded_by: Mapped[Person | None] = relationship()
