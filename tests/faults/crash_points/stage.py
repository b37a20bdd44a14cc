"""One run of one scenario: a database, a platform, people, and a bot that may die on the way.

A supervisor starts the bot anew whenever it has died, as systemd does. Whoever acts waits until
all before is settled, so that the points of a scenario are the same in every run.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from bot.config import Config, WebSection
from bot.store import Store
from models import database, evidence, silence
from models.assessment.tables import Assessment, Line
from models.audit import AuditEntry
from models.catalogue.tables import Item
from models.files import Received
from models.people import Account, Binding, By, Role
from models.reminders import Reminder
from models.reminders import tables as reminder_tables
from tests.bot_api import TOKEN, Server, User, serve
from tests.faults.crash_points import truth
from tests.faults.crash_points.processes import Mortal, Order, free_port, run_bot, run_command
from tests.faults.crash_points.shared import Shared
from tests.faults.crash_points.truth import Outcome
from tests.faults.stage import bind, eventually, is_quiet, looking
from tests.journeys.people import OnTelegram
from tests.live import configure
from tests.papers import pdf

PATIENCE = 60.0  # Seconds, for machines that have other things to do.
NOW = "2026-11-03 10:05"


class Supervisor(threading.Thread):
    """Keeps a bot alive; ``deaths`` counts those that the run itself asked for."""

    def __init__(self, order: Order, died: Callable[[], None]) -> None:
        super().__init__(name="supervisor", daemon=True)
        self._order = order
        self._died = died
        self._over = threading.Event()
        self._ready = threading.Event()
        self._at_once = False
        self.deaths = 0
        self.failure: BaseException | None = None

    def begin(self) -> None:
        self.start()
        if not self._ready.wait(PATIENCE):
            raise self.failure or AssertionError("the bot did not start")

    def run(self) -> None:
        order = self._order
        try:
            while not self._over.is_set():
                bot = Mortal(run_bot, order)
                if bot.is_ready():
                    self._ready.set()
                while not bot.wait_for_the_end(0.01):
                    if self._over.is_set():
                        bot.kill() if self._at_once else bot.stop()
                if bot.status == -9 and not self._at_once:
                    self.deaths += 1
                    self._died()
                    order = order.without_death()
                elif not self._over.is_set():
                    raise AssertionError(f"the bot ended by itself: {bot.status}")
        except BaseException as error:
            self.failure = error

    def end(self, *, at_once: bool = False) -> None:
        self._at_once = at_once
        self._over.set()
        self.join(PATIENCE)
        if self.failure is not None:
            raise self.failure


class Person(OnTelegram):
    """Somebody on Telegram, who acts when the bot has come to rest."""

    def __init__(self, stage: "Stage", user: User) -> None:
        super().__init__(user)
        self._stage = stage
        self.user = user

    def listens(self) -> None:
        """Only what is said from now on is looked at."""
        self._stage.rest()
        self._reader.mark()

    def sees(self, *fragments: str) -> str:
        """When the bot has come to rest: a new start may take longer than people look."""
        self._stage.rest()
        return super().sees(*fragments)

    def types(self, text: str) -> None:
        self._stage.rest()
        super().types(text)

    def picks(self, label: str) -> None:
        self._stage.rest()
        super().picks(label)

    def sends(self, name: str, content: bytes, caption: str = "") -> None:
        self._stage.rest()
        super().sends(name, content, caption)

    def sends_album(self, *files: tuple[str, bytes], caption: str = "") -> None:
        self._stage.rest()
        self._reader.mark()
        self._user.album(files, caption)


@dataclass
class Stage:
    api: Server
    clock: Shared
    engine: Engine
    order: Order
    found: list[str] = field(default_factory=list)
    command_deaths: int = 0
    _supervisor: Supervisor | None = None

    @property
    def sessions(self) -> sessionmaker[Session]:
        return sessionmaker(self.engine, expire_on_commit=False)

    @property
    def config(self) -> Config:
        return self.order.config

    @property
    def store(self) -> Store:
        return Store(self.config.storage.directory)

    @property
    def web(self) -> str:
        return f"http://127.0.0.1:{self.config.web.port}"

    @property
    def deaths(self) -> int:
        return self.command_deaths + (self._supervisor.deaths if self._supervisor else 0)

    def officer(self, name: str, unit: str, role: Role = Role.FOCAL_OFFICER) -> Person:
        """Somebody who is bound already."""
        person = self.stranger(name)
        with self.sessions.begin() as session:
            bind(session, person.user, name, unit, role, self.clock)
        return person

    def stranger(self, name: str) -> Person:
        return Person(self, self.api.user(name))

    def files(self, person: Person, name: str, code: str) -> None:
        """``person`` has handed something in before."""
        kept = self.store.keep_now([pdf(name)], 1 << 20)
        received = Received(name, kept.size, kept.sha256, "application/pdf")
        with self.sessions.begin() as session:
            account = select(Account.person_id).where(Account.address == str(person.user.id))
            binding = session.scalars(
                select(Binding).where(Binding.person_id == account.scalar_subquery())
            ).one()
            by = By(self.clock(), binding.person, binding)
            of_the_unit = (Assessment.unit_id == binding.unit_id, Item.code == code)
            line = session.scalars(select(Line).join(Assessment).join(Item).where(*of_the_unit))
            evidence.attach(session, by, line.one(), received)

    def begin(self, *, counting: bool = True, from_the_start: bool = False) -> None:
        """The bot runs from now on, and every crossing counts as soon as it has come to rest."""
        if from_the_start:
            self.count()
        self._supervisor = Supervisor(self.order, self._look)
        self._supervisor.begin()
        eventually(lambda: self.api.state()["calls"].get("getUpdates"), PATIENCE)
        if counting and not from_the_start:
            eventually(self._has_heard, PATIENCE)  # That is noted with the first answer.
            self.count()

    def _has_heard(self) -> bool:
        with looking(self.sessions.kw["bind"]) as session:
            return silence.last_heard(session, "telegram") is not None

    def count(self) -> None:
        """From now on the process can die."""
        self.rest()
        self.clock.armed = True

    def rest(self) -> None:
        """Until everything that came in is dealt with and everything said has ended."""
        if self._supervisor is not None:
            eventually(self._is_quiet, PATIENCE)

    def falls_due(self, local: str) -> None:
        """It is that time, and what is due by then has been settled and sent.

        Whether a notice arrived is not asked: it is not sent again when nobody knows (I5).
        """
        self.rest()
        self.clock.set(local)
        due = (
            Reminder.outcome == reminder_tables.Outcome.PLANNED,
            Reminder.due_at <= self.clock(),
        )

        def settled() -> bool:
            with looking(self.engine) as session:
                return session.scalars(select(Reminder.id).where(*due)).first() is None

        eventually(settled, PATIENCE)
        self.rest()

    def command(self, *arguments: str) -> None:
        """Run a command of the command line; again if it died before it was on record."""
        order, before = self.order, self._entries()
        while True:
            process = Mortal(run_command, order, *arguments)
            process.wait_for_the_end()
            if process.status != -9:
                said = (order.folder / "command.log").read_text()
                assert process.status == 0, said
                return
            self.command_deaths += 1
            self._look()
            if self._entries() > before:
                return  # The operator looks first: it has been done.
            order = order.without_death()

    def _entries(self) -> int:
        with self.sessions() as session:
            return session.scalar(select(func.count()).select_from(AuditEntry)) or 0

    def end(self) -> Outcome:
        """All has come to rest, nobody dies any more: what there is."""
        self.rest()
        if self._supervisor is not None:
            self._supervisor.end()
        outcome = truth.outcome(self.engine, self.store, self.api)
        outcome.problems += self.found
        if "Traceback" in (log := self.order.log.read_text(errors="replace")):
            outcome.problems.append(f"an error that nobody expected: {log[-1500:]}")
        return outcome

    def abandon(self) -> None:
        if self._supervisor is not None:
            with contextlib.suppress(BaseException):
                self._supervisor.end(at_once=True)

    def _look(self) -> None:
        self.found += truth.at_death(self.engine, self.store, self.api)

    def _is_quiet(self) -> bool:
        if self._supervisor is not None and self._supervisor.failure is not None:
            raise RuntimeError("the bot is gone") from self._supervisor.failure
        return is_quiet(self.api, self.engine)


@contextlib.contextmanager
def stage(
    url: str, folder: Path, since: str = NOW, fatal: str = "", sabotage: str = ""
) -> Iterator[Stage]:
    """A stage on the database at ``url``, where the process dies at ``fatal``."""
    folder.mkdir(parents=True)
    clock = Shared(folder / "shared", since)
    engine = database.create(url)
    with serve(clock=clock) as api:
        telegram = configure(url, folder, token=TOKEN, api_url=api.url)
        # Browsers and links find the next process where they left the one that died.
        config = replace(telegram, web=WebSection(port=free_port()))
        found = Stage(api, clock, engine, Order(config, folder, fatal, sabotage))
        try:
            yield found
        finally:
            found.abandon()
            engine.dispose()
