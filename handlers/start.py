"""How a person comes in: by an invitation's code, or once more by a one-time link.

Strangers get one neutral sentence, whatever they send; a code that is of no use gets another,
the same for all reasons.
"""

from dataclasses import replace

from handlers.dialogue import (
    Choice,
    Conversation,
    Part,
    State,
    Turn,
    on_choice,
    on_command,
    on_file,
    on_text,
)
from models import campaigns, people
from models.campaigns import Step
from models.people import Binding, Invitation, Person, Role, invitations

# What a role is waiting for; the others have no window of their own.
FIRST_STEPS = {
    Role.FOCAL_OFFICER: Step.SELF_ASSESSMENT,
    Role.DEPUTY: Step.SELF_ASSESSMENT,
    Role.HEAD: Step.SELF_ASSESSMENT,
    Role.MEMBER: Step.SELF_ASSESSMENT,
    Role.REVIEWER: Step.ROUND_1,
    Role.COUNCIL_MEMBER: Step.ROUND_1,
}


class At(State):
    INVITED = "invited"


def begin(turn: Turn) -> State | None:
    if turn.argument:
        return open_code(turn, turn.argument)
    if not is_known(turn):
        return greet_stranger(turn)
    turn.end("already_joined", [Choice("menu"), Choice("help")])
    return None


def take_text(turn: Turn, text: str) -> State | None:
    return open_code(turn, text) if invitations.hash_in(text) else greet_stranger(turn)


def greet_stranger(turn: Turn, *_: object) -> State | None:
    turn.say("stranger")
    return None


def open_code(turn: Turn, text: str) -> State | None:
    """Show what the code invites to, or use it at once where it only logs a person in."""
    sealed = invitations.hash_in(text)
    where = (turn.channel, turn.address)
    invitation = invitations.try_code(turn.session, sealed, *where, turn.at)
    if invitation is None:
        return refuse_code(turn)
    if invitation.unit is None:
        return log_in(turn, invitation)
    turn.memory["code"] = sealed
    campaign = campaigns.current_campaign(turn.session, invitation.unit.id)
    return turn.ask(
        At.INVITED,
        "invited" if campaign else "invited_before_campaign",
        [Choice("join"), Choice("not_me")],
        year=campaign.year if campaign else None,
        role=invitation.role,
        unit=invitation.unit.name,
        name=Part("invited_name", name=invitation.name) if invitation.name else None,
    )


def refuse_code(turn: Turn) -> State | None:
    where = (turn.channel, turn.address)
    tried = invitations.wrong_codes(turn.session, *where, turn.at)
    if tried >= invitations.WRONG_CODES_AN_HOUR:
        key = f"wrong_codes:{turn.channel}:{turn.address}:{turn.at:%Y%m%d}"
        for admin in people.holders_of_role(turn.session, Role.ADMIN):
            turn.tell(
                admin, "many_wrong_codes", f"{key}:{admin.id}", count=tried, channel=turn.channel
            )
    turn.say("code_unusable", [Choice("menu")] if is_known(turn) else [])
    return None


def join(turn: Turn, _: str) -> State | None:
    invitation = invited(turn)
    if invitation is None:
        return refuse_code(turn)
    joined_before = is_known(turn)
    binding = invitations.accept(
        turn.session, invitation, turn.channel, turn.address, turn.at, turn.event_id
    )
    assert isinstance(binding, Binding)
    offers = [Choice("calendar"), Choice("help")]
    if joined_before:
        offers = [
            Choice("switch_role", binding.id, role=binding.role, unit=binding.unit.short_name)
        ]
        offers.append(Choice("menu"))
    else:
        turn.where.binding_id = binding.id
    turn.end("joined", offers, at=turn.at, following=what_follows(turn, binding))
    return None


def what_follows(turn: Turn, binding: Binding) -> Part | None:
    """When the work of this role begins, or how long it goes on already."""
    step = FIRST_STEPS.get(binding.role)
    campaign = campaigns.current_campaign(turn.session, binding.unit_id)
    if step is None or campaign is None:
        return None
    window = campaigns.effective_window(turn.session, campaign, step, binding.unit_id)
    if window.opens_at is not None and turn.now < window.opens_at:
        return Part("joined_opens", step=step, at=window.opens_at)
    if window.is_open(turn.now):
        return Part("joined_open", step=step, at=window.closes_at)
    return None


def decline(turn: Turn, _: str) -> State | None:
    """The code reached somebody else: nobody shall use it, and who sent it shall know."""
    invitation = invited(turn)
    if invitation is None:
        return refuse_code(turn)
    invitations.void(turn.session, invitation, replace(turn.by, binding=None))
    tell_inviters(turn, invitation)
    turn.end("not_me_noted", [Choice("menu")] if is_known(turn) else [])
    return None


def tell_inviters(turn: Turn, invitation: Invitation) -> None:
    """Who invited; the admins, where it was the command line."""
    told = people.holders_of_role(turn.session, Role.ADMIN)
    if invitation.inviter_id is not None:
        told = [turn.session.get_one(Person, invitation.inviter_id)]
    unit = invitation.unit.name if invitation.unit else ""
    name = Part("invited_name", name=invitation.name) if invitation.name else None
    for person in told:
        turn.tell(
            person,
            "invitation_declined",
            f"not_me:{invitation.id}:{person.id}",
            [Choice("invite_people"), Choice("menu")],
            role=invitation.role,
            unit=unit,
            for_name=name,
        )


def log_in(turn: Turn, invitation: Invitation) -> State | None:
    person = invitations.accept(
        turn.session, invitation, turn.channel, turn.address, turn.at, turn.event_id
    )
    assert isinstance(person, Person)
    turn.end("logged_in", [Choice("menu"), Choice("help")], person=person.name)
    return None


def offer_log_in(turn: Turn, _: str = "") -> State | None:
    """A link with which the person opens the web page as themselves (design, 9)."""
    if not is_known(turn) or turn.by.person is None:
        return greet_stranger(turn)
    code = invitations.invite_to_log_in(turn.session, turn.by, turn.by.person)
    link = turn.link("start", code)
    minutes = invitations.LOG_IN_MINUTES
    turn.say("log_in_link", [Choice("menu")], link=link, minutes=minutes)
    return None


def invited(turn: Turn) -> Invitation | None:
    return invitations.find_usable(turn.session, turn.memory.get("code", ""), turn.at)


def is_known(turn: Turn) -> bool:
    """Whether the person holds a role; one whose roles have all ended is a stranger again."""
    person = turn.by.person
    return person is not None and bool(people.active_bindings(turn.session, person.id))


conversation = Conversation(
    name="start",
    strangers=True,
    entry_points=[
        on_command("start", begin),
        on_command("dangnhap", offer_log_in, "login"),
        on_choice("log_in_link", offer_log_in),
        on_text(take_text),
        on_file(greet_stranger),
    ],
    states={At.INVITED: [on_choice("join", join), on_choice("not_me", decline)]},
)
