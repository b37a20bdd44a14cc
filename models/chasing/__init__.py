"""Urging late units: the ladder of etiquette, and the official letter (N10, N16)."""

from models.chasing.actions import draft_letter, open_rungs, record_letter, take_rung
from models.chasing.debts import Debt, debt_of
from models.chasing.notices import owed
from models.chasing.queries import late_sheets, letters, letters_to, listed_units, rungs_taken
from models.chasing.rules import why_not_date, why_not_late, why_not_number, why_not_record
from models.chasing.tables import ChaseLetter, ChaseLetterUnit, ChaseRung, Escalation

__all__ = [
    "ChaseLetter",
    "ChaseLetterUnit",
    "ChaseRung",
    "Debt",
    "Escalation",
    "debt_of",
    "draft_letter",
    "late_sheets",
    "letters",
    "letters_to",
    "listed_units",
    "open_rungs",
    "owed",
    "record_letter",
    "rungs_taken",
    "take_rung",
    "why_not_date",
    "why_not_late",
    "why_not_number",
    "why_not_record",
]
