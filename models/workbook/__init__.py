"""A unit's sheet as a workbook: filled in elsewhere, compared, applied as a whole (F25)."""

from models.workbook.actions import apply, discard, receive, why_not_now
from models.workbook.form import FORM, form
from models.workbook.tables import WorkbookReturn

__all__ = ["FORM", "WorkbookReturn", "apply", "discard", "form", "receive", "why_not_now"]
