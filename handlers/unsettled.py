"""Messages without a known end: who may decide sees them, sends them again, or lets them be (F17).

A coordinator sees the notices to the units they lead, an admin everything.
"""

from handlers.dialogue import Choice, Conversation, State, Turn, on_choice, on_command, on_text
from models import unsettled
from models.outbox import OutboxMessage, SendStatus


class At(State):
    LIST = "list"
    MESSAGE = "message"
    REASON = "reason"


def begin(turn: Turn, _: str = "") -> State | None:
    found = unsettled.waiting(turn.session, turn.by)
    if not found:
        turn.end("nothing_unsettled", [Choice("menu")])
        return None
    offers = [
        Choice(
            "unsettled_message",
            message.id,
            person=unsettled.reader(turn.session, message).person or message.channel,
            at=message.created_at,
        )
        for message in found
    ]
    return turn.ask(At.LIST, "unsettled_list", offers, always=[Choice("menu")], count=len(found))


def show(turn: Turn, value: str) -> State:
    return show_card(turn, unsettled.find(turn.session, int(value), turn.by))


def show_again(turn: Turn, _: str) -> State:
    return show_card(turn, chosen(turn))


def show_card(turn: Turn, message: OutboxMessage) -> State:
    turn.memory["message"] = message.id
    reader = unsettled.reader(turn.session, message)
    offers = [Choice("resend_message"), Choice(way_out(message)), Choice("back")]
    return turn.ask(
        At.MESSAGE,
        f"unsettled_card.{message.status}",
        offers,
        message=message.id,
        kind=message.kind,
        name=message.name,
        channel=message.channel,
        person=reader.person,
        unit=reader.unit,
        made=message.created_at,
        tried=message.claimed_at,
        attempts=message.attempts,
        error=message.error,
    )


def way_out(message: OutboxMessage) -> str:
    """What nobody took cannot be taken as received."""
    taken = message.status is SendStatus.UNKNOWN
    return "take_as_received" if taken else "send_no_more"


def resend(turn: Turn, _: str) -> State | None:
    message = turn.memory["message"]
    unsettled.resend(turn.session, message, turn.by)
    turn.say("message_is_resent", message=message)
    return begin(turn)


def ask_reason(turn: Turn, _: str) -> State:
    message = chosen(turn)
    offers = [Choice("unsettled_again"), Choice("back")]
    return turn.ask(At.REASON, f"unsettled_why.{way_out(message)}", offers, message=message.id)


def settle(turn: Turn, reason: str) -> State | None:
    message = turn.memory["message"]
    unsettled.settle(turn.session, message, reason, turn.by)
    turn.say("message_is_settled", message=message)
    return begin(turn)


def chosen(turn: Turn) -> OutboxMessage:
    return unsettled.find(turn.session, turn.memory["message"], turn.by)


conversation = Conversation(
    name="unsettled",
    roles=frozenset(unsettled.DECIDES),
    entry_points=[on_command("chuaro", begin, "unsettled"), on_choice("unsettled", begin)],
    states={
        At.LIST: [on_choice("unsettled_message", show)],
        At.MESSAGE: [
            on_choice("resend_message", resend),
            on_choice("take_as_received", ask_reason),
            on_choice("send_no_more", ask_reason),
        ],
        At.REASON: [on_choice("unsettled_again", show_again), on_text(settle)],
    },
    fallbacks=[on_choice("back", begin)],
)
