"""What a person was sent: read it again, get its file, acknowledge it.

A broadcast comes in between other things, so its buttons leave the chat where it stands.
"""

from handlers.broadcasts.common import At
from handlers.dialogue import Choice, State, Turn
from models import broadcasts, policy
from models.broadcasts import BroadcastRecipient
from models.policy import Action
from models.refusals import Refusal


def list_received(turn: Turn, _: str = "") -> State:
    assert turn.by.person_id is not None
    found = broadcasts.received_by(turn.session, turn.by.person_id)
    offers = [
        Choice(
            "notice_again",
            each.broadcast_id,
            at=each.broadcast.confirmed_at,
            text=each.broadcast.text,
        )
        for each in found
    ]
    name = "notices_received" if found else "notices_none"
    return turn.ask(At.LIST, name, offers, always=[Choice("menu")], count=len(found))


def show_again(turn: Turn, value: str) -> None:
    broadcast = recipient_at(turn, value).broadcast
    turn.end(
        broadcasts.NAME,
        broadcasts.choices(broadcast),
        enclosure=broadcasts.enclosure(broadcast),
        **broadcasts.values(broadcast),
    )


def send_file(turn: Turn, value: str) -> None:
    broadcast = recipient_at(turn, value).broadcast
    file = broadcasts.enclosure(broadcast)
    if file is None:
        raise Refusal("press_unknown", [Choice("menu")])
    turn.say("broadcast_file_again", [Choice("menu")], enclosure=file, file=file.name)


def acknowledge(turn: Turn, value: str) -> None:
    recipient = recipient_at(turn, value)
    first = broadcasts.acknowledge(turn.session, turn.by, recipient)
    name = "notice_acknowledged" if first else "notice_acknowledged_before"
    owner = recipient.broadcast.campaign.owner.name
    turn.say(name, [Choice("menu")], at=recipient.acknowledged_at, owner=owner)


def recipient_at(turn: Turn, value: str) -> BroadcastRecipient:
    number = int(value) if value.isdecimal() else 0
    recipient = broadcasts.recipient_of(turn.session, number, turn.by.person_id)
    if recipient is None:
        raise Refusal("not_your_notice", [Choice("menu")])
    policy.check(turn.session, turn.by, Action.ANSWER_BROADCAST, recipient)
    return recipient
