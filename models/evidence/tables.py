"""Evidence and explanations: what proves a line of a unit's sheet (domain.md 7)."""

from datetime import date, datetime

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Assessment, Line
from models.base import Base
from models.files import Scan, StoredFile
from models.people.tables import Person


class Evidence(Base):
    """A document that a unit handed in: a stored file or a link, with what it says of itself.

    ``name`` is the sender's file name or the link's; ``number``, ``dated_on`` and ``issuer``, the
    body that issued it, are the document's own (F28). One without any link waits to be filed to
    a line, until its sender sets it aside.
    """

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"))
    url: Mapped[str] = mapped_column(default="")
    name: Mapped[str]
    number: Mapped[str] = mapped_column(default="")
    dated_on: Mapped[date | None]
    issuer: Mapped[str] = mapped_column(default="")
    caption: Mapped[str] = mapped_column(default="")
    added_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime]
    set_aside_at: Mapped[datetime | None]
    scan: Mapped[Scan] = mapped_column(default=Scan.OFF)
    scanned_at: Mapped[datetime | None]
    assessment: Mapped[Assessment] = relationship()
    file: Mapped[StoredFile | None] = relationship()
    added_by: Mapped[Person] = relationship()


class EvidenceLink(Base):
    """This document proves this line, from its making until it is closed (F30, I9).

    ``locator`` names the item and page. A replacement closes the old link and points to the
    new one.
    """

    __tablename__ = "evidence_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"), index=True)
    locator: Mapped[str] = mapped_column(default="")
    linked_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    linked_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("evidence_link.id"))
    line: Mapped[Line] = relationship()
    evidence: Mapped[Evidence] = relationship()


class Explanation(Base):
    """The written reason why a line has no file (N5). A newer one closes the one before."""

    __tablename__ = "explanation"

    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("line.id"), index=True)
    text: Mapped[str]
    written_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    written_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    line: Mapped[Line] = relationship()
