"""Years on a turned clock: what falls due, clocks that jump, a process that comes back."""

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from jobs.reminders import BATCH
from models import units
from models.assessment import Assessment
from models.campaigns import Campaign
from models.reminders import Reminder
from tests.faults.years import province
from tests.faults.years.life import Crash, Life, World

REGULAR = timedelta(hours=6)
NEAR = timedelta(seconds=2)
DOWN = 6 * (timedelta(seconds=1),) + 3 * (timedelta(minutes=1),) + (timedelta(hours=5),)
LONG_DOWN = timedelta(days=3)
SMALL_JUMP, LONGEST_JUMP = timedelta(hours=1), timedelta(days=365)
HEARD = timedelta(seconds=10)  # A long poll is answered by then.
# About as many as one instant takes at which everybody is told, beside the batches; and at which
# nobody is.
COMMITS, FEW = 5, 4


@dataclass
class Log:
    """``crashes`` are all deaths, ``strikes`` those in the middle of work. ``down`` are the times
    of the world in which no process lived, ``held`` those in which it knew that its clock was
    wrong by too much to tell anybody anything, ``wrong`` those in which its clock was not right
    and it did not know, or by too little."""

    crashes: int = 0
    strikes: int = 0
    jumps: int = 0
    down: list[tuple[datetime, datetime]] = field(default_factory=list)
    held: list[tuple[datetime, datetime]] = field(default_factory=list)
    wrong: list[tuple[datetime, datetime, timedelta]] = field(default_factory=list)
    sent: dict[tuple[int, str], datetime] = field(default_factory=dict)


