"""Signing a sheet off: what is proposed to the head, what was sent, and what was reopened."""

import enum
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.assessment.tables import Assessment
from models.base import Base
from models.evidence.tables import Evidence
from models.files import StoredFile
from models.people.tables import Person


class ProposalOutcome(enum.StrEnum):
    """``replaced``: the unit proposed anew, with other content. ``withdrawn``: the unit took it
    back before the head decided. ``signed``: sent with the report that the head has signed."""

    WAITING = "waiting"
    APPROVED = "approved"
    RETURNED = "returned"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"
    SIGNED = "signed"


class Proposal(Base):
    """An officer lays the sheet before the unit's head (F39); one at a time waits.

    ``digest`` is that of the content proposed, without the lines that the sending scores;
    ``points`` and ``max_points`` are the totals as they would be at ``proposed_at``;
    ``documents`` counts files and links. ``reason`` is why it was returned or withdrawn.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        Index(
            "uq_proposal_waiting",
            "assessment_id",
            unique=True,
            sqlite_where=text("outcome = 'waiting'"),
            postgresql_where=text("outcome = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    digest: Mapped[str]
    points: Mapped[Decimal]
    max_points: Mapped[Decimal]
    lines: Mapped[int]
    documents: Mapped[int]
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    proposed_at: Mapped[datetime]
    outcome: Mapped[ProposalOutcome] = mapped_column(default=ProposalOutcome.WAITING)
    settled_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    settled_at: Mapped[datetime | None]
    reason: Mapped[str] = mapped_column(default="")
    assessment: Mapped[Assessment] = relationship()
    proposed_by: Mapped[Person] = relationship(foreign_keys=[proposed_by_id])
    settled_by: Mapped[Person | None] = relationship(foreign_keys=[settled_by_id])


class Submission(Base):
    """A unit handed its sheet in: what held at ``sent_at``, and the receipt for it (F38, N18).

    ``content`` is the snapshot that ``contents`` describes and ``digest`` its SHA-256. ``due_at``
    is the announced end that counted for the unit; ``late_seconds`` is None for what came before
    it. ``code`` names the receipt and belongs to no other. ``approved_by`` is the head, or, where
    there is a signed ``report``, who entered it.
    """

    __tablename__ = "submission"

    id: Mapped[int] = mapped_column(primary_key=True)
    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id"), index=True)
    proposal_id: Mapped[int] = mapped_column(ForeignKey("proposal.id"), unique=True)
    code: Mapped[str] = mapped_column(unique=True)
    sent_at: Mapped[datetime]
    approved_by_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    due_at: Mapped[datetime]
    late_seconds: Mapped[int | None]
    content: Mapped[dict[str, Any]]
    digest: Mapped[str]
    points: Mapped[Decimal]
    max_points: Mapped[Decimal]
    lines: Mapped[int]
    documents: Mapped[int]
    assessment: Mapped[Assessment] = relationship()
    proposal: Mapped[Proposal] = relationship()
    approved_by: Mapped[Person] = relationship()
    reopening: Mapped["Reopening | None"] = relationship(back_populates="submission")
    report: Mapped["SignedReport | None"] = relationship(back_populates="submission")


class SignedReport(Base):
    """The scan of the report, signed by the head, with which a sheet was handed in (F39).

    ``evidence`` is the document as it came in, which proves no line; ``number`` and ``dated_on``
    are those on the report.
    """

    __tablename__ = "signed_report"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    evidence_id: Mapped[int] = mapped_column(ForeignKey("evidence.id"))
    number: Mapped[str]
    dated_on: Mapped[date]
    submission: Mapped[Submission] = relationship(back_populates="report")
    evidence: Mapped[Evidence] = relationship()

    @property
    def file(self) -> StoredFile:
        assert self.evidence.file is not None  # A link is no scan.
        return self.evidence.file


class Reopening(Base):
    """The campaign's owner let the unit work on after it had sent, until ``until`` (F37)."""

    __tablename__ = "reopening"

    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submission.id"), unique=True)
    until: Mapped[datetime]
    reason: Mapped[str]
    reopened_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reopened_at: Mapped[datetime]
    submission: Mapped[Submission] = relationship(back_populates="reopening")
