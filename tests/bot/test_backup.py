"""The restore drill: a province with evidence, messages and a record goes into a backup and comes
back on an empty machine, of either kind; nothing of its old queue is sent (X22)."""

import contextlib
import os
import stat
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import click
import click.testing
import pytest
from sqlalchemy import Engine, create_engine, func, make_url, select, text
from sqlalchemy.orm import Session, sessionmaker

from bot.backups import Backup, BadBackup, Manifest, write
from bot.commands.backup import backup, restore
from bot.commands.check import check
from bot.desk import Desk
from bot.restoring import restore as put_back
from bot.scrub import scrub
from bot.store import Store
from jobs.reminders import queue_due_reminders
from models import audit, database, holds, migrations, outbox, units
from models.audit import AuditEntry
from models.clock import wall_clock
from models.evidence import EvidenceLink
from models.files import StoredFile
from models.messages import Kind, Part
from models.outbox import OutboxMessage, Recipient, SendStatus
from models.people import By
from models.refusals import Refusal
from models.units import Unit
from tests.bench import Bench
from tests.bot_api import TOKEN, serve
from tests.clock import at
from tests.conftest import SERVER
from tests.live import configure, running
from tests.papers import pdf

Sessions = sessionmaker[Session]

PENDING = 1000
MADE_AT = at("2026-11-03 12:00")
RESTORED_AT = at("2026-11-12 09:00")
# What a restore itself adds to: the hold, its record, and where the record ends.
TOUCHED = {"setting", "audit_entry", "audit_head"}
KINDS = ["sqlite", pytest.param("postgresql", marks=pytest.mark.skipif(not SERVER, reason="-"))]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "evidence", free_bytes=0, free_share=0)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    engine = database.create(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def filled(bench: Bench, store: Store) -> Sessions:
    """Officers who talked, files in the store, a thousand messages that wait, a long record."""
    an = bench.officer("Nguyễn Văn An", "STP")
    for number, code in enumerate(("1.1.1", "1.1.2", "1.2.1")):
        paper = pdf(f"Kế hoạch số {number}")
        store.keep_now([paper], 1 << 20)
        an.sends((f"KH-{number}.pdf", paper), caption=f"{code} KH {number}/KH-STP 08/01/2026")
    an.types("/tinhtrang")
    with bench.sessions.begin() as session:
        for number in range(PENDING):
            outbox.enqueue(
                session,
                "edit_not_recorded",
                to=Recipient("telegram", str(7000 + number)),
                key=f"pending:{number}",
                at=MADE_AT - timedelta(hours=1),
                kind=Kind.NOTICE,
            )
    return bench.sessions


@contextlib.contextmanager
def empty_database(kind: str, folder: Path) -> Iterator[str]:
    """The address of a database without any table."""
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'restored.db'}"
        return
    name = f"cchc_restored_{os.getpid()}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield make_url(SERVER).set(database=name).render_as_string(hide_password=False)
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    server.dispose()


def restored(url: str, folder: Path, file: Path) -> tuple[Engine, Store]:
    engine, store = database.create(url), Store(folder, free_bytes=0, free_share=0)
    with Backup(file) as opened:
        assert put_back(engine, store, opened, RESTORED_AT) == []
    return engine, store


def queued(sessions: Sessions, name: str) -> bool:
    with sessions() as session:
        waits = (OutboxMessage.name == name, OutboxMessage.status == SendStatus.QUEUED)
        return session.scalars(select(OutboxMessage.id).where(*waits)).first() is not None


