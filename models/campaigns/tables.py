"""A campaign: its owner and year, its windows, its groups, and the plan that opens it."""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.catalogue.tables import CatalogueVersion
from models.units import Unit, UnitKind


class Step(enum.StrEnum):
    """The steps of the procedure in the order of their due dates (R6.1–R6.8)."""

    PLAN = "plan"
    SELF_ASSESSMENT = "self_assessment"
    COUNCIL = "council"
    ROUND_1 = "round_1"
    SUPPLEMENT = "supplement"
    ROUND_2 = "round_2"
    CONSOLIDATION = "consolidation"
    DECISION = "decision"


class SignOff(enum.StrEnum):
    """How a unit's sheet is signed off (F39). ``head``: its head confirms here. ``scan``: the
    scan of the report that the head has signed will do as well."""

    HEAD = "head"
    SCAN = "scan"


TIMELINESS = "1.2.2"  # Where the sample structures score whether a unit handed in in time.


class Campaign(Base):
    """One year's determination of the index, led by ``owner`` (R5.1b, R5.4b).

    It is a draft until its plan is issued (R6.1); nobody can hand anything in before.
    ``timeliness_code`` is the code of the line that the sending itself scores (domain.md 13c 7).
    """

    __tablename__ = "campaign"
    __table_args__ = (UniqueConstraint("owner_id", "year"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    year: Mapped[int]
    owner_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    created_at: Mapped[datetime]
    plan_number: Mapped[str] = mapped_column(default="")
    plan_dated_on: Mapped[date | None]
    plan_file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    opened_at: Mapped[datetime | None]
    timeliness_code: Mapped[str] = mapped_column(default=TIMELINESS)
    sign_off: Mapped[SignOff] = mapped_column(default=SignOff.HEAD)
    owner: Mapped[Unit] = relationship()
    windows: Mapped[list["Window"]] = relationship(
        back_populates="campaign", order_by="Window.closes_at"
    )
    groups: Mapped[list["UnitGroup"]] = relationship(back_populates="campaign")


class Window(Base):
    """When a step may be done: from ``opens_at`` up to, and without, ``closes_at`` (I6).

    ``opens_at`` is None for the steps that only have a due date (plan, council). ``wording`` is
    the deadline as the person who set it wrote it ("trước 15/11").
    """

    __tablename__ = "window"
    __table_args__ = (UniqueConstraint("campaign_id", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    step: Mapped[Step]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    grace_minutes: Mapped[int] = mapped_column(default=0)
    wording: Mapped[str] = mapped_column(default="")
    campaign: Mapped[Campaign] = relationship(back_populates="windows")


class Extension(Base):
    """One unit may do one step until another instant (F7). The newest one counts."""

    __tablename__ = "extension"

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), index=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    step: Mapped[Step]
    closes_at: Mapped[datetime]
    reason: Mapped[str]
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    granted_at: Mapped[datetime]


class UnitGroup(Base):
    """Units of one kind, assessed by one catalogue and ranked together (domain.md 4)."""

    __tablename__ = "unit_group"
    __table_args__ = (UniqueConstraint("campaign_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    kind: Mapped[UnitKind]
    catalogue_version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    campaign: Mapped[Campaign] = relationship(back_populates="groups")
    catalogue_version: Mapped[CatalogueVersion] = relationship()
