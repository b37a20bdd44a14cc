"""The report of a unit on its self-assessment, and what it says of difficulties (domain.md 5)."""

from models.unit_report.actions import REMARK_SIGNS, remark, why_not_remark, why_not_see
from models.unit_report.queries import is_draft, remark_of, report
from models.unit_report.tables import SheetRemark

__all__ = [
    "REMARK_SIGNS",
    "SheetRemark",
    "is_draft",
    "remark",
    "remark_of",
    "report",
    "why_not_remark",
    "why_not_see",
]
