"""What it costs to see where a unit stands, and where all of them do, as units grow in number.

A campaign of more and more units of the districts' kind, each with half of its lines scored and
a third of those explained. A unit's status should cost the same whatever the others do; the
progress of all should grow no faster than the rows it shows.
"""

import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from benchmarks import figures
from models import assessment, coordination, database
from models.assessment import Assessment, Line
from models.campaigns import Campaign

TIMES = 5
_NUMBERS = """
    WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < :units)
"""
_STEPS = (
    f"""INSERT INTO unit (code, name, short_name, kind)
        {_NUMBERS} SELECT 'T' || n, 'Đơn vị ' || n, 'ĐV ' || n, 'district' FROM number""",
    """INSERT INTO assessment (campaign_id, unit_id, group_id)
        SELECT sheet.campaign_id, unit.id, sheet.group_id FROM unit
        JOIN assessment AS sheet ON sheet.id = :model WHERE unit.code LIKE 'T%'
        AND unit.name LIKE 'Đơn vị %'""",
    """INSERT INTO line (assessment_id, item_id, exempt, timed)
        SELECT sheet.id, line.item_id, line.exempt, line.timed FROM assessment AS sheet
        JOIN line ON line.assessment_id = :model
        WHERE NOT EXISTS (SELECT 1 FROM line AS own WHERE own.assessment_id = sheet.id)""",
    """INSERT INTO self_score (line_id, version, inputs, points, note, claim_reason, scored_at)
        SELECT id, 1, '{"answer": true}', '0.5', '', '', :at FROM line WHERE item_id % 2 = 0""",
    """INSERT INTO explanation (line_id, text, written_by_id, written_at)
        SELECT id, 'Theo hồ sơ', (SELECT min(id) FROM person), :at
        FROM line WHERE item_id % 6 = 0""",
    "ANALYZE",
)


def report(template: Path, sizes: list[int]) -> str:
    found = {size: _at(template, size) for size in sizes}
    first = found[sizes[0]]
    rows = []
    for what, least in first.items():
        spent = [found[size][what] for size in sizes]
        rows.append([what, *(f"{each:.1f} ({each / least:.2f})" for each in spent)])
    heads = ["CPU ms, and the ratio to the smallest, with", *(f"{size:,} units" for size in sizes)]
    return figures.table("Where units stand", heads, rows)


def _at(template: Path, size: int) -> dict[str, float]:
    """Milliseconds of processor time (the median) with ``size`` units in the campaign."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = shutil.copy(template, Path(folder) / "units.db")
        engine = database.create(f"sqlite:///{path}")
        try:
            with Session(engine) as session:
                sheet_id = _fill(session, size)
            return {
                "status of one unit": _timed(engine, lambda s: _status(s, sheet_id)),
                "progress of all units": _timed(engine, lambda s: _progress(s, size)),
            }
        finally:
            engine.dispose()


def _fill(session: Session, size: int) -> int:
    """The sheet of a unit in the middle."""
    district = select(Assessment.id).order_by(Assessment.id.desc()).limit(1)
    units = session.scalar(select(func.count()).select_from(Assessment)) or 0
    values = {"units": max(size - units, 0), "model": session.scalar(district)}
    for step in _STEPS:
        if size > units or not step.startswith("INSERT INTO unit"):
            session.execute(text(step), {**values, "at": "2026-11-03 03:05:00.000000"})
    session.commit()
    return values["model"] or 0


def _status(session: Session, sheet_id: int) -> None:
    assert assessment.progress(session, sheet_id).total.scored


def _progress(session: Session, size: int) -> None:
    [campaign] = session.scalars(select(Campaign))
    found = coordination.standings(session, campaign)
    assert len(found) == size, len(found)
    assert all(each.tally.scored for each in found)


def _timed(engine: object, look: Callable[[Session], None]) -> float:
    spent = []
    for _ in range(TIMES):
        with Session(engine) as session:  # type: ignore[arg-type]
            session.scalar(select(func.count()).select_from(Line).where(Line.id < 2))
            began = time.thread_time()
            look(session)
            spent.append(time.thread_time() - began)
    return median(spent) * 1e3
