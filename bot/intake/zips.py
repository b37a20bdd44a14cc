"""ZIP files and what is made of them: Office, OpenDocument, plain archives.

Only the directory is read, never trusted: it is checked for more than anybody means to send,
for parts that lie on top of each other (cpython #109858), for names that lead out of a folder.
"""

import html
import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import BinaryIO

from bot.intake.finding import OPAQUE, Fault, Stop, holds, length_of, read_at

MIB = 1 << 20
RATIO, RATIO_FROM = 100, MIB
PART_SIZE = 4 * MIB  # Of a part that is read to know what the file is.


@dataclass(frozen=True)
class Limits:
    """``entries`` in number; ``total`` and ``entry`` in bytes that unpacking adds."""

    entries: int
    total: int
    entry: int


OFFICE = Limits(2_000, 200 * MIB, 50 * MIB)  # reliability.md 4; these will be parsed.
ARCHIVE = Limits(10_000, 2_048 * MIB, 1_024 * MIB)  # Only kept.

_KINDS = (
    (
        "word/document.xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    ("xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.12"),
    (
        "ppt/presentation.xml",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ),
)
_PLAIN_FORMS = {"word/": ".docx", "xl/": ".xlsx", "ppt/": ".pptx"}
_END, _END_64, _LOCATOR_64 = b"PK\5\6", b"PK\6\6", b"PK\6\7"


@dataclass(frozen=True)
class Entry:
    name: str
    flags: int
    method: int
    packed: int
    size: int
    offset: int


def look(file: BinaryIO, name: str, fault_of: Callable[[str], Fault | None]) -> str | None:
    """The media type of a ZIP file; None if it is not one. Raises Stop.

    A damaged one is kept as it is, unless a program that repairs it would find macros, or it is
    called a workbook.
    """
    starts = read_at(file, 0, 4) in {b"PK\3\4", b"PK\5\6", b"PK\7\x08"}
    try:
        directory = _directory(file, exact=not starts)
        entries = _entries(directory)
        _check_places(file, directory, entries)
    except (struct.error, _NotZip):
        if not starts:
            return None
        if holds(file, b"vbaproject"):
            raise macros(name) from None
        if name.rstrip(". ").lower().endswith(".xlsx"):
            # Perhaps a unit's sheet, cut off on its way: kept, it would never be read.
            raise Stop(Fault.DAMAGED) from None
        return OPAQUE
    return _kind(file, name, _by_name(entries), fault_of)


def macros(name: str) -> Stop:
    kind = name.rstrip(". ").rpartition(".")[2].lower()[:1]
    plain = {"x": ".xlsx", "p": ".pptx", "s": ".pptx"}.get(kind, ".docx")
    return Stop(Fault.MACROS, instead=plain)


class _NotZip(Exception):
    pass


@dataclass(frozen=True)
class _Directory:
    raw: bytes
    count: int
    start: int
    shift: int


def _directory(file: BinaryIO, *, exact: bool) -> _Directory:
    """The central directory. ``exact``: only one that ends where the file does."""
    length = length_of(file)
    tail_start = max(0, length - 65_557)
    tail = read_at(file, tail_start, 65_557)
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < 22:
        raise _NotZip
    count, size, start, comment = struct.unpack("<HIIH", tail[at + 10 : at + 22])
    if exact and at + 22 + comment != len(tail):
        raise _NotZip
    end = tail_start + at
    if count == 0xFFFF or 0xFFFFFFFF in (size, start):
        count, size, start, end = _wide_end(file, end)
    if count > ARCHIVE.entries or size > 16 * MIB:
        raise Stop(Fault.UNSAFE)
    shift = end - size - start
    if shift < 0:
        raise _NotZip
    return _Directory(read_at(file, start + shift, size), count, start, shift)


def _wide_end(file: BinaryIO, end: int) -> tuple[int, int, int, int]:
    locator = read_at(file, max(0, end - 20), 20)
    if locator[:4] != _LOCATOR_64:
        raise _NotZip
    (where,) = struct.unpack("<Q", locator[8:16])
    for place in (where, end - 20 - 56):
        if 0 <= place < end and (record := read_at(file, place, 56))[:4] == _END_64:
            count, size, start = struct.unpack("<QQQ", record[32:56])
            return count, size, start, place
    raise _NotZip


def _entries(directory: _Directory) -> list[Entry]:
    entries, at, raw = [], 0, directory.raw
    while raw[at : at + 4] == b"PK\1\2":
        flags, method = struct.unpack("<HH", raw[at + 8 : at + 12])
        packed, size, names, extras, comments = struct.unpack("<IIHHH", raw[at + 20 : at + 34])
        (offset,) = struct.unpack("<I", raw[at + 42 : at + 46])
        name = raw[at + 46 : at + 46 + names]
        extra = raw[at + 46 + names : at + 46 + names + extras]
        packed, size, offset = _widened(extra, packed, size, offset)
        text = name.decode("utf-8" if flags & 0x800 else "cp437", errors="replace")
        entries.append(Entry(text, flags, method, packed, size, offset + directory.shift))
        at += 46 + names + extras + comments
        if len(entries) > ARCHIVE.entries:
            raise Stop(Fault.UNSAFE)
    if len(entries) != directory.count:
        raise _NotZip
    return entries


def _widened(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Sizes over 4 GiB stand in an extra field, each only where its own place is full."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack("<HH", extra[at : at + 4])
        if kind == 1:
            numbers = iter(struct.unpack(f"<{length // 8}Q", extra[at + 4 :][: length // 8 * 8]))
            size = next(numbers, size) if size == 0xFFFFFFFF else size
            packed = next(numbers, packed) if packed == 0xFFFFFFFF else packed
            offset = next(numbers, offset) if offset == 0xFFFFFFFF else offset
        at += 4 + length
    return packed, size, offset


def _check_places(file: BinaryIO, directory: _Directory, entries: list[Entry]) -> None:
    """Each part in a place of its own, before the directory, and not locked."""
    reached = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        local = read_at(file, entry.offset, 30)
        if local[:4] != b"PK\3\4":
            raise _NotZip
        (flags,) = struct.unpack("<H", local[6:8])
        if (entry.flags | flags) & 0x2041 or entry.method == 99:
            raise Stop(Fault.LOCKED)
        names, extras = struct.unpack("<HH", local[26:30])
        if entry.offset < reached:
            raise Stop(Fault.UNSAFE)
        reached = entry.offset + 30 + names + extras + entry.packed
    if reached > directory.start + directory.shift:
        raise Stop(Fault.UNSAFE)


def _kind(
    file: BinaryIO,
    name: str,
    entries: dict[str, Entry],
    fault_of: Callable[[str], Fault | None],
) -> str:
    is_office = "[content_types].xml" in entries
    is_open = "mimetype" in entries
    _check_amounts(entries, OFFICE if is_office or is_open else ARCHIVE)
    if is_office:
        _refuse_macros(file, name, entries)
        return next((kind for part, kind in _KINDS if part in entries), "application/zip")
    if is_open:
        return _open_document(file, entries)
    if "androidmanifest.xml" in entries or any(part.endswith(".class") for part in entries):
        raise Stop(Fault.PROGRAM)
    for part, entry in entries.items():
        if part.endswith("vbaproject.bin"):
            raise macros(name)
        if fault := fault_of(part):
            raise Stop(fault, inner=entry.name.replace("\\", "/").rpartition("/")[2])
    return "application/zip"


def _check_amounts(entries: dict[str, Entry], limits: Limits) -> None:
    total = 0
    for entry in entries.values():
        added = max(0, entry.size - entry.packed)
        total += added
        swollen = entry.size > RATIO_FROM and entry.size > RATIO * max(entry.packed, 1)
        if swollen or added > limits.entry or _leads_out(entry.name):
            raise Stop(Fault.UNSAFE)
    if len(entries) > limits.entries or total > limits.total:
        raise Stop(Fault.UNSAFE)


def _leads_out(name: str) -> bool:
    parts = name.replace("\\", "/").split("/")
    return parts[0] == "" or ".." in parts or parts[0][1:2] == ":" or "\0" in name


def _refuse_macros(file: BinaryIO, name: str, entries: dict[str, Entry]) -> None:
    stop = macros(name)
    for folder, plain in _PLAIN_FORMS.items():
        if any(part.startswith(folder) for part in entries):
            stop = Stop(Fault.MACROS, instead=plain)
    marks = ("vbaproject", "xl/macrosheets/", "macro-enabled", "vbadata.xml")
    if any(mark in part for part in entries for mark in marks):
        raise stop
    types = _text(file, entries["[content_types].xml"])
    if any(mark in types for mark in ("macroenabled", "vbaproject", "ms-excel.macrosheet")):
        raise stop


def _open_document(file: BinaryIO, entries: dict[str, Entry]) -> str:
    if any(part.startswith(("basic/", "scripts/")) for part in entries):
        raise Stop(Fault.MACROS, instead=".pdf")
    manifest = entries.get("meta-inf/manifest.xml")
    if manifest is not None and "encryption-data" in _text(file, manifest):
        raise Stop(Fault.LOCKED)
    kind = _text(file, entries["mimetype"]).strip()
    return kind if kind.startswith("application/") and len(kind) < 100 else "application/zip"


def _text(file: BinaryIO, entry: Entry) -> str:
    """A part's text in lower case, in whatever encoding, at most ``PART_SIZE`` of it."""
    names, extras = struct.unpack("<HH", read_at(file, entry.offset + 26, 4))
    start = entry.offset + 30 + names + extras
    raw = read_at(file, start, min(entry.packed, PART_SIZE))
    if entry.method == 8:
        try:
            raw = zlib.decompressobj(-15).decompress(raw, PART_SIZE)
        except zlib.error:
            raw = b""
    return html.unescape(raw.replace(b"\0", b"").decode("utf-8", errors="replace")).lower()


def _by_name(entries: list[Entry]) -> dict[str, Entry]:
    """Two parts of one name are read differently by different programs: nobody means that."""
    named = {entry.name.replace("\\", "/").lower(): entry for entry in entries}
    same = len(named) < len(entries) and "[content_types].xml" in named
    if same or len({entry.name for entry in entries}) < len(entries):
        raise Stop(Fault.UNSAFE)
    return named
