"""Pictures: only how many points their header claims. None is ever decoded here.

A few kilobytes can claim a picture that fills the memory of whoever opens it (reliability.md 4).
"""

import re
import struct
from collections.abc import Callable
from typing import BinaryIO

from bot.intake.finding import Fault, Stop, read_at

MOST_POINTS = 400_000_000  # An A2 sheet scanned at 600 points an inch has 140 million.
_MARKERS = 10_000
_TAGS = 500
_NO_FRAME = {0xC4, 0xC8, 0xCC}  # Tables that lie among the numbers of the frames.


def look(file: BinaryIO, head: bytes) -> str | None:
    """The media type of a picture; None if it is not one. Raises Stop."""
    for mark, media_type, points in _FORMATS:
        if not mark.match(head):
            continue
        try:
            claimed = points(file, head)
        except (struct.error, IndexError):
            claimed = 0  # Damaged: kept as it is, as every other damaged file.
        if claimed > MOST_POINTS:
            raise Stop(Fault.PICTURE)
        return media_type
    return None


def _png(_: BinaryIO, head: bytes) -> int:
    width, height = struct.unpack(">II", head[16:24])
    return int(width * height)


def _gif(_: BinaryIO, head: bytes) -> int:
    width, height = struct.unpack("<HH", head[6:10])
    return int(width * height)


def _bmp(_: BinaryIO, head: bytes) -> int:
    width, height = struct.unpack("<ii", head[18:26])
    return abs(int(width * height))


def _jpeg(file: BinaryIO, _: bytes) -> int:
    at = 2
    for _marker in range(_MARKERS):
        part = read_at(file, at, 9)
        if len(part) < 9 or part[0] != 0xFF:
            return 0
        marker = part[1]
        if 0xC0 <= marker <= 0xCF and marker not in _NO_FRAME:
            height, width = struct.unpack(">HH", part[5:9])
            return int(width * height)
        alone = marker == 0xFF or 0xD0 <= marker <= 0xD8
        at += 1 if marker == 0xFF else 2 if alone else 2 + struct.unpack(">H", part[2:4])[0]
    return 0


def _tiff(file: BinaryIO, head: bytes) -> int:
    """The largest of the first pages' sizes; each page points to the next."""
    order = "<" if head[:2] == b"II" else ">"
    (at,) = struct.unpack(order + "I", head[4:8])
    most = 0
    for _page in range(_TAGS):
        (count,) = struct.unpack(order + "H", read_at(file, at, 2))
        raw = read_at(file, at + 2, min(count, _TAGS) * 12)
        sides = {0x100: 0, 0x101: 0}
        for place in range(0, len(raw) - 11, 12):
            tag, kind = struct.unpack(order + "HH", raw[place : place + 4])
            if tag in sides:
                form = "H" if kind == 3 else "I"
                (sides[tag],) = struct.unpack_from(order + form, raw, place + 8)
        most = max(most, sides[0x100] * sides[0x101])
        (at,) = struct.unpack(order + "I", read_at(file, at + 2 + count * 12, 4))
        if at == 0:
            break
    return most


def _webp(_: BinaryIO, head: bytes) -> int:
    if head[12:16] != b"VP8X":
        return 0  # The other forms cannot be larger than 16,384 by 16,384 points.
    width = int.from_bytes(head[24:27], "little") + 1
    return width * (int.from_bytes(head[27:30], "little") + 1)


_FORMATS: tuple[tuple[re.Pattern[bytes], str, Callable[[BinaryIO, bytes], int]], ...] = (
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png", _png),
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg", _jpeg),
    (re.compile(rb"GIF8[79]a"), "image/gif", _gif),
    (re.compile(rb"II\*\x00|MM\x00\*"), "image/tiff", _tiff),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "image/webp", _webp),
    (re.compile(rb"BM.{4}\0{4}.{4}[\x28\x6c\x7c]\0{3}", re.DOTALL), "image/bmp", _bmp),
)
