"""Sending the unit's sheet off: the checks before it, and laying it before the head (R6.2, F39).

The head's side is ``approval``; receipts, once there are some, are ``receipts``.
"""

from handlers import pages
from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
    on_text,
)
from handlers.self_assessment import adjusting
from handlers.sheets import SIGNERS, own_sheet, proposal_at, sheet_at
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
from models import submission
from models.assessment import Assessment
from models.policy import Action
from models.submission import Preview, Proposal


class At(State):
    CHECKS = "checks"
    FINDINGS = "findings"
    WITHDRAWAL = "withdrawal"


def show_checks(turn: Turn, _: str = "") -> State:
    """What blocks, what should be looked at again, and the total as it stands."""
    sheet = checked_sheet(turn)
    now = submission.preview(turn.session, sheet, turn.now)
    found, hard = now.checks.findings, now.checks.hard
    offers = [Choice("see_findings", sheet.id, count=len(found))] if found else []
    waits = submission.waiting(turn.session, sheet.id)
    if not hard and (waits is None or waits.digest != now.digest):
        offers.append(Choice("propose", sheet.id))
    if not hard and not submission.why_not_sign(turn.session, turn.by, sheet):
        offers.append(Choice("sign_with_report", sheet.id))
    offers += withdrawal(turn, waits)
    return turn.ask(
        At.CHECKS,
        "checks_before_sending",
        [
            *offers,
            *adjusting.way_there(turn, sheet),
            Choice("unit_report"),
            Choice("menu"),
        ],
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
    subject, page = pages.subject_and_page(value)
    sheet = sheet_at(turn, subject, Action.PROPOSE)
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
    proposal = submission.propose(turn.session, turn.by, sheet_at(turn, value, Action.PROPOSE))
    sheet = proposal.assessment
    heads = submission.heads_of(turn.session, sheet.unit_id)
    name = "sheet_is_proposed" if heads else "sheet_is_proposed_to_nobody"
    own = any(head.id == turn.by.person_id for head in heads)
    turn.end(
        name,
        [
            *(submission.decisions(proposal) if own else []),
            *withdrawal(turn, proposal),
            Choice("status"),
            Choice("menu"),
        ],
        unit=sheet.unit.name,
        proposed_at=proposal.proposed_at,
        heads=[head.name for head in heads],
        owner=sheet.campaign.owner.name,
        points=proposal.points,
        max_points=proposal.max_points,
    )
    return None


def withdrawal(turn: Turn, proposal: Proposal | None) -> list[Choice]:
    """The way to take back what waits, for whoever may."""
    if proposal is None:
        return []
    if submission.why_not_withdraw(turn.session, turn.by, proposal, None):
        return []
    return [Choice("withdraw_proposal", proposal.id)]


def ask_withdrawal(turn: Turn, value: str) -> State:
    proposal = proposal_at(turn, value, Action.PROPOSE)
    if refusal := submission.why_not_withdraw(turn.session, turn.by, proposal, None):
        raise refusal
    turn.memory["proposal"] = proposal.id
    heads = submission.heads_of(turn.session, proposal.assessment.unit_id)
    return turn.ask(
        At.WITHDRAWAL,
        "ask_withdrawal_reason",
        [Choice("submit"), Choice("menu")],
        proposed_at=proposal.proposed_at,
        heads=[head.name for head in heads],
    )


def withdraw(turn: Turn, text: str) -> State | None:
    proposal = proposal_at(turn, turn.memory.get("proposal", ""), Action.PROPOSE)
    submission.withdraw(turn.session, turn.by, proposal, text)
    offers = [Choice("status"), Choice("submit"), Choice("menu")]
    unit = proposal.assessment.unit.name
    turn.end("proposal_is_withdrawn", offers, unit=unit, reason=proposal.reason)
    return None


def checked_sheet(turn: Turn) -> Assessment:
    """The own sheet, if it can be sent off now."""
    sheet = own_sheet(turn)
    if refusal := submission.why_not_look(turn.session, turn.by, sheet):
        raise refusal
    return sheet


conversation = Conversation(
    name="submission",
    roles=SIGNERS,
    entry_points=[
        on_command("guiduyet", show_checks, "submit"),
        on_choice("submit", show_checks),
        on_choice("check_again", show_checks),
        on_choice("see_findings", list_findings),
        on_choice("more_findings", list_findings),
        on_choice("propose", propose),
        on_choice("withdraw_proposal", ask_withdrawal),
    ],
    states={At.CHECKS: [], At.FINDINGS: [], At.WITHDRAWAL: [on_text(withdraw)]},
)
