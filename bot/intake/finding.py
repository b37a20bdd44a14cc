"""What an inspection says."""

import enum
from dataclasses import dataclass, field
from typing import BinaryIO

OPAQUE = "application/octet-stream"
_FAR = 1 << 40  # No file is that long, and not every disk lets one look further.


class Fault(enum.StrEnum):
    """Why a file is not kept: the name of a refusal."""

    EMPTY = "file_empty"
    PROGRAM = "file_is_program"
    PROGRAM_INSIDE = "archive_holds_program"
    MACROS = "file_has_macros"
    MACROS_INSIDE = "archive_holds_macros"
    LOCKED = "file_is_locked"
    DAMAGED = "workbook_is_damaged"
    UNSAFE = "archive_is_unsafe"
    PICTURE = "picture_is_too_large"


@dataclass(frozen=True)
class Finding:
    """``values`` go with the sentence of ``fault``, apart from the file's name."""

    media_type: str
    fault: Fault | None = None
    values: dict[str, str] = field(default_factory=dict)


class Stop(Exception):
    """An inspection is over: the file has this fault."""

    def __init__(self, fault: Fault, **values: str) -> None:
        super().__init__(fault.value)
        self.fault = fault
        self.values = values


def read_at(file: BinaryIO, offset: int, size: int) -> bytes:
    """What lies at a place that hostile bytes may have named: nothing, where there is no such."""
    if not 0 <= offset <= _FAR:
        return b""
    file.seek(offset)
    return file.read(size)


def length_of(file: BinaryIO) -> int:
    return file.seek(0, 2)


def holds(file: BinaryIO, pattern: bytes) -> bool:
    """Whether the bytes hold ``pattern`` (lower case) in any letter case."""
    file.seek(0)
    before = b""
    while chunk := file.read(1 << 20):
        if pattern in (before + chunk).lower():
            return True
        before = chunk[-len(pattern) :]
    return False
