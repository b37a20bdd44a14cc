"""Who works on a unit's sheet, and where that sheet is found."""

from datetime import datetime

from handlers.dialogue import Choice, Part, Turn
from models import assessment, policy, stand_ins
from models.assessment import Assessment
from models.people import Role
from models.policy import Action
from models.refusals import Refusal
from models.submission import Proposal

SIGNERS = frozenset({Role.FOCAL_OFFICER, Role.DEPUTY, Role.HEAD})
WORKERS = SIGNERS | {Role.MEMBER, Role.STAND_IN}


def own_sheet(turn: Turn) -> Assessment:
    """The newest sheet of the unit for which the person acts. Raises Refusal."""
    sheet = assessment.sheet_of(turn.session, turn.by.unit_id)
    if sheet is None:
        unit = turn.by.unit.name if turn.by.unit else ""
        raise Refusal("no_sheet", [Choice("menu")], unit=unit)
    policy.check(turn.session, turn.by, Action.VIEW_SHEET, sheet)
    return sheet


def sheet_at(turn: Turn, value: object, action: Action) -> Assessment:
    """The sheet with the id ``value``, if the person may do ``action`` to it. Raises Refusal."""
    text = str(value)
    sheet = turn.session.get(Assessment, int(text)) if is_id(text) else None
    if sheet is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, action, sheet)
    return sheet


def proposal_at(turn: Turn, value: object, action: Action) -> Proposal:
    """The proposal with the id ``value``, if the person may do ``action`` to its sheet."""
    text = str(value)
    proposal = turn.session.get(Proposal, int(text)) if is_id(text) else None
    if proposal is None:
        raise Refusal("press_unknown", [Choice("menu")])
    policy.check(turn.session, turn.by, action, proposal.assessment)
    return proposal


def behalf_part(turn: Turn, sheet_id: int, person_id: int | None, at: datetime) -> Part | None:
    """That it was entered on the unit's behalf, and why (F40)."""
    found = stand_ins.covering(turn.session, sheet_id, person_id, at)
    return Part("entered_on_behalf", reason=found.reason) if found else None


def is_id(text: str) -> bool:
    """Whether ``text`` can be the number of a row; a longer one would not fit the column."""
    return text.isdecimal() and len(text) < 10
