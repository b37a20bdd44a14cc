"""What is recorded on the lines of a sheet: scores, explanations, counts; in four statements."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager

from models import assessment
from models.assessment.tables import Assessment, Line, SelfScore
from models.catalogue import rule_of
from models.catalogue.kinds import Rule
from models.catalogue.tables import Item, Method
from models.evidence.tables import EvidenceLink, Explanation


@dataclass(frozen=True)
class Recorded:
    """A line with all that was ever entered on it, the newest last."""

    line: Line
    scores: list[SelfScore]
    explanations: list[Explanation]
    documents: int

    @property
    def is_own_work(self) -> bool:
        if self.line.exempt or self.line.timed:
            return False
        return self.line.item.method is Method.SELF or self.is_adjustment

    @property
    def is_adjustment(self) -> bool:
        return assessment.is_adjustment(self.line)

    @property
    def takes_claim(self) -> bool:
        return self.is_own_work and assessment.bears_claim(self.rule)

    @property
    def takes_day(self) -> bool:
        return self.is_own_work and assessment.bears_day(self.rule)

    @cached_property
    def rule(self) -> Rule:
        return rule_of(self.line.item)

    @property
    def score(self) -> SelfScore | None:
        return self.scores[-1] if self.scores else None

    @property
    def explanation(self) -> Explanation | None:
        newest = self.explanations[-1] if self.explanations else None
        return newest if newest and newest.closed_at is None else None

    @property
    def base(self) -> tuple[int, int]:
        """What a workbook remembers of the line: the score's version, the explanation's id."""
        score, explanation = self.score, self.explanation
        return (score.version if score else 0, explanation.id if explanation else 0)


def recorded(session: Session, sheet: Assessment) -> list[Recorded]:
    """Every scored line of the sheet in the catalogue's order, not only the unit's own work;
    bonus and penalty points, which stand in no catalogue, behind them."""
    here = Line.assessment_id == sheet.id
    lines = session.scalars(
        select(Line)
        .join(Line.item)
        .options(contains_eager(Line.item))
        .where(here)
        .order_by(Item.method == Method.ADJUSTMENT, Item.position)
    ).all()
    scores: dict[int, list[SelfScore]] = {}
    query = select(SelfScore).join(SelfScore.line).where(here)
    for score in session.scalars(query.order_by(SelfScore.version)):
        scores.setdefault(score.line_id, []).append(score)
    texts: dict[int, list[Explanation]] = {}
    written = select(Explanation).join(Explanation.line).where(here)
    for explanation in session.scalars(written.order_by(Explanation.id)):
        texts.setdefault(explanation.line_id, []).append(explanation)
    proof = select(EvidenceLink.line_id, func.count()).join(EvidenceLink.line)
    proof = proof.where(here, EvidenceLink.closed_at.is_(None)).group_by(EvidenceLink.line_id)
    documents = {line_id: int(count) for line_id, count in session.execute(proof)}
    return [
        Recorded(line, scores.get(line.id, []), texts.get(line.id, []), documents.get(line.id, 0))
        for line in lines
    ]
