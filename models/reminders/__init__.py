"""Reminders: rows made ahead, checked again when they fall due (F10, F11, F14, F16)."""

from models.reminders.actions import acknowledge, snooze, snooze_choices
from models.reminders.duties import Debt, first_line, recipients, span_of, still_owed, task_span
from models.reminders.planning import plan_self_assessment, plan_task, replan
from models.reminders.rules import (
    OPENING,
    Rung,
    Span,
    ladder,
    snooze_instants,
    what_is_left,
    with_opening,
)
from models.reminders.settling import Item, Notice, due, overtake, settle
from models.reminders.tables import Duty, Outcome, Reminder, ReminderAcknowledgement

__all__ = [
    "OPENING",
    "Debt",
    "Duty",
    "Item",
    "Notice",
    "Outcome",
    "Reminder",
    "ReminderAcknowledgement",
    "Rung",
    "Span",
    "acknowledge",
    "due",
    "first_line",
    "ladder",
    "overtake",
    "plan_self_assessment",
    "plan_task",
    "recipients",
    "replan",
    "settle",
    "snooze",
    "snooze_choices",
    "snooze_instants",
    "span_of",
    "still_owed",
    "task_span",
    "what_is_left",
    "with_opening",
]
