"""What a command of the command line works with: the configuration, the words, the database."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, NoReturn

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from bot import config
from bot.config import BadConfig, Config
from bot.words import Words, operators_language
from models import database, migrations
from models.clock import wall_clock
from models.durable import force
from models.messages import Part
from models.migrations import Damaged, UnknownRevision
from models.refusals import Refusal


class Desk:
    """Made once a call; opens the database only for commands that ask for it."""

    def __init__(self, config_path: Path | None) -> None:
        self._config_path = config_path
        self.words = Words()
        self.language = operators_language()

    @cached_property
    def config(self) -> Config:
        try:
            return config.load(self._config_path)
        except BadConfig as error:
            for key, what in error.problems:
                self.say("config_bad", err=True, key=key, problem=self.problem(what))
            raise SystemExit(1) from None

    @cached_property
    def engine(self) -> Engine:
        with self._complaining():
            try:
                return database.create(self.config.database.url.reveal())
            except ValueError:  # Its text might hold a part of the password.
                self.refuse_key("database.url", "wrong_form")

    @cached_property
    def sessions(self) -> sessionmaker[Session]:
        """Sessions on a database of the right shape; a command may be the first to use it."""
        self.prepare_database()
        self.use_calendar()
        return sessionmaker(self.engine, expire_on_commit=False)

    def clock(self) -> datetime:
        return wall_clock()

    def say(self, name: str, /, *, err: bool = False, **values: Any) -> None:
        click.echo(self.words.plain(name, self.language, **values), err=err)

    def refuse(self, refusal: Refusal) -> NoReturn:
        """Say no and why on standard error, and end with status 1."""
        self.say(f"refusal.{refusal.name}", err=True, **refusal.values)
        raise SystemExit(1)

    def fail(self, name: str, /, **values: Any) -> NoReturn:
        self.say(name, err=True, **values)
        raise SystemExit(1)

    def refuse_key(self, key: str, problem: str) -> NoReturn:
        """Say what is wrong with a key of the configuration, and end with status 1."""
        self.fail("config_bad", key=key, problem=self.problem(problem))

    def problem(self, kind: str) -> Part:
        """What is wrong with a key of the configuration, in words where there are some."""
        name = f"config_problem.{kind}"
        known = self.words.has(name, self.language)
        return Part(name) if known else Part("config_problem.other", kind=kind)

    def use_calendar(self) -> None:
        """Count working days by the operator's list, in this process."""
        try:
            self.config.calendar.use()
        except ValueError:
            self.refuse_key("calendar.days_off, calendar.days_worked", "not_a_day")

    def prepare_database(self) -> None:
        """SQLite is made or brought up to date; PostgreSQL is only looked at."""
        with self._complaining():
            at = migrations.current(self.engine)
            if at == migrations.head():
                return
            if self.engine.dialect.name != "sqlite":
                self.fail("database_needs_migrating", at=at or "", to=migrations.head())
            self.upgrade(at)

    def migrate(self) -> None:
        """Bring the database to the newest shape, whatever it is."""
        with self._complaining():
            at = migrations.current(self.engine)
            if at != migrations.head():
                self.upgrade(at)

    @contextlib.contextmanager
    def _complaining(self) -> Iterator[None]:
        """Say in a sentence why the database cannot be used, and end with status 1."""
        try:
            yield
        except UnknownRevision as error:
            self.fail("database_unknown", revision=str(error))
        except Damaged as error:
            self.fail("database_not_upgraded", error=str(error))
        except (SQLAlchemyError, OSError) as error:
            self.fail("database_unreachable", error=what_it_says(error))

    def upgrade(self, at: str | None) -> None:
        """Bring the database to the newest shape; a copy of what was there is made before."""
        if at is not None and self.engine.dialect.name == "sqlite":
            path = self.engine.url.database or ""
            copy = Path(f"{path}.{at}-{wall_clock():%Y%m%d%H%M%S}")
            self._copy_database(copy)
            self.say("database_copied", err=True, copy=str(copy))
        migrations.upgrade(self.engine)

    def _copy_database(self, copy: Path) -> None:
        """Under its name it is whole and on the disk: SQLite leaves half of one when it dies."""
        part = copy.with_name(f"{copy.name}.part")
        part.unlink(missing_ok=True)
        with contextlib.closing(self.engine.raw_connection()) as connection:
            connection.cursor().execute("VACUUM INTO ?", (str(part),))
        force(part)
        part.replace(copy)
        force(copy.parent)


def what_it_says(error: Exception) -> str:
    """The first line of what the database, or the system, says; neither repeats a password."""
    said = str(getattr(error, "orig", None) or error).strip()
    return said.splitlines()[0][:200] if said else type(error).__name__
