"""A unit's sheet on which all work is done, put there as rows, without asking anybody.

Its figures hold as of the day on which they were put there.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from bot.demo.province import likely_inputs
from models import assessment, units
from models.assessment import Assessment, Line, SelfScore
from models.calendar import local_day
from models.catalogue import rule_of
from models.catalogue.kinds import NotAssessed
from models.evidence.tables import Explanation


def sheet_of(session: Session, code: str) -> Assessment:
    unit = units.by_code(session, code)
    assert unit is not None
    sheet = assessment.sheet_of(session, unit.id)
    assert sheet is not None
    return sheet


def complete(
    session: Session,
    unit: str,
    person_id: int | None,
    at: datetime,
    *,
    without: Collection[str] = (),
) -> Assessment:
    """Score and explain what is open on the sheet, but for the codes in ``without``."""
    sheet = sheet_of(session, unit)
    for place, standing in enumerate(assessment.standings(session, sheet.id)):
        if standing.settled or standing.code in without:
            continue
        line = session.get_one(Line, standing.line_id)
        if not standing.scored:
            inputs = likely_inputs(line, place)
            points = rule_of(line.item).score(inputs)
            by = {"scored_by_id": person_id, "scored_at": at}
            given = None if isinstance(points, NotAssessed) else points
            score = SelfScore(line_id=line.id, version=1, inputs=inputs, points=given, **by)
            score.rule_points = given
            if assessment.are_figures(inputs):
                score.data_as_of = local_day(at)
            session.add(score)
        if not standing.proven:
            written = {"written_by_id": person_id, "written_at": at}
            session.add(Explanation(line_id=line.id, text="Theo hồ sơ của đơn vị", **written))
    session.flush()
    return sheet
