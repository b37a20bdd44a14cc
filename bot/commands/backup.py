"""``cchc backup`` and ``cchc restore``: all that there is into one file, and back (X22)."""

from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from bot import backups, guard, restoring
from bot.backups import Backup, BadBackup
from bot.desk import Desk, what_it_says
from bot.guard import AlreadyRunning
from bot.store import Store, StoreFull
from models import audit, migrations, settings
from models.migrations import UnknownRevision
from models.people import By
from models.refusals import Refusal
from models.settings import LAST_BACKUP

TARGET = click.Path(dir_okay=False, path_type=Path)
SOURCE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@click.argument("file", type=TARGET)
@click.option("--replace", is_flag=True, help="write over FILE")
@click.option(
    "--without-files", is_flag=True, help="leave out the evidence, if you copy its folder apart"
)
@click.pass_obj
def backup(desk: Desk, file: Path, replace: bool, without_files: bool) -> None:
    """Write everything into FILE (a zip), beside a running bot. Only you can read it."""
    if file.exists() and not replace:
        desk.fail("backup_exists", file=str(file))
    _check_database(desk)
    store, now = Store(desk.config.storage.directory), desk.clock()
    try:
        manifest = backups.write(desk.engine, store, file, now, with_files=not without_files)
        with desk.sessions.begin() as session:
            settings.put(session, LAST_BACKUP, now.isoformat())
            audit.append(session, "backup_made", By(now), rows=manifest.rows)
    except (OSError, BadBackup) as error:
        desk.fail("backup_not_written", file=str(file), error=str(error))
    except SQLAlchemyError as error:
        desk.fail("database_unreachable", error=what_it_says(error))
    desk.say(
        "backup_written",
        file=str(file),
        rows=manifest.rows,
        files=len(manifest.files),
        size=file.stat().st_size,
    )
    if manifest.lost:
        desk.fail("backup_lacks_files", files=manifest.lost)


@click.command()
@click.argument("file", type=SOURCE)
@click.pass_obj
def restore(desk: Desk, file: Path) -> None:
    """Put a backup into an empty database, SQLite or PostgreSQL, and check all of it.

    Sending is on hold afterwards, until `cchc release`.
    """
    store = Store(desk.config.storage.directory)
    try:
        with Backup(file) as opened:
            held = guard.take(desk.engine)
            try:
                lost = restoring.restore(desk.engine, store, opened, desk.clock())
            finally:
                held.release()
            manifest = opened.manifest
    except AlreadyRunning:
        desk.fail("already_running")
    except UnknownRevision as error:
        desk.fail("database_unknown", revision=str(error))
    except Refusal as refusal:
        desk.refuse(refusal)
    except BadBackup as error:
        desk.fail("backup_damaged", file=str(file), what=error.what)
    except StoreFull:
        desk.fail("check_storage_full", directory=str(desk.config.storage.directory))
    except (OSError, SQLAlchemyError) as error:
        desk.fail("backup_not_restored", error=f"{type(error).__name__}: {error}"[:300])
    _say_restored(desk, manifest, lost)


def _say_restored(desk: Desk, manifest: backups.Manifest, lost: list[str]) -> None:
    desk.say(
        "backup_restored",
        rows=manifest.rows,
        files=len(manifest.files),
        made_at=manifest.created_at,
        entries=manifest.audit_entries,
    )
    if lost:
        desk.fail("restore_lacks_files", files=lost)


def _check_database(desk: Desk) -> None:
    """A backup changes nothing, and it takes no database that this version does not know."""
    try:
        at = migrations.current(desk.engine)
    except UnknownRevision as error:
        desk.fail("database_unknown", revision=str(error))
    except SQLAlchemyError as error:
        desk.fail("database_unreachable", error=what_it_says(error))
    if at is None:
        desk.fail("backup_of_nothing")
    if at != migrations.head():
        desk.fail("backup_other_revision", at=at, to=migrations.head())
