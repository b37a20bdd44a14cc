"""How far the work on a sheet is: how each line stands, counts of them, and what is missing.

All of it is read with one statement for a whole sheet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from models.allotments.tables import Allotment
from models.assessment.queries import marks, own_work
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue.tables import Item
from models.people.tables import Binding, By, Role


@dataclass(frozen=True)
class Standing:
    """How one line of a unit's own work stands.

    ``scored``: somebody entered something, if only 0. ``points``: what it gives, None also for
    a line that the entered figures take out. ``timed``: the sending scores it, nobody else.
    ``holder_id``: the person of the unit to whom the line was given, if it was.
    """

    assessment_id: int
    line_id: int
    area_id: int | None
    code: str
    title: str
    max_points: Decimal
    scored: bool
    points: Decimal | None
    evidence_required: bool
    has_evidence: bool
    explained: bool
    timed: bool = False
    holder_id: int | None = None

    @property
    def awaits_score(self) -> bool:
        """Somebody of the unit has to score it still."""
        return not self.scored and not self.timed

    @property
    def proven(self) -> bool:
        return self.has_evidence or not self.evidence_required or self.timed

    @property
    def backed(self) -> bool:
        """Proven, explained instead, or out of the assessment by its own figures (N5)."""
        return self.proven or self.explained or (self.scored and self.points is None)

    @property
    def settled(self) -> bool:
        return not self.awaits_score and self.backed


@dataclass(frozen=True)
class Tally:
    """Counts of lines. ``proven`` and ``explained`` (and not proven) count among the scored;
    ``ahead`` are lines that have evidence or an explanation already but no score. ``timed`` are
    those that the sending scores and that have no score yet: nobody owes them. ``dropped``, among
    the scored, are out of the assessment by their own figures: that is not 0 points (F23)."""

    lines: int = 0
    scored: int = 0
    proven: int = 0
    explained: int = 0
    ahead: int = 0
    not_scored: int = 0
    not_proven: int = 0
    timed: int = 0
    dropped: int = 0

    @property
    def open(self) -> int:
        """Lines on which something is left to do."""
        return self.not_scored + self.not_proven


@dataclass(frozen=True)
class AreaProgress:
    item_id: int
    code: str
    title: str
    tally: Tally


@dataclass(frozen=True)
class Progress:
    """``points`` is the sum of what has been claimed; not a result while lines are open."""

    areas: list[AreaProgress]
    total: Tally
    points: Decimal
    missing: list[Standing]


@dataclass(frozen=True)
class Owed:
    """What a unit still owes: lines without a score, and scored lines that nothing backs."""

    not_scored: int
    not_proven: int

    def __bool__(self) -> bool:
        return bool(self.not_scored or self.not_proven)


def standings(session: Session, assessment_id: int) -> list[Standing]:
    """How each of the unit's own lines stands, in the catalogue's order; one statement."""
    return list(_standings(session, Line.assessment_id == assessment_id))


def progress(session: Session, assessment_id: int) -> Progress:
    """The whole sheet in two statements."""
    found = standings(session, assessment_id)
    of_area = {id: list(each) for id, each in groupby(found, key=lambda line: line.area_id)}
    query = select(Item).where(Item.id.in_(of_area)).order_by(Item.position)
    return Progress(
        areas=[
            AreaProgress(area.id, area.code, area.title, tally(of_area[area.id]))
            for area in session.scalars(query)
        ],
        total=tally(found),
        points=sum((line.points for line in found if line.points is not None), Decimal(0)),
        missing=[line for line in found if line.scored and not line.backed],
    )


def owes(session: Session, assessment_id: int) -> Owed:
    return owed(standings(session, assessment_id))


def owed(lines: Sequence[Standing]) -> Owed:
    total = tally(lines)
    return Owed(total.not_scored, total.not_proven)


def lines_not_scored(session: Session, assessment_id: int) -> list[Standing]:
    return [line for line in standings(session, assessment_id) if line.awaits_score]


def lines_missing_evidence(session: Session, assessment_id: int) -> list[Standing]:
    """Lines with neither evidence nor an explanation where one is needed, scored or not."""
    return [line for line in standings(session, assessment_id) if not line.backed]


def next_missing(
    session: Session, assessment_id: int, after_line_id: int | None = None, by: By | None = None
) -> Standing | None:
    """The next line that is not settled: behind ``after_line_id``, else from the start; the
    lines of ``by`` before those of others."""
    found = standings(session, assessment_id)
    start = next((n for n, line in enumerate(found, 1) if line.line_id == after_line_id), 0)
    in_turn = found[start:] + found[:start]
    open_lines = [line for line in in_turn if not line.settled and line.line_id != after_line_id]
    return next(iter(own_first(open_lines, by)), None)


def own_first(lines: Sequence[Standing], by: By | None) -> list[Standing]:
    """In the order in which ``by`` goes over them: what was given to them, then what was given
    to nobody, then what others have. A member of the unit has no lines but those given to them.
    """
    if by is None or by.person_id is None:
        return list(lines)
    if by.role is Role.MEMBER:
        return [line for line in lines if line.holder_id == by.person_id]
    place = {by.person_id: 0, None: 1}
    return sorted(lines, key=lambda line: place.get(line.holder_id, 2))


def tally(lines: Sequence[Standing]) -> Tally:
    scored = [line for line in lines if line.scored]
    proven = sum(line.proven or line.points is None for line in scored)
    not_proven = sum(not line.backed for line in scored)
    timed = sum(line.timed and not line.scored for line in lines)
    return Tally(
        lines=len(lines),
        scored=len(scored),
        proven=proven,
        explained=len(scored) - proven - not_proven,
        ahead=sum(line.has_evidence or line.explained for line in lines if not line.scored),
        not_scored=len(lines) - len(scored) - timed,
        not_proven=not_proven,
        timed=timed,
        dropped=sum(line.points is None for line in scored),
    )


def _standings(session: Session, *conditions: ColumnElement[bool]) -> Iterator[Standing]:
    """In the order of the sheets and, within each, of the catalogue."""
    proof, reason, is_newest = marks()
    given = (Allotment.line_id == Line.id, Allotment.ended_at.is_(None))
    holder = select(Binding.person_id).join(Allotment, Allotment.binding_id == Binding.id)
    holder = holder.where(*given, Binding.ended_at.is_(None)).correlate(Line)
    query = (
        select(
            Line.assessment_id,
            Line.id,
            Item.area_id,
            Item.code,
            Item.title,
            Item.max_points,
            SelfScore.id.is_not(None),
            SelfScore.points,
            Item.evidence_required,
            proof,
            reason,
            Line.timed,
            holder.scalar_subquery(),
        )
        .select_from(Line)
        .join(Item, Item.id == Line.item_id)
        .join(Assessment, Assessment.id == Line.assessment_id)
        .outerjoin(SelfScore, is_newest)
        .where(*own_work(), *conditions)
        .order_by(Line.assessment_id, Item.position)
    )
    return (Standing(*row) for row in session.execute(query))
