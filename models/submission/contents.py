"""What a sheet holds at this moment, line by line, and the digest by which it is known again.

A content is plain JSON: ``lines`` in the catalogue's order, those of the unit's own work, and,
with the same keys, ``adjustments``: bonus and penalty points, which are in no total. Each has
``line`` (id), ``code``, ``area``, ``title``, ``max_points``, ``score`` (version of the self-score,
or None), ``inputs``, ``points`` (text; None where there are none), ``rule_points`` (the same, as
the rule gives them), ``claim_reason`` (why the unit claims others, or empty), ``data_as_of`` (the
day of the figures, or empty), ``explanation`` (``id`` and ``text``, or None) and ``evidence``:
``link`` and ``document`` (ids), ``name``, ``sha256``, ``url``, ``number``, ``dated_on``,
``issuer``, ``locator``. Where a coordinator entered any of it on the unit's behalf there is
``on_behalf`` as well: ``what``, ``person`` (id), ``reason`` (F40).
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from models import assessment, stand_ins
from models.assessment import Adjustment
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue.tables import Item, Method
from models.evidence.tables import Evidence, EvidenceLink, Explanation
from models.stand_ins.tables import StandIn

NO_AREA = ("", "")


@dataclass(frozen=True)
class Totals:
    """``max_points`` leaves out lines that their own figures took out; ``documents`` are files
    and links, each once."""

    points: Decimal
    max_points: Decimal
    lines: int
    documents: int


@dataclass(frozen=True)
class AreaTotals:
    code: str
    title: str
    totals: Totals


def content_of(session: Session, sheet: Assessment, *, timed: bool) -> dict[str, Any]:
    """The content of ``sheet``; ``timed``: with the lines that the sending scores."""
    query = (
        select(Line, Item)
        .join(Item, Item.id == Line.item_id)
        .where(
            Line.assessment_id == sheet.id,
            Line.exempt.is_(False),
            Item.method.in_((Method.SELF, Method.ADJUSTMENT)),
        )
        .order_by(Item.position)
    )
    if not timed:
        query = query.where(Line.timed.is_(False))
    scores, links = _scores(session, sheet), _links(session, sheet)
    explanations, areas = _explanations(session, sheet), _areas(session, sheet)
    stood_in = stand_ins.of_sheet(session, sheet.id)
    lines: list[dict[str, Any]] = []
    beside: list[dict[str, Any]] = []
    for line, item in session.execute(query):
        area = areas[item.area_id] if item.area_id else NO_AREA
        score, explanation = scores.get(line.id), explanations.get(line.id)
        written = _line(item, area, score, line.id)
        written["explanation"] = _explanation(explanation)
        written["evidence"] = [_proof(link) for link in links[line.id]]
        written |= _on_behalf(stood_in, score, explanation, links[line.id])
        (beside if item.method is Method.ADJUSTMENT else lines).append(written)
    return {"lines": lines, "adjustments": beside}


def digest_of(content: dict[str, Any]) -> str:
    """SHA-256 of the content's canonical JSON."""
    canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def totals_of(
    lines: Sequence[dict[str, Any]], adjustments: Sequence[dict[str, Any]] = ()
) -> Totals:
    """Points of ``lines`` alone; documents of the ``adjustments`` too."""
    given = [Decimal(line["points"]) for line in lines if line["points"] is not None]
    asked = [line for line in lines if line["points"] is not None or line["score"] is None]
    return Totals(
        points=sum(given, Decimal(0)),
        max_points=sum((Decimal(line["max_points"]) for line in asked), Decimal(0)),
        lines=len(lines),
        documents=len(documents_of([*lines, *adjustments])),
    )


def areas_of(lines: Sequence[dict[str, Any]]) -> list[AreaTotals]:
    """The totals of each area in which the unit has lines."""
    by_area: dict[str, list[dict[str, Any]]] = defaultdict(list)
    titles: dict[str, str] = {}
    for line in lines:
        code, title = line["area"]
        by_area[code].append(line)
        titles[code] = title
    return [AreaTotals(code, titles[code], totals_of(of)) for code, of in by_area.items()]


def adjustments_of(content: dict[str, Any]) -> list[Adjustment]:
    """The bonus and penalty points of a content, as ``assessment.adjustments`` gives those of
    now."""
    return [
        Adjustment(
            assessment.kind_of(line["code"]),
            line["line"],
            line["code"],
            line["title"],
            Decimal(line["max_points"]),
            None if line["points"] is None else Decimal(line["points"]),
        )
        for line in content.get("adjustments", [])
    ]


