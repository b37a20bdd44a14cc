"""A backup: one zip file with every row, every file of the evidence store, and a manifest that
says what must be in it. It goes back into an empty database of either kind, and is checked there
value by value before anybody may use it (reliability.md 7).
"""

import contextlib
import hashlib
import json
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, select

from bot.store import Store
from models import backups, migrations
from models.audit import AuditHead
from models.durable import force
from models.files import StoredFile

FORMAT = 1
MANIFEST = "manifest.json"
CHUNK = 1 << 20
LONGEST_MANIFEST = 1 << 28


class BadBackup(Exception):
    """The file is not a backup, or not all of what it should be; ``what`` is wrong with it."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True)
class Content:
    """What a table's lines must be: how many, and the SHA-256 of all of them."""

    rows: int
    sha256: str


@dataclass
class Manifest:
    """``files`` are sizes by SHA-256. ``lost`` are files that rows name and the store did not
    have, whole, when the backup was made. ``with_files``: the bytes are in the archive too."""

    created_at: datetime
    revision: str
    database: str
    with_files: bool
    tables: dict[str, Content] = field(default_factory=dict)
    files: dict[str, int] = field(default_factory=dict)
    lost: list[str] = field(default_factory=list)
    audit_entries: int = 0
    audit_hash: str = ""

    @property
    def rows(self) -> int:
        return sum(content.rows for content in self.tables.values())

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(self.files.values())

    def as_json(self) -> bytes:
        content = {"format": FORMAT, **asdict(self), "created_at": self.created_at.isoformat()}
        return json.dumps(content, indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> "Manifest":
        """Raises BadBackup."""
        try:
            content: dict[str, Any] = json.loads(text)
            if content.pop("format") != FORMAT:
                raise BadBackup("format")
            content["created_at"] = datetime.fromisoformat(content["created_at"])
            tables = content.pop("tables").items()
            return cls(**content, tables={name: Content(**table) for name, table in tables})
        except (ValueError, KeyError, TypeError, AttributeError):
            raise BadBackup(MANIFEST) from None


def write(
    engine: Engine, store: Store, path: Path, now: datetime, *, with_files: bool = True
) -> Manifest:
    """Make the backup beside a running bot; it is there, whole and checked, or not at all.

    Raises OSError, BadBackup where what was written cannot be read again.
    """
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    manifest = Manifest(now, migrations.head(), engine.dialect.name, with_files)
    try:
        with _open_private(part) as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
                _write_rows(engine, archive, manifest)
                # After the rows: files are stored before their rows, and never taken away.
                _write_files(store, archive, manifest)
                archive.writestr(MANIFEST, manifest.as_json())
            file.flush()
            os.fsync(file.fileno())
        with Backup(part) as written:
            written.check()
        part.replace(path)
        force(path.parent)
    finally:
        part.unlink(missing_ok=True)
    return manifest


class Backup:
    """A backup that is read. Raises BadBackup where it is not one, or not whole."""

    def __init__(self, path: Path) -> None:
        with _readable(MANIFEST):
            self._archive = zipfile.ZipFile(path)
            info = self._archive.getinfo(MANIFEST)
            if info.file_size > LONGEST_MANIFEST:
                raise BadBackup(MANIFEST)
            self.manifest = Manifest.from_json(self._archive.read(info))

    def __enter__(self) -> "Backup":
        return self

    def __exit__(self, *_: object) -> None:
        self._archive.close()

    def check(self) -> None:
        """Read all of it and compare it with what the manifest says."""
        for name, content in self.manifest.tables.items():
            digest, count = hashlib.sha256(), 0
            for line in self.lines(name):
                digest.update(line)
                count += 1
            if Content(count, digest.hexdigest()) != content:
                raise BadBackup(_member(name))
        for sha256, size in self.manifest.files.items() if self.manifest.with_files else ():
            digest, length = hashlib.sha256(), 0
            for chunk in self.file(sha256):
                digest.update(chunk)
                length += len(chunk)
            if (digest.hexdigest(), length) != (sha256, size):
                raise BadBackup(_blob(sha256))

    def lines(self, table: str) -> Iterator[bytes]:
        yield from self._read(_member(table))

    def file(self, sha256: str) -> Iterator[bytes]:
        with contextlib.closing(self._open(_blob(sha256))) as member:
            yield from _chunks(member, _blob(sha256))

    def _read(self, name: str) -> Iterator[bytes]:
        with contextlib.closing(self._open(name)) as member, _readable(name):
            yield from member

    def _open(self, name: str) -> IO[bytes]:
        with _readable(name):
            return self._archive.open(name)


@contextlib.contextmanager
def _readable(name: str) -> Iterator[None]:
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError) as error:
        raise BadBackup(name) from error


def _chunks(member: IO[bytes], name: str) -> Iterator[bytes]:
    with _readable(name):
        while chunk := member.read(CHUNK):
            yield chunk


def _write_rows(engine: Engine, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    with backups.snapshot(engine) as connection:
        for table in backups.tables():
            digest, count = hashlib.sha256(), 0
            with archive.open(_member(table.name), "w", force_zip64=True) as member:
                for row in backups.rows(connection, table):
                    line = backups.line(row)
                    digest.update(line)
                    member.write(line)
                    count += 1
            manifest.tables[table.name] = Content(count, digest.hexdigest())
        _note_head(connection, manifest)
        manifest.lost = sorted(connection.scalars(select(StoredFile.sha256)))


def _note_head(connection: Connection, manifest: Manifest) -> None:
    head = connection.execute(select(AuditHead.entry_id, AuditHead.hash)).one_or_none()
    if head is not None:
        manifest.audit_entries, manifest.audit_hash = head


def _write_files(store: Store, archive: zipfile.ZipFile, manifest: Manifest) -> None:
    """Copy what is whole; what is not, and is named by a row, is lost and said to be."""
    for sha256 in store.digests():
        if not store.intact(sha256):
            continue
        path = store.path(sha256)
        manifest.files[sha256] = path.stat().st_size
        if manifest.with_files:
            # Most files are compressed already.
            archive.write(path, _blob(sha256), compress_type=zipfile.ZIP_STORED)
    manifest.lost = [sha256 for sha256 in manifest.lost if sha256 not in manifest.files]


def _member(table: str) -> str:
    return f"tables/{table}.jsonl"


def _blob(sha256: str) -> str:
    return f"evidence/{sha256}"


def _open_private(path: Path) -> IO[bytes]:
    """A new file that nobody else may read: a backup holds everybody's data."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    return os.fdopen(descriptor, "wb")
