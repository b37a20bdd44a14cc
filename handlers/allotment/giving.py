"""Giving an area, a criterion or lines, from the colleague's card or from a line's."""

from handlers.allotment.common import At, chosen, codes_part, colleague_at, sheet_to_share
from handlers.dialogue import Choice, Part, State, Turn
from models import allotments, assessment
from models.assessment import Assessment, Line
from models.catalogue.tables import Item
from models.people import Binding
from models.refusals import Refusal


def ask_area(turn: Turn, _: str = "") -> State:
    sheet, to = sheet_to_share(turn), chosen(turn)
    areas = assessment.areas(turn.session, sheet.id)
    return turn.ask(
        At.LINES,
        "ask_lines_to_give",
        [Choice("give_within", area.id, code=area.code, title=area.title) for area in areas],
        always=[Choice("colleague_again", to.id), Choice("menu")],
        person=to.person.name,
    )


def ask_within(turn: Turn, value: str) -> State:
    """An area or a criterion as a whole, or what is in it; a line is asked about at once."""
    sheet, to = sheet_to_share(turn), chosen(turn)
    item = turn.session.get(Item, int(value))
    lines = assessment.lines_in(turn.session, sheet.id, int(value))
    if item is None or not lines:
        raise Refusal("press_unknown", [Choice("menu")])
    below = [] if item.area_id is None else [line.item for line in lines if line.item != item]
    if item.area_id is None:
        below = assessment.criteria_in(turn.session, sheet.id, item.id)
    if not below:
        return confirm(turn, lines)
    whole = Choice("give_whole", item.id, code=item.code, count=len(lines))
    parts = [Choice("give_within", each.id, code=each.code, title=each.title) for each in below]
    return turn.ask(
        At.LINES,
        "ask_lines_within",
        [whole, *parts],
        always=[Choice("give_more"), Choice("menu")],
        code=item.code,
        title=item.title,
        count=len(lines),
        person=to.person.name,
    )


def give_whole(turn: Turn, value: str) -> State:
    return confirm(turn, assessment.lines_in(turn.session, sheet_to_share(turn).id, int(value)))


def name_lines(turn: Turn, text: str) -> State:
    """Codes of areas, criteria or lines, several at once; or words of one."""
    found = allotments.lines_named(turn.session, sheet_to_share(turn), text)
    if not found:
        raise Refusal("no_line_found", text=text[:60])
    return confirm(turn, found)


def confirm(turn: Turn, lines: list[Line]) -> State:
    """What would be given, and what of it somebody else has now."""
    sheet, to = sheet_to_share(turn), chosen(turn)
    if refusal := allotments.why_not_give(turn.session, turn.by, sheet, lines, to):
        raise refusal
    turn.memory["lines"] = [line.id for line in lines]
    held = {s.line_id: s.holder_id for s in assessment.standings(turn.session, sheet.id)}
    others = [line for line in lines if held.get(line.id) not in (None, to.person_id)]
    return turn.ask(
        At.CONFIRM,
        "confirm_giving",
        [Choice("give_now"), Choice("colleague_again", to.id), Choice("menu")],
        person=to.person.name,
        count=len(lines),
        codes=codes_part([line.item.code for line in lines]),
        others=Part("given_to_others", count=len(others)) if others else "",
    )


def give_now(turn: Turn, _: str) -> None:
    sheet, to = sheet_to_share(turn), chosen(turn)
    lines = [turn.session.get_one(Line, id) for id in turn.memory.get("lines", [])]
    give(turn, sheet, lines, to)


def ask_colleague(turn: Turn, value: str) -> State:
    """From a line's card: to whom, or back from whoever has it."""
    sheet = sheet_to_share(turn)
    line = turn.session.get(Line, int(value)) if value.isdecimal() else None
    if line is None or line.assessment_id != sheet.id:
        raise Refusal("press_unknown", [Choice("menu")])
    if refusal := allotments.why_not_give_line(sheet, line):
        raise refusal
    turn.memory["lines"] = [line.id]
    titled = {"code": line.item.code, "title": line.item.title}
    holder = allotments.holder_of(turn.session, line.id)
    back = []
    if holder is not None:
        turn.memory["to"] = holder.id
        back = [Choice("take_back_line", line.id, **titled)]
    spared = {turn.by.person_id, holder.person_id if holder else None}
    others = allotments.colleagues(turn.session, sheet.unit_id)
    offers = [each for each in others if each.person_id not in spared]
    return turn.ask(
        At.COLLEAGUE,
        "ask_colleague_for_line",
        [Choice("give_to", each.id, name=each.person.name) for each in offers],
        always=[
            *back,
            assessment.card_of(line),
            Choice("allot"),
            Choice("menu"),
        ],
        **titled,
        holder=Part("line_is_given", person=holder.person.name) if holder else "",
    )


def give_to(turn: Turn, value: str) -> None:
    lines = [turn.session.get_one(Line, id) for id in turn.memory.get("lines", [])]
    give(turn, sheet_to_share(turn), lines, colleague_at(turn, value))


def give(turn: Turn, sheet: Assessment, lines: list[Line], to: Binding) -> None:
    given = allotments.give(turn.session, turn.by, sheet, lines, to)
    turn.end(
        "lines_are_given",
        [Choice("allot"), Choice("menu")],
        person=to.person.name,
        count=len(given),
        codes=codes_part([each.line.item.code for each in given]),
    )
