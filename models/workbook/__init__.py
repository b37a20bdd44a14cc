"""A unit's sheet as a workbook: filled in elsewhere, compared, applied as a whole (F25)."""

from models.workbook.actions import apply, discard, receive, why_not_now
from models.workbook.form import FORM, form, may_be_a_sheet
from models.workbook.tables import WorkbookReturn

__all__ = [
    "FORM",
    "WorkbookReturn",
    "apply",
    "discard",
    "form",
    "may_be_a_sheet",
    "receive",
    "why_not_now",
]
