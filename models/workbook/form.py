"""A unit's sheet as plain values, of which ``bot.reports.workbook`` makes a file."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.assessment.tables import Assessment, SelfScore
from models.catalogue import wording
from models.catalogue.tables import Item, Method
from models.messages import Part
from models.workbook.entries import Entry, entries, written
from models.workbook.standing import Recorded, recorded

FORM = 1  # Of the form itself: another order of columns or rows is another number.


def form(session: Session, sheet: Assessment, at: datetime) -> dict[str, Any]:
    """``mark`` and ``rows``, with what is recorded ``at`` this instant.

    A row is an ``area`` with its ``title``, or a line: ``code``, ``title``, ``rule``,
    ``max_points``, ``entries`` (each a ``key``, ``label``, ``shape``, ``options``, ``value``),
    ``explanation``, ``points``, ``documents``, ``notes`` (what else is recorded, to be read only),
    ``base``, and ``closed`` with the reason why there is nothing to enter.
    """
    return {
        "mark": mark_of(sheet),
        "unit": sheet.unit.name,
        "year": sheet.campaign.year,
        "owner": sheet.campaign.owner.name,
        "made_at": at,
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
    area = None
    found = recorded(session, sheet)
    heads = {each.line.item.area_id for each in found}
    titles = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(heads)))}
    for each in found:
        item = each.line.item
        if item.area_id != area and item.area_id in titles:
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
        "points": score.points if score and asked else None,
        "documents": each.documents,
        "notes": _notes(score) if score and asked else [],
        "base": list(each.base),
        "closed": None if each.is_own_work else _why_closed(sheet, each),
    }


def _notes(score: SelfScore) -> list[Part]:
    """A claim beside the rule's points, and the day of the figures: the chat asks for both.

    A line that its own figures take out has no points, and is not one without a score (F23).
    """
    notes = [Part("workbook_not_assessed")] if score.points is None else []
    if score.is_claimed:
        claimed = {"points": score.points, "reason": score.claim_reason}
        notes.append(Part("workbook_claimed", rule_points=score.rule_points, **claimed))
    if score.data_as_of is not None:
        notes.append(Part("workbook_dated", day=score.data_as_of))
    return notes


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
