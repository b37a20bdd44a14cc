"""The assessment sheets of the units: their lines, and how far the work on them is."""

from models.assessment.actions import open_sheets
from models.assessment.queries import (
    areas,
    criteria_in,
    evidence_count,
    explanation_of,
    find_line,
    lines_in,
    of_unit,
    score_of,
    search_lines,
    sheet_of,
)
from models.assessment.scoring import score, why_not_own_work, why_not_score
from models.assessment.standings import (
    AreaProgress,
    Owed,
    Progress,
    Standing,
    Tally,
    lines_missing_evidence,
    lines_not_scored,
    next_missing,
    owes,
    progress,
    standings,
    tallies,
)
from models.assessment.tables import Assessment, Line, SelfScore

__all__ = [
    "AreaProgress",
    "Assessment",
    "Line",
    "Owed",
    "Progress",
    "SelfScore",
    "Standing",
    "Tally",
    "areas",
    "criteria_in",
    "evidence_count",
    "explanation_of",
    "find_line",
    "lines_in",
    "lines_missing_evidence",
    "lines_not_scored",
    "next_missing",
    "of_unit",
    "open_sheets",
    "owes",
    "progress",
    "score",
    "score_of",
    "search_lines",
    "sheet_of",
    "standings",
    "tallies",
    "why_not_own_work",
    "why_not_score",
]
