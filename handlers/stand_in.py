"""The coordinator enters on behalf of a unit: from its card, with a reason (F40).

It is a role of its own in that unit: in it the conversations about the sheet are the unit's.
"""

from dataclasses import replace

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_text
from handlers.sheets import sheet_at
from models import people, stand_ins
from models.assessment import Assessment
from models.people import Role
from models.policy import Action


class At(State):
    REASON = "reason"


def ask_reason(turn: Turn, value: str) -> State:
    sheet = sheet_at(turn, value, Action.STAND_IN)
    if refusal := stand_ins.why_not_begin(turn.session, turn.by, sheet, None):
        raise refusal
    turn.memory["sheet"] = sheet.id
    return turn.ask(
        At.REASON,
        "ask_stand_in_reason",
        [unit_card(sheet), Choice("menu")],
        unit=sheet.unit.name,
    )


def begin(turn: Turn, text: str) -> State | None:
    """From here on the chat is in that role, as its answers are."""
    sheet = sheet_at(turn, turn.memory.get("sheet", ""), Action.STAND_IN)
    role = stand_ins.begin(turn.session, turn.by, sheet, text)
    turn.where.binding_id = role.id
    turn.by = replace(turn.by, binding=role)
    offers = [Choice("missing"), Choice("evidence"), Choice("workbook"), Choice("menu")]
    return turn.end("stand_in_begun", offers, unit=sheet.unit.name, reason=text.strip())


def end(turn: Turn, _: str) -> State | None:
    """Back to the coordinator's own role."""
    sheet = stand_ins.end(turn.session, turn.by).assessment
    assert turn.by.person is not None
    held = people.active_bindings(turn.session, turn.by.person.id)
    own = next((each for each in held if each.role is Role.COORDINATOR), None)
    turn.where.binding_id = own.id if own else None
    turn.by = replace(turn.by, binding=own)
    offers = [unit_card(sheet), Choice("progress"), Choice("menu")]
    return turn.end("stand_in_ended", offers, unit=sheet.unit.name)


def unit_card(sheet: Assessment) -> Choice:
    return Choice("unit_standing_again", sheet.id, unit=sheet.unit.short_name)


conversation = Conversation(
    name="stand_in",
    roles=frozenset({Role.COORDINATOR, Role.STAND_IN}),
    entry_points=[on_choice("stand_in", ask_reason), on_choice("end_stand_in", end)],
    states={At.REASON: [on_text(begin)]},
)
