"""Finding sheets and lines.

A unit works on its applicable lines of method ``self``; survey lines and lines that it is let
off are found by their code but appear in no list of work.
"""

from datetime import date

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, contains_eager

from models.assessment.tables import Assessment, Line, SelfScore
from models.campaigns.tables import Campaign
from models.catalogue.tables import Item, Method
from models.evidence.tables import EvidenceLink, Explanation
from models.text import words

WORDS_IN_A_TITLE = 40  # More were never typed to find one.


def of_unit(session: Session, campaign_id: int, unit_id: int) -> Assessment | None:
    here = (Assessment.campaign_id == campaign_id, Assessment.unit_id == unit_id)
    return session.scalar(select(Assessment).where(*here))


def sheet_of(session: Session, unit_id: int | None) -> Assessment | None:
    """The unit's sheet in the newest campaign in which it takes part."""
    query = select(Assessment).join(Assessment.campaign).where(Assessment.unit_id == unit_id)
    return session.scalar(query.order_by(Campaign.year.desc(), Campaign.id.desc()).limit(1))


def sent_of(session: Session, campaign_id: int) -> tuple[int, int]:
    """How many of a campaign's sheets are sent, and how many there are."""
    query = select(func.count(Assessment.locked_at), func.count())
    row = session.execute(query.where(Assessment.campaign_id == campaign_id)).one()
    return row[0], row[1]


def find_line(session: Session, assessment_id: int, code: str) -> Line | None:
    """The scored line with this code, also one that is exempt or not the unit's to score."""
    query = select(Line).join(Line.item).options(contains_eager(Line.item))
    return session.scalar(query.where(Line.assessment_id == assessment_id, Item.code == code))


def search_lines(session: Session, assessment_id: int, text: str) -> list[Line]:
    """The unit's own lines whose titles hold all words of ``text``, marks and case aside."""
    wanted = set(words(text))
    if not 0 < len(wanted) <= WORDS_IN_A_TITLE:
        return []
    holds = [Item.search_text.contains(word, autoescape=True) for word in sorted(wanted)]
    return _own_lines(session, assessment_id, *holds)


def areas(session: Session, assessment_id: int) -> list[Item]:
    """The areas in which the unit has lines of its own, in their order."""
    return _items_above(session, assessment_id, Item.area_id)


def criteria_in(session: Session, assessment_id: int, area_id: int) -> list[Item]:
    """The criteria of an area in which the unit has lines; some are scored themselves."""
    above = func.coalesce(func.nullif(Item.parent_id, Item.area_id), Item.id)
    return _items_above(session, assessment_id, above, Item.area_id == area_id)


def lines_in(session: Session, assessment_id: int, item_id: int) -> list[Line]:
    """The unit's own lines in an area or in a criterion, which may be a line itself."""
    here = (Item.id == item_id) | (Item.parent_id == item_id) | (Item.area_id == item_id)
    return _own_lines(session, assessment_id, here)


def evidence_count(session: Session, line_id: int) -> int:
    """How many documents prove the line now."""
    now = (EvidenceLink.line_id == line_id, EvidenceLink.closed_at.is_(None))
    return session.scalar(select(func.count()).select_from(EvidenceLink).where(*now)) or 0


def explanation_of(session: Session, line_id: int) -> Explanation | None:
    """The explanation that holds now."""
    now = (Explanation.line_id == line_id, Explanation.closed_at.is_(None))
    return session.scalar(select(Explanation).where(*now).order_by(Explanation.id.desc()).limit(1))


def score_of(session: Session, line_id: int) -> SelfScore | None:
    """The newest self-score of the line; None as long as nobody has entered one."""
    query = select(SelfScore).where(SelfScore.line_id == line_id)
    return session.scalar(query.order_by(SelfScore.version.desc()).limit(1))


def newest_scores(session: Session, assessment_id: int) -> list[SelfScore]:
    """The newest self-score of each of the unit's own lines, in the catalogue's order."""
    newest = select(func.max(SelfScore.version)).where(SelfScore.line_id == Line.id)
    query = (
        select(SelfScore)
        .join(SelfScore.line)
        .join(Line.item)
        .options(contains_eager(SelfScore.line).contains_eager(Line.item))
        .where(Line.assessment_id == assessment_id, Line.timed.is_(False), *own_work())
        .where(SelfScore.version == newest.correlate(Line).scalar_subquery())
    )
    return list(session.scalars(query.order_by(Item.position)))


def day_last_said(session: Session, assessment_id: int) -> date | None:
    """The day that was last given for figures of this sheet."""
    query = select(SelfScore.data_as_of).join(SelfScore.line)
    said = (Line.assessment_id == assessment_id, SelfScore.data_as_of.is_not(None))
    return session.scalar(query.where(*said).order_by(SelfScore.id.desc()).limit(1))


def own_work() -> tuple[ColumnElement[bool], ...]:
    """What makes a line the unit's own work."""
    return (Line.exempt.is_(False), Item.method == Method.SELF)


def marks() -> tuple[ColumnElement[bool], ColumnElement[bool], ColumnElement[bool]]:
    """Of a line in a statement over lines: whether a document proves it, whether it is explained,
    and which of its self-scores is the newest."""
    proof = exists().where(EvidenceLink.line_id == Line.id, EvidenceLink.closed_at.is_(None))
    reason = exists().where(Explanation.line_id == Line.id, Explanation.closed_at.is_(None))
    newest = select(func.max(SelfScore.version)).where(SelfScore.line_id == Line.id)
    version = newest.correlate(Line).scalar_subquery()
    return proof, reason, and_(SelfScore.line_id == Line.id, SelfScore.version == version)


def _own_lines(
    session: Session, assessment_id: int, *conditions: ColumnElement[bool]
) -> list[Line]:
    query = select(Line).join(Line.item).options(contains_eager(Line.item))
    entered = Line.timed.is_(False)
    query = query.where(Line.assessment_id == assessment_id, *own_work(), entered, *conditions)
    return list(session.scalars(query.order_by(Item.position)))


def _items_above(
    session: Session,
    assessment_id: int,
    above: ColumnElement[int] | InstrumentedAttribute[int | None],
    *conditions: ColumnElement[bool],
) -> list[Item]:
    here = (Line.assessment_id == assessment_id, *own_work(), *conditions)
    ids = select(above).join(Line, Line.item_id == Item.id).where(*here)
    query = select(Item).where(Item.id.in_(ids)).order_by(Item.position)
    return list(session.scalars(query))
