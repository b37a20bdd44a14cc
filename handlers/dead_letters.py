"""What could not be processed: an admin sees it, tries it again, or leaves it with a reason."""

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_command, on_text
from models import dead_letters
from models.people import Role


class At(State):
    LIST = "list"
    LETTER = "letter"
    REASON = "reason"


def begin(turn: Turn, _: str = "") -> State | None:
    letters = dead_letters.waiting(turn.session, turn.by)
    if not letters:
        turn.end("no_dead_letters", [Choice("menu")])
        return None
    offers = [
        Choice("dead_letter", letter.id, event=letter.id, at=letter.received_at)
        for letter in letters
    ]
    return turn.ask(
        At.LIST, "dead_letter_list", offers, always=[Choice("menu")], count=len(letters)
    )


def show(turn: Turn, value: str) -> State:
    letter = dead_letters.find(turn.session, int(value), turn.by)
    turn.memory["event"] = letter.id
    return turn.ask(
        At.LETTER,
        "dead_letter_card",
        [Choice("retry_letter"), Choice("drop_letter"), Choice("back")],
        event=letter.id,
        channel=letter.channel,
        received=letter.received_at,
        attempts=letter.attempts,
        error=letter.error,
    )


def retry(turn: Turn, _: str) -> State | None:
    event = turn.memory["event"]
    dead_letters.retry(turn.session, event, turn.by)
    turn.say("dead_letter_retried", event=event)
    return begin(turn)


def ask_reason(turn: Turn, _: str) -> State:
    return turn.ask(At.REASON, "dead_letter_why", [Choice("back")], event=turn.memory["event"])


def drop(turn: Turn, reason: str) -> State | None:
    event = turn.memory["event"]
    dead_letters.drop(turn.session, event, reason, turn.by)
    turn.say("dead_letter_dropped", event=event)
    return begin(turn)


conversation = Conversation(
    name="dead_letters",
    roles=frozenset({Role.ADMIN}),
    entry_points=[on_command("loi", begin, "deadletters"), on_choice("dead_letters", begin)],
    states={
        At.LIST: [on_choice("dead_letter", show)],
        At.LETTER: [on_choice("retry_letter", retry), on_choice("drop_letter", ask_reason)],
        At.REASON: [on_text(drop)],
    },
    fallbacks=[on_choice("back", begin)],
)
