"""Criteria catalogues in their versions: areas, criteria, components, and their rules."""

import enum
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.units import Unit


class Level(enum.StrEnum):
    AREA = "area"
    CRITERION = "criterion"
    COMPONENT = "component"


class Method(enum.StrEnum):
    """``adjustment``: bonus or penalty points of a campaign, which no catalogue names."""

    SELF = "self"
    SURVEY = "survey"
    APPRAISER = "appraiser"
    ADJUSTMENT = "adjustment"


class RuleKind(enum.StrEnum):
    YES_NO = "yes_no"
    STEPS = "steps"
    CHECKLIST = "checklist"
    TIERS = "tiers"
    RATIO = "ratio"
    PENALTY = "penalty"
    MANUAL = "manual"
    SURVEY = "survey"


class CatalogueVersion(Base):
    """One imported state of the catalogue ``name``; a correction is the next ``number``."""

    __tablename__ = "catalogue_version"
    __table_args__ = (UniqueConstraint("name", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]
    source_name: Mapped[str]
    source_sha256: Mapped[str]
    imported_at: Mapped[datetime]
    items: Mapped[list["Item"]] = relationship(back_populates="version", order_by="Item.position")


class Item(Base):
    """A row of the catalogue. Those without children are the scored items (domain.md 1).

    ``max_points`` is in points; ``rule_detail`` is the text that ``catalogue.rules`` parses;
    ``position`` is the order of the codes by their numbers; ``search_text`` is the title folded
    to lower case without marks.
    """

    __tablename__ = "item"
    __table_args__ = (UniqueConstraint("version_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("catalogue_version.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    area_id: Mapped[int | None] = mapped_column(ForeignKey("item.id"))
    code: Mapped[str]
    level: Mapped[Level]
    title: Mapped[str]
    search_text: Mapped[str]
    max_points: Mapped[Decimal]
    scored: Mapped[bool]
    method: Mapped[Method | None]
    rule_kind: Mapped[RuleKind | None]
    rule_detail: Mapped[str] = mapped_column(default="")
    evidence_required: Mapped[bool] = mapped_column(default=False)
    appraising_agency_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    position: Mapped[int]
    version: Mapped[CatalogueVersion] = relationship(back_populates="items")
    parent: Mapped["Item | None"] = relationship(remote_side="Item.id", foreign_keys=[parent_id])
    area: Mapped["Item | None"] = relationship(remote_side="Item.id", foreign_keys=[area_id])
    appraising_agency: Mapped[Unit | None] = relationship()


class ItemExclusion(Base):
    """The catalogue itself lets this unit off this item (``not_applicable_to``)."""

    __tablename__ = "item_exclusion"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"), primary_key=True)
