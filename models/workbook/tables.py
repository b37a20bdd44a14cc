"""Workbooks that came back, and what they would change."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Assessment
from models.base import Base
from models.files import StoredFile
from models.people.tables import Person


class WorkbookReturn(Base):
    """A workbook that a person sent back; nothing of it counts before ``applied_at``.

    ``changes`` are the differences to what was recorded when it came, as ``differences.Change``
    writes them; ``refused`` are its bad cells with the reasons, for the summary. ``unchanged``
    counts lines of the unit's own work.
    """

    __tablename__ = "workbook_return"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    sent_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    received_at: Mapped[datetime]
    changes: Mapped[list[Any]]
    refused: Mapped[list[Any]]
    unchanged: Mapped[int]
    applied_at: Mapped[datetime | None]
    applied_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    discarded_at: Mapped[datetime | None]
    assessment: Mapped[Assessment] = relationship()
    file: Mapped[StoredFile] = relationship()
    sent_by: Mapped[Person] = relationship(foreign_keys=[sent_by_id])
    applied_by: Mapped[Person | None] = relationship(foreign_keys=[applied_by_id])
