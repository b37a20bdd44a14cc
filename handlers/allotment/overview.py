"""Who has which lines: everybody of the unit, and one colleague's."""

from handlers.allotment.common import At, codes_part, colleague_at, sheet_to_share
from handlers.dialogue import Choice, Part, State, Turn
from models import allotments, assessment, policy
from models.allotments import Share
from models.assessment import Assessment, Standing


def start(turn: Turn, _: str = "") -> State:
    """Everybody who may have lines, with what they have and how much of it is left."""
    sheet = sheet_to_share(turn)
    turn.memory.clear()
    found = allotments.shares(turn.session, sheet)
    given = sum(len(share.lines) for share in found)
    return turn.ask(
        At.COLLEAGUES,
        "allotment_overview",
        [Choice("colleague", share.binding.id, name=share.binding.person.name) for share in found],
        always=[*inviting(turn, sheet), Choice("menu")],
        unit=sheet.unit.name,
        shares=[share_line(share) for share in found],
        left=len(lines_of_work(turn, sheet)) - given,
    )


def inviting(turn: Turn, sheet: Assessment) -> list[Choice]:
    may = policy.grantable_roles(turn.session, turn.by, sheet.unit)
    return [Choice("invite_people")] if may else []


def share_line(share: Share) -> Part:
    name = {"person": share.binding.person.name, "role": share.binding.role}
    if not share.lines:
        return Part("allotment_none", **name)
    return Part("allotment_line", **name, count=len(share.lines), open=share.tally.open)


def show_share(turn: Turn, value: str = "") -> State:
    sheet, to = sheet_to_share(turn), colleague_at(turn, value or turn.memory.get("to", ""))
    turn.memory.clear()
    turn.memory["to"] = to.id
    own = allotments.share_of(turn.session, sheet, to.person_id)
    back = [Choice("take_back", count=len(own))] if own else []
    return turn.ask(
        At.SHARE,
        "share_of_colleague",
        [Choice("give_more"), *back, Choice("allot"), Choice("menu")],
        person=to.person.name,
        role=to.role,
        count=len(own),
        open=assessment.tally(own).open,
        codes=codes_part([line.code for line in own]),
    )


def lines_of_work(turn: Turn, sheet: Assessment) -> list[Standing]:
    return [line for line in assessment.standings(turn.session, sheet.id) if not line.timed]
