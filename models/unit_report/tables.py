"""Difficulties and proposals of a unit, the third part of its report (domain.md 5)."""

from datetime import datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Assessment
from models.base import Base
from models.people.tables import Person


class SheetRemark(Base):
    """What the unit wants to say beside its lines. The newest one counts; the others stay (I9)."""

    __tablename__ = "sheet_remark"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    text: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    assessment: Mapped[Assessment] = relationship()
    written_by: Mapped[Person] = relationship()
