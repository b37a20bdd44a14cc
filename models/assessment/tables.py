"""The assessment sheet of a unit: one line for each scored item of its catalogue."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.campaigns.tables import Campaign, UnitGroup
from models.catalogue.tables import Item
from models.units import Unit


class Assessment(Base):
    """A unit takes part in a campaign. Made when the campaign is: the list of units is frozen.

    ``locked_at`` is when the unit handed it in; None again while it is reopened (F37).
    """

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("campaign_id", "unit_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), index=True)
    group_id: Mapped[int] = mapped_column(ForeignKey("unit_group.id"))
    locked_at: Mapped[datetime | None]
    campaign: Mapped[Campaign] = relationship()
    unit: Mapped[Unit] = relationship()
    group: Mapped[UnitGroup] = relationship()


class Line(Base):
    """One scored item of one unit. ``exempt``: the catalogue lets the unit off (domain.md 3).

    ``timed``: the instant of sending scores it, nobody enters it (domain.md 13c 7).
    """

    __tablename__ = "line"
    __table_args__ = (UniqueConstraint("assessment_id", "item_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), index=True)
    exempt: Mapped[bool] = mapped_column(default=False)
    timed: Mapped[bool] = mapped_column(default=False)
    assessment: Mapped[Assessment] = relationship()
    item: Mapped[Item] = relationship()


class SelfScore(Base):
    """What a unit claims for a line. A correction is the next ``version``; none is overwritten.

    ``inputs`` are what the rule asked for, by its own labels; ``points`` is what they give, and
    None where the rule takes the line out for this year (``if_none=na``). Points of 0 are a
    claim like any other: a line nobody has entered has no row here. ``scored_by_id`` is None for
    what the system scored itself, when the unit handed in.

    A unit may claim other points than its rule gives: ``points`` are then those it claims, and
    count; ``rule_points`` are what the rule gives, ``claim_reason`` says why (domain.md 13c 6).
    ``data_as_of`` is the day on which the figures stood, where the unit has said it.
    """

    __tablename__ = "self_score"
    __table_args__ = (UniqueConstraint("line_id", "version"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"))
    version: Mapped[int]
    inputs: Mapped[dict[str, Any]]
    points: Mapped[Decimal | None]
    rule_points: Mapped[Decimal | None]
    claim_reason: Mapped[str] = mapped_column(default="")
    data_as_of: Mapped[date | None]
    note: Mapped[str] = mapped_column(default="")
    scored_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    scored_at: Mapped[datetime]
    line: Mapped[Line] = relationship()

    @property
    def is_claimed(self) -> bool:
        """The unit claims other points than its rule gives."""
        return bool(self.claim_reason)


class PastScore(Base):
    """What the line ``code`` gave a unit in the year before ``campaign``'s, from a list (F24).

    ``title`` is what the code was called then, empty where the list does not say it, and
    ``max_points`` None. The newest row of a code counts.
    """

    __tablename__ = "past_score"
    __table_args__ = (Index("ix_past_score_line", "campaign_id", "unit_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    code: Mapped[str]
    title: Mapped[str] = mapped_column(default="")
    points: Mapped[Decimal]
    max_points: Mapped[Decimal | None]
    imported_at: Mapped[datetime]
