"""Units: the departments, districts and communes that are assessed, appraise, or lead."""

import enum
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from models.base import Base
from models.messages import Part
from models.text import fold, words


class UnitKind(enum.StrEnum):
    DEPARTMENT = "department"
    DISTRICT = "district"
    COMMUNE = "commune"


class Unit(Base):
    """``code`` is unique and stable; ``short_name`` is for lists and is not unique."""

    __tablename__ = "unit"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    short_name: Mapped[str]
    kind: Mapped[UnitKind]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    parent: Mapped["Unit | None"] = relationship(remote_side="Unit.id", cascade="merge")


def all_units(session: Session) -> list[Unit]:
    """All units in the order in which they were imported."""
    return list(session.scalars(select(Unit).order_by(Unit.id)))


def by_code(session: Session, code: str) -> Unit | None:
    return session.scalar(select(Unit).where(Unit.code == code.strip().upper()))


def named(session: Session, text: str) -> list[Unit]:
    """The units that ``text`` may mean: by code, by name as written, else without marks.

    "Đông Sơn" is one commune; "dong son" is that one and Đồng Sơn (domain.md 13c, 18).
    """
    every = all_units(session)
    written, folded, sought = _composed(text), fold(text), words(text)
    if not sought:
        return []
    readings = (
        [unit for unit in every if unit.code == text.strip().upper()],
        [u for u in every if written in (_composed(u.name), _composed(u.short_name))],
        [u for u in every if written in _composed(u.name)] if written != folded else [],
        [u for u in every if folded in (fold(u.name), fold(u.short_name))],
        [u for u in every if f" {folded} " in f" {fold(u.name)} "],
        [u for u in every if set(sought) <= set(words(f"{u.name} {u.short_name} {u.code}"))],
    )
    return next((found for found in readings if found), [])


def some_names(names: Sequence[str], most: int) -> Part:
    """Up to ``most`` of them and how many more there are: all would push the rest off a phone's
    screen."""
    if len(names) <= most:
        return Part("unit_names", names=list(names))
    return Part("unit_names_many", names=list(names[:most]), more=len(names) - most)


def _composed(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())
