"""Taking lines back; what was entered on them stays."""

from handlers.allotment.common import At, chosen, codes_part, sheet_to_share
from handlers.allotment.overview import show_share
from handlers.dialogue import Choice, State, Turn
from models import allotments
from models.assessment import Line, Standing


def ask_back(turn: Turn, _: str = "") -> State:
    sheet, to = sheet_to_share(turn), chosen(turn)
    own = allotments.share_of(turn.session, sheet, to.person_id)
    return turn.ask(
        At.TAKE_BACK,
        "ask_lines_to_take_back",
        [back_choice(line) for line in own],
        always=[
            Choice("take_back_all", count=len(own)),
            Choice("colleague_again", to.id),
            Choice("menu"),
        ],
        person=to.person.name,
        count=len(own),
    )


def back_choice(line: Standing) -> Choice:
    return Choice("take_back_line", line.line_id, code=line.code, title=line.title)


def take_line(turn: Turn, value: str) -> State:
    return take(turn, [turn.session.get_one(Line, int(value))])


def take_all(turn: Turn, _: str) -> State:
    own = allotments.share_of(turn.session, sheet_to_share(turn), chosen(turn).person_id)
    return take(turn, [turn.session.get_one(Line, line.line_id) for line in own])


def name_back(turn: Turn, text: str) -> State:
    """Of what the text names, the lines that this colleague has."""
    sheet = sheet_to_share(turn)
    own = allotments.share_of(turn.session, sheet, chosen(turn).person_id)
    ids = {line.line_id for line in own}
    named = allotments.lines_named(turn.session, sheet, text)
    return take(turn, [line for line in named if line.id in ids])


def take(turn: Turn, lines: list[Line]) -> State:
    taken = allotments.take_back(turn.session, turn.by, sheet_to_share(turn), lines)
    codes = codes_part([line.item.code for line in taken])
    turn.say("lines_are_taken_back", person=chosen(turn).person.name, codes=codes)
    return show_share(turn)
