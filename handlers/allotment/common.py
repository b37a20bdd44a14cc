"""What the screens of giving lines share: their states, the sheet, the colleague in hand."""

from handlers.dialogue import Choice, Part, State, Turn
from handlers.sheets import own_sheet
from models import allotments
from models.assessment import Assessment
from models.people import Binding
from models.refusals import Refusal

CODES = 40  # More would push the buttons off a phone's screen.


class At(State):
    COLLEAGUES = "colleagues"
    SHARE = "share"
    LINES = "lines"
    CONFIRM = "confirm"
    TAKE_BACK = "take_back"
    COLLEAGUE = "colleague"


def sheet_to_share(turn: Turn) -> Assessment:
    sheet = own_sheet(turn)
    if refusal := allotments.why_not_share(turn.session, turn.by, sheet):
        raise refusal
    return sheet


def chosen(turn: Turn) -> Binding:
    return colleague_at(turn, turn.memory.get("to", ""))


def colleague_at(turn: Turn, value: object) -> Binding:
    """A colleague of the own unit, as long as they are one."""
    for binding in allotments.colleagues(turn.session, own_sheet(turn).unit_id):
        if str(binding.id) == str(value):
            return binding
    raise Refusal("colleague_gone", [Choice("allot"), Choice("menu")])


def codes_part(codes: list[str]) -> Part:
    more = len(codes) - CODES
    rest = Part("lines_more", count=more) if more > 0 else ""
    return Part("codes_listed", codes=codes[:CODES], more=rest)
