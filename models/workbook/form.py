"""A unit's sheet as plain values, of which ``bot.reports.workbook`` makes a file."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import assessment, points
from models.assessment.tables import Assessment, SelfScore
from models.calendar import local_day
from models.catalogue import wording
from models.catalogue.tables import Item, Method
from models.messages import Part
from models.workbook.entries import Entry, entries, written
from models.workbook.standing import Recorded, recorded

OUTSIDE = -1  # In place of an area: what stands in none.
FORM = 2  # Of the form itself: another order of columns or rows is another number.
# Tables that a sheet is not read from, though an office program saves it so.
OTHER_TABLES = (".xls", ".xlsb", ".ods", ".fods", ".csv")


def may_be_a_sheet(file_name: str) -> bool:
    """Whether somebody may mean to hand in the filled-in sheet with this file."""
    return file_name.lower().endswith(OTHER_TABLES)


def form(session: Session, sheet: Assessment, at: datetime) -> dict[str, Any]:
    """``mark`` and ``rows``, with what is recorded ``at`` this instant.

    A row is an ``area`` with its ``title``, or a line: ``code``, ``title``, ``rule``,
    ``max_points``, ``entries`` (each a ``key``, ``label``, ``shape``, ``options``, ``value``),
    ``explanation``, ``day``, ``claim``, ``claim_reason`` (None where the line takes none),
    ``points``, ``documents``, ``notes`` (what else is recorded, to be read only), ``base``, and
    ``closed`` with the reason why there is nothing to enter. ``days`` are offered for the
    figures, ``reason_signs`` is the most that a reason may have.
    """
    return {
        "mark": mark_of(sheet),
        "unit": sheet.unit.name,
        "year": sheet.campaign.year,
        "owner": sheet.campaign.owner.name,
        "made_at": at,
        "days": [_day(day) for day in assessment.days_to_offer(session, sheet, local_day(at))],
        "reason_signs": assessment.REASON_SIGNS,
        "rows": list(_rows(session, sheet)),
    }


def mark_of(sheet: Assessment) -> dict[str, Any]:
    """By what a workbook is recognised: as this campaign's, this unit's, this catalogue's."""
    version = sheet.group.catalogue_version
    catalogue = f"{version.name} {version.number} {version.source_sha256[:16]}"
    return {
        "campaign": sheet.campaign_id,
        "owner": sheet.campaign.owner.code,
        "year": sheet.campaign.year,
        "unit": sheet.unit.code,
        "catalogue": catalogue,
        "form": FORM,
    }


def key_of(code: str, place: int, count: int) -> str:
    """The key of an entry's row: the line's own where it has one entry, else one below it."""
    return code if count == 1 else f"{code}/{place + 1}"


def _rows(session: Session, sheet: Assessment) -> Iterator[dict[str, Any]]:
    area: int | None = None
    found = recorded(session, sheet)
    heads = {each.line.item.area_id for each in found}
    titles = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(heads)))}
    for each in found:
        item = each.line.item
        if each.is_adjustment and area is not OUTSIDE:
            area = OUTSIDE
            yield {"area": "", "title": Part("workbook_outside")}
        elif item.area_id != area and item.area_id in titles:
            area = item.area_id
            yield {"area": titles[area].code, "title": titles[area].title}
        yield _row(sheet, each)


def _row(sheet: Assessment, each: Recorded) -> dict[str, Any]:
    item, score, explanation = each.line.item, each.score, each.explanation
    asked = entries(each.rule) if each.is_own_work else []
    values: list[int | str | None] = [None] * len(asked)
    if asked and score is not None:
        values = list(written(each.rule, score.inputs))
    return {
        "code": item.code,
        "title": item.title,
        "rule": wording.in_words(each.rule),
        "max_points": item.max_points,
        "entries": [
            _entry(key_of(item.code, n, len(asked)), entry, values[n])
            for n, entry in enumerate(asked)
        ],
        "explanation": explanation.text if explanation else "",
        **_beside(each),
        "points": score.points if score and asked else None,
        "documents": each.documents,
        "notes": _notes(score) if score and asked else [],
        "base": list(each.base),
        "closed": None if each.is_own_work else _why_closed(sheet, each),
    }


def _day(day: date) -> str:
    """As the chat reads it too, in whatever language."""
    return f"{day:%d/%m/%Y}"


def _beside(each: Recorded) -> dict[str, Any]:
    """The day of the figures and the points claimed, as they are filled in."""
    score = each.score
    claim = assessment.claim_of(score)
    day = _day(score.data_as_of) if score and score.data_as_of else ""
    shown = points.as_figure(claim.points).replace(".", ",") if claim else ""
    reason = claim.reason if claim else ""
    return {
        "day": day if each.takes_day else None,
        "claim": shown if each.takes_claim else None,
        "claim_reason": reason if each.takes_claim else None,
    }


def _notes(score: SelfScore) -> list[Part]:
    """A line that its own figures take out has no points, and is not one without a score (F23);
    beside a claim stands what the rule gives."""
    if score.points is None:
        return [Part("workbook_not_assessed")]
    return [Part("workbook_by_rule", points=score.rule_points)] if score.is_claimed else []


def _entry(key: str, entry: Entry, value: int | str | None) -> dict[str, Any]:
    return {
        "key": key,
        "label": entry.label,
        "shape": entry.shape.value,
        "options": list(entry.options),
        "value": value,
    }


def _why_closed(sheet: Assessment, each: Recorded) -> Part:
    if each.line.exempt:
        return Part("line_is_exempt", unit=sheet.unit.name)
    if each.line.timed:
        return Part("line_is_timed")
    method = each.line.item.method
    assert method in (Method.SURVEY, Method.APPRAISER)
    return Part(f"line_is_by.{method}")
