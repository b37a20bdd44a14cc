"""Who is bound in a unit and who is not; a role is revoked or handed over (F2, F3, N24)."""

from collections.abc import Sequence
from typing import Any

from handlers import unit_picking
from handlers.administration import ROLES
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
from models import people, policy, staffing
from models.messages import Secret
from models.people import Binding, Invitation, Person, Role, invitations
from models.policy import Action, Grant
from models.units import Unit


class At(State):
    UNIT = "unit"
    PEOPLE = "people"
    BINDING = "binding"
    INVITATION = "invitation"
    REASON = "reason"
    SUCCESSOR = "successor"
    CONFIRM = "confirm"


def begin(turn: Turn, _: str = "") -> State | None:
    reach = people.units_in_reach(turn.session, turn.by)
    return show_unit(turn, reach[0]) if len(reach) == 1 else ask_unit(turn, reach)


def ask_unit(turn: Turn, found: Sequence[Unit]) -> State:
    ids = [unit.id for unit in found]
    lacking = people.units_without(turn.session, ids, Role.FOCAL_OFFICER)
    names = [unit.short_name for unit in found if unit.id in lacking]
    return turn.ask(
        At.UNIT,
        "people_which_unit",
        unit_picking.offers(found),
        always=[Choice("invite_people"), Choice("menu")],
        lacking=Part("units_lacking_officer", count=len(names), units=names) if names else None,
    )


def name_unit(turn: Turn, text: str) -> State | None:
    found = unit_picking.named(turn.session, text, people.units_in_reach(turn.session, turn.by))
    return show_unit(turn, found[0]) if len(found) == 1 else ask_unit(turn, found)


def pick_unit(turn: Turn, value: str) -> State:
    return show_unit(turn, turn.session.get_one(Unit, int(value)))


def show_unit(turn: Turn, unit: Unit) -> State:
    policy.check(turn.session, turn.by, Action.VIEW_PEOPLE, unit)
    turn.memory["unit"] = unit.id
    held = people.bindings_of_unit(turn.session, unit.id)
    pending = people.pending_invitations(turn.session, unit.id)
    seen = people.last_seen(turn.session, [binding.person_id for binding in held])
    offers = [Choice("binding", b.id, name=named(b.person.name), role=b.role) for b in held] + [
        Choice("invitation", i.id, name=named(i.name), role=i.role) for i in pending
    ]
    return turn.ask(
        At.PEOPLE,
        "people_of_unit",
        offers,
        always=[Choice("invite_people"), Choice("back"), Choice("menu")],
        unit=unit.name,
        bound=len(held),
        waiting=len(pending),
        people=[bound_line(b, seen.get(b.person_id)) for b in held],
        invited=[pending_line(turn, i) for i in pending],
    )


def bound_line(binding: Binding, seen: people.Seen | None) -> Part:
    values = {"person": named(binding.person.name), "role": binding.role}
    if seen is None or not seen.reachable:
        return Part("bound_unreachable", **values)
    return Part("bound_line", at=seen.at, **values)


def pending_line(turn: Turn, invitation: Invitation) -> Part:
    values = {"person": named(invitation.name), "role": invitation.role}
    expired = invitation.expires_at <= turn.now
    name = "pending_expired" if expired else "pending_line"
    return Part(name, at=invitation.expires_at, **values)


def show_binding(turn: Turn, value: str) -> State:
    turn.memory["binding"] = int(value)
    binding = chosen(turn)
    grant = Grant(binding.unit, binding.role)
    offers = []
    if not policy.why_not(turn.session, turn.by, Action.REVOKE, grant):
        offers = [Choice("revoke"), Choice("log_in_for")]
    handed = binding.role is Role.FOCAL_OFFICER
    if handed and not policy.why_not(turn.session, turn.by, Action.HAND_OVER, grant):
        offers.insert(0, Choice("hand_over"))
    return turn.ask(
        At.BINDING,
        "binding_card",
        [*offers, Choice("back")],
        person=named(binding.person.name),
        title=binding.person.title,
        phone=binding.person.phone,
        role=binding.role,
        unit=binding.unit.name,
        since=binding.since,
    )


def ask_reason(turn: Turn, _: str) -> State:
    return turn.ask(At.REASON, "revoke_why", [Choice("back")], **card(chosen(turn)))


def revoke(turn: Turn, reason: str) -> State:
    binding = chosen(turn)
    staffing.end_binding(turn.session, binding, reason, turn.by)
    turn.say("role_revoked", at=turn.at, **card(binding))
    return show_unit(turn, binding.unit)


def offer_log_in(turn: Turn, _: str) -> State:
    """A way back in for somebody who has lost the account (design, 9)."""
    person = chosen(turn).person
    code = invitations.invite_to_log_in(turn.session, turn.by, person)
    turn.say(
        "log_in_link_for",
        person=named(person.name),
        link=turn.link("start", code),
        minutes=invitations.LOG_IN_MINUTES,
    )
    return show_unit(turn, chosen(turn).unit)