def wait_for(condition: Callable[[], bool], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def untouched(manifest: Manifest) -> dict[str, object]:
    """What must be the same after any number of moves."""
    return {name: table for name, table in manifest.tables.items() if name not in TOUCHED}


@pytest.mark.parametrize("kind", KINDS)
def test_a_province_comes_back_whole_on_either_database(
    kind: str, filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    """And from there once more: what the other kind of database wrote is the same again."""
    file, again = tmp_path / "first.zip", tmp_path / "again.zip"
    manifest = write(engine, store, file, MADE_AT)

    with empty_database(kind, tmp_path) as url:
        engine, moved = restored(url, tmp_path / "moved", file)
        second = write(engine, moved, again, RESTORED_AT)
        with Session(engine) as session:
            assert audit.check_chain(session) is None
            last = session.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
            assert last is not None
            assert last.action == "backup_restored"
            found = holds.standing(session)
            files = session.scalars(select(StoredFile.sha256)).all()
            links = session.scalar(select(func.count()).select_from(EvidenceLink))
            # The next number goes on after the highest that came along.
            unit = units.by_code(session, "STP")
            session.add(Unit(code="MOI", name="Mới", short_name="Mới", kind=unit.kind))
            session.flush()
        engine.dispose()

    assert untouched(second) == untouched(manifest)
    assert second.files == manifest.files
    assert manifest.tables["outbox_message"].rows > PENDING
    assert found is not None
    assert (found.since, found.backup_made_at) == (RESTORED_AT, MADE_AT)
    assert len(files) == links == 3
    assert all(moved.intact(sha256) for sha256 in files)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_nothing_of_the_old_queue_is_sent_before_its_release_nor_after(
    filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    """X22: the bot runs on hold and takes people's messages in; what was queued is left out."""
    file = tmp_path / "backup.zip"
    write(engine, store, file, MADE_AT)
    with empty_database("postgresql" if SERVER else "sqlite", tmp_path) as url, serve() as api:
        engine, _ = restored(url, tmp_path / "moved", file)
        sessions = sessionmaker(engine)
        with running(configure(url, tmp_path, token=TOKEN, api_url=api.url), wall_clock):
            stranger = api.user("Lạ")
            stranger.text("xin chào")
            wait_for(lambda: queued(sessions, "stranger"))
            assert api.delivered() == []
            assert queue_due_reminders(sessions, lambda: RESTORED_AT) == 0

            with sessions.begin() as session:
                found = holds.standing(session)
                assert found is not None
                done = holds.release(session, By(wall_clock()), found.drop_before)
            wait_for(lambda: bool(api.delivered()))

        with sessions() as session:
            statuses = session.execute(
                select(OutboxMessage.status, func.count())
                .where(OutboxMessage.key.startswith("pending:"))
                .group_by(OutboxMessage.status)
            ).all()
        assert [tuple(row) for row in statuses] == [(SendStatus.SUPERSEDED, PENDING)]
        assert done.messages >= PENDING
        assert [message.chat_id for message in api.delivered()] == [stranger.id]
        engine.dispose()


def test_a_backup_beside_a_writing_bot_is_of_one_instant(
    filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    """Each transaction adds a message and an audit entry: a backup has both or neither."""
    stop = threading.Event()

    def write_on() -> None:
        number = 0
        while not stop.is_set():
            with filled.begin() as session:
                to = Recipient("web", "w")
                key = f"busy:{number}"
                outbox.enqueue(session, "edit_not_recorded", to=to, key=key, at=MADE_AT)
                audit.append(session, "busy", By(MADE_AT), number=number)
            number += 1

    thread = threading.Thread(target=write_on)
    thread.start()
    try:
        manifests = [write(engine, store, tmp_path / f"{n}.zip", MADE_AT) for n in range(3)]
    finally:
        stop.set()
        thread.join()

    for manifest, n in zip(manifests, range(3), strict=True):
        with Backup(tmp_path / f"{n}.zip") as opened:
            messages = sum(b'"busy:' in line for line in opened.lines("outbox_message"))
            entries = sum(b'"busy"' in line for line in opened.lines("audit_entry"))
        assert messages == entries
        assert manifest.audit_entries == manifest.tables["audit_entry"].rows


@pytest.mark.parametrize("where", ["rows", "file", "manifest", "cut"])
def test_a_damaged_backup_is_refused_and_leaves_nothing(
    where: str, filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    manifest = write(engine, store, file, MADE_AT)
    member = {
        "rows": "tables/outbox_message.jsonl",
        "file": f"evidence/{min(manifest.files)}",
        "manifest": "manifest.json",
    }.get(where)
    content = bytearray(file.read_bytes())
    if member is None:
        content = content[: len(content) // 2]
    else:
        with zipfile.ZipFile(file) as archive:
            info = archive.getinfo(member)
        content[info.header_offset + 30 + len(member) + 40] ^= 1
    file.write_bytes(content)

    target = database.create(f"sqlite:///{tmp_path / 'restored.db'}")
    with pytest.raises(BadBackup), Backup(file) as opened:
        put_back(target, Store(tmp_path / "moved"), opened, RESTORED_AT)
    assert migrations.current(target) is None
    assert not (tmp_path / "moved").exists()


def test_a_database_that_holds_something_or_another_revision_is_refused(
    filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    file = tmp_path / "backup.zip"
    write(engine, store, file, MADE_AT)
    with Backup(file) as opened:
        with pytest.raises(Refusal, match="restore_needs_empty"):
            put_back(engine, store, opened, RESTORED_AT)
        opened.manifest.revision = "0000"
        fresh = database.create(f"sqlite:///{tmp_path / 'fresh.db'}")
        with pytest.raises(Refusal, match="restore_other_revision"):
            put_back(fresh, store, opened, RESTORED_AT)


def test_a_restore_that_fails_in_the_middle_can_be_tried_again(
    filled: Sessions,
    engine: Engine,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "backup.zip"
    write(engine, store, file, MADE_AT)
    with empty_database("postgresql" if SERVER else "sqlite", tmp_path) as url:
        target, moved = database.create(url), Store(tmp_path / "moved")
        with Backup(file) as opened, monkeypatch.context() as broken:
            broken.setattr(audit, "check_chain", lambda _: 7)
            with pytest.raises(BadBackup, match="audit_entry 7"):
                put_back(target, moved, opened, RESTORED_AT)
        with Session(target) as session:
            assert session.scalar(select(func.count()).select_from(Unit)) == 0
        with Backup(file) as opened:
            assert put_back(target, moved, opened, RESTORED_AT) == []
        target.dispose()


def test_evidence_that_is_lost_is_named_and_the_rest_is_backed_up(
    filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    """X23: a damaged file and a missing one."""
    gone, damaged, whole = sorted(store.digests())
    store.path(gone).unlink()
    store.path(damaged).write_bytes(b"%PDF-1.4 x")

    manifest = write(engine, store, tmp_path / "backup.zip", MADE_AT)

    assert manifest.lost == sorted([gone, damaged])
    assert list(manifest.files) == [whole]


def test_by_command(
    filled: Sessions,
    database_url: str,
    store: Store,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The bot's evidence folder apart: rows only, the folder copied beforehand."""
    monkeypatch.setenv("CCHC_STORAGE__DIRECTORY", str(tmp_path / "evidence"))
    monkeypatch.setenv("CCHC_DATABASE__URL", database_url)
    file = str(tmp_path / "backup.zip")

    status, out = run(backup, file, "--without-files")
    assert (status, out[:17]) == (0, "✓ Backed up to /t")
    assert run(backup, file)[0] == 1
    assert run(backup, file, "--replace", "--without-files")[0] == 0
    assert run(restore, file) == (
        1,
        "Nothing was restored: the database holds data. Point database.url to a new, empty one "
        "and run again.\n",
    )

    monkeypatch.setenv("CCHC_DATABASE__URL", f"sqlite:///{tmp_path / 'restored.db'}")
    status, out = run(restore, file)
    assert (status, "Sending is on hold" in out) == (0, True)
    status, out = run(check, "--deep", "--backup", file)
    assert (status, "▲ Sending has been on hold" in out, "✓ All data" in out) == (0, True, True)
    monkeypatch.setenv("CCHC_DATABASE__URL", f"sqlite:///{tmp_path / 'other.db'}")
    monkeypatch.setenv("CCHC_STORAGE__DIRECTORY", str(tmp_path / "elsewhere"))
    status, out = run(restore, file)
    assert (status, "is not in storage.directory" in out) == (1, True)
    (tmp_path / "no.zip").write_bytes(b"PK")
    status, out = run(restore, str(tmp_path / "no.zip"))
    assert (status, "is not a whole backup" in out) == (1, True)


def test_damage_is_found_and_named(
    filled: Sessions, engine: Engine, store: Store, tmp_path: Path
) -> None:
    """X23, T9: a file with one bit turned, and a log that fits itself but not its backup."""
    write(engine, store, tmp_path / "backup.zip", MADE_AT)
    with Backup(tmp_path / "backup.zip") as opened:
        anchor = opened.manifest
    assert scrub(engine, store, anchor) == []

    victim = store.path(min(store.digests()))
    content = bytearray(victim.read_bytes())
    content[len(content) // 2] ^= 4
    victim.write_bytes(content)
    anchor.audit_hash = "0" * 64

    entry = {"entry": anchor.audit_entries, "made_at": MADE_AT}
    assert scrub(engine, store, anchor) == [
        Part("scrub_audit_rewritten", **entry),
        Part("scrub_file", file=victim.name),
    ]


def run(command: click.Command, *arguments: str) -> tuple[int, str]:
    desk = Desk(None)
    desk.language = "en"
    result = click.testing.CliRunner().invoke(command, arguments, obj=desk)
    desk.engine.dispose()
    return result.exit_code, result.output
