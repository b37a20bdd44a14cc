"""A backup goes back: into an empty database, all of it or nothing, then checked; sending is on
hold from the first moment, because what waits in it was most likely sent long ago (X22)."""

from datetime import datetime

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from bot.backups import Backup, BadBackup, Manifest
from bot.store import Store
from models import audit, backups, holds, migrations, sending
from models.backups import BadRow
from models.people import By
from models.refusals import Refusal

REASON = "restored from a backup"


def restore(engine: Engine, store: Store, backup: Backup, now: datetime) -> list[str]:
    """Put everything back; the files that rows name and that are nowhere, by SHA-256.

    Raises Refusal where the database or the backup is not fit for it, BadBackup where the
    backup is damaged, StoreFull; the database is empty then, and it can be tried again.
    """
    manifest = backup.manifest
    _check_revision(engine, manifest)
    backup.check()
    _restore_files(store, backup)
    if migrations.current(engine) is None:
        migrations.upgrade(engine)
    with engine.connect() as connection, connection.begin():
        if not backups.is_empty(connection):
            raise Refusal("restore_needs_empty")
        try:
            _restore_rows(connection, backup)
        except (IntegrityError, DataError, BadRow) as error:
            raise BadBackup(type(error).__name__) from error
        _check_rows(connection, backup)
        with Session(connection) as session:
            _start_on_hold(session, manifest, now)
    return sorted(sha256 for sha256 in manifest.lost if not store.intact(sha256))


def _check_revision(engine: Engine, manifest: Manifest) -> None:
    if manifest.revision != migrations.head():
        raise Refusal("restore_other_revision", at=manifest.revision, to=migrations.head())
    at = migrations.current(engine)
    if at not in (None, migrations.head()):
        raise Refusal("restore_needs_empty")
    if at is not None:
        with engine.connect() as connection:
            if not backups.is_empty(connection):
                raise Refusal("restore_needs_empty")


def _restore_files(store: Store, backup: Backup) -> None:
    """Files come first, as always: a row never names bytes that are not there."""
    for sha256, size in backup.manifest.files.items():
        if store.intact(sha256):
            continue
        if not backup.manifest.with_files:
            raise Refusal("restore_file_missing", file=sha256)
        store.keep_now(backup.file(sha256), size)


def _restore_rows(connection: Connection, backup: Backup) -> None:
    with backups.references_checked_last(connection):
        for table in backups.tables():
            backups.fill(connection, table, backup.lines(table.name))


def _check_rows(connection: Connection, backup: Backup) -> None:
    """Every value as it was, every reference, and the whole chain of the audit log."""
    for table in backups.tables():
        if not backups.holds_exactly(connection, table, backup.lines(table.name)):
            raise BadBackup(table.name)
    if connection.dialect.name == "sqlite":
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if broken is not None:
            raise BadBackup(str(broken[0]))
    with Session(connection) as session:
        if (entry := audit.check_chain(session)) is not None:
            raise BadBackup(f"audit_entry {entry}")


def _start_on_hold(session: Session, manifest: Manifest, now: datetime) -> None:
    by = By(now)
    sending.recover(session, now)
    holds.hold(session, by, REASON, backup_made_at=manifest.created_at)
    audit.append(session, "backup_restored", by, made_at=manifest.created_at)
    session.commit()
