"""A coordinator reopens the sheet of one unit: until when, and why (F37)."""

from datetime import datetime

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_text
from handlers.sheets import sheet_at
from models import calendar, campaigns, conduct, submission
from models.assessment import Assessment
from models.campaigns import EffectiveWindow, Step
from models.people import Role
from models.policy import Action
from models.submission import Submission


class At(State):
    UNTIL = "until"
    REASON = "reason"
    CONFIRM = "confirm"


def ask_until(turn: Turn, value: str) -> State:
    sheet = sheet_at(turn, value, Action.REOPEN)
    sent, window = check(turn, sheet, None, None)
    turn.memory["sheet"] = sheet.id
    return turn.ask(
        At.UNTIL,
        "ask_reopen_until",
        [Choice("unit_standing_again", sheet.id, unit=sheet.unit.short_name), Choice("menu")],
        unit=sheet.unit.name,
        sent_at=sent.sent_at,
        code=sent.code,
        closes_at=window.closes_at,
    )


def enter_until(turn: Turn, text: str) -> State:
    sheet = chosen(turn)
    until = calendar.parse_deadline(text, sheet.campaign.year).closes_at
    check(turn, sheet, until, None)
    turn.memory["until"] = until.isoformat()
    return turn.ask(
        At.REASON,
        "ask_reopen_reason",
        [Choice("reopen", sheet.id), Choice("menu")],
        unit=sheet.unit.name,
        until=until,
    )


def enter_reason(turn: Turn, text: str) -> State:
    sheet, until = chosen(turn), chosen_end(turn)
    check(turn, sheet, until, text)
    turn.memory["reason"] = text.strip()
    return turn.ask(
        At.CONFIRM,
        "confirm_reopening",
        [Choice("reopen_now", sheet.id), Choice("reopen", sheet.id), Choice("menu")],
        unit=sheet.unit.name,
        until=until,
        reason=text.strip(),
    )


def reopen(turn: Turn, _: str) -> State | None:
    sheet, until = chosen(turn), chosen_end(turn)
    done = conduct.reopen(turn.session, turn.by, sheet, until, str(turn.memory["reason"]))
    turn.end(
        "sheet_is_reopened",
        [Choice("progress"), Choice("menu")],
        unit=sheet.unit.name,
        until=until,
        code=done.submission.code,
    )
    return None


def check(
    turn: Turn, sheet: Assessment, until: datetime | None, reason: str | None
) -> tuple[Submission, EffectiveWindow]:
    sent = submission.latest(turn.session, sheet.id)
    where = (sheet.campaign, Step.SELF_ASSESSMENT, sheet.unit_id)
    window = campaigns.effective_window(turn.session, *where)
    if refusal := submission.why_not_reopen(turn.session, turn.by, sent, window, until, reason):
        raise refusal
    assert sent is not None  # The rule has seen that there is one.
    return sent, window


def chosen(turn: Turn) -> Assessment:
    return sheet_at(turn, turn.memory.get("sheet", ""), Action.REOPEN)


def chosen_end(turn: Turn) -> datetime:
    return datetime.fromisoformat(turn.memory["until"])


conversation = Conversation(
    name="reopening",
    roles=frozenset({Role.COORDINATOR}),
    entry_points=[on_choice("reopen", ask_until)],
    states={
        At.UNTIL: [on_text(enter_until)],
        At.REASON: [on_text(enter_reason)],
        At.CONFIRM: [on_choice("reopen_now", reopen)],
    },
)
