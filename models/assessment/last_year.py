"""What a line gave its unit in the year before, shown while it is scored (F24, domain.md 4).

It comes from a list, where the results were made elsewhere, else from the campaign that the same
owner led the year before. Codes wander from year to year: points whose title is another one, or
unknown, are shown with a mark, so that they do not mislead.
"""

import enum
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from models import audit, imports, policy, units
from models.assessment import queries
from models.assessment.tables import Assessment, Line, PastScore
from models.campaigns.tables import Campaign
from models.catalogue.figures import Fault, points
from models.catalogue.tables import Item
from models.imports import ImportRefused, Problem, Table
from models.people.tables import By
from models.text import fold

COLUMNS = ("code", "unit_code", "points")


class Likeness(enum.StrEnum):
    """Whether the code still means what it meant: ``unknown`` where the list has no titles."""

    SAME = "same"
    OTHER = "other"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class LastYear:
    """``points`` None: the line was not assessed. ``max_points`` None: unknown. ``claimed``: it
    is what the unit claimed, not the result. ``title`` is that of the code then."""

    year: int
    points: Decimal | None
    max_points: Decimal | None
    claimed: bool
    likeness: Likeness
    title: str


@dataclass(frozen=True)
class LastYearImported:
    """``unmatched``: codes that the unit's present sheet does not have."""

    rows: int
    units: int
    unmatched: list[str]


def last_year(session: Session, line: Line) -> LastYear | None:
    """None where nothing is known of it."""
    campaign = line.assessment.campaign
    listed = select(PastScore).where(
        PastScore.campaign_id == campaign.id,
        PastScore.unit_id == line.assessment.unit_id,
        PastScore.code == line.item.code,
    )
    row = session.scalar(listed.order_by(PastScore.id.desc()).limit(1))
    if row is not None:
        likeness = _likeness(row.title, line.item.title)
        about = (row.points, row.max_points, False, likeness, row.title)
        return LastYear(campaign.year - 1, *about)
    return _of_campaign_before(session, line)


def import_last_year(session: Session, path: Path, campaign: Campaign, by: By) -> LastYearImported:
    """All rows of the list, or raises ImportRefused with every problem. The same list again
    changes nothing; other points follow the ones before, which stay (I9)."""
    policy.check(session, by, policy.Action.IMPORT)
    table = imports.read_table(path)
    table.require_columns(COLUMNS)
    sheets = _sheets(session, campaign)
    problems = [*table.empty_cells(COLUMNS), *_problems(table, session, sheets)]
    if problems:
        raise ImportRefused(problems)
    known = {(row.unit_id, row.code): row for row in _known(session, campaign)}
    rows = [_row(campaign, sheets[cells["unit_code"]], cells, by) for _, cells in table.rows]
    session.add_all(row for row in rows if not _same(known.get((row.unit_id, row.code)), row))
    unmatched = {
        cells["code"]
        for _, cells in table.rows
        if queries.find_line(session, sheets[cells["unit_code"]].id, cells["code"]) is None
    }
    audit.append(session, "last_year_imported", by, campaign=campaign.id, rows=len(rows))
    return LastYearImported(len(rows), len({row.unit_id for row in rows}), sorted(unmatched))


def _of_campaign_before(session: Session, line: Line) -> LastYear | None:
    """What the unit handed in then; what it never handed in is no score."""
    campaign = line.assessment.campaign
    query = (
        select(Line)
        .join(Line.item)
        .join(Line.assessment)
        .join(Assessment.campaign)
        .where(
            Campaign.owner_id == campaign.owner_id,
            Campaign.year == campaign.year - 1,
            Assessment.unit_id == line.assessment.unit_id,
            Assessment.locked_at.is_not(None),
            Item.code == line.item.code,
        )
    )
    before = session.scalar(query)
    score = queries.score_of(session, before.id) if before is not None else None
    if before is None or score is None:
        return None
    item = before.item
    about = (score.points, item.max_points, True, _likeness(item.title, line.item.title))
    return LastYear(campaign.year - 1, *about, item.title)


def _likeness(then: str, now: str) -> Likeness:
    if not then:
        return Likeness.UNKNOWN
    return Likeness.SAME if fold(then) == fold(now) else Likeness.OTHER


def _sheets(session: Session, campaign: Campaign) -> dict[str, Assessment]:
    query = select(Assessment).where(Assessment.campaign_id == campaign.id)
    return {sheet.unit.code: sheet for sheet in session.scalars(query)}


def _problems(table: Table, session: Session, sheets: dict[str, Assessment]) -> list[Problem]:
    problems: list[Problem] = []
    known = {unit.code for unit in units.all_units(session)}
    first: dict[tuple[str, str], int] = {}
    for number, cells in table.rows:
        code, unit = cells["code"], cells["unit_code"]
        if unit and unit not in sheets:
            name = "unit_takes_no_part" if unit in known else "item_unit"
            problems.append(table.problem(number, "unit_code", name, value=unit))
        if code and unit and first.setdefault((code, unit), number) != number:
            again = {"value": f"{unit} {code}", "first": first[code, unit]}
            problems.append(table.problem(number, "code", "repeated", **again))
        problems += _problems_of_points(table, number, cells)
    return problems


def _problems_of_points(table: Table, number: int, cells: dict[str, str]) -> list[Problem]:
    problems, read = [], {}
    for name in ("points", "max_points"):
        if not cells.get(name):
            continue
        try:
            read[name] = points(cells[name])
        except Fault as fault:
            problems.append(table.problem(number, name, fault.name, **fault.values))
    if len(read) == 2 and read["points"] > read["max_points"]:
        values = {name: cells[name] for name in read}
        problems.append(table.problem(number, "points", "points_above_max", **values))
    return problems


def _known(session: Session, campaign: Campaign) -> list[PastScore]:
    query = select(PastScore).where(PastScore.campaign_id == campaign.id)
    return list(session.scalars(query.order_by(PastScore.id)))


def _row(campaign: Campaign, sheet: Assessment, cells: dict[str, str], by: By) -> PastScore:
    most = cells.get("max_points")
    return PastScore(
        campaign_id=campaign.id,
        unit_id=sheet.unit_id,
        code=cells["code"],
        title=cells.get("title", ""),
        points=points(cells["points"]),
        max_points=points(most) if most else None,
        imported_at=by.at,
    )


def _same(before: PastScore | None, row: PastScore) -> bool:
    if before is None:
        return False
    return (before.points, before.max_points, before.title) == (
        row.points,
        row.max_points,
        row.title,
    )
