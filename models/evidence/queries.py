"""What has been handed in, for which lines, and what is missing."""

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import Session, joinedload

from models import assessment
from models.assessment.tables import Line
from models.catalogue.tables import Item
from models.evidence.tables import Evidence, EvidenceLink, Explanation
from models.people.tables import By

if TYPE_CHECKING:
    from models.assessment import Standing

LISTED = 100


class CardField(enum.StrEnum):
    """What a document's card says of it (N6)."""

    NUMBER = "number"
    DATE = "date"
    ISSUER = "issuer"
    LOCATOR = "locator"


@dataclass(frozen=True)
class Holdings:
    """Counts of a sheet: documents that prove something, lines they prove, documents that
    still wait for a line."""

    documents: int
    lines: int
    unfiled: int


def open_links(session: Session, line_id: int) -> list[EvidenceLink]:
    """What proves the line now, oldest first."""
    return _links(session, line_id, closed=False)


def history(session: Session, line_id: int) -> list[EvidenceLink]:
    """What proved it once: replaced or removed, oldest first (I9)."""
    return _links(session, line_id, closed=True)


def explanations(session: Session, line_id: int) -> list[Explanation]:
    """All that were written for the line, the newest first; only that one may be open."""
    query = select(Explanation).where(Explanation.line_id == line_id)
    return list(session.scalars(query.order_by(Explanation.id.desc())))


def lacking(link: EvidenceLink) -> list[CardField]:
    """What the card of the document does not say; a web address leads to its place itself."""
    document = link.evidence
    known = {
        CardField.NUMBER: document.number,
        CardField.DATE: document.dated_on,
        CardField.ISSUER: document.issuer,
        CardField.LOCATOR: link.locator or document.url,
    }
    return [field for field, value in known.items() if not value]


def unfiled(session: Session, assessment_id: int) -> list[Evidence]:
    """Documents that were never filed to a line nor set aside, newest first."""
    query = select(Evidence).options(joinedload(Evidence.file)).where(*_unfiled(assessment_id))
    return list(session.scalars(query.order_by(Evidence.id.desc()).limit(LISTED)))


def filed_lines(session: Session, evidence_id: int) -> list[Line]:
    """The lines that a document proves now, in the catalogue's order."""
    return _lines(session, EvidenceLink.evidence_id == evidence_id)


def lines_with_content(session: Session, evidence: Evidence) -> list[Line]:
    """The lines that the same bytes prove now, handed in with whatever document."""
    if evidence.file_id is None:
        return []
    same = select(Evidence.id).where(
        Evidence.assessment_id == evidence.assessment_id, Evidence.file_id == evidence.file_id
    )
    return _lines(session, EvidenceLink.evidence_id.in_(same))


def holdings(session: Session, assessment_id: int) -> Holdings:
    counts = (
        select(
            func.count(EvidenceLink.evidence_id.distinct()),
            func.count(EvidenceLink.line_id.distinct()),
        )
        .join(Line, Line.id == EvidenceLink.line_id)
        .where(Line.assessment_id == assessment_id, EvidenceLink.closed_at.is_(None))
    )
    documents, lines = session.execute(counts).one()
    waiting = select(func.count()).select_from(Evidence).where(*_unfiled(assessment_id))
    return Holdings(documents, lines, session.scalars(waiting).one())


def lines_to_prove(session: Session, assessment_id: int, by: By | None = None) -> "list[Standing]":
    """Lines that need a document or an explanation and have neither, scored or not; those of
    ``by`` first."""
    return assessment.own_first(assessment.lines_missing_evidence(session, assessment_id), by)


def next_unproven(
    session: Session, assessment_id: int, after_code: str = "", by: By | None = None
) -> "Standing | None":
    """The next such line behind ``after_code``, else the first; those of ``by`` first."""
    found = assessment.lines_missing_evidence(session, assessment_id)
    behind = [line for line in found if _places(line.code) > _places(after_code)]
    return next(iter(assessment.own_first([*behind, *found], by)), None)


def _places(code: str) -> tuple[int, ...]:
    """None for what stands outside the tree, so that everything lies behind it."""
    return tuple(int(part) for part in code.split(".") if part.isdecimal())


def _links(session: Session, line_id: int, *, closed: bool) -> list[EvidenceLink]:
    query = (
        select(EvidenceLink)
        .options(joinedload(EvidenceLink.evidence).joinedload(Evidence.file))
        .where(EvidenceLink.line_id == line_id)
        .where(EvidenceLink.closed_at.is_not(None) if closed else EvidenceLink.closed_at.is_(None))
    )
    return list(session.scalars(query.order_by(EvidenceLink.id)))


def _lines(session: Session, condition: ColumnElement[bool]) -> list[Line]:
    ids = select(EvidenceLink.line_id).where(condition, EvidenceLink.closed_at.is_(None))
    query = select(Line).join(Line.item).where(Line.id.in_(ids)).order_by(Item.position)
    return list(session.scalars(query))


def _unfiled(assessment_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        Evidence.assessment_id == assessment_id,
        Evidence.set_aside_at.is_(None),
        ~exists().where(EvidenceLink.evidence_id == Evidence.id),
    )
