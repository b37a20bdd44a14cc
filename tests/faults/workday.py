"""A working day in which anything may happen to the bot: officers and a broadcast at work, the
backlog worked off, and what must be true in the end (I1–I5)."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs import reminders as job
from models import reminders
from models.campaigns import Step
from models.clock import wall_clock
from models.inbox import EventStatus, InboxEvent
from models.outbox import OutboxMessage, SendStatus
from models.reminders import Outcome, Reminder
from models.reminders.planning import insert_once
from tests.bot_api import Server
from tests.faults.checker import Findings


class Broadcast(threading.Thread):
    """Every few seconds a reminder falls due for every unit, as the clock's tick finds it."""

    def __init__(self, sessions: sessionmaker[Session], stop: threading.Event) -> None:
        super().__init__(name="broadcast", daemon=True)
        self._sessions, self._until, self.queued = sessions, stop, 0

    def run(self) -> None:
        wave = 0
        while not self._until.wait(8.0):
            wave += 1
            with self._sessions.begin() as session:
                insert_once(session, _due_again(session, wave))
            self.queued += job.queue_due_reminders(self._sessions, wall_clock)


def _due_again(session: Session, wave: int) -> list[dict[str, object]]:
    """A reminder like one of each unit's self-assessment, due now."""
    step = Reminder.step == Step.SELF_ASSESSMENT
    planned = select(Reminder).where(step, Reminder.rung != reminders.OPENING)
    alike = {row.subject: row for row in session.scalars(planned) if row.unit_id}
    columns = ("subject", "campaign_id", "duty", "step", "unit_id", "task_id", "person_id", "rung")
    fresh = {"due_at": wall_clock(), "outcome": Outcome.PLANNED, "settled_at": None}
    return [
        {name: getattr(row, name) for name in columns} | {"key": f"{subject}:wave:{wave}", **fresh}
        for subject, row in alike.items()
    ]


def expect(found: Findings) -> None:
    assert (found.lost, found.doubled, found.inversions) == (0, 0, 0), found
    assert (found.misunderstood, found.unsettled, found.broken) == ({}, 0, 0), found
    assert found.copies_of_notices <= 1, found
    assert found.copies_of_answers <= 2, found


@contextmanager
def at_work(workers: Sequence[threading.Thread], stop: threading.Event) -> Iterator[None]:
    """All of them, until the block ends; then what each has begun is finished."""
    for worker in workers:
        worker.start()
    yield
    stop.set()
    for worker in workers:
        worker.join(timeout=500)


def drain(sessions: sessionmaker[Session], api: Server) -> None:
    """Until every update is confirmed and processed and every answer has been sent."""
    until = time.monotonic() + 240
    waiting = select(InboxEvent.id).where(InboxEvent.status == EventStatus.NEW).limit(1)
    open_statuses = (SendStatus.QUEUED, SendStatus.SENDING)
    unsent = select(OutboxMessage.id).where(OutboxMessage.status.in_(open_statuses)).limit(1)
    while time.monotonic() < until:
        with sessions() as session:
            busy = session.scalar(waiting) or session.scalar(unsent)
        if not busy and not api.world.pending:
            return
        time.sleep(0.2)
    raise AssertionError("the backlog was not worked off")
