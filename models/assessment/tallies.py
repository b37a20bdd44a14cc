"""The counts of all sheets of a campaign, for those who look after many units."""

from collections import defaultdict
from dataclasses import astuple
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.assessment.queries import marks, own_work
from models.assessment.standings import Standing, Tally, tally
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue.tables import Item


def tallies(session: Session, campaign_id: int) -> dict[int, Tally]:
    """The counts of every sheet by the sheet's id; one statement."""
    found = _counted(session, campaign_id, Line.assessment_id)
    return {assessment_id: tally for (assessment_id,), tally in found.items()}


def area_tallies(session: Session, campaign_id: int) -> dict[tuple[int, int], Tally]:
    """The counts of every sheet and area, by the ids of both; one statement (N1)."""
    area = func.coalesce(Item.area_id, Item.id).label("area")
    found = _counted(session, campaign_id, Line.assessment_id, area)
    return {(assessment_id, area_id): tally for (assessment_id, area_id), tally in found.items()}


def _counted(
    session: Session, campaign_id: int, *keys: ColumnElement[int] | InstrumentedAttribute[int]
) -> dict[tuple[int, ...], Tally]:
    """The database counts lines that stand alike, so what is read grows with the sheets and not
    with their lines; what such a line counts for, ``tally`` says here as everywhere.
    """
    proof, reason, is_newest = marks()
    alike = (
        SelfScore.id.is_not(None).label("scored"),
        SelfScore.points.is_not(None).label("has_points"),
        Item.evidence_required,
        proof.label("has_evidence"),
        reason.label("explained"),
        Line.timed,
    )
    lines = (
        select(*keys, *alike)
        .select_from(Line)
        .join(Item, Item.id == Line.item_id)
        .join(Assessment, Assessment.id == Line.assessment_id)
        .outerjoin(SelfScore, is_newest)
        .where(*own_work(), Assessment.campaign_id == campaign_id)
        .subquery()
    )
    query = select(*lines.c, func.count()).group_by(*lines.c)
    counts: dict[tuple[int, ...], list[int]] = defaultdict(lambda: [0] * len(astuple(Tally())))
    for row in session.execute(query):
        key, flags, count = tuple(row[: len(keys)]), row[len(keys) : -1], row[-1]
        for place, each in enumerate(_one_such_line(*flags)):
            counts[key][place] += each * count
    return {key: Tally(*of_key) for key, of_key in counts.items()}


@lru_cache(maxsize=64)
def _one_such_line(
    scored: bool,
    has_points: bool,
    required: bool,
    has_evidence: bool,
    explained: bool,
    timed: bool,
) -> tuple[int, ...]:
    points = Decimal(0) if has_points else None
    nameless = (0, 0, None, "", "", Decimal(0))
    line = Standing(*nameless, scored, points, required, has_evidence, explained, timed)
    return astuple(tally([line]))
