"""Bonus and penalty points: what the unit claims and declares beside the 100 (domain.md 2, 7)."""

from handlers.dialogue import Choice, Turn
from handlers.submission_lines import adjustment_lines
from models import assessment, policy
from models.assessment import Assessment
from models.policy import Action
from models.refusals import Refusal


def show(turn: Turn, value: str) -> None:
    """What stands now, and the line of each."""
    sheet = turn.session.get(Assessment, int(value)) if value.isdecimal() else None
    if sheet is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.VIEW_SHEET, sheet)
    found = assessment.adjustments(turn.session, sheet.id)
    if not found:
        raise Refusal("no_adjustments", [Choice("menu")], year=sheet.campaign.year)
    may_send = policy.why_not(turn.session, turn.by, Action.PROPOSE, sheet) is None
    turn.end(
        "adjustments",
        [
            *[Choice("line", each.line_id, code="", title=each.title) for each in found],
            *([Choice("submit")] if may_send else []),
            Choice("menu"),
        ],
        unit=sheet.unit.name,
        adjustments=adjustment_lines(found),
    )


def way_there(turn: Turn, sheet: Assessment) -> list[Choice]:
    """Nothing where the campaign has neither bonus nor penalty points."""
    has_some = assessment.adjustments(turn.session, sheet.id)
    return [Choice("adjustments", sheet.id)] if has_some else []
