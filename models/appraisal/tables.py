"""Who appraises which area: the tasks that reviewers acknowledge or decline (F41–F43)."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign, Step
from models.people.tables import Person
from models.units import Unit


class TaskStatus(enum.StrEnum):
    ASSIGNED = "assigned"
    ACKNOWLEDGED = "acknowledged"
    DECLINED = "declined"
    ENDED = "ended"


class DeclineReason(enum.StrEnum):
    CONFLICT = "conflict"
    OTHER = "other"


class AppraisalTask(Base):
    """One reviewer appraises the lines of one area, across units, for one agency (R5.2a).

    ``area_code`` is the code of the area in the campaign's catalogues ("2"). The lines are
    those that the catalogue gives to ``agency``, without the units the reviewer belongs to.
    Several reviewers may share an area; one person has it once at a time. Who declined may be
    given it again: that is another row (C19).
    """

    __tablename__ = "appraisal_task"
    __table_args__ = (
        Index(
            "uq_appraisal_task_active",
            "campaign_id",
            "step",
            "agency_id",
            "area_code",
            "reviewer_id",
            unique=True,
            sqlite_where=text("status IN ('assigned', 'acknowledged')"),
            postgresql_where=text("status IN ('assigned', 'acknowledged')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    step: Mapped[Step]
    area_code: Mapped[str]
    agency_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    reviewer_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    assigned_at: Mapped[datetime]
    status: Mapped[TaskStatus] = mapped_column(default=TaskStatus.ASSIGNED)
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[DeclineReason | None]
    decline_note: Mapped[str] = mapped_column(default="")
    ended_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()
    agency: Mapped[Unit] = relationship()
    reviewer: Mapped[Person] = relationship(foreign_keys=[reviewer_id])
    assigned_by: Mapped[Person | None] = relationship(foreign_keys=[assigned_by_id])
