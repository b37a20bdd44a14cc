"""Reminders: rows made ahead, checked again when they fall due (F10, F11, F14, F16)."""

from models.reminders.actions import acknowledge, snooze, snooze_choices
from models.reminders.duties import (
    Duty,
    Item,
    Ladder,
    bindings_in,
    recipients,
    register,
    span_of,
)
from models.reminders.planning import plan, replan
from models.reminders.rules import (
    OPENING,
    Rung,
    Span,
    ladder,
    snooze_instants,
    what_is_left,
    with_opening,
)
from models.reminders.settling import Notice, due, overtake, settle
from models.reminders.tables import Outcome, Reminder, ReminderAcknowledgement

__all__ = [
    "OPENING",
    "Duty",
    "Item",
    "Ladder",
    "Notice",
    "Outcome",
    "Reminder",
    "ReminderAcknowledgement",
    "Rung",
    "Span",
    "acknowledge",
    "bindings_in",
    "due",
    "ladder",
    "overtake",
    "plan",
    "recipients",
    "register",
    "replan",
    "settle",
    "snooze",
    "snooze_choices",
    "snooze_instants",
    "span_of",
    "what_is_left",
    "with_opening",
]
