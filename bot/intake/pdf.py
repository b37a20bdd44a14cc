"""PDF: whether it is locked, which its trailer says (ISO 32000-1, 7.5.5 and 7.6)."""

import re
from typing import BinaryIO

from bot.intake.finding import Fault, Stop, length_of, read_at

_TAIL = 1 << 20
_DICTIONARY = 64 << 10
_NAME = re.compile(rb"/((?:[^\s()<>\[\]{}/%#]|#[0-9A-Fa-f]{2})*)")
_MARK = re.compile(rb"\\.|[()]|<<|>>", re.DOTALL)  # One pass: a nest of brackets costs no more.
_START = re.compile(rb"startxref\s+(\d+)")


def look(file: BinaryIO) -> None:
    """Raises Stop if the trailer names an encryption dictionary.

    Only the trailer is asked: a page may well write about ``/Encrypt``.
    """
    length = length_of(file)
    tail = read_at(file, max(0, length - _TAIL), _TAIL)
    head = read_at(file, 0, 1024)
    shift = max(0, head.find(b"%PDF-"))
    for trailer in _trailers(file, tail, shift):
        if b"Encrypt" in _names(trailer):
            raise Stop(Fault.LOCKED)


def _trailers(file: BinaryIO, tail: bytes, shift: int) -> list[bytes]:
    """The newest trailers: where the end of the file points to, and the last ones written out."""
    found = []
    if starts := _START.findall(tail):
        section = read_at(file, int(starts[-1][:18]) + shift, _TAIL)
        if section.lstrip()[:4] == b"xref":
            section = section[section.find(b"trailer") :] if b"trailer" in section else b""
        else:
            section = section[: max(section.find(b"stream"), 0)]
        found.append(section[:_DICTIONARY])
    at = tail.rfind(b"trailer")
    if at >= 0:
        found.append(tail[at : at + _DICTIONARY])
    return [_dictionary(section) for section in found]


def _dictionary(section: bytes) -> bytes:
    """From the first ``<<`` to its own ``>>``, without what lies in strings."""
    start = section.find(b"<<")
    if start < 0:
        return b""
    kept, last, depth, strings = [], start, 0, 0
    for mark in _MARK.finditer(section, start):
        sign = mark[0]
        if sign == b"(":
            kept += [section[last : mark.start()]] if strings == 0 else []
            strings += 1
        elif sign == b")" and strings:
            strings -= 1
            last = mark.end()
        elif strings == 0 and sign in (b"<<", b">>"):
            depth += 1 if sign == b"<<" else -1
            if depth == 0:
                return b" ".join([*kept, section[last : mark.end()]])
    return b" ".join(kept if strings else [*kept, section[last:]])


def _names(dictionary: bytes) -> set[bytes]:
    return {
        re.sub(rb"#([0-9A-Fa-f]{2})", lambda code: bytes([int(code[1], 16)]), name)
        for name in _NAME.findall(dictionary)
    }
