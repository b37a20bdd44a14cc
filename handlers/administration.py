"""Inviting people in chat: a unit, a role, a name; then the code and its links, shown once."""

from collections.abc import Sequence

from handlers import unit_picking
from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_command, on_text
from models import people, policy
from models.messages import Secret
from models.people import Role, invitations
from models.units import Unit

ROLES = frozenset({Role.ADMIN, Role.COORDINATOR, Role.HEAD, Role.FOCAL_OFFICER})


class At(State):
    UNIT = "unit"
    ROLE = "role"
    NAME = "name"


def begin(turn: Turn, _: str = "") -> State | None:
    reach = people.units_in_reach(turn.session, turn.by)
    return ask_role(turn, reach[0]) if len(reach) == 1 else ask_unit(turn, reach)


def ask_unit(turn: Turn, found: Sequence[Unit]) -> State:
    always = [Choice("people"), Choice("menu")]
    return turn.ask(At.UNIT, "invite_which_unit", unit_picking.offers(found), always=always)


def name_unit(turn: Turn, text: str) -> State | None:
    found = unit_picking.named(turn.session, text, people.units_in_reach(turn.session, turn.by))
    return ask_role(turn, found[0]) if len(found) == 1 else ask_unit(turn, found)


def pick_unit(turn: Turn, value: str) -> State | None:
    return ask_role(turn, turn.session.get_one(Unit, int(value)))


def ask_role(turn: Turn, unit: Unit) -> State | None:
    policy.check(turn.session, turn.by, policy.Action.VIEW_PEOPLE, unit)
    turn.memory["unit"] = unit.id
    roles = policy.grantable_roles(turn.session, turn.by, unit)
    if len(roles) == 1:
        return pick_role(turn, roles[0].value)
    offers = [Choice("in_role", role.value, role=role) for role in roles]
    return turn.ask(At.ROLE, "invite_which_role", offers, always=[Choice("back")], unit=unit.name)


def pick_role(turn: Turn, value: str) -> State:
    turn.memory["role"] = value
    offers = [Choice("without_name"), Choice("back")]
    return turn.ask(
        At.NAME, "invite_which_name", offers, unit=chosen_unit(turn).name, role=Role(value)
    )


def enter_name(turn: Turn, text: str) -> None:
    invite(turn, people.read_name(text))


def invite(turn: Turn, name: str) -> None:
    unit, role = chosen_unit(turn), Role(turn.memory["role"])
    code = invitations.invite(turn.session, turn.by, unit=unit, role=role, name=name)
    turn.end(
        "invitation_made",
        [Choice("invite_people"), Choice("people_of", unit.id), Choice("menu")],
        for_name=name or None,
        role=role,
        unit=unit.name,
        code=Secret(code),
        web=turn.link("start", code),
        telegram=turn.link("telegram", code),
        hours=invitations.HOURS,
    )


def chosen_unit(turn: Turn) -> Unit:
    return turn.session.get_one(Unit, turn.memory["unit"])


conversation = Conversation(
    name="administration",
    roles=ROLES,
    entry_points=[on_command("moi", begin, "invite"), on_choice("invite_people", begin)],
    states={
        At.UNIT: [on_choice("in_unit", pick_unit), on_text(name_unit)],
        At.ROLE: [on_choice("in_role", pick_role)],
        At.NAME: [
            on_choice("without_name", lambda turn, _: invite(turn, "")),
            on_text(enter_name),
        ],
    },
    fallbacks=[on_choice("back", begin)],
)
