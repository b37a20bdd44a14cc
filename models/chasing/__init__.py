"""Urging units that have not begun or are late, rung by rung and by letter (N10, N16)."""

from models.chasing.actions import draft_letter, open_rungs, record_letter, take_rung
from models.chasing.debts import Debt, debt_of
from models.chasing.notices import nudge_values, owed
from models.chasing.nudging import Nudge, idle_units, nudge, prepare, why_not_nudge
from models.chasing.proposals import proposals
from models.chasing.queries import (
    late_sheets,
    letters,
    letters_to,
    listed_units,
    rungs_taken,
    to_write_to,
)
from models.chasing.rules import (
    why_no_letter,
    why_not_date,
    why_not_late,
    why_not_note,
    why_not_number,
    why_not_record,
)
from models.chasing.tables import ChaseLetter, ChaseLetterUnit, ChaseRung, Escalation

__all__ = [
    "ChaseLetter",
    "ChaseLetterUnit",
    "ChaseRung",
    "Debt",
    "Escalation",
    "Nudge",
    "debt_of",
    "draft_letter",
    "idle_units",
    "late_sheets",
    "letters",
    "letters_to",
    "listed_units",
    "nudge",
    "nudge_values",
    "open_rungs",
    "owed",
    "prepare",
    "proposals",
    "record_letter",
    "rungs_taken",
    "take_rung",
    "to_write_to",
    "why_no_letter",
    "why_not_date",
    "why_not_late",
    "why_not_note",
    "why_not_nudge",
    "why_not_number",
    "why_not_record",
]
