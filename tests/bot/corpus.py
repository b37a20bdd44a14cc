"""Files as people send them, and as nobody should: made here, the same bytes every run."""

import base64
import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

import openpyxl

TYPES = "[Content_Types].xml"
SHEET_TYPES = (
    '<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
MACRO_TYPES = SHEET_TYPES.replace(
    "openxmlformats-officedocument.spreadsheetml.sheet.main", "ms-excel.sheet.macroEnabled.main"
)
OFFICE_PARTS = {TYPES: SHEET_TYPES, "xl/workbook.xml": "<workbook/>"}
# Made by py7zr with a password; its directory is packed, as 7-Zip's usually are.
LOCKED_7Z = base64.b64decode(
    "N3q8ryccAAQc1/AkjQAAAAAAAAAUAAAAAAAAAK6uPjqQgctLH/MdogqoaySSVMxcv4z0W0etcarTsy8wwhOzBwEA"
    "aAEEBgABCSAKAQnKRY8ABwsBAAIkBvEHARJTD5JqdXaFr1PwIcRIq+7tmjYhIQEYAQAMGoHCAAgKAfM4TmYAAAUB"
    "GQEAEQ0AeAAuAHQAeAB0AAAAFAoBAOADapdUe90BFQYBACCApIEAAAAXBiABCW0ABwsBAAEhIQEYDGkAAA=="
)


def archive(parts: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", method) as made:
        for name, content in parts.items():
            made.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return raw.getvalue()


def workbook() -> bytes:
    book = openpyxl.Workbook()
    book.active.append(["Số nhiệm vụ", 47])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def one_part(
    name: bytes, data: bytes, *, flags: int = 0, size: int | None = None, times: int = 1
) -> bytes:
    """A ZIP file by hand: one stored part, named ``times`` times in the directory."""
    size = len(data) if size is None else size
    crc = zlib.crc32(data)
    local = struct.pack(
        "<4s5H3I2H", b"PK\3\4", 20, flags, 0, 0, 0, crc, len(data), size, len(name), 0
    )
    central = b"".join(
        struct.pack(
            "<4s6H3I5H2I",
            *(b"PK\1\2", 20, 20, flags, 0, 0, 0, crc, len(data), size),
            *(len(other), 0, 0, 0, 0, 0, 0),
        )
        + other
        for other in (name if n == 0 else name + b"%d" % n for n in range(times))
    )
    start = len(local) + len(name) + len(data)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, times, times, len(central), start, 0)
    return local + name + data + central + end


def compound(entries: Mapping[str, bytes | None]) -> bytes:
    """An OLE file with these streams; None makes a storage. Streams are filled to 4096 bytes."""
    items = [_item("Root Entry", 5, 0xFFFFFFFE, 0)]
    fat, body = [], b""
    sectors = (len(entries) + 4) // 4
    fat += [n + 1 for n in range(1, sectors)] + [0xFFFFFFFE]
    for name, content in entries.items():
        if content is None:
            items.append(_item(name, 1, 0, 0))
            continue
        raw = content.ljust(4096, b"\0")
        first = 1 + len(fat)
        fat += [first + n + 1 for n in range(len(raw) // 512 - 1)] + [0xFFFFFFFE]
        body += raw
        items.append(_item(name, 2, first, len(raw)))
    table = struct.pack("<I", 0xFFFFFFFD) + struct.pack(f"<{len(fat)}I", *fat)
    header = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(16) + struct.pack("<HHHH", 62, 3, 65534, 9)
    header = header.ljust(44, b"\0") + struct.pack("<III", 1, 1, 0) + struct.pack("<I", 4096)
    header += struct.pack("<IIII", 0xFFFFFFFE, 0, 0xFFFFFFFE, 0) + struct.pack("<I", 0)
    directory = b"".join(items).ljust(sectors * 512, b"\0")
    return header.ljust(512, b"\xff") + table.ljust(512, b"\xff") + directory + body


def _item(name: str, kind: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    item = raw.ljust(64, b"\0") + struct.pack("<HB", len(raw), kind)
    return item.ljust(116, b"\0") + struct.pack("<II", start, size) + bytes(4)


def pdf(trailer: bytes = b"", page: bytes = b"") -> bytes:
    body = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n" + page
    start = b"startxref\n%d\n%%%%EOF\n" % len(body)
    return body + b"xref\n0 1\ntrailer <</Root 1 0 R " + trailer + b">>\n" + start


def pdf_with_stream_table(words: bytes) -> bytes:
    body = b"%PDF-1.5\n"
    table = b"7 0 obj <</Type/XRef /W[1 2 1] " + words + b">>\nstream\nxx\nendstream\n"
    return body + table + b"startxref\n%d\n%%%%EOF" % len(body)


def rar_4(flags: int) -> bytes:
    main = struct.pack("<HBHH", 0, 0x73, 0, 13) + bytes(6)
    file = struct.pack("<HBHHI", 0, 0x74, flags, 40, 5) + bytes(29) + b"12345"
    return b"Rar!\x1a\x07\x00" + main + file


def rar_5(extra: bytes) -> bytes:
    main = b"\0\0\0\0" + bytes([3, 1, 0, 0])
    file = bytes([2, 1, len(extra)]) + b"\1\1a" + extra
    return b"Rar!\x1a\x07\x01\x00" + main + b"\0\0\0\0" + bytes([len(file)]) + file
