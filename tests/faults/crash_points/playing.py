"""Playing a scenario: undisturbed, then once for every point on its way."""

import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, delete, select
from sqlalchemy.orm import Session, sessionmaker

from jobs import reminders
from models import conduct
from models.reminders import Reminder
from models.units import Unit
from tests.clock import at
from tests.conftest import Templates
from tests.faults.crash_points.scenarios.registry import Scenario
from tests.faults.crash_points.stage import stage
from tests.faults.crash_points.truth import Outcome, Reference
from tests.province import build_province

KINDS = ("call", "commit", "fsync", "rename", "web")
REMINDED = ("STP", "STC", "SXD")
REFERENCES = 2
TRIES = 10  # What two threads do at once may come in another order.


@dataclass
class Figures:
    """``crossings`` by kind; ``violations`` name the point and what was wrong after it."""

    crossings: Counter[str] = field(default_factory=Counter)
    points: int = 0
    runs: int = 0
    seconds: float = 0.0
    unreached: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)

    def add(self, other: "Figures") -> None:
        self.crossings += other.crossings
        self.points += other.points
        self.runs += other.runs
        self.seconds += other.seconds
        self.unreached += other.unreached
        self.violations += other.violations

    def __str__(self) -> str:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.crossings.items()))
        return (
            f"{kinds}; {self.points} points, {self.runs} runs in {self.seconds:.0f} s, "
            f"{len(self.unreached)} unreached, {len(self.violations)} violations"
        )


@dataclass
class Run:
    outcome: Outcome
    points: list[str]
    deaths: int


class Play:
    def __init__(
        self, scenario: Scenario, templates: Templates, folder: Path, sabotage: str = ""
    ) -> None:
        self._scenario = scenario
        self._templates = templates
        self._folder = folder
        self._sabotage = sabotage
        self._runs = 0

    def at_every_point(
        self, kinds: Collection[str] = KINDS, *, until_one_is_found: bool = False
    ) -> Figures:
        """Die at each point of these kinds; or only until a violation was found."""
        began = time.monotonic()
        undisturbed = [self._run() for _ in range(REFERENCES)]
        reference = Reference([run.outcome for run in undisturbed])
        every = dict.fromkeys(point for run in undisturbed for point in run.points)
        points = [point for point in every if point.split(" ", 1)[0] in kinds]
        figures = Figures(points=len(points))
        figures.crossings = _crossings(points)
        figures.violations += [f"undisturbed: {what}" for what in undisturbed[0].outcome.problems]
        for point in points:
            self._die_at(point, reference, figures)
            if until_one_is_found and figures.violations:
                break
        figures.runs, figures.seconds = self._runs, time.monotonic() - began
        return figures

    def _die_at(self, point: str, reference: Reference, figures: Figures) -> None:
        for _ in range(TRIES):
            try:
                run = self._run(point)
            except AssertionError as error:
                figures.violations.append(f"{point}: the conversation stopped: {error}")
                return
            problems = reference.problems(run.outcome)
            figures.violations += [f"{point}: {what}" for what in problems]
            if run.deaths:
                return
        figures.unreached.append(point)

    def _run(self, fatal: str = "") -> Run:
        self._runs += 1
        folder = self._folder / str(self._runs)
        since = self._scenario.since
        url = self._templates.copy(f"since_{since[5:13]}".replace(" ", "_"), _province_at(since))
        try:
            with stage(url, folder, since, fatal, self._sabotage) as found:
                self._scenario.play(found)
                outcome = found.end()
            return Run(outcome, found.order.points.read_text().splitlines(), found.deaths)
        finally:
            self._templates.drop(url)


def _province_at(local: str) -> Callable[[Engine], None]:
    """The sample province, with all settled that fell due before that time.

    Three units are reminded: thirty would take seconds in every run. What a start plans anew by
    the working days is planned, or it would do so beside what the scenario counts.
    """

    def build(engine: Engine) -> None:
        build_province(engine)
        with Session(engine) as session, session.begin():
            conduct.follow_calendar(session, at(local))
        with engine.begin() as connection:
            few = select(Unit.id).where(Unit.code.in_(REMINDED))
            connection.execute(delete(Reminder).where(Reminder.unit_id.not_in(few)))
        reminders.queue_due_reminders(sessionmaker(engine), lambda: at(local))

    return build


def _crossings(points: list[str]) -> Counter[str]:
    """By kind; the two sides of one are one."""
    return Counter(
        crossing.split(" ", 1)[0] for crossing in {p.rpartition(" ")[0] for p in points}
    )
