"""What stands against sending a sheet off, and what should be looked at again (F34–F36)."""

import enum
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from models import assessment
from models.assessment.tables import Assessment, Line
from models.submission.contents import claims_of, content_of

MANY_LINES = 5  # One document for as many lines is unusual enough to be looked at.


class Doubt(enum.StrEnum):
    """The first two have to be put right before sending; the others are asked about."""

    NOT_SCORED = "not_scored"
    NOT_BACKED = "not_backed"
    ONE_DOCUMENT = "one_document"
    OTHER_YEAR = "other_year"
    NO_LOCATOR = "no_locator"
    ZERO_WITH_DOCUMENTS = "zero_with_documents"
    ABOVE_RULE = "above_rule"
    NO_DATA_DAY = "no_data_day"


HARD = frozenset({Doubt.NOT_SCORED, Doubt.NOT_BACKED})


@dataclass(frozen=True)
class Finding:
    """One thing about one line. ``document`` is the name of the document it is about,
    ``dated_on`` that document's date, ``count`` on how many lines the same one stands;
    ``points`` are those claimed, ``rule_points`` those of the rule."""

    doubt: Doubt
    line_id: int
    code: str
    title: str
    document: str = ""
    dated_on: date | None = None
    count: int = 0
    points: Decimal | None = None
    rule_points: Decimal | None = None

    @property
    def is_hard(self) -> bool:
        return self.doubt in HARD


@dataclass(frozen=True)
class Checks:
    """Everything found, what blocks first, each kind in the catalogue's order."""

    findings: Sequence[Finding]

    @property
    def hard(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.is_hard]

    @property
    def soft(self) -> list[Finding]:
        return [finding for finding in self.findings if not finding.is_hard]

    def count(self, doubt: Doubt) -> int:
        return sum(finding.doubt is doubt for finding in self.findings)


def check(session: Session, sheet: Assessment, content: dict[str, Any] | None = None) -> Checks:
    """``content`` of the sheet, where the caller has it already."""
    content = content or content_of(session, sheet, timed=False)
    lines = [*content["lines"], *content["adjustments"]]
    hard = [*_hard(session, sheet), *_adjustments_not_backed(session, content)]
    return Checks([*hard, *look_again(lines, sheet.campaign.year)])


def look_again(lines: Sequence[dict[str, Any]], year: int) -> list[Finding]:
    """The doubts that a content's lines give in an assessment of ``year``."""
    return [
        *_one_document(lines),
        *_other_year(lines, year),
        *_no_locator(lines),
        *_zero_with_documents(lines),
        *_above_rule(lines),
        *_no_data_day(lines),
    ]


def _hard(session: Session, sheet: Assessment) -> Iterator[Finding]:
    standings = assessment.standings(session, sheet.id)
    for line in standings:
        if line.awaits_score:
            yield Finding(Doubt.NOT_SCORED, line.line_id, line.code, line.title)
    for line in standings:
        if line.scored and not line.backed:
            yield Finding(Doubt.NOT_BACKED, line.line_id, line.code, line.title)


def _adjustments_not_backed(session: Session, content: dict[str, Any]) -> Iterator[Finding]:
    """Where the campaign wants it, points beside the 100 are proven or explained, too."""
    for line in content["adjustments"]:
        item = session.get_one(Line, line["line"]).item
        has_points = line["points"] is not None and Decimal(line["points"]) > 0
        if has_points and item.evidence_required and not (line["evidence"] or line["explanation"]):
            yield _finding(Doubt.NOT_BACKED, line)


def _one_document(lines: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """The same bytes or the same address, under whatever name."""
    uses: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = defaultdict(list)
    for line in lines:
        for key in {proof["sha256"] or proof["url"] for proof in line["evidence"]}:
            proof = next(p for p in line["evidence"] if key == (p["sha256"] or p["url"]))
            uses[key].append((line, proof))
    for found in uses.values():
        if len(found) >= MANY_LINES:
            line, proof = found[0]
            name = proof["name"]
            yield _finding(Doubt.ONE_DOCUMENT, line, document=name, count=len(found))


def _other_year(lines: Sequence[dict[str, Any]], year: int) -> Iterator[Finding]:
    for line in lines:
        for proof in line["evidence"]:
            dated = date.fromisoformat(proof["dated_on"]) if proof["dated_on"] else None
            if dated is not None and dated.year != year:
                name = proof["name"]
                yield _finding(Doubt.OTHER_YEAR, line, document=name, dated_on=dated)


def _no_locator(lines: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """A web address leads to its place by itself; a file does not."""
    for line in lines:
        proofs = [p for p in line["evidence"] if not p["locator"] and not p["url"]]
        if proofs:
            yield _finding(Doubt.NO_LOCATOR, line, document=proofs[0]["name"], count=len(proofs))


def _zero_with_documents(lines: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    for line in lines:
        if line["evidence"] and line["points"] is not None and Decimal(line["points"]) == 0:
            yield _finding(Doubt.ZERO_WITH_DOCUMENTS, line, count=len(line["evidence"]))


def _above_rule(lines: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """A claim below the rule takes nothing from anybody (domain.md 13c 6)."""
    for line in claims_of(lines):
        points, by_rule = Decimal(line["points"]), Decimal(line["rule_points"])
        if points > by_rule:
            yield _finding(Doubt.ABOVE_RULE, line, points=points, rule_points=by_rule)


def _no_data_day(lines: Sequence[dict[str, Any]]) -> Iterator[Finding]:
    """One thing for the whole sheet, not one for each line: the same day may hold for all."""
    lacking = [line for line in lines if assessment.lacks_day(line)]
    if lacking:
        yield _finding(Doubt.NO_DATA_DAY, lacking[0], count=len(lacking))


def _finding(doubt: Doubt, line: dict[str, Any], **about: Any) -> Finding:
    return Finding(doubt, line["line"], line["code"], line["title"], **about)
