"""One process that sends reminders, and dies at any of its commits."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from bot import symptoms
from bot.channel import Pulse
from jobs.reminders import Tick
from models import claiming, sending
from tests.faults.years.province import CHANNEL


class Crash(BaseException):
    """Nothing that runs after it belongs to the process any more."""


@dataclass(frozen=True)
class Delivery:
    """What the platform got: ``seen_at`` is the time of the world, ``at`` the bot's own."""

    message_id: int
    address: str
    name: str
    at: datetime
    seen_at: datetime


@dataclass
class World:
    """The true time, and by how much the bot's clock is wrong."""

    now: datetime
    wrong_by: timedelta = timedelta(0)
    deliveries: list[Delivery] = field(default_factory=list)

    def clock(self) -> datetime:
        return self.now + self.wrong_by


class Life:
    """The work of the scheduler and of the sender, one after the other, as often as asked.

    ``pulse``: what it knows of its clock, from what the platform answered since it was started.
    ``doom``: at which of the next commits it dies, before it or right behind it.
    """

    def __init__(self, sessions: sessionmaker[Session], world: World, chance: random.Random):
        self._sessions = sessions
        self._world = world
        self._chance = chance
        self.pulse = Pulse()
        self._tick = Tick(sessions, world.clock, self.holds)
        self._doom: int | None = None
        self._struck_after = False
        event.listen(sessions, "before_commit", self._before)
        event.listen(sessions, "after_commit", self._after)

    def dies_within(self, commits: int) -> None:
        self._doom = self._chance.randint(1, commits)
        self._struck_after = self._chance.random() < 0.5

    @property
    def doomed(self) -> bool:
        return self._doom is not None

    def spare(self) -> None:
        self._doom = None

    def hear(self) -> None:
        """An answer of the platform, which says what time it is."""
        self.pulse.skew = self._world.wrong_by.total_seconds()

    def holds(self) -> bool:
        """Its clock is wrong by too much, and it knows."""
        return symptoms.is_clock_wrong([self.pulse])

    def recover(self) -> None:
        """What a start does first."""
        with self._sessions.begin() as session:
            sending.recover(session, self._world.clock())

    def tick(self) -> None:
        """Raises Crash. What was handed to the platform before stays delivered."""
        self._tick()
        while self._deliver():
            pass

    def _deliver(self) -> bool:
        now = self._world.clock()
        with self._sessions.begin() as session:
            due = claiming.due(session, [CHANNEL], now, 500)
            claimed = claiming.claim(session, [each.id for each in due], now)
        if not claimed:
            return False
        for each in claimed:
            self._world.deliveries.append(
                Delivery(each.id, each.address, each.name, now, self._world.now)
            )
        with self._sessions.begin() as session:
            outcomes = [sending.receipt(each.id, str(each.id), now) for each in claimed]
            sending.settle_all(session, outcomes)
        return True

    def _before(self, _: Session) -> None:
        if self._doom is not None:
            self._doom -= 1
            if self._doom == 0 and not self._struck_after:
                raise Crash

    def _after(self, _: Session) -> None:
        if self._doom == 0 and self._struck_after:
            raise Crash
