"""The lines of which the screens about sending a sheet off are made."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from handlers.dialogue import Part
from models import submission
from models.assessment import Adjustment
from models.submission import AreaTotals, Doubt, Finding, Preview

ON_A_PAGE = 8
CLAIMS_NAMED = 5


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


def adjustment_lines(found: Sequence[Adjustment]) -> list[Part]:
    """Bonus and penalty points with their caps; never within the total (domain.md 2, 7)."""
    return [
        Part(f"adjustment_none.{each.kind}", cap=each.cap)
        if each.points is None
        else Part(f"adjustment.{each.kind}", points=each.points, cap=each.cap)
        for each in found
    ]


def left_out_part(lines: Sequence[dict[str, Any]]) -> Part | None:
    """Which lines are not assessed, and how many points the maximum is lower for it (F23)."""
    found = submission.left_out(lines)
    if not found:
        return None
    points = sum((Decimal(line["max_points"]) for line in found), Decimal(0))
    return Part("lines_left_out", codes=[line["code"] for line in found], points=points)


def claims_part(lines: Sequence[dict[str, Any]]) -> Part | None:
    """Where the unit claims other points than its rules give; the cards say why."""
    claims = submission.claims_of(lines)
    if not claims:
        return None
    named = [
        Part(
            "claim_in_short",
            code=line["code"],
            points=Decimal(line["points"]),
            rule_points=Decimal(line["rule_points"]),
        )
        for line in claims[:CLAIMS_NAMED]
    ]
    left = len(claims) - len(named)
    more = Part("claims_more", count=left) if left else ""
    return Part("claims_made", count=len(claims), claims=named, more=more)


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
        case Doubt.ABOVE_RULE:
            claimed = {"points": finding.points, "rule_points": finding.rule_points}
            return Part("finding.above_rule", **about, **claimed)
        case Doubt.NO_DATA_DAY:
            others = finding.count - 1
            name = "finding.no_data_day_of_several" if others else "finding.no_data_day"
            return Part(name, **about, others=others)
    return Part(f"finding.{finding.doubt}", **about)
