"""A person's own settings: language, the role to act in, what is stored, a log-in link."""

from dataclasses import replace

from handlers.dialogue import Choice, Conversation, Part, State, Turn, on_choice, on_command
from models import people
from models.people import Binding, Language, Person
from models.refusals import Refusal


class At(State):
    SETTINGS = "settings"


def show(turn: Turn, _: str = "") -> State:
    person = own(turn)
    held = people.active_bindings(turn.session, person.id)
    acting = acting_as(turn, held)
    other = Language.ENGLISH if person.language is Language.VIETNAMESE else Language.VIETNAMESE
    switches = [
        Choice("switch_role", b.id, role=b.role, unit=b.unit.short_name)
        for b in held
        if b is not acting
    ]
    return turn.ask(
        At.SETTINGS,
        "settings_card",
        [Choice("switch_language", other.value, language=other), *switches],
        always=[Choice("my_data"), Choice("log_in_link"), Choice("menu")],
        language=person.language,
        acting=Part("acting_as", role=acting.role, unit=acting.unit.name) if acting else None,
    )


def switch_language(turn: Turn, value: str) -> State:
    language = Language(value)
    people.choose_language(turn.session, own(turn), language, turn.by)
    turn.say("language_switched", language=language)
    return show(turn)


def switch_role(turn: Turn, value: str) -> None:
    """Act in another of one's roles from now on, in this chat."""
    held = people.active_bindings(turn.session, own(turn).id)
    binding = next((b for b in held if str(b.id) == value), None)
    if binding is None:
        raise Refusal("role_ended", [Choice("menu")])
    turn.where.binding_id = binding.id
    turn.by = replace(turn.by, binding=binding)  # The answer's choices are pressed in that role.
    turn.end("role_switched", [Choice("menu")], role=binding.role, unit=binding.unit.name)


def show_my_data(turn: Turn, _: str) -> State:
    person = own(turn)
    return turn.ask(
        At.SETTINGS,
        "my_data",
        [Choice("settings"), Choice("menu")],
        person=person.name,
        title=Part("my_title", title=person.title) if person.title else None,
        phone=Part("my_phone", phone=person.phone) if person.phone else None,
        roles=[
            Part("my_role", role=b.role, unit=b.unit.name, since=b.since)
            for b in people.active_bindings(turn.session, person.id)
        ],
        accounts=[
            Part("my_account", channel=account.channel, since=account.bound_at)
            for account in people.accounts_of(turn.session, person.id)
        ],
    )


def acting_as(turn: Turn, held: list[Binding]) -> Binding | None:
    """The role in which the chat is; the only one where there is no choice."""
    fallback = held[0] if len(held) == 1 else None
    return next((b for b in held if b.id == turn.where.binding_id), fallback)


def own(turn: Turn) -> Person:
    if turn.by.person is None:
        raise Refusal("not_your_role")
    return turn.by.person


conversation = Conversation(
    name="settings",
    entry_points=[
        on_command("caidat", show, "settings"),
        on_choice("settings", show),
        on_choice("switch_role", switch_role),
    ],
    states={
        At.SETTINGS: [
            on_choice("switch_language", switch_language),
            on_choice("my_data", show_my_data),
        ]
    },
)
