"""A unit's report as plain values, of which ``bot.reports.unit_report`` makes a document."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager

from models import assessment, signatories, submission
from models.assessment.tables import Assessment, Line
from models.catalogue import rule_of, wording
from models.catalogue.tables import Item, Method
from models.submission.contents import content_of, totals_of
from models.submission.tables import Submission
from models.unit_report.tables import SheetRemark
from models.units import UnitKind


def is_draft(sheet: Assessment) -> bool:
    """Until the head has sent the sheet off, and again once it was reopened."""
    return sheet.locked_at is None


def remark_of(session: Session, sheet: Assessment, at: datetime) -> SheetRemark | None:
    """What held ``at`` this instant."""
    query = select(SheetRemark).where(
        SheetRemark.assessment_id == sheet.id, SheetRemark.written_at <= at
    )
    return session.scalar(query.order_by(SheetRemark.id.desc()).limit(1))


def report(session: Session, sheet: Assessment, at: datetime) -> dict[str, Any]:
    """What was sent, or for a draft what is recorded ``at`` this instant.

    ``areas`` hold ``code``, ``title``, ``totals`` and ``rows``; a row is a line with ``code``,
    ``title``, ``max_points``, ``result`` (in the rule's words, or None), ``timed`` (the sending
    scores it), ``points``, ``rule_points``, ``claim_reason`` (why the unit claims others, or
    empty), ``explanation`` and ``evidence`` (``number``, ``dated_on``, ``issuer``, ``locator``,
    ``name``). ``adjustments`` are such rows with their ``kind``: bonus and penalty points, in no
    total.
    """
    sent = None if is_draft(sheet) else submission.latest(session, sheet.id)
    at = sent.sent_at if sent else at
    content = sent.content if sent else content_of(session, sheet, timed=True)
    lines, beside = content["lines"], content.get("adjustments", [])
    of_sheet = _lines(session, sheet)
    written, campaign = remark_of(session, sheet, at), sheet.campaign
    survey_lines, survey_points = _survey(session, sheet)
    return {
        "unit": sheet.unit.name,
        "symbol": sheet.unit.code if sheet.unit.kind is UnitKind.DEPARTMENT else "UBND",
        "above": sheet.unit.parent.name if sheet.unit.parent else "",
        "owner": campaign.owner.name,
        "year": campaign.year,
        "plan": campaign.plan_number,
        "plan_dated_on": campaign.plan_dated_on,
        "at": at,
        "code": sent.code if sent else "",
        "totals": _totals(lines, beside),
        "survey_lines": survey_lines,
        "survey_points": survey_points,
        "areas": _areas(of_sheet, lines),
        "adjustments": [
            {**_row(of_sheet[line["line"]], line), "kind": str(assessment.kind_of(line["code"]))}
            for line in beside
        ],
        "remark": written.text if written else "",
        **_signer(session, sheet, sent),
    }


def _lines(session: Session, sheet: Assessment) -> dict[int, Line]:
    """The lines of the sheet with their items, by id."""
    query = select(Line).join(Line.item).options(contains_eager(Line.item))
    lines = session.scalars(query.where(Line.assessment_id == sheet.id))
    return {line.id: line for line in lines}


def _areas(of_sheet: Mapping[int, Line], lines: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    areas: dict[str, dict[str, Any]] = {}
    for line in lines:
        code, title = line["area"]
        area = areas.setdefault(code, {"code": code, "title": title, "lines": [], "rows": []})
        area["lines"].append(line)
        area["rows"].append(_row(of_sheet[line["line"]], line))
    return [{**area, "totals": _totals(area.pop("lines"))} for area in areas.values()]


def _row(of_sheet: Line, line: Mapping[str, Any]) -> dict[str, Any]:
    rule = rule_of(of_sheet.item)
    scored, day = line["score"] is not None, _day(line.get("data_as_of", ""))
    return {
        "code": line["code"],
        "title": line["title"],
        "max_points": Decimal(line["max_points"]),
        "result": wording.because(rule, line["inputs"], day) if scored else None,
        "timed": of_sheet.timed,
        "points": _number(line["points"]),
        "rule_points": _number(line.get("rule_points")),
        "claim_reason": line.get("claim_reason", ""),
        "explanation": line["explanation"]["text"] if line["explanation"] else "",
        "evidence": [
            {
                **{name: proof[name] for name in ("number", "issuer", "locator", "name")},
                "dated_on": _day(proof["dated_on"]),
            }
            for proof in line["evidence"]
        ],
    }


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _totals(
    lines: Sequence[dict[str, Any]], adjustments: Sequence[dict[str, Any]] = ()
) -> dict[str, Any]:
    """Points of ``lines`` alone, documents of the ``adjustments`` too, as on the receipt."""
    totals = totals_of(lines, adjustments)
    scored = sum(line["score"] is not None for line in lines)
    return {**vars(totals), "scored": scored}


def _survey(session: Session, sheet: Assessment) -> tuple[int, Decimal]:
    """How many lines the survey scores, and their points: no part of the self-assessment."""
    query = (
        select(Item.max_points)
        .join(Line, Line.item_id == Item.id)
        .where(Line.assessment_id == sheet.id, Line.exempt.is_(False))
        .where(Item.method == Method.SURVEY)
    )
    points = list(session.scalars(query))
    return len(points), sum(points, Decimal(0))


def _signer(session: Session, sheet: Assessment, sent: Submission | None) -> dict[str, Any]:
    """The head who approved; for a draft, and where an officer has entered the signed report, the
    unit's head, where there is just one."""
    if sent is not None and sent.report is None:
        heads = [sent.approved_by]
    else:
        heads = submission.heads_of(session, sheet.unit_id)
    if len(heads) != 1:
        return {"head": "", "signatory": signatories.of(session, sheet.unit)}
    [head] = heads
    return {"head": head.name, "signatory": signatories.of(session, sheet.unit, head.title)}
