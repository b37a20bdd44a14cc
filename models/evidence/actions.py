"""Handing in, filing, replacing and taking off; nothing that was handed in is erased (I9)."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, audit, files
from models.assessment.tables import Assessment, Line
from models.evidence import captions, issuers, rules
from models.evidence.captions import Caption
from models.evidence.tables import Evidence, EvidenceLink, Explanation
from models.files import Received, Scan
from models.people.tables import By
from models.refusals import Refusal
from models.text import clean


def add(
    session: Session, by: By, sheet: Assessment, source: Received | str, caption: str = ""
) -> Evidence:
    """Keep what was handed in, a stored file or a web address, not yet filed to a line.

    The caption fills in the document's number, date and issuer (F28). Each handing in is a row
    of its own; the same bytes are stored once.
    """
    assessment.hold(session, sheet)
    card = captions.parse(caption)
    evidence = Evidence(
        assessment=sheet,
        url=source if isinstance(source, str) else "",
        name=source if isinstance(source, str) else source.name,
        number=card.number,
        dated_on=card.dated_on,
        issuer=card.issuer or issuers.by_symbol(session, card.number),
        caption=clean(caption),
        added_by_id=by.person_id,
        added_at=by.at,
    )
    size = 0
    if isinstance(source, Received):
        evidence.file = files.keep(session, source, by.at)
        evidence.scan = source.scan
        evidence.scanned_at = by.at if source.scan is Scan.CLEAN else None
        size = 0 if _has_content(session, sheet, evidence.file.id) else source.size
    _check(rules.why_not_add(session, by, sheet, size))
    session.add(evidence)
    session.flush()
    sha256 = evidence.file.sha256 if evidence.file else None
    audit.append(session, "evidence_added", by, evidence=evidence.id, sha256=sha256)
    return evidence


def file_under(
    session: Session, by: By, evidence: Evidence, line: Line, locator: str | None = None
) -> EvidenceLink:
    """Let a document prove one more line (F30). Without a ``locator`` its caption's counts."""
    assessment.hold(session, line.assessment)
    _check(rules.why_not_file(session, by, evidence, line))
    link = EvidenceLink(
        line=line,
        evidence=evidence,
        locator=captions.parse(evidence.caption).locator if locator is None else locator,
        linked_by_id=by.person_id,
        linked_at=by.at,
    )
    session.add(link)
    session.flush()
    audit.append(session, "evidence_filed", by, link=link.id, evidence=evidence.id, line=line.id)
    return link


def attach(
    session: Session, by: By, line: Line, source: Received | str, caption: str = ""
) -> EvidenceLink:
    """Hand something in for ``line`` at once."""
    evidence = add(session, by, line.assessment, source, caption)
    return file_under(session, by, evidence, line)


def replace(
    session: Session, by: By, link: EvidenceLink, source: Received | str, caption: str = ""
) -> EvidenceLink:
    """A newer version of a document for the same line; the old one stays, closed (F27).

    What the new caption leaves out is taken over from the old version.
    """
    assessment.hold(session, link.line.assessment)
    _check_open(link)
    old = link.evidence
    newer = add(session, by, link.line.assessment, source, caption)
    newer.number = newer.number or old.number
    newer.dated_on = newer.dated_on or old.dated_on
    newer.issuer = newer.issuer or old.issuer
    locator = captions.parse(caption).locator or link.locator
    following = file_under(session, by, newer, link.line, locator)
    _close(by, link)
    link.replaced_by_id = following.id
    audit.append(session, "evidence_replaced", by, link=link.id, by_link=following.id)
    return following


def remove(session: Session, by: By, link: EvidenceLink) -> None:
    """The document proves the line no more; it is kept, and can be filed again."""
    assessment.hold(session, link.line.assessment)
    _check(rules.why_not_prove(session, by, link.line))
    _check_open(link)
    _close(by, link)
    audit.append(session, "evidence_removed", by, link=link.id)