class Simulation:
    def __init__(
        self,
        sessions: sessionmaker[Session],
        outside: sessionmaker[Session],
        chance: random.Random,
        begins: datetime,
    ) -> None:
        """``sessions`` are the process's own, by which it dies; ``outside`` those of the world."""
        self.world = World(begins)
        self.log = Log()
        self._outside = outside
        self._chance = chance
        self._life = Life(sessions, self.world, chance)
        self._down_since: datetime | None = None
        self._clock_since = (begins, timedelta(0), False)  # By how much it is wrong; is it held?
        self._events: list[tuple[datetime, int, str, object]] = []
        self._count = itertools.count()

    def plan_year(self, year: int, crashes: int, jumps: int) -> None:
        """The year's campaign, the sheets that come in, the crashes and the jumps of its clock."""
        begins = datetime(year, 10, 1, 1, tzinfo=UTC)
        self.run_until(begins)
        with self._outside.begin() as session:
            campaign = province.begin_year(session, year, begins)
            due = select(Reminder.due_at, Reminder.unit_id).where(
                Reminder.campaign_id == campaign.id
            )
            rows = session.execute(due.distinct()).all()
            sheets = list(session.scalars(select(Assessment).where(_of(campaign))))
            codes = {sheet.id: session.get_one(units.Unit, sheet.unit_id).code for sheet in sheets}
        # Where all units are told something; the others are told apart, of the leader's own acts.
        told = Counter(at for at, _ in rows)
        instants = sorted(at for at, units_told in told.items() if units_told == len(sheets))
        self._commits = COMMITS + len(sheets) // BATCH
        for instant in sorted(told):
            self._at(instant, "tick")
            self._at(instant + timedelta(seconds=20), "tick")
        for sheet_id, code in codes.items():
            if self._chance.random() < 0.7:
                self._at(begins + timedelta(days=self._chance.uniform(10, 75)), "send",
                         (sheet_id, campaign.year, code))  # fmt: skip
        for instant in self._chance.choices(instants, k=crashes):
            self._at(instant + NEAR * self._chance.uniform(-1, 1), "doom")
        self._plan_jumps(begins, instants, jumps)
        moment = begins
        while moment < begins + timedelta(days=365):
            moment += REGULAR
            self._at(moment, "tick")

    def run_until(self, end: datetime) -> None:
        while self._events and self._events[0][0] < end:
            at, _, kind, what = heapq.heappop(self._events)
            self.world.now = max(self.world.now, at)
            self._do(kind, what)
        self.world.now = max(self.world.now, end)

    def finish(self, end: datetime) -> None:
        self.run_until(end)
        if self._down_since is not None:
            self._do("start", None)
        self._hear()
        self._life.spare()
        self._life.tick()

    # What happens

    def _do(self, kind: str, what: object) -> None:
        if kind == "tick":
            self._tick()
        elif kind == "doom":
            self._start()
            self._life.dies_within(self._chance.choice((FEW, self._commits)))
            self._tick()  # As it happens: a moment before something is due, or behind it.
            self._at(self.world.now + NEAR * self._chance.random(), "die")
        elif kind == "die":
            self._die(struck=False)
        elif kind == "start":
            self._start()
        elif kind == "hear":
            self._hear()
        elif kind == "jump":
            self._jump(what)
        elif kind == "send":
            self._send(what)

    def _tick(self) -> None:
        self._live(self._life.tick)

    def _live(self, work: Callable[[], None]) -> None:
        if self._down_since is not None:
            return
        try:
            work()
        except Crash:
            self._die(struck=True)

    def _die(self, *, struck: bool) -> None:
        """In the middle of work or, if nothing was at work within these seconds, between."""
        if not struck and not self._life.doomed:
            return  # It was struck meanwhile.
        self._life.spare()
        self.log.crashes += 1
        self.log.strikes += struck
        if self._down_since is None:
            self._down_since = self.world.now
            rarely = self._chance.random() < 0.02
            lasts = LONG_DOWN if rarely else self._chance.choice(DOWN)
            self._at(self.world.now + lasts, "start")

    def _start(self) -> None:
        if self._down_since is None:
            return
        self.log.down.append((self._down_since, self.world.now))
        self._down_since = None
        self._life.pulse.skew = None
        self._live(self._life.recover)
        self._listen()

    def _plan_jumps(self, begins: datetime, instants: list[datetime], jumps: int) -> None:
        """From a second to a year, either way; most near an instant at which something is due."""
        for _ in range(jumps):
            at = self._chance.choice(instants)
            at += timedelta(seconds=self._chance.uniform(-7200, 7200))
            if self._chance.random() < 0.3:
                at = begins + timedelta(days=self._chance.uniform(0, 80))
            most = LONGEST_JUMP if self._chance.random() < 0.2 else SMALL_JUMP
            size = most.total_seconds() ** self._chance.random()
            jump = timedelta(seconds=size) * self._chance.choice((1, -1))
            lasts = timedelta(seconds=60 ** self._chance.uniform(0.5, 2.7))
            self._at(max(at, begins + timedelta(hours=1)), "jump", jump)
            self._at(max(at, begins + timedelta(hours=1)) + lasts, "jump", timedelta(0))

    def _jump(self, to: object) -> None:
        assert isinstance(to, timedelta)
        self.world.wrong_by = to
        self.log.jumps += bool(to)
        self._listen()

    def _listen(self) -> None:
        """The platform says what time it is, sooner or later; now and then the next tick comes
        before that."""
        self._note_clock()
        if self._chance.random() < 0.7:
            self._hear()
        self._tick()
        self._at(self.world.now + HEARD, "hear")

    def _hear(self) -> None:
        if self._down_since is None:
            held = self._life.holds()
            self._life.hear()
            self._note_clock()
            if held and not self._life.holds():
                self._at(self.world.now + timedelta(seconds=20), "tick")

    def _note_clock(self) -> None:
        """Keep for how long the clock has been as it was until now."""
        since, by, held = self._clock_since
        if held and self.world.now > since:
            self.log.held.append((since, self.world.now))
        elif by and self.world.now > since:
            self.log.wrong.append((since, self.world.now, by))
        self._clock_since = (self.world.now, self.world.wrong_by, self._life.holds())

    def _send(self, what: object) -> None:
        """The unit's sheet comes in: it owes nothing any more."""
        assert isinstance(what, tuple)
        sheet_id, year, code = what
        with self._outside.begin() as session:
            session.get_one(Assessment, sheet_id).locked_at = self.world.now
        self.log.sent[year, code] = self.world.now

    def _at(self, when: datetime, kind: str, what: object = None) -> None:
        heapq.heappush(self._events, (when, next(self._count), kind, what))


def _of(campaign: Campaign) -> object:
    return Assessment.campaign_id == campaign.id
