"""Files that were handed in: their bytes by content, and what arrived with a message."""

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base
from models.messages import decode, encode
from models.refusals import Refusal
from models.text import clean

NAME_BYTES = 200
EXTENSION_BYTES = 20
NAMELESS = "file"


class Scan(enum.StrEnum):
    """What a virus scanner said of a file."""

    OFF = "off"  # There is none.
    CLEAN = "clean"
    INFECTED = "infected"
    NOT_SCANNED = "not_scanned"  # There is one, and it was away or had too much.


class StoredFile(Base):
    """Bytes in the evidence store, named by their SHA-256. ``size`` is in bytes."""

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    media_type: Mapped[str]
    stored_at: Mapped[datetime]


@dataclass(frozen=True)
class Received:
    """A file as it came with a message; its bytes are in the store unless it was refused.

    ``name`` is the sender's, cleaned for showing (NFC, no control or direction characters, no
    path); ``size`` in bytes; ``refusal`` says why it was not taken. ``workbook`` is what was read
    in one of our own workbooks, or the fault for which it could not be (``bot.intake.workbooks``).
    """

    name: str
    size: int
    sha256: str = ""
    media_type: str = "application/octet-stream"
    refusal: Refusal | None = None
    scan: Scan = Scan.OFF
    workbook: Mapping[str, Any] | None = None


def clean_name(name: str) -> str:
    """A sender's file name as it may be shown: no folders, nothing unseen, ≤ 200 bytes.

    Control, direction and zero-width signs go (T12); a name that is too long loses its end, not
    its extension.
    """
    visible = re.sub(r"[\s\u2028\u2029]+", " ", clean(re.sub(r"\s", " ", name)))
    last = re.split(r"[/\\]", visible.strip().rstrip("/\\"))[-1].strip()
    if not last.strip(". "):
        return NAMELESS
    stem, dot, extension = last.rpartition(".")
    if not stem or len(extension.encode()) > EXTENSION_BYTES:
        stem, dot, extension = last, "", ""
    room = NAME_BYTES - len((dot + extension).encode())
    return stem.encode()[:room].decode(errors="ignore").rstrip() + dot + extension


def keep(session: Session, file: Received, at: datetime) -> StoredFile:
    """The row of bytes that are already in the store: the one that exists, or a new one."""
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = {
        "sha256": file.sha256,
        "size": file.size,
        "media_type": file.media_type,
        "stored_at": at,
    }
    session.execute(dialect.insert(StoredFile).values(row).on_conflict_do_nothing())
    return session.scalars(select(StoredFile).where(StoredFile.sha256 == file.sha256)).one()


def as_json(file: Received) -> dict[str, Any]:
    """A received file as a conversation's memory keeps it; ``from_json`` gives it back."""
    return {
        "name": file.name,
        "size": file.size,
        "sha256": file.sha256,
        "media_type": file.media_type,
        "scan": file.scan.value,
        "workbook": file.workbook,
        "refusal": file.refusal and [file.refusal.name, encode(file.refusal.values)],
    }


def from_json(stored: dict[str, Any]) -> Received:
    refusal = stored.get("refusal")
    return Received(
        name=stored["name"],
        size=stored["size"],
        sha256=stored["sha256"],
        media_type=stored["media_type"],
        refusal=Refusal(refusal[0], **decode(refusal[1])) if refusal else None,
        scan=Scan(stored.get("scan", Scan.OFF)),
        workbook=stored.get("workbook"),
    )
