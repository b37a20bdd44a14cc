"""What a person answers to a reminder: noted, or once more later (F14).

A reminder comes in between other things, so nothing here asks: the chat's state and its open
question stay, and what is offered is a notice again (design, 4).
"""

from datetime import datetime

import models.duties  # noqa: F401 - whoever answers a reminder has one of them.
from handlers.dialogue import Choice, Conversation, Turn, on_choice
from models import reminders
from models.messages import Part
from models.refusals import Refusal
from models.reminders import Reminder


def acknowledge(turn: Turn, value: str) -> None:
    found = reminders_named(turn, value)
    for reminder in found:
        reminders.acknowledge(turn.session, turn.by, reminder)
    closes_at = min(reminders.span_of(turn.session, reminder).closes_at for reminder in found)
    over = turn.now >= closes_at
    name = "reminder_noted_late" if over else "reminder_noted"
    turn.say(name, noted_at=turn.at, closes_at=closes_at)


def offer_times(turn: Turn, value: str) -> None:
    """Tell, instead of ask: numbers typed meanwhile still belong to the open question."""
    found = reminders_named(turn, value)
    instants = reminders.snooze_choices(turn.session, turn.by, found)
    offers = [Choice("snooze_until", f"{value} {at.isoformat()}", at=when(at)) for at in instants]
    assert turn.by.person is not None
    turn.tell(turn.by.person, "snooze_when", f"snooze:{value}:{turn.event_id}", offers)


def snooze(turn: Turn, value: str) -> None:
    ids, _, instant = value.partition(" ")
    at = datetime.fromisoformat(instant)
    for reminder in reminders_named(turn, ids):
        reminders.snooze(turn.session, turn.by, reminder, at)
    turn.say("snoozed", again_at=at)


def reminders_named(turn: Turn, value: str) -> list[Reminder]:
    """The rows behind ``17`` or ``17,18``; these values come from our own buttons only."""
    wanted = [int(number) for number in value.split(",") if number.isdigit()]
    found = [turn.session.get(Reminder, number) for number in wanted]
    rows = [reminder for reminder in found if reminder is not None]
    if not rows:
        raise Refusal("press_unknown", [Choice("menu")])
    return rows


def when(at: datetime) -> Part:
    return Part("snooze_time", at=at)


conversation = Conversation(
    name="reminders",
    entry_points=[
        on_choice("acknowledge_reminder", acknowledge),
        on_choice("snooze", offer_times),
        on_choice("snooze_until", snooze),
    ],
)
