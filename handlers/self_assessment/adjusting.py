"""Bonus and penalty points: what the unit claims and declares beside the 100 (domain.md 2, 7)."""

from handlers.dialogue import Choice, Turn
from handlers.sheets import sheet_at
from handlers.submission_lines import adjustment_lines
from models import assessment, submission
from models.assessment import Assessment
from models.policy import Action
from models.refusals import Refusal


def show(turn: Turn, value: str) -> None:
    """What stands now, and the line of each."""
    sheet = sheet_at(turn, value, Action.VIEW_SHEET)
    found = assessment.adjustments(turn.session, sheet.id)
    if not found:
        raise Refusal("no_adjustments", [Choice("menu")], year=sheet.campaign.year)
    may_send = submission.why_not_look(turn.session, turn.by, sheet) is None
    turn.end(
        "adjustments",
        [
            *[Choice("line", each.line_id, code=each.code, title="") for each in found],
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
