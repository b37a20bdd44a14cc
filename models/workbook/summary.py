"""What a workbook would change on a line, as a line of its summary: was, becomes, and why."""

from decimal import Decimal

from models.assessment import Claim
from models.catalogue import wording
from models.catalogue.kinds import Manual
from models.messages import Part
from models.workbook.entries import doubt, same
from models.workbook.scores import Asked
from models.workbook.standing import Recorded


def of_score(each: Recorded, base: Asked, asked: Asked, by_rule: Decimal | None) -> Part:
    """``by_rule``: what the rule gives for the inputs ``asked``."""
    assert asked.inputs is not None
    now, code = each.score, each.line.item.code
    after = asked.claim.points if asked.claim else by_rule
    if each.is_adjustment and isinstance(each.rule, Manual):
        name = "workbook_adjustment_changes" if now else "workbook_adjustment_is_new"
        about = {"code": code, "cap": each.line.item.max_points}
        before = now.points if now else ""
        return Part(name, **about, before=before, after=after, reason=asked.inputs["reason"])
    name = "workbook_score_changes" if now else "workbook_score_is_new"
    if now and now.points == after and same(now.inputs, asked.inputs):
        name = "workbook_score_stays"  # Only the day, or the words of a claim.
    return Part(
        name,
        code=code,
        before=_points(now.points) if now else "",
        after=_points(after),
        because=wording.because(each.rule, asked.inputs),
        day=Part("workbook_says_day", day=asked.as_of) if asked.as_of else "",
        claim=_claimed(base.claim, asked.claim, by_rule),
        doubt=doubt(each.rule, asked.inputs) or "",
        stays=_stays(base, asked),
    )


def _claimed(before: Claim | None, claim: Claim | None, by_rule: Decimal | None) -> Part | str:
    """The unit's own points beside the rule's, or that they give way to these."""
    if claim is not None:
        return Part("workbook_claims", rule_points=by_rule, reason=claim.reason)
    if before is not None and before.points != by_rule:
        return Part("workbook_claim_goes", points=before.points)
    return ""


def _stays(base: Asked, asked: Asked) -> Part | str:
    """What was said of other figures and stands beside the new ones: a person shall look again."""
    if base.inputs is None or same(base.inputs, asked.inputs):
        return ""
    claim = base.claim is not None and asked.claim == base.claim
    day = base.as_of is not None and asked.as_of == base.as_of
    if claim and day:
        return Part("workbook_claim_and_day_stay")
    if claim:
        return Part("workbook_claim_stays")
    return Part("workbook_day_stays") if day else ""


def _points(points: Decimal | None) -> Part:
    if points is None:
        return Part("workbook_not_assessed")
    return Part("workbook_points_are", points=points)
