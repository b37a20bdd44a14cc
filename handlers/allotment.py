"""Who of the unit does which lines: /giaoviec (F2).

Lines, a criterion or a whole area are given to a colleague, given anew, or taken back.
"""

from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
    on_text,
)
from handlers.sheets import SIGNERS, own_sheet
from models import allotments, assessment, policy
from models.allotments import Share
from models.assessment import Assessment, Line, Standing
from models.catalogue.tables import Item
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


def give(turn: Turn, sheet: Assessment, lines: list[Line], to: Binding) -> None:
    given = allotments.give(turn.session, turn.by, sheet, lines, to)
    turn.end(
        "lines_are_given",
        [Choice("allot"), Choice("menu")],
        person=to.person.name,
        count=len(given),
        codes=codes_part([each.line.item.code for each in given]),
    )


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


def ask_colleague(turn: Turn, value: str) -> State:
    """From a line's card: to whom, or back from whoever has it."""
    sheet = sheet_to_share(turn)
    line = turn.session.get(Line, int(value)) if value.isdecimal() else None
    if line is None or line.assessment_id != sheet.id:
        raise Refusal("press_unknown", [Choice("menu")])
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
            Choice("line", line.id, **titled),
            Choice("allot"),
            Choice("menu"),
        ],
        **titled,
        holder=Part("line_is_given", person=holder.person.name) if holder else "",
    )


def give_to(turn: Turn, value: str) -> None:
    lines = [turn.session.get_one(Line, id) for id in turn.memory.get("lines", [])]
    give(turn, sheet_to_share(turn), lines, colleague_at(turn, value))


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


def lines_of_work(turn: Turn, sheet: Assessment) -> list[Standing]:
    return [line for line in assessment.standings(turn.session, sheet.id) if not line.timed]


def codes_part(codes: list[str]) -> Part:
    more = len(codes) - CODES
    rest = Part("lines_more", count=more) if more > 0 else ""
    return Part("codes_listed", codes=codes[:CODES], more=rest)


conversation = Conversation(
    name="allotment",
    roles=SIGNERS,
    entry_points=[
        on_command("giaoviec", start, "allot"),
        on_choice("allot", start),
        on_choice("give_line", ask_colleague),
    ],
    states={
        At.COLLEAGUES: [on_choice("colleague", show_share)],
        At.SHARE: [on_choice("take_back", ask_back)],
        At.LINES: [
            on_choice("give_within", ask_within),
            on_choice("give_whole", give_whole),
            on_text(name_lines),
        ],
        At.CONFIRM: [on_choice("give_now", give_now)],
        At.TAKE_BACK: [
            on_choice("take_back_line", take_line),
            on_choice("take_back_all", take_all),
            on_text(name_back),
        ],
        At.COLLEAGUE: [
            on_choice("give_to", give_to),
            on_choice("take_back_line", take_line),
        ],
    },
    fallbacks=[on_choice("give_more", ask_area), on_choice("colleague_again", show_share)],
)
