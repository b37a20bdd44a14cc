"""``cchc check``: what is wrong with the configuration and what it points to, in sentences."""

import asyncio
import contextlib
import os
import stat
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bot import symptoms
from bot.backups import Backup, BadBackup
from bot.desk import Desk, what_it_says
from bot.scrub import scrub
from bot.store import Store
from models import migrations
from models.durable import make_folder
from models.messages import Part
from models.migrations import UnknownRevision
from models.standing import look


@click.command()
@click.option("--deep", is_flag=True, help="read everything that is kept and compare; slow")
@click.option(
    "--backup",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="with --deep: the audit log must go on from where it was in this backup",
)
@click.pass_obj
def check(desk: Desk, deep: bool, backup: Path | None) -> None:
    """Say what is wrong with configuration, database, storage and token, and what waits for
    somebody; status 1 if anything is wrong."""
    wrong = False
    of_database = _check_database(desk)
    usable = [name for _, name, _ in of_database] == ["check_database_good"]
    for passed, name, values in (
        *of_database,
        *_check_storage(desk),
        *_check_web(desk),
        *asyncio.run(_check_token(desk)),
        *(_check_standing(desk) if usable else ()),
        *(_check_deep(desk, backup) if usable and deep else ()),
    ):
        desk.say(name, err=not passed, **values)
        wrong = wrong or not passed
    if wrong:
        raise SystemExit(1)


Finding = tuple[bool, str, dict[str, object]]


def _check_database(desk: Desk) -> list[Finding]:
    try:
        with desk.engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        at = migrations.current(desk.engine)
    except UnknownRevision as error:
        return [(False, "database_unknown", {"revision": str(error)})]
    except SQLAlchemyError as error:
        return [(False, "database_unreachable", {"error": what_it_says(error)})]
    if at is None:
        return [(True, "check_database_empty", {})]
    if at != migrations.head():
        return [(False, "database_needs_migrating", {"at": at, "to": migrations.head()})]
    return [(True, "check_database_good", {"kind": desk.engine.dialect.name})]


def _check_standing(desk: Desk) -> list[Finding]:
    """What the running bot says at /readyz of its work, as far as the database knows it."""
    telegram = desk.config.telegram
    has_token = telegram.token_file or telegram.token.reveal()
    channels = ["telegram", "web"] if has_token else ["web"]
    with desk.engine.connect() as connection, Session(connection) as session:
        found = symptoms.of_standing(look(session, channels, desk.clock()))
    parts = [(False, part) for part in found.failing] + [(True, part) for part in found.warnings]
    return [(passed, "check_standing", {"what": part}) for passed, part in parts]


def _check_deep(desk: Desk, backup: Path | None) -> list[Finding]:
    try:
        with Backup(backup) if backup else contextlib.nullcontext() as opened:
            anchor = opened.manifest if opened else None
            found = scrub(desk.engine, Store(desk.config.storage.directory), anchor)
    except BadBackup as error:
        return [(False, "check_backup_bad", {"file": str(backup), "what": error.what})]
    except SQLAlchemyError as error:
        found = [Part("scrub_pages", what=str(getattr(error, "orig", error)))]
    if not found:
        return [(True, "check_deep_good", {})]
    return [(False, "check_standing", {"what": part}) for part in found]


def _check_storage(desk: Desk) -> list[Finding]:
    directory = desk.config.storage.directory
    try:
        make_folder(directory)
        probe = directory / f".check-{os.getpid()}"
        probe.write_bytes(b"cchc")
        probe.unlink()
    except OSError as error:
        reason = error.strerror or str(error)
        return [(False, "check_storage_bad", {"directory": str(directory), "error": reason})]
    free = Store(directory).free()
    if free == 0:
        return [(False, "check_storage_full", {"directory": str(directory)})]
    return [(True, "check_storage_good", {"directory": str(directory), "free": free})]


def _check_web(desk: Desk) -> list[Finding]:
    url = desk.config.web.public_url
    if not url:
        return [(True, "check_web_local", {})]
    if not url.startswith("https://"):
        return [(False, "check_web_plain", {"url": url})]
    return [(True, "check_web_good", {"url": url})]


async def _check_token(desk: Desk) -> list[Finding]:
    config = desk.config
    path = config.telegram.token_file
    if path is not None and (problem := _file_problem(path)):
        return [(False, "check_standing", {"what": Part(problem, file=str(path))})]
    if not config.token:
        return [(True, "check_token_none", {})]
    from bot.telegram import CannotUseToken, identify

    try:
        return [(True, "check_token_good", {"name": await identify(config)})]
    except CannotUseToken as error:
        return [(False, "check_standing", {"what": Part(f"cannot_start.{error.reason}")})]


def _file_problem(path: Path) -> str | None:
    try:
        if not path.read_bytes().strip():
            return "cannot_start.token_not_readable"
    except FileNotFoundError:
        return "check_token_file_missing"
    except OSError:
        return "cannot_start.token_not_readable"
    readable_by_all = path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    return "check_token_file_open" if readable_by_all else None
