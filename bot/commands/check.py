"""``cchc check``: what is wrong with the configuration and what it points to, in sentences."""

import asyncio
import os
import stat
from pathlib import Path

import click
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.desk import Desk
from bot.store import Store
from models import migrations
from models.migrations import UnknownRevision


@click.command()
@click.pass_obj
def check(desk: Desk) -> None:
    """Say what is wrong with configuration, database, storage and token; status 1 if anything."""
    wrong = False
    for passed, name, values in (
        *_check_database(desk),
        *_check_storage(desk),
        *_check_web(desk),
        *asyncio.run(_check_token(desk)),
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
        return [(False, "database_unreachable", {"error": type(error).__name__})]
    if at is None:
        return [(True, "check_database_empty", {})]
    if at != migrations.head():
        return [(False, "database_needs_migrating", {"at": at, "to": migrations.head()})]
    return [(True, "check_database_good", {"kind": desk.engine.dialect.name})]


def _check_storage(desk: Desk) -> list[Finding]:
    directory = desk.config.storage.directory
    try:
        directory.mkdir(parents=True, exist_ok=True)
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
        return [(False, problem, {"file": str(path)})]
    if not config.token:
        return [(True, "check_token_none", {})]
    from bot.telegram import CannotUseToken, identify

    try:
        return [(True, "check_token_good", {"name": await identify(config)})]
    except CannotUseToken as error:
        return [(False, f"cannot_start.{error.reason}", {})]


def _file_problem(path: Path) -> str | None:
    if not path.is_file():
        return "check_token_file_missing"
    readable_by_all = path.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH)
    return "check_token_file_open" if readable_by_all else None
