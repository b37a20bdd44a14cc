"""The lines of which the screens about sending a sheet off are made."""

from collections.abc import Sequence
from typing import Any

from handlers.dialogue import Part
from models.submission import AreaTotals, Doubt, Finding, Preview

ON_A_PAGE = 8


def preview_values(now: Preview) -> dict[str, Any]:
    totals = now.totals
    return {
        "points": totals.points,
        "max_points": totals.max_points,
        "lines": totals.lines,
        "documents": totals.documents,
    }


def survey_part(now: Preview) -> Part | None:
    return Part("check_survey", points=now.survey_points) if now.survey_points else None


def timed_part(now: Preview) -> Part | None:
    """Which line the sending scores, and what it would be now."""
    if not now.timed:
        return None
    return Part("check_timed.late" if now.late else "check_timed.in_time", codes=now.timed)


def finding_lines(findings: Sequence[Finding]) -> list[Part]:
    return [_finding_line(finding) for finding in findings]


def area_lines(areas: Sequence[AreaTotals]) -> list[Part]:
    return [
        Part(
            "area_totals",
            code=area.code,
            title=area.title,
            points=area.totals.points,
            max_points=area.totals.max_points,
            lines=area.totals.lines,
            documents=area.totals.documents,
        )
        for area in areas
    ]


def _finding_line(finding: Finding) -> Part:
    mark = Part("finding_mark.hard" if finding.is_hard else "finding_mark.soft")
    about: dict[str, Any] = {"mark": mark, "code": finding.code, "document": finding.document}
    match finding.doubt:
        case Doubt.OTHER_YEAR:
            return Part("finding.other_year", **about, dated_on=finding.dated_on)
        case Doubt.ONE_DOCUMENT | Doubt.NO_LOCATOR | Doubt.ZERO_WITH_DOCUMENTS:
            return Part(f"finding.{finding.doubt}", **about, count=finding.count)
    return Part(f"finding.{finding.doubt}", **about)
