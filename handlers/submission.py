"""Sending the unit's sheet off: the checks before it, and laying it before the head (R6.2, F39).

The head's side is ``approval``; receipts, once there are some, are ``receipts``.
"""

from handlers import pages
from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_command
from handlers.self_assessment import adjusting
from handlers.submission_lines import (
    ON_A_PAGE,
    adjustment_lines,
    claims_part,
    finding_lines,
    left_out_part,
    preview_values,
    survey_part,
    timed_part,
)
from models import assessment, policy, submission
from models.assessment import Assessment
from models.people import Role
from models.policy import Action
from models.refusals import Refusal
from models.submission import Preview


class At(State):
    CHECKS = "checks"
    FINDINGS = "findings"


def show_checks(turn: Turn, _: str = "") -> State:
    """What blocks, what should be looked at again, and the total as it stands."""
    sheet = own_sheet(turn)
    now = submission.preview(turn.session, sheet, turn.now)
    found, hard = now.checks.findings, now.checks.hard
    offers = [Choice("see_findings", sheet.id, count=len(found))] if found else []
    waits = submission.waiting(turn.session, sheet.id)
    if not hard and (waits is None or waits.digest != now.digest):
        offers.append(Choice("propose", sheet.id))
    return turn.ask(
        At.CHECKS,
        "checks_before_sending",
        [*offers, *adjusting.way_there(turn, sheet), Choice("menu")],
        scored=now.scored,
        lines=now.totals.lines,
        result=result_part(now),
        total=total_part(now),
        timed=timed_part(now),
        left_out=left_out_part(now.lines),
        claims=claims_part(now.lines),
        adjustments=adjustment_lines(now.adjustments),
        waits=Part("check_waits", at=waits.proposed_at) if waits else None,
    )


def result_part(now: Preview) -> Part:
    """What blocks comes first, in words that say what to do."""
    hard, soft = len(now.checks.hard), len(now.checks.soft)
    if hard:
        return Part("check_result.blocked", hard=hard, soft=soft)
    return Part("check_result.doubts" if soft else "check_result.clean", soft=soft)


def total_part(now: Preview) -> Part:
    """A total with missing lines does not look final (domain.md 13c 5)."""
    missing, name = now.totals.lines - now.scored, "check_total.final"
    if now.checks.hard:
        name = "check_total.so_far" if missing else "check_total.not_backed"
    return Part(name, **preview_values(now), missing=missing, survey=survey_part(now))


def list_findings(turn: Turn, value: str) -> State:
    """What was found, each leading to its line."""
    sheet = sheet_at(turn, pages.subject_and_page(value)[0])
    page = pages.subject_and_page(value)[1]
    found = submission.check(turn.session, sheet).findings
    if not found:
        return turn.ask(
            At.FINDINGS, "findings_none", [Choice("submit"), Choice("status"), Choice("menu")]
        )
    shown, turning = pages.cut(found, page, "more_findings", sheet.id, ON_A_PAGE)
    lines = {finding.line_id: finding for finding in shown}.values()
    return turn.ask(
        At.FINDINGS,
        "findings",
        [*[Choice("line", f.line_id, code=f.code, title=f.title) for f in lines]],
        always=[*turning, Choice("submit"), Choice("menu")],
        count=len(found),
        findings=finding_lines(shown),
    )


def propose(turn: Turn, value: str) -> State | None:
    proposal = submission.propose(turn.session, turn.by, sheet_at(turn, value))
    sheet = proposal.assessment
    heads = submission.heads_of(turn.session, sheet.unit_id)
    name = "sheet_is_proposed" if heads else "sheet_is_proposed_to_nobody"
    own = any(head.id == turn.by.person_id for head in heads)
    turn.end(
        name,
        [*(submission.decisions(proposal) if own else []), Choice("status"), Choice("menu")],
        unit=sheet.unit.name,
        proposed_at=proposal.proposed_at,
        heads=[head.name for head in heads],
        owner=sheet.campaign.owner.name,
        points=proposal.points,
        max_points=proposal.max_points,
    )
    return None


def own_sheet(turn: Turn) -> Assessment:
    sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
    if sheet is None:
        unit = turn.by.unit.name if turn.by.unit else ""
        raise Refusal("no_sheet", [Choice("menu")], unit=unit)
    if refusal := submission.why_not_look(turn.session, turn.by, sheet):
        raise refusal
    return sheet


def sheet_at(turn: Turn, value: str) -> Assessment:
    sheet = turn.session.get(Assessment, int(value)) if value.isdecimal() else None
    if sheet is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.PROPOSE, sheet)
    return sheet


conversation = Conversation(
    name="submission",
    roles=frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD}),
    entry_points=[
        on_command("guiduyet", show_checks, "submit"),
        on_choice("submit", show_checks),
        on_choice("see_findings", list_findings),
        on_choice("more_findings", list_findings),
        on_choice("propose", propose),
    ],
    states={At.CHECKS: [], At.FINDINGS: []},
)