def ask_successor(turn: Turn, _: str) -> State:
    binding = chosen(turn)
    others = {
        b.person_id: b.person
        for b in people.bindings_of_unit(turn.session, binding.unit_id)
        if b.person_id != binding.person_id
    }
    offers = [Choice("successor", p.id, name=named(p.name)) for p in others.values()]
    always = [Choice("back")]
    return turn.ask(At.SUCCESSOR, "hand_over_to_whom", offers, always=always, **card(binding))


def pick_successor(turn: Turn, value: str) -> State:
    turn.memory["successor"] = int(value)
    person = turn.session.get_one(Person, int(value))
    return ask_confirmation(turn, "hand_over_confirm", person.name)


def name_successor(turn: Turn, text: str) -> State:
    turn.memory["newcomer"] = people.read_name(text)
    return ask_confirmation(turn, "hand_over_confirm_new", turn.memory["newcomer"])


def ask_confirmation(turn: Turn, question: str, successor: str) -> State:
    offers = [Choice("confirm_hand_over"), Choice("back")]
    return turn.ask(At.CONFIRM, question, offers, successor=successor, **card(chosen(turn)))


def hand_over(turn: Turn, _: str) -> State:
    binding = chosen(turn)
    former = binding.person
    if "successor" in turn.memory:
        to = turn.session.get_one(Person, turn.memory["successor"])
        successor = staffing.hand_over(turn.session, binding, to, turn.by)
        key = f"handed_over:{binding.id}"
        turn.tell(to, "role_taken_up", f"{key}:to", [Choice("menu")], **card(successor))
        turn.say("role_handed_over", at=turn.at, successor=to.name, **card(binding))
    else:
        name = turn.memory["newcomer"]
        code = staffing.hand_over_by_invitation(turn.session, binding, name, turn.by)
        web, telegram = turn.link("start", code), turn.link("telegram", code)
        links: dict[str, Any] = {
            "code": Secret(code),
            "web": web,
            "telegram": telegram,
            "hours": invitations.HOURS,
        }
        turn.say("role_handed_over_new", at=turn.at, successor=name, **links, **card(binding))
    turn.tell(former, "role_given_up", f"handed_over:{binding.id}:from", **card(binding))
    return show_unit(turn, binding.unit)


def show_invitation(turn: Turn, value: str) -> State:
    invitation = turn.session.get_one(Invitation, int(value))
    policy.check(turn.session, turn.by, Action.VIEW_PEOPLE, invitation.unit)
    turn.memory["invitation"] = invitation.id
    offers = [Choice("back")]
    if invitation.unit is not None and invitation.role is not None:
        grant = Grant(invitation.unit, invitation.role)
        if not policy.why_not(turn.session, turn.by, Action.INVITE, grant):
            offers.insert(0, Choice("withdraw"))
    return turn.ask(At.INVITATION, "invitation_card", offers, line=pending_line(turn, invitation))


def withdraw(turn: Turn, _: str) -> State:
    invitation = turn.session.get_one(Invitation, turn.memory["invitation"])
    invitations.withdraw(turn.session, invitation, turn.by)
    turn.say("invitation_withdrawn", person=named(invitation.name))
    return pick_unit(turn, str(invitation.unit_id))


def go_back(turn: Turn, _: str) -> State | None:
    """From a card to its unit, from the unit to the list of units."""
    unit_id = turn.memory.get("unit")
    deeper = {"binding", "invitation"} & set(turn.memory)
    turn.memory.clear()
    return pick_unit(turn, str(unit_id)) if unit_id and deeper else begin(turn)


def chosen(turn: Turn) -> Binding:
    binding = turn.session.get_one(Binding, turn.memory["binding"])
    policy.check(turn.session, turn.by, Action.VIEW_PEOPLE, binding.unit)
    return binding


def card(binding: Binding) -> dict[str, Any]:
    name = named(binding.person.name)
    return {"person": name, "role": binding.role, "unit": binding.unit.name}


def named(name: str) -> str | Part:
    return name or Part("without_name_yet")


conversation = Conversation(
    name="directory",
    roles=ROLES,
    entry_points=[
        on_command("danhba", begin, "people"),
        on_choice("people", begin),
        on_choice("people_of", pick_unit),
    ],
    states={
        At.UNIT: [on_choice("in_unit", pick_unit), on_text(name_unit)],
        At.PEOPLE: [on_choice("binding", show_binding), on_choice("invitation", show_invitation)],
        At.BINDING: [
            on_choice("hand_over", ask_successor),
            on_choice("revoke", ask_reason),
            on_choice("log_in_for", offer_log_in),
        ],
        At.REASON: [on_text(revoke)],
        At.SUCCESSOR: [on_choice("successor", pick_successor), on_text(name_successor)],
        At.CONFIRM: [on_choice("confirm_hand_over", hand_over)],
        At.INVITATION: [on_choice("withdraw", withdraw)],
    },
    fallbacks=[on_choice("back", go_back)],
)
