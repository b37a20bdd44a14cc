"""What a workbook that came back would change; nothing here writes.

Three states are compared: what the workbook was made from, what stands in it now, and what is
recorded now. A cell that nobody touched changes nothing, even where the chat has gone on since.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from models import assessment, evidence
from models.assessment import Claim
from models.assessment.tables import Assessment
from models.calendar import local_day
from models.messages import Part, decode, encode
from models.people.tables import By
from models.refusals import Refusal
from models.text import clean
from models.workbook import scores, summary
from models.workbook.cells import AGAIN, Cell, Returned
from models.workbook.entries import Unreadable
from models.workbook.form import mark_of
from models.workbook.standing import Recorded, recorded


@dataclass(frozen=True)
class Change:
    """One act that the workbook asks for: a score (``inputs``) or an explanation (``text``).

    Beside the inputs stand the claim (``points`` and ``reason``, None: what the rule gives) and
    the day of the figures as ISO 8601. ``base`` is the score's version or the explanation's id
    that the act follows, 0 for none; ``says`` is the act as a line of the summary.
    """

    line_id: int
    code: str
    base: int
    says: Part
    inputs: dict[str, Any] | None = None
    claim: dict[str, str] | None = None
    as_of: str | None = None
    text: str = ""

    @property
    def is_new(self) -> bool:
        return not self.base

    def as_json(self) -> dict[str, Any]:
        return {**vars(self), "says": encode(self.says)}

    @staticmethod
    def from_json(stored: dict[str, Any]) -> "Change":
        return Change(**{**stored, "says": decode(stored["says"])})


@dataclass
class Differences:
    """``refused``: cells that cannot be taken, each as a line of the summary."""

    changes: list[Change] = field(default_factory=list)
    refused: list[Part] = field(default_factory=list)
    unchanged: int = 0


def compare(session: Session, by: By, sheet: Assessment, returned: Returned) -> Differences:
    """Raises Refusal for a workbook that is not one of this sheet."""
    if refusal := why_not_this(sheet, returned):
        raise refusal
    lines = recorded(session, sheet)
    _check_rows(lines, returned)
    found, today = Differences(), local_day(by.at)
    for each in lines:
        before = len(found.changes) + len(found.refused)
        if each.is_own_work:
            _refuse_strays(found, each, returned)
            _compare_score(found, each, returned, today)
            _compare_explanation(session, by, found, each, returned)
            same = len(found.changes) + len(found.refused) == before
            found.unchanged += same and not each.is_adjustment
        else:
            _refuse_entries(found, each, returned)
    return found


def why_not_this(sheet: Assessment, returned: Returned) -> Refusal | None:
    """Whose workbook it is, of which year, campaign, catalogue and form: each its own sentence."""
    mine, its = mark_of(sheet), returned.mark
    for name, reason in (
        ("unit", "workbook_of_other_unit"),
        ("year", "workbook_of_other_year"),
        ("campaign", "workbook_of_other_campaign"),
        ("owner", "workbook_of_other_campaign"),
        ("catalogue", "workbook_of_other_catalogue"),
        ("form", "workbook_of_other_form"),
    ):
        if mine[name] != its.get(name):
            return Refusal(reason, AGAIN, unit=sheet.unit.name, year=sheet.campaign.year)
    return None


def _check_rows(lines: list[Recorded], returned: Returned) -> None:
    wanted = {each.line.item.code for each in lines}
    wanted |= {key for each in lines for key in scores.keys(each)}
    if missing := sorted(wanted - returned.inputs.keys()):
        raise Refusal("workbook_rows_missing", AGAIN, codes=missing[:8], count=len(missing))
    for each in lines:
        version, explanation = returned.bases.get(each.line.item.code, (0, 0))
        ids = {0, *(text.id for text in each.explanations)}
        if not 0 <= version <= len(each.scores) or explanation not in ids:
            raise Refusal("workbook_altered", AGAIN)


def _compare_score(found: Differences, each: Recorded, returned: Returned, today: date) -> None:
    code, now = each.line.item.code, each.score
    first = returned.inputs[scores.keys(each)[0]]
    version = returned.bases[code][0]
    base = scores.asked_by(each.scores[version - 1] if version else None)
    try:
        asked = scores.read_score(each, base, returned, today)
        if asked.says_the_same(base) or asked.says_the_same(scores.asked_by(now)):
            return
        if asked.inputs is None:
            raise _at(first, "workbook_score_emptied")
        if now is not None and now.version != version:
            raise _at(first, "workbook_changed_meanwhile")
        says = summary.of_score(each, base, asked, scores.rule_points(each, asked.inputs, first))
    except Unreadable as unreadable:
        found.refused += [_bad_cell(cell, code, why) for cell, why in unreadable.faults]
        return
    found.changes.append(
        Change(
            each.line.id,
            code,
            version,
            says,
            inputs=asked.inputs,
            claim=_stored(asked.claim),
            as_of=asked.as_of.isoformat() if asked.as_of else None,
        )
    )


def _stored(claim: Claim | None) -> dict[str, str] | None:
    return {"points": str(claim.points), "reason": claim.reason} if claim else None


def _compare_explanation(
    session: Session, by: By, found: Differences, each: Recorded, returned: Returned
) -> None:
    code = each.line.item.code
    cell, id = returned.explanations[code], returned.bases[code][1]
    base = next((text.text for text in each.explanations if text.id == id), "")
    now = each.explanation
    try:
        given = clean(cell.words())
        if _plain(given) in (_plain(base), _plain(now.text if now else "")):
            return
        if not given:
            raise Refusal("workbook_explanation_emptied")
        if (now.id if now else 0) != id:
            raise Refusal("workbook_changed_meanwhile")
        if refusal := evidence.why_not_explain(session, by, each.line, given):
            raise refusal
    except Refusal as refusal:
        found.refused.append(_bad_cell(cell, code, refusal))
        return
    name = "workbook_explanation_changes" if now else "workbook_explanation_is_new"
    says = Part(name, code=code, text=given)
    found.changes.append(Change(each.line.id, code, id, says, text=given))


def _refuse_entries(found: Differences, each: Recorded, returned: Returned) -> None:
    """Grey lines are locked; what was written there all the same is not dropped unsaid."""
    code = each.line.item.code
    refusal = assessment.why_not_own_work(each.line)
    assert refusal is not None
    for cell in returned.cells(code):
        if not cell.is_empty:
            found.refused.append(_bad_cell(cell, code, refusal))


def _refuse_strays(found: Differences, each: Recorded, returned: Returned) -> None:
    """What was written beside the cells that are meant for it."""
    code, keys = each.line.item.code, scores.keys(each)
    cells = [cell for key in keys if key != code for cell in returned.cells(key)[1:]]
    cells += [returned.inputs[code]] if code not in keys else []
    cells += [returned.days[code]] if not each.takes_day else []
    cells += [returned.claims[code], returned.reasons[code]] if not each.takes_claim else []
    for cell in cells:
        if not cell.is_empty:
            found.refused.append(_bad_cell(cell, code, Refusal("workbook_nothing_here")))


def _at(cell: Cell, name: str) -> Unreadable:
    return Unreadable([(cell, Refusal(name))])


def _bad_cell(cell: Cell, code: str, why: Refusal) -> Part:
    reason = Part(f"refusal.{why.name}", **why.values)
    return Part("workbook_bad_cell", address=cell.address, code=code, why=reason)


def _plain(text: str) -> str:
    return " ".join(text.split())
