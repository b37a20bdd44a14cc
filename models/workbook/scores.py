"""The score that a row asks for: the rule's inputs, points claimed beside them, the figures' day.

All three stand in the workbook, and what stands there is what is asked for: new figures keep the
claim and the day beside them, which the summary then points out, until their cells say otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from models import assessment, points
from models.assessment import Claim
from models.assessment.tables import SelfScore
from models.catalogue.kinds import NotAssessed
from models.refusals import Refusal
from models.text import clean
from models.workbook.cells import Cell, Returned
from models.workbook.entries import Unreadable, entries, read, same
from models.workbook.form import key_of
from models.workbook.standing import Recorded

T = TypeVar("T")


@dataclass(frozen=True)
class Asked:
    """``inputs`` None: nothing has been entered on the line."""

    inputs: dict[str, Any] | None = None
    claim: Claim | None = None
    as_of: date | None = None

    def says_the_same(self, other: "Asked") -> bool:
        return (
            same(self.inputs, other.inputs)
            and _plain(self.claim) == _plain(other.claim)
            and self.as_of == other.as_of
        )


def asked_by(score: SelfScore | None) -> Asked:
    """What the workbook of a score asks for, if nobody touches it."""
    if score is None:
        return Asked()
    return Asked(score.inputs, assessment.claim_of(score), score.data_as_of)


def keys(each: Recorded) -> list[str]:
    """The rows that take the inputs of a line."""
    wanted = entries(each.rule) if each.is_own_work else []
    return [key_of(each.line.item.code, n, len(wanted)) for n in range(len(wanted))]


def read_score(each: Recorded, base: Asked, returned: Returned, today: date) -> Asked:
    """What stands in the cells of a line made from ``base``. Raises Unreadable with all faults."""
    code, rows = each.line.item.code, keys(each)
    faults: list[tuple[Cell, Refusal]] = []
    inputs = _tried(faults, lambda: read(each.rule, [returned.inputs[key] for key in rows]))
    as_of = _tried(faults, lambda: _day(each, returned.days[code], today))
    claim = _tried(faults, lambda: _claim(each, returned.claims[code], returned.reasons[code]))
    if not faults and inputs is None and base.inputs is None:
        waiting = [cell for cell in returned.cells(code)[2:] if not cell.is_empty]
        faults += [(cell, Refusal("workbook_line_not_filled")) for cell in waiting]
    if inputs is not None and not same(inputs, base.inputs):
        # Only what is new: an older one may be longer, and nobody has touched it.
        faults += _too_long(returned.inputs[rows[-1]], inputs)
    if not faults and inputs is not None:
        claim = _tried(faults, lambda: _fitting(each, base, inputs, claim, returned))
    if base.as_of is not None and as_of is None and not faults and same(inputs, base.inputs):
        faults.append((returned.days[code], Refusal("workbook_day_emptied")))
    if faults:
        raise Unreadable(faults)
    return Asked(inputs, claim, as_of)


def _too_long(cell: Cell, inputs: dict[str, Any]) -> list[tuple[Cell, Refusal]]:
    """A line that the unit judges itself has its reason in the last of its cells."""
    refusal = assessment.why_reason_too_long(str(inputs.get("reason", "")))
    return [(cell, refusal)] if refusal else []


def _day(each: Recorded, cell: Cell, today: date) -> date | None:
    """As a date of the spreadsheet or as text; the chat's own reader decides."""
    if cell.is_empty or not each.takes_day:
        return None  # What stands in a grey cell is found with the other strays.
    sheet = each.line.assessment
    try:
        found = assessment.read_day(cell.words(), sheet)
    except Refusal as refusal:
        raise Unreadable([(cell, refusal)]) from None
    if why := assessment.why_not_as_of(sheet, found, today):
        raise Unreadable([(cell, why)])
    return found


def _claim(each: Recorded, wanted: Cell, why: Cell) -> Claim | None:
    """The reason alone may be missing: without one the rule's own points are no claim."""
    if not each.takes_claim:
        return None
    try:
        reason = clean(why.words())
    except Refusal as refusal:
        raise Unreadable([(why, refusal)]) from None
    if wanted.is_empty:
        if reason:
            raise Unreadable([(wanted, Refusal("workbook_claim_without_points"))])
        return None
    try:
        return Claim(points.parse_points(wanted.figure()), reason)
    except Refusal as refusal:
        raise Unreadable([(wanted, refusal)]) from None


def _fitting(
    each: Recorded, base: Asked, inputs: dict[str, Any], claim: Claim | None, returned: Returned
) -> Claim | None:
    """The claim as the chat's rules take it; None where the rule gives as much (13c 6)."""
    if claim is None:
        return None
    code = each.line.item.code
    cell, why = returned.claims[code], returned.reasons[code]
    given = rule_points(each, inputs, cell)
    if given is None and _plain(claim) == _plain(base.claim):
        return None  # The line is out; the summary says that the claim goes.
    if given is None:
        raise Unreadable([(cell, Refusal("workbook_claim_on_nothing"))])
    if claim.points == given:
        if claim.reason and base.claim is None:
            raise Unreadable([(cell, Refusal("workbook_claim_is_the_rules", points=given))])
        return None
    if not claim.reason:
        raise Unreadable([(why, Refusal("workbook_claim_needs_reason", points=given))])
    if refusal := assessment.why_not_claim(each.line, given, claim):
        raise Unreadable([(why if refusal.name == "reason_too_long" else cell, refusal)])
    return claim


def rule_points(each: Recorded, inputs: dict[str, Any], cell: Cell) -> Any:
    """What the rule gives for inputs that were read from ``cell``; None where it takes the line
    out."""
    try:
        given = each.rule.score(inputs)
    except ValueError:
        raise Unreadable([(cell, Refusal("workbook_altered"))]) from None
    return None if isinstance(given, NotAssessed) else given


def _tried(faults: list[tuple[Cell, Refusal]], deed: Callable[[], T]) -> T | None:
    try:
        return deed()
    except Unreadable as unreadable:
        faults += unreadable.faults
        return None


def _plain(claim: Claim | None) -> tuple[Any, str] | None:
    return None if claim is None else (claim.points, " ".join(clean(claim.reason).split()))