def left_out(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines that their own figures take out of the assessment (``if_none=na``)."""
    return [line for line in lines if line["score"] is not None and line["points"] is None]


def claims_of(lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines for which the unit claims other points than their rules give."""
    return [line for line in lines if line.get("claim_reason")]


def documents_of(
    lines: Sequence[dict[str, Any]],
) -> list[tuple[dict[str, Any], list[str]]]:
    """Every document once, with the codes of the lines that it proves."""
    codes: dict[int, list[str]] = defaultdict(list)
    found: dict[int, dict[str, Any]] = {}
    for line in lines:
        for proof in line["evidence"]:
            found.setdefault(proof["document"], proof)
            codes[proof["document"]].append(line["code"])
    return [(proof, codes[document]) for document, proof in found.items()]


def _line(
    item: Item, area: tuple[str, str], score: SelfScore | None, line_id: int
) -> dict[str, Any]:
    return {
        "line": line_id,
        "code": item.code,
        "area": list(area),
        "title": item.title,
        "max_points": f"{item.max_points:.2f}",
        "score": score.version if score else None,
        "inputs": dict(score.inputs) if score else {},
        "points": _as_text(score.points) if score else None,
        "rule_points": _as_text(score.rule_points) if score else None,
        "claim_reason": score.claim_reason if score else "",
        "data_as_of": score.data_as_of.isoformat() if score and score.data_as_of else "",
    }


def _as_text(points: Decimal | None) -> str | None:
    return None if points is None else f"{points:.2f}"


def _explanation(explanation: Explanation | None) -> dict[str, Any] | None:
    return None if explanation is None else {"id": explanation.id, "text": explanation.text}


def _on_behalf(
    stood_in: Sequence[StandIn],
    score: SelfScore | None,
    explanation: Explanation | None,
    links: Sequence[EvidenceLink],
) -> dict[str, Any]:
    """Nothing, unless some of it was entered by a stand-in."""
    acts = [("evidence", link.linked_by_id, link.linked_at) for link in links]
    if explanation is not None:
        acts.insert(0, ("explanation", explanation.written_by_id, explanation.written_at))
    if score is not None and score.scored_by_id is not None:
        acts.insert(0, ("score", score.scored_by_id, score.scored_at))
    found = [
        {"what": what, "person": person_id, "reason": each.reason}
        for what, person_id, at in acts
        if (each := stand_ins.of_act(stood_in, person_id, at)) is not None
    ]
    return {"on_behalf": found} if found else {}


def _proof(link: EvidenceLink) -> dict[str, Any]:
    document = link.evidence
    return {
        "link": link.id,
        "document": document.id,
        "name": document.name,
        "sha256": document.file.sha256 if document.file else "",
        "url": document.url,
        "number": document.number,
        "dated_on": document.dated_on.isoformat() if document.dated_on else "",
        "issuer": document.issuer,
        "locator": link.locator,
    }


def _areas(session: Session, sheet: Assessment) -> dict[int | None, tuple[str, str]]:
    version = sheet.group.catalogue_version_id
    rows = session.execute(
        select(Item.id, Item.code, Item.title).where(
            Item.version_id == version, Item.area_id.is_(None)
        )
    )
    return {id: (code, title) for id, code, title in rows}


def _scores(session: Session, sheet: Assessment) -> dict[int, SelfScore]:
    newest = (
        select(SelfScore.line_id, func.max(SelfScore.version).label("version"))
        .join(Line, Line.id == SelfScore.line_id)
        .where(Line.assessment_id == sheet.id)
        .group_by(SelfScore.line_id)
        .subquery()
    )
    is_newest = (SelfScore.line_id == newest.c.line_id) & (SelfScore.version == newest.c.version)
    return {
        score.line_id: score
        for score in session.scalars(select(SelfScore).join(newest, is_newest))
    }


def _links(session: Session, sheet: Assessment) -> dict[int, list[EvidenceLink]]:
    query = (
        select(EvidenceLink)
        .join(Line, Line.id == EvidenceLink.line_id)
        .options(joinedload(EvidenceLink.evidence).joinedload(Evidence.file))
        .where(Line.assessment_id == sheet.id, EvidenceLink.closed_at.is_(None))
        .order_by(EvidenceLink.id)
    )
    found: dict[int, list[EvidenceLink]] = defaultdict(list)
    for link in session.scalars(query):
        found[link.line_id].append(link)
    return found


def _explanations(session: Session, sheet: Assessment) -> dict[int, Explanation]:
    query = select(Explanation).join(Line, Line.id == Explanation.line_id)
    open_ones = (Line.assessment_id == sheet.id, Explanation.closed_at.is_(None))
    rows = session.scalars(query.where(*open_ones).order_by(Explanation.id))
    return {row.line_id: row for row in rows}
