"""Compound files (OLE): the old Office formats, and what new Office puts around a locked one."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from bot.intake.finding import OPAQUE, Fault, Stop, holds, length_of, read_at

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFF0  # Sector numbers from here on mean something else than a sector.
_ENTRIES = 20_000
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")
_HEAD = 1 << 20  # Of a workbook's globals: FILEPASS is second or third, then the sheets.
_KINDS = {
    "worddocument": "application/msword",
    "workbook": "application/vnd.ms-excel",
    "book": "application/vnd.ms-excel",
    "powerpoint document": "application/vnd.ms-powerpoint",
    "__properties_version1.0": "application/vnd.ms-outlook",
}
_PLAIN = {
    "application/msword": ".docx",
    "application/vnd.ms-excel": ".xlsx",
    "application/vnd.ms-powerpoint": ".pptx",
}


@dataclass(frozen=True)
class Entry:
    """A stream or a storage; ``size`` in bytes."""

    name: str
    storage: bool
    start: int
    size: int
    class_id: bytes


class _Damaged(Exception):
    pass


def look(file: BinaryIO) -> str:
    """The media type. Raises Stop. A damaged file is kept, unless it still shows macros."""
    try:
        return _Compound(file).kind()
    except (_Damaged, struct.error):
        for mark in ("_vba_project", "encryptedpackage"):
            if holds(file, mark.encode("utf-16-le")):
                fault = Fault.MACROS if mark.startswith("_vba") else Fault.LOCKED
                raise Stop(fault, **_way_out(fault, ".pdf")) from None
        return OPAQUE


class _Compound:
    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        header = read_at(file, 0, 512)
        (shift,) = struct.unpack("<H", header[30:32])
        if shift not in (9, 12):
            raise _Damaged
        self._sector = 1 << shift
        self._most = length_of(file) // self._sector + 1
        (self._directory,) = struct.unpack("<I", header[48:52])
        self._fat = self._read_fat(header)

    def kind(self) -> str:
        entries = list(self._entries())
        streams = {entry.name.lower(): entry for entry in entries if not entry.storage}
        kind = next((_KINDS[name] for name in _KINDS if name in streams), OPAQUE)
        if entries and entries[0].class_id == _INSTALLER:
            raise Stop(Fault.PROGRAM)
        if any(entry.storage and _is_macros(entry.name.lower()) for entry in entries):
            raise self._macros(kind)
        if "encryptedpackage" in streams or "encryptedsummary" in streams:
            raise Stop(Fault.LOCKED)
        if "worddocument" in streams:
            self._check_word(streams["worddocument"])
        if found := streams.get("workbook") or streams.get("book"):
            self._check_workbook(found, kind)
        return kind

    def _check_word(self, stream: Entry) -> None:
        head = self._bytes(stream, 12)
        if len(head) == 12 and head[11] & 1:
            raise Stop(Fault.LOCKED)

    def _check_workbook(self, stream: Entry, kind: str) -> None:
        """FILEPASS: locked. A sheet of type 1: macros of Excel 4, which need no VBA."""
        for record, content in _records(self._bytes(stream, _HEAD)):
            if record == 0x2F:
                raise Stop(Fault.LOCKED)
            if record == 0x85 and content[5:6] == b"\1":
                raise self._macros(kind)

    def _macros(self, kind: str) -> Stop:
        return Stop(Fault.MACROS, **_way_out(Fault.MACROS, _PLAIN.get(kind, ".pdf")))

    def _read_fat(self, header: bytes) -> list[int]:
        sectors = [n for n in struct.unpack("<109I", header[76:512]) if n < _END]
        (following,) = struct.unpack("<I", header[68:72])
        per_sector = self._sector // 4
        while following < _END:
            if len(sectors) > self._most:
                raise _Damaged
            numbers = struct.unpack(f"<{per_sector}I", self._read(following))
            sectors += [n for n in numbers[:-1] if n < _END]
            following = numbers[-1]
        if len(sectors) > self._most:
            raise _Damaged
        fat: list[int] = []
        for sector in sectors:
            fat += struct.unpack(f"<{per_sector}I", self._read(sector))
        return fat

    def _entries(self) -> Iterator[Entry]:
        raw = b"".join(self._chain(self._directory, _ENTRIES * 128))
        for at in range(0, len(raw) - 127, 128):
            item = raw[at : at + 128]
            (length,) = struct.unpack("<H", item[64:66])
            if item[66] in (1, 2, 5) and 2 <= length <= 64:
                name = item[: length - 2].decode("utf-16-le", errors="replace")
                start, size = struct.unpack("<II", item[116:124])
                yield Entry(name, item[66] != 2, start, size, item[80:96])

    def _bytes(self, stream: Entry, most: int) -> bytes:
        if stream.size < 4096:
            return b""  # It lies in the short-stream area; no real document is that small.
        return b"".join(self._chain(stream.start, most))[:most]

    def _chain(self, sector: int, most: int) -> Iterator[bytes]:
        for _ in range(min(self._most, most // self._sector + 1)):
            if sector >= _END:
                return
            yield self._read(sector)
            if sector >= len(self._fat):
                raise _Damaged
            sector = self._fat[sector]

    def _read(self, sector: int) -> bytes:
        raw = read_at(self._file, (sector + 1) * self._sector, self._sector)
        if not raw:
            raise _Damaged
        return raw.ljust(self._sector, b"\0")


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a workbook's first part, up to its end (type 0x0A)."""
    at = 0
    while at + 4 <= len(stream):
        record, length = struct.unpack("<HH", stream[at : at + 4])
        if record == 0x0A:
            return
        yield record, stream[at + 4 : at + 4 + length]
        at += 4 + length


def _is_macros(name: str) -> bool:
    return name in ("vba", "macros") or name.startswith("_vba_project")


def _way_out(fault: Fault, plain: str) -> dict[str, str]:
    return {"instead": plain} if fault is Fault.MACROS else {}