def set_aside(session: Session, by: By, evidence: Evidence) -> None:
    """The sender does not want to file it after all."""
    assessment.hold(session, evidence.assessment)
    _check(rules.why_not_set_aside(session, by, evidence))
    evidence.set_aside_at = by.at
    audit.append(session, "evidence_set_aside", by, evidence=evidence.id)


def set_locator(session: Session, by: By, link: EvidenceLink, text: str) -> None:
    """Where in the document the line is proved: item, page (F29)."""
    assessment.hold(session, link.line.assessment)
    _check(rules.why_not_prove(session, by, link.line))
    _check_open(link)
    locator = " ".join(clean(text).split())
    if not locator or len(locator) > rules.LOCATOR_SIGNS:
        raise Refusal("locator_unfit", limit=rules.LOCATOR_SIGNS)
    audit.append(session, "locator_set", by, link=link.id, before=link.locator, after=locator)
    link.locator = locator


def describe(session: Session, by: By, link: EvidenceLink, text: str) -> None:
    """Fill in the card from what was typed: number, date, issuer, and where in it the line is
    proved.

    What is not understood at all is taken as the place, as it stands (N6).
    """
    card = captions.parse(text)
    issuer = card.issuer or issuers.by_name(session, card.rest)
    understood = bool(card.number or card.dated_on or card.locator or issuer)
    if card.locator or not understood:
        set_locator(session, by, link, card.locator or text)
    if card.number or card.dated_on or issuer:
        assessment.hold(session, link.line.assessment)
        _check(rules.why_not_prove(session, by, link.line))
        _check_open(link)
        _fill_in(session, by, link.evidence, card, issuer)


def explain(
    session: Session, by: By, line: Line, text: str, seen: int | None = None
) -> Explanation:
    """Why there is no document and how the points came about (N5); the one before is closed.

    ``seen`` is the explanation (id) that ``by`` had before them, 0 for none: what a colleague
    wrote since is shown before anything takes its place. Without it nobody is asked.
    """
    text = clean(text)
    assessment.hold(session, line.assessment)
    _check(rules.why_not_explain(session, by, line, text))
    if seen is not None:
        _check(rules.why_explained_since(session, by, line, text, seen))
    before = select(Explanation).where(
        Explanation.line_id == line.id, Explanation.closed_at.is_(None)
    )
    for explanation in session.scalars(before):
        explanation.closed_at, explanation.closed_by_id = by.at, by.person_id
    explanation = Explanation(line=line, text=text, written_by_id=by.person_id, written_at=by.at)
    session.add(explanation)
    session.flush()
    audit.append(session, "explained", by, explanation=explanation.id, line=line.id)
    return explanation


def _fill_in(session: Session, by: By, evidence: Evidence, card: Caption, issuer: str) -> None:
    """What the card does not say stays, but not the issuer that only another number told."""
    before = {name: getattr(evidence, name) for name in ("number", "dated_on", "issuer")}
    told = evidence.issuer == issuers.by_symbol(session, evidence.number)
    kept = "" if card.number and told else evidence.issuer
    evidence.issuer = issuer or issuers.by_symbol(session, card.number) or kept
    evidence.number = card.number or evidence.number
    evidence.dated_on = card.dated_on or evidence.dated_on
    audit.append(session, "evidence_described", by, evidence=evidence.id, before=before)


def _has_content(session: Session, sheet: Assessment, file_id: int) -> bool:
    of_sheet = (Evidence.assessment_id == sheet.id, Evidence.file_id == file_id)
    return session.scalar(select(Evidence.id).where(*of_sheet).limit(1)) is not None


def _close(by: By, link: EvidenceLink) -> None:
    link.closed_at, link.closed_by_id = by.at, by.person_id


def _check(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refusal


def _check_open(link: EvidenceLink) -> None:
    if link.closed_at is not None:
        raise Refusal("evidence_not_there", file=link.evidence.name, code=link.line.item.code)
