"""Reminders: rows made ahead, checked again when they fall due (F8, F10–F12, F14–F16)."""

from models.reminders.actions import acknowledge, snooze, snooze_choices
from models.reminders.duties import (
    Duty,
    Item,
    Ladder,
    bindings_in,
    every_duty,
    named,
    recipients,
    register,
    span_of,
)
from models.reminders.freshness import GOOD_FOR, of_message
from models.reminders.gathering import anything_due, due
from models.reminders.manners import Manners
from models.reminders.manners import read as manners_of
from models.reminders.planning import plan, preview, replan
from models.reminders.rules import (
    CLOSING,
    OPENING,
    Rung,
    Schedule,
    Span,
    how_late,
    ladder,
    snooze_instants,
    what_is_left,
    why_not_schedule,
)
from models.reminders.settling import Notice, overtake, settle
from models.reminders.tables import (
    Outcome,
    Reminder,
    ReminderAcknowledgement,
    ReminderRecipient,
    ReminderSchedule,
)

__all__ = [
    "CLOSING",
    "GOOD_FOR",
    "OPENING",
    "Duty",
    "Item",
    "Ladder",
    "Manners",
    "Notice",
    "Outcome",
    "Reminder",
    "ReminderAcknowledgement",
    "ReminderRecipient",
    "ReminderSchedule",
    "Rung",
    "Schedule",
    "Span",
    "acknowledge",
    "anything_due",
    "bindings_in",
    "due",
    "every_duty",
    "how_late",
    "ladder",
    "manners_of",
    "named",
    "of_message",
    "overtake",
    "plan",
    "preview",
    "recipients",
    "register",
    "replan",
    "settle",
    "snooze",
    "snooze_choices",
    "snooze_instants",
    "span_of",
    "what_is_left",
    "why_not_schedule",
]
