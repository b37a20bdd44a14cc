"""``cchc messages`` and ``cchc dead-letters``: what could not be sent or handled, and what an
operator decides about it (I5, I11)."""

from collections.abc import Callable

import click
from sqlalchemy.orm import Session

from bot.desk import Desk
from models import dead_letters, unsettled
from models.people import By
from models.refusals import Refusal

REASON = click.option("--reason", required=True, help="kept in the record")
ID = click.argument("id", type=int)


@click.group("messages")
def messages() -> None:
    """Messages of which nobody knows whether they arrived, or that were not accepted."""


@messages.command("unknown")
@click.pass_obj
def unknown(desk: Desk) -> None:
    """List them, the oldest first."""
    with desk.sessions() as session:
        found = unsettled.waiting(session, By(desk.clock()))
    for message in found:
        desk.say(
            "unsettled_line",
            message=message.id,
            name=message.name,
            channel=message.channel,
            address=message.address,
            made=message.created_at,
            status=message.status,
            error=message.error,
        )
    desk.say("unsettled_count" if found else "unsettled_none", count=len(found))


@messages.command("resend")
@ID
@click.pass_obj
def resend(desk: Desk, id: int) -> None:
    """Send one again; its reader may get it twice."""
    _do(desk, lambda session, by: unsettled.resend(session, id, by))
    desk.say("message_resent", message=id)


@messages.command("settle")
@ID
@REASON
@click.pass_obj
def settle(desk: Desk, id: int, reason: str) -> None:
    """Let one be: it is not sent again."""
    _do(desk, lambda session, by: unsettled.settle(session, id, reason, by))
    desk.say("message_settled", message=id)


@click.group("dead-letters")
def dead_letter_group() -> None:
    """Events that could not be handled; in the chat an admin has /loi for them."""


@dead_letter_group.command("list")
@click.pass_obj
def list_dead(desk: Desk) -> None:
    """List them, the oldest first."""
    with desk.sessions() as session:
        found = dead_letters.waiting(session, By(desk.clock()))
    for event in found:
        desk.say(
            "dead_letter_line",
            event=event.id,
            channel=event.channel,
            received=event.received_at,
            attempts=event.attempts,
            error=event.error,
        )
    desk.say("dead_letter_count" if found else "no_dead_letters", count=len(found))


@dead_letter_group.command("retry")
@ID
@click.pass_obj
def retry(desk: Desk, id: int) -> None:
    """Give one another turn; the running bot takes it up within seconds."""
    _do(desk, lambda session, by: dead_letters.retry(session, id, by))
    desk.say("dead_letter_retried", event=id)


@dead_letter_group.command("drop")
@ID
@REASON
@click.pass_obj
def drop(desk: Desk, id: int, reason: str) -> None:
    """Leave one for good; what was received stays stored."""
    _do(desk, lambda session, by: dead_letters.drop(session, id, reason, by))
    desk.say("dead_letter_dropped", event=id)


def _do(desk: Desk, act: Callable[[Session, By], None]) -> None:
    try:
        with desk.sessions.begin() as session:
            act(session, By(desk.clock()))
    except Refusal as refusal:
        desk.refuse(refusal)
