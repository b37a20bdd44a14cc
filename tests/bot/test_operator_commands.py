"""``cchc hold``, ``release``, ``messages``, ``dead-letters``: what the operator reads, and what
follows from it."""

import click
import click.testing
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from bot.commands.failures import dead_letter_group, messages
from bot.commands.holding import hold, release
from models import claiming, inbox, outbox, sending
from models.audit import AuditEntry
from models.inbox import Arrival, EventStatus, InboxEvent
from models.messages import Kind
from models.outbox import OutboxMessage, Recipient, SendStatus
from tests.clock import TestClock
from tests.desk import TestDesk

Sessions = sessionmaker[Session]


class Operator:
    """Somebody at the command line."""

    def __init__(self, sessions: Sessions, clock: TestClock) -> None:
        self._desk = TestDesk(sessions, clock, "en")

    def runs(self, command: click.Command, *arguments: str, typing: str = "") -> tuple[int, str]:
        result = click.testing.CliRunner().invoke(
            command, arguments, obj=self._desk, input=typing or None
        )
        return result.exit_code, result.output


@pytest.fixture
def operator(sessions: Sessions, clock: TestClock) -> Operator:
    return Operator(sessions, clock)


def queue(sessions: Sessions, clock: TestClock, key: str) -> int:
    to = Recipient("web", key)
    with sessions.begin() as session:
        id = outbox.enqueue(
            session, "edit_not_recorded", to=to, key=key, at=clock(), kind=Kind.NOTICE
        )
    assert id is not None
    return id


def test_sending_is_held_shown_and_released(
    operator: Operator, sessions: Sessions, clock: TestClock
) -> None:
    queue(sessions, clock, "old")
    clock.forward(hours=2)
    queue(sessions, clock, "new")

    assert operator.runs(hold, "--reason", "wrong date in the plan") == (
        0,
        "✓ Sending is on hold. What people send is still taken in. To go on: `cchc release`.\n",
    )
    assert operator.runs(hold, "--reason", "again")[0] == 1
    day = "Tuesday, 03/11/2026"
    shown = (
        f"Sending has been on hold since 12:05 {day}: wrong date in the plan\n"
        "Left out, as it is from before "
        f"11:00 {day} and was most likely sent already, with the reminders that fell due "
        "before then:\n"
        f"- 1 × edit_not_recorded, from 10:05 {day} to 10:05 {day}\n"
        "To be sent:\n"
        f"- 1 × edit_not_recorded, from 12:05 {day} to 12:05 {day}\n"
    )
    drop = ("--drop-older-than", "11:00 3/11/2026")
    status, out = operator.runs(release, *drop, typing="n\n")
    assert (status, out.startswith(shown), "stays on hold" in out) == (1, True, True)
    assert operator.runs(release, *drop, "--yes") == (
        0,
        shown + "✓ Sending goes on. Left out and recorded: 1 message, 0 reminders.\n",
    )
    assert operator.runs(release, "--yes")[0] == 1
    assert operator.runs(release, "--send-all", *drop)[0] == 2


def test_a_message_without_a_known_end_is_sent_again_or_let_be(
    operator: Operator, sessions: Sessions, clock: TestClock
) -> None:
    ids = [queue(sessions, clock, key) for key in ("a", "b")]
    assert operator.runs(messages, "unknown") == (0, "✓ No message is without a known end.\n")
    with sessions.begin() as session:
        claiming.claim(session, ids, clock())
        assert sending.recover(session, clock()) == 2

    status, out = operator.runs(messages, "unknown")
    assert (status, [line.split()[:2] for line in out.splitlines()[:2]]) == (
        0,
        [[str(id), "unknown"] for id in ids],
    )
    assert operator.runs(messages, "resend", str(ids[0]))[0] == 0
    assert operator.runs(messages, "settle", str(ids[1]), "--reason", "seen in the chat")[0] == 0
    assert operator.runs(messages, "settle", str(ids[1]), "--reason", "again")[0] == 1

    with sessions() as session:
        found = session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)).all()
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [message.status for message in found] == [SendStatus.QUEUED, SendStatus.SUPERSEDED]
    assert found[1].error.endswith("seen in the chat")
    assert list(actions) == ["message_resent", "message_settled"]


def test_dead_letters_are_listed_tried_again_and_dropped(
    operator: Operator, sessions: Sessions, clock: TestClock
) -> None:
    with sessions.begin() as session:
        arrivals = [Arrival("web", key, "an", {"text": key}) for key in ("a", "b")]
        ids = [event.id for event in inbox.store(session, arrivals, clock())]
        inbox.settle(session, ids, EventStatus.DEAD, clock(), "KeyError routing.py:7")

    status, out = operator.runs(dead_letter_group, "list")
    assert (status, len(out.splitlines()), "KeyError routing.py:7" in out) == (0, 3, True)
    assert operator.runs(dead_letter_group, "retry", str(ids[0]))[0] == 0
    assert operator.runs(dead_letter_group, "drop", str(ids[1]), "--reason", "a test")[0] == 0
    assert operator.runs(dead_letter_group, "retry", str(ids[1]))[0] == 1

    with sessions() as session:
        found = session.scalars(select(InboxEvent.status).order_by(InboxEvent.id)).all()
    assert list(found) == [EventStatus.NEW, EventStatus.DROPPED]
