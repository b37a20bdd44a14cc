"""What may be handed in for a line, by whom and when, and how much of it (reliability.md 4)."""

import json
import re
from urllib.parse import urlsplit

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models import assessment, policy
from models.assessment.tables import Assessment, Line
from models.catalogue.tables import Method
from models.evidence.tables import Evidence, EvidenceLink
from models.files import StoredFile
from models.messages import Choice
from models.people.tables import By, Person
from models.policy import Action
from models.refusals import Refusal

GIB = 1 << 30
FILES_A_LINE = 40
BYTES_A_LINE = 1 * GIB
BYTES_A_UNIT = 5 * GIB
EXPLANATION_SIGNS = 2_000
LOCATOR_SIGNS = 200
URL_SIGNS = 2_000


def why_not_add(session: Session, by: By, sheet: Assessment, size: int = 0) -> Refusal | None:
    """Why ``by`` cannot hand in ``size`` more bytes for the unit, whatever they are to prove."""
    if refusal := policy.why_not(session, by, Action.FILE_EVIDENCE, sheet):
        return refusal
    if refusal := assessment.why_not_work(session, by, sheet):
        return refusal
    if size and bytes_of_unit(session, sheet.id) + size > BYTES_A_UNIT:
        return Refusal("unit_has_too_much", limit=BYTES_A_UNIT)
    return None


def why_not_set_aside(session: Session, by: By, evidence: Evidence) -> Refusal | None:
    """A colleague who has only some lines sets nothing of somebody else's aside."""
    if refusal := policy.why_not(session, by, Action.FILE_EVIDENCE, evidence):
        return refusal
    return assessment.why_not_work(session, by, evidence.assessment)


def why_not_prove(session: Session, by: By, line: Line) -> Refusal | None:
    """Why nothing can be handed in, changed or taken off for ``line`` now."""
    if refusal := policy.why_not(session, by, Action.FILE_EVIDENCE, line):
        return refusal
    if refusal := _why_not_a_line_of_work(line):
        return refusal
    return assessment.why_not_work(session, by, line.assessment)


def why_not_file(session: Session, by: By, evidence: Evidence, line: Line) -> Refusal | None:
    """Why ``evidence`` cannot be filed to ``line``."""
    if refusal := why_not_prove(session, by, line):
        return refusal
    code = line.item.code
    if evidence.assessment_id != line.assessment_id:
        return Refusal("not_your_unit")
    if evidence.set_aside_at is not None:
        return Refusal("evidence_set_aside", file=evidence.name)
    links, size = _on_line(session, line)
    if any(_same_content(link.evidence, evidence) for link in links):
        return Refusal("same_evidence_here", file=evidence.name, code=code)
    if len(links) >= FILES_A_LINE:
        return Refusal("line_has_too_many", code=code, limit=FILES_A_LINE)
    if evidence.file is not None and size + evidence.file.size > BYTES_A_LINE:
        return Refusal("line_has_too_much", code=code, limit=BYTES_A_LINE)
    return None


def why_not_explain(session: Session, by: By, line: Line, text: str) -> Refusal | None:
    """N5: an explanation stands in place of a document, so it has words, but not a book's."""
    if refusal := policy.why_not(session, by, Action.EXPLAIN, line):
        return refusal
    if refusal := _why_not_a_line_of_work(line):
        return refusal
    if refusal := assessment.why_not_work(session, by, line.assessment):
        return refusal
    if not text.strip():
        return Refusal("explanation_empty", code=line.item.code)
    if len(text) > EXPLANATION_SIGNS:
        return Refusal("explanation_too_long", length=len(text), limit=EXPLANATION_SIGNS)
    return None


def why_explained_since(
    session: Session, by: By, line: Line, text: str, seen: int
) -> Refusal | None:
    """That somebody else has explained the line since, and how; ``text`` may still follow it."""
    newest = assessment.explanation_of(session, line.id)
    if newest is None or newest.id <= seen or newest.written_by_id == by.person_id:
        return None
    who = session.get_one(Person, newest.written_by_id)
    again = json.dumps({"line": line.id, "seen": newest.id, "text": text})
    return Refusal(
        "line_explained_since",
        [
            Choice("overwrite_explanation", again),
            assessment.card_of(line),
            Choice("menu"),
        ],
        code=line.item.code,
        person=who.name,
        at=newest.written_at,
        text=newest.text,
    )


def why_not_see(session: Session, by: By, line: Line) -> Refusal | None:
    return policy.why_not(session, by, Action.DOWNLOAD_EVIDENCE, line)


def read_url(text: str) -> str | None:
    """The web address that ``text`` is, or None."""
    text = text.strip()
    if len(text) > URL_SIGNS or not re.fullmatch(r"https?://\S+", text, re.IGNORECASE):
        return None
    try:
        host = urlsplit(text).hostname
    except ValueError:
        return None
    return text if host and "." in host else None


def bytes_of_unit(session: Session, assessment_id: int) -> int:
    """What the unit has handed in, each content once."""
    files = select(Evidence.file_id).where(Evidence.assessment_id == assessment_id)
    query = select(func.coalesce(func.sum(StoredFile.size), 0)).where(StoredFile.id.in_(files))
    return int(session.scalars(query).one())


def _on_line(session: Session, line: Line) -> tuple[list[EvidenceLink], int]:
    query = select(EvidenceLink).where(
        EvidenceLink.line_id == line.id, EvidenceLink.closed_at.is_(None)
    )
    links = list(session.scalars(query))
    return links, sum(link.evidence.file.size for link in links if link.evidence.file)


def _same_content(one: Evidence, other: Evidence) -> bool:
    return (one.file_id, one.url) == (other.file_id, other.url)


def _why_not_a_line_of_work(line: Line) -> Refusal | None:
    if line.item.method not in (Method.SELF, Method.ADJUSTMENT) or line.timed:
        return Refusal("line_needs_no_evidence", code=line.item.code)
    return Refusal("line_is_exempt", code=line.item.code) if line.exempt else None
