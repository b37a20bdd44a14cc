"""A unit claims other points than its rule gives, with a reason: both are kept (domain.md 13c 6).

A claim belongs to the inputs it was made for. Whoever scores the line anew says whether it
stands or falls; nothing drops it unasked.
"""

from dataclasses import dataclass
from decimal import Decimal

from models.assessment.cards import card_of
from models.assessment.tables import Line, SelfScore
from models.catalogue.kinds import Manual, Rule
from models.catalogue.queries import rule_of
from models.refusals import Refusal

REASON_SIGNS = 500


@dataclass(frozen=True)
class Claim:
    """``points`` with at most two decimals; ``reason`` in the unit's own words."""

    points: Decimal
    reason: str


def claim_of(score: SelfScore | None) -> Claim | None:
    if score is None or not score.is_claimed or score.points is None:
        return None
    return Claim(score.points, score.claim_reason)


def may_claim(line: Line, rule_points: Decimal | None) -> bool:
    """Whether there is a result to differ from."""
    return rule_points is not None and bears_claim(rule_of(line.item))


def bears_claim(rule: Rule) -> bool:
    """Whether its points follow from something: a manual line the unit judges itself."""
    return not isinstance(rule, Manual)


def why_not_claim_points(line: Line, score: SelfScore | None, points: Decimal) -> Refusal | None:
    """Why the unit cannot claim ``points`` beside what the rule gave in ``score``."""
    refusal = _why_not(line, score.rule_points if score else None, points)
    if refusal is None and score is not None and points == score.rule_points:
        return Refusal("claim_is_the_rules", points=points)
    return refusal


def why_not_claim(line: Line, rule_points: Decimal | None, claim: Claim) -> Refusal | None:
    if refusal := _why_not(line, rule_points, claim.points):
        return refusal
    if not claim.reason.strip():
        return Refusal("claim_needs_reason")
    return why_reason_too_long(claim.reason)


def why_reason_too_long(reason: str) -> Refusal | None:
    """A reason is a remark beside a figure; what is longer is an explanation or a document."""
    if len(reason) > REASON_SIGNS:
        return Refusal("reason_too_long", length=len(reason), limit=REASON_SIGNS)
    return None


def why_claim_stands(
    before: SelfScore | None, rule_points: Decimal | None, line: Line
) -> Refusal | None:
    """That new inputs would drop a claim of which nobody has said what becomes of it."""
    claim = claim_of(before)
    if claim is None or claim.points == rule_points:
        return None
    return Refusal("claim_stands", [card_of(line)], points=claim.points)


def _why_not(line: Line, rule_points: Decimal | None, points: Decimal) -> Refusal | None:
    if not may_claim(line, rule_points):
        return Refusal("nothing_to_claim", [card_of(line)], code=line.item.code)
    if not 0 <= points <= line.item.max_points or points != round(points, 2):
        return Refusal("points_out_of_range", least=Decimal(0), most=line.item.max_points)
    return None
