"""The head of a unit sends its sheet off, or returns it with a reason (F39)."""

from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_text
from handlers.sheets import own_sheet, proposal_at
from handlers.submission_lines import (
    adjustment_lines,
    area_lines,
    claims_part,
    left_out_part,
    preview_values,
    survey_part,
    timed_part,
)
from models import submission
from models.people import Role
from models.policy import Action


class At(State):
    REASON = "reason"


def approve(turn: Turn, value: str) -> State | None:
    """``value``: the proposal, and behind a colon the digest that the head was shown since."""
    id, _, seen = value.partition(":")
    sent = submission.approve(turn.session, turn.by, proposal_at(turn, id, Action.APPROVE), seen)
    offers = [Choice("receipt_file", sent.id), Choice("menu")]
    turn.end("sheet_sent", offers, **submission.receipt(sent))
    return None


def ask_reason(turn: Turn, value: str) -> State:
    proposal = proposal_at(turn, value, Action.APPROVE)
    if refusal := submission.why_not_decide(turn.session, turn.by, proposal):
        raise refusal
    turn.memory["proposal"] = proposal.id
    return turn.ask(
        At.REASON,
        "ask_return_reason",
        [Choice("proposal_details", proposal.id), Choice("menu")],
        person=proposal.proposed_by.name,
    )


def enter_reason(turn: Turn, text: str) -> State | None:
    proposal = proposal_at(turn, turn.memory.get("proposal", ""), Action.APPROVE)
    submission.return_proposal(turn.session, turn.by, proposal, text)
    offers = [Choice("status"), Choice("menu")]
    turn.end("sheet_is_returned", offers, person=proposal.proposed_by.name, reason=proposal.reason)
    return None


def show_details(turn: Turn, value: str) -> State | None:
    """What would be sent at this moment, by area, with what the checks found."""
    proposal = proposal_at(turn, value, Action.APPROVE)
    if refusal := submission.why_not_decide(turn.session, turn.by, proposal):
        raise refusal
    sheet = proposal.assessment
    now = submission.preview(turn.session, sheet, turn.now)
    found = len(now.checks.findings)
    entered = sum("on_behalf" in line for line in now.lines)
    offers = submission.decisions(proposal)[:2]
    if found:
        offers.append(Choice("see_findings", sheet.id, count=found))
    turn.end(
        "proposal_in_detail",
        [*offers, Choice("status"), Choice("menu")],
        unit=sheet.unit.name,
        person=proposal.proposed_by.name,
        proposed_at=proposal.proposed_at,
        changed=Part("proposal_is_changed") if now.digest != proposal.digest else None,
        areas=area_lines(submission.areas_of(now.lines)),
        timed=timed_part(now),
        survey=survey_part(now),
        left_out=left_out_part(now.lines),
        claims=claims_part(now.lines),
        adjustments=adjustment_lines(now.adjustments),
        found=found,
        behalf=Part("lines_on_behalf", count=entered) if entered else None,
        **preview_values(now),
    )
    return None


def show_waiting(turn: Turn, _: str = "") -> State | None:
    """What waits for the head at this moment."""
    waits = submission.waiting(turn.session, own_sheet(turn).id)
    if waits is None:
        turn.end("no_proposal_waits", [Choice("status"), Choice("menu")])
        return None
    return show_details(turn, str(waits.id))


conversation = Conversation(
    name="approval",
    roles=frozenset({Role.HEAD}),
    entry_points=[
        on_choice("approve", approve),
        on_choice("return_proposal", ask_reason),
        on_choice("proposal_details", show_details),
        on_choice("decide", show_waiting),
    ],
    states={At.REASON: [on_text(enter_reason)]},
)
