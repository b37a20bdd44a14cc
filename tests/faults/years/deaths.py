"""Real processes that are killed when something falls due, over years on a turned clock (X15)."""

import random
import signal
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, sessionmaker

from models.assessment import Assessment
from models.outbox import OutboxMessage, SendStatus
from models.reminders import Outcome, Reminder
from models.units import Unit
from tests.bot_api import Server
from tests.faults.years.checking import DUTY, PROMPT
from tests.faults.years.life import Delivery, World
from tests.faults.years.simulation import NEAR, Log
from tests.faults.years.turned import TurnedNursery

PATIENCE = 120.0  # Seconds, on a machine that is busy with other things too.
AHEAD = timedelta(seconds=3)  # Beside what a start takes: the bot is there before it happens.
OF_UNITS = (Reminder.duty == DUTY, Reminder.person_id.is_(None))
WAITS = select(OutboxMessage).where(
    OutboxMessage.status.in_((SendStatus.QUEUED, SendStatus.SENDING))
)


class Deaths:
    """Visits instants at which all units are told something; the process dies beside each."""

    def __init__(
        self,
        sessions: sessionmaker[Session],
        api: Server,
        nursery: TurnedNursery,
        chance: random.Random,
        turn_to: Callable[[datetime], None],
    ) -> None:
        """``turn_to``: turns the test's own clock, which is that of the whole world, forward."""
        self.log = Log()
        self._sessions, self._api, self._nursery = sessions, api, nursery
        self._chance, self._turn_to = chance, turn_to
        self._rests_since: datetime | None = _now()  # No process lives yet.
        self._usual = timedelta(seconds=2)

    def visit(self, instant: datetime) -> None:
        """One death within two seconds of ``instant``, and a life in which all is made good."""
        self._turn_to(instant - AHEAD - self._usual)
        self._begin()
        self._nursery.fork()
        dies_at = instant + NEAR * self._chance.uniform(-1, 1)
        time.sleep(max(0.0, (dies_at - _now()).total_seconds()))
        self._kill()
        assert self._nursery.status == -signal.SIGKILL, "it had ended before"
        self.log.strikes += self._is_torn()
        self.log.crashes += 1
        self._live(instant)

    def finish(self, instant: datetime) -> None:
        """One more life, long after the last: what nobody was there for gets its reason."""
        self._turn_to(instant)
        self._live(instant)

    def _live(self, instant: datetime) -> None:
        took = self._nursery.start()
        self._begin()
        self._usual = timedelta(seconds=took)
        self._work_off(instant)
        self._kill()
        self._rests_since = _now() + PROMPT  # All was told: it could as well have gone on idly.

    def send_some(self, campaign_id: int, share: float) -> None:
        """The sheets of some units come in while nobody is looking."""
        open_ones = (Assessment.campaign_id == campaign_id, Assessment.locked_at.is_(None))
        with self._sessions.begin() as session:
            for sheet in session.scalars(select(Assessment).where(*open_ones)):
                if self._chance.random() < share:
                    sheet.locked_at = _now()
                    code = session.get_one(Unit, sheet.unit_id).code
                    self.log.sent[sheet.campaign.year, code] = _now()

    def _begin(self) -> None:
        if self._rests_since is not None:
            self.log.down.append((self._rests_since, _now()))
        self._rests_since = None

    def _kill(self) -> None:
        self._nursery.kill()
        self._rests_since = _now()

    def _is_torn(self) -> bool:
        """Whether it was struck between having something to tell and having told all of it."""
        return self._has(WAITS)

    def _work_off(self, instant: datetime) -> None:
        """Until no unit has to be told any more and nothing waits to be sent."""
        until = time.monotonic() + PATIENCE
        due = select(Reminder).where(*OF_UNITS, Reminder.due_at <= instant)
        due = due.where(Reminder.outcome == Outcome.PLANNED)
        while _now() < instant or self._has(due) or self._has(WAITS):
            assert time.monotonic() < until, f"{self._has(due)}, {self._nursery.log[-2000:]}"
            time.sleep(0.1)

    def _has(self, query: Select[Any]) -> bool:
        with self._sessions() as session:
            return session.scalar(query.limit(1)) is not None


def delivered(session: Session, api: Server) -> World:
    """What the platform took, by the ref that the buttons of each message carry."""
    rows = {row.ref: row for row in session.scalars(select(OutboxMessage))}
    world = World(_now())
    for message in api.delivered():
        if message.buttons:
            row = rows[message.buttons[0].data.partition(":")[0]]
            at = datetime.fromtimestamp(message.date, UTC)
            world.deliveries.append(Delivery(row.id, row.address, row.name, at, at))
    return world


def instants_of(session: Session, campaign_id: int) -> Sequence[datetime]:
    """Those at which all units of a campaign are told something."""
    query = select(Reminder.due_at).where(*OF_UNITS, Reminder.campaign_id == campaign_id)
    return list(session.scalars(query.distinct().order_by(Reminder.due_at)))


def _now() -> datetime:
    return datetime.now(UTC)
