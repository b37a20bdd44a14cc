"""Archives of 7-Zip and RAR: only whether a password is needed to open them."""

import lzma
import struct
from typing import BinaryIO

from bot.intake.finding import Fault, Stop, length_of, read_at

SEVEN = b"7z\xbc\xaf\x27\x1c"
RAR_4 = b"Rar!\x1a\x07\x00"
RAR_5 = b"Rar!\x1a\x07\x01\x00"
_AES = b"\x06\xf1\x07\x01"
_LZMA, _LZMA_2 = b"\x23\x03\x01\x01", b"\x21\x21\x01"
_WINDOW = 64 << 20
_HEADER = 4 << 20
_BLOCKS = 100_000


def look(file: BinaryIO, head: bytes) -> str | None:
    """The media type of an archive; None if it is not one. Raises Stop."""
    if head.startswith(SEVEN):
        _check_seven(file, head)
        return "application/x-7z-compressed"
    if not head.startswith((RAR_4, RAR_5)):
        return None
    try:
        locked = _old_rar(file) if head.startswith(RAR_4) else _new_rar(file)
    except (struct.error, IndexError):
        locked = False
    if locked:
        raise Stop(Fault.LOCKED)
    return "application/vnd.rar"


def _check_seven(file: BinaryIO, head: bytes) -> None:
    """The codec of a locked part is named in the directory, which may itself be packed."""
    if len(head) < 32:
        return
    offset, size = struct.unpack("<QQ", head[12:28])
    if offset + size + 32 > length_of(file):
        return
    directory = read_at(file, 32 + offset, min(size, _HEADER))
    if directory[:1] == b"\x17" and _AES not in directory:
        directory = _unpacked(file, directory)
    if _AES in directory:
        raise Stop(Fault.LOCKED)


def _unpacked(file: BinaryIO, directory: bytes) -> bytes:
    """A packed directory says where it lies and how it was packed (7zFormat.txt)."""
    try:
        at = 2
        where, at = _number(directory, at)
        _, at = _number(directory, at)
        packed, at = _number(directory, at + 1)  # Behind the mark of the sizes.
        raw = read_at(file, 32 + where, min(packed, _HEADER))
        unpack = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=[_filter(directory[at:])])
        return unpack.decompress(raw, _HEADER)
    except (ValueError, IndexError, struct.error, lzma.LZMAError):
        return b""


def _filter(coder: bytes) -> dict[str, int]:
    """How the directory was packed: LZMA by 7-Zip itself, LZMA2 by some others."""
    if (at := coder.find(_LZMA)) >= 0:
        first, size = coder[at + 4], struct.unpack("<I", coder[at + 5 : at + 9])[0]
        shape = {"lc": first % 9, "lp": first // 9 % 5, "pb": first // 45}
        return {"id": lzma.FILTER_LZMA1, "dict_size": min(size, _WINDOW), **shape}
    exponent = coder[coder.index(_LZMA_2) + 3]
    size = (2 | (exponent & 1)) << (exponent // 2 + 11)
    return {"id": lzma.FILTER_LZMA2, "dict_size": min(size, _WINDOW)}


def _number(raw: bytes, at: int) -> tuple[int, int]:
    """7-Zip's number: the leading ones of its first byte say how many bytes follow."""
    first, value = raw[at], 0
    for position in range(8):
        mask = 0x80 >> position
        if not first & mask:
            return value | (first & (mask - 1)) << (8 * position), at + 1 + position
        value |= raw[at + 1 + position] << (8 * position)
    return value, at + 9


def _old_rar(file: BinaryIO) -> bool:
    at = len(RAR_4)
    for _ in range(_BLOCKS):
        block = read_at(file, at, 11)
        if len(block) < 7:
            return False
        kind, flags, size = block[2], *struct.unpack("<HH", block[3:7])
        if (kind == 0x73 and flags & 0x80) or (kind == 0x74 and flags & 0x04):
            return True
        has_data = kind == 0x74 or flags & 0x8000
        at += max(size, 7) + (struct.unpack("<I", block[7:11])[0] if has_data else 0)
    return False


def _new_rar(file: BinaryIO) -> bool:
    at = len(RAR_5)
    for _ in range(_BLOCKS):
        raw = read_at(file, at, 4096)
        if len(raw) < 8:
            return False
        size, start = _varying(raw, 4)
        kind, place = _varying(raw, start)
        flags, place = _varying(raw, place)
        extra, place = _varying(raw, place) if flags & 1 else (0, place)
        data, place = _varying(raw, place) if flags & 2 else (0, place)
        if kind == 4:
            return True
        if kind == 2 and _has_lock(raw[start + size - extra : start + size]):
            return True
        if kind == 5:
            return False
        at += start + size + data
    return False


def _has_lock(extra: bytes) -> bool:
    at = 0
    while at < len(extra):
        size, start = _varying(extra, at)
        kind, _ = _varying(extra, start)
        if kind == 1:
            return True
        at = start + max(size, 1)
    return False


def _varying(raw: bytes, at: int) -> tuple[int, int]:
    """RAR's number: seven bits a byte, the last byte without its top bit."""
    value = 0
    for position in range(10):
        value |= (raw[at + position] & 0x7F) << (7 * position)
        if not raw[at + position] & 0x80:
            return value, at + position + 1
    raise IndexError
