"""A file is known by what it holds (F32, T10): some are refused, everything else is kept."""

import struct
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import intake
from bot.intake import Fault, Finding
from tests.bot.corpus import (
    LOCKED_7Z,
    MACRO_TYPES,
    OFFICE_PARTS,
    TYPES,
    archive,
    compound,
    one_part,
    pdf,
    pdf_with_stream_table,
    rar_4,
    rar_5,
    workbook,
)

MIB = 1 << 20
OPAQUE = "application/octet-stream"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BIFF = struct.pack("<HH", 0x809, 4) + b"\0\6\5\0"
SHEET = struct.pack("<HHI", 0x85, 8, 0) + b"\0\1\1\0"  # Of type 1: macros of Excel 4.
VBA = {"xl/VBAPROJECT.BIN": "x"}

KEPT = {
    "so lieu.xlsx": (workbook(), WORKBOOK),
    "mang ten sai.pdf": (workbook(), WORKBOOK),
    "trong.txt.zip": (b"PK\5\6" + bytes(18), "application/zip"),
    "bien.txt": ("Số liệu quý III".encode(), "text/plain"),
    "MZ.txt": (b"MZ la viet tat cua mat ma", "text/plain"),
    "ghi chu.md": (b"#!tieu de, khong phai lenh", "text/plain"),
    "cu.xls": (compound({"Workbook": BIFF}), "application/vnd.ms-excel"),
    "cu.doc": (compound({"WordDocument": b"\xec\xa5"}), "application/msword"),
    "ve /Encrypt.pdf": (pdf(page=b"(BT /Encrypt trailer <</Encrypt>> )"), "application/pdf"),
    "metadata.pdf": (pdf(b"/EncryptMetadata true"), "application/pdf"),
    "chuoi.pdf": (pdf(b"/Title (giai thich /Encrypt)"), "application/pdf"),
    "dau la.pdf": (b"\n\n" + pdf(), "application/pdf"),
    "cut giua chung.docx": (workbook()[:900], OPAQUE),
    "scan.zip": (
        archive({"a.pdf": b"x", "B.PDF": b"y", "thu muc\\c.pdf": b"z"}),
        "application/zip",
    ),
    "lon ma that.zip": (archive({"v.mp4": bytes(2 * MIB)}, zipfile.ZIP_STORED), "application/zip"),
    "anh.png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "image/png"),
    "la.bin": (bytes(range(256)), OPAQUE),
    "khong khoa.rar": (rar_4(0), "application/vnd.rar"),
    "moi.rar": (rar_5(b"\3\2\0\0"), "application/vnd.rar"),
    "ke hoach.com.pdf": (pdf(), "application/pdf"),
}
REFUSED = {
    "rong.pdf": (b"", Fault.EMPTY),
    "chay.pdf": (b"MZ" + bytes(100), Fault.PROGRAM),
    "linux": (b"\x7fELF\2\1", Fault.PROGRAM),
    "mac": (b"\xcf\xfa\xed\xfe" + bytes(9), Fault.PROGRAM),
    "lenh.txt": (b"\xef\xbb\xbf#! /bin/sh\nrm -rf ~", Fault.PROGRAM),
    "bao cao.pdf.EXE. ": (pdf(), Fault.PROGRAM),
    "bao cao fdp.scr": (b"x", Fault.PROGRAM),
    "ung dung.zip": (archive({"AndroidManifest.xml": "x"}), Fault.PROGRAM),
    "kem chuong trinh.zip": (archive({"a/cai dat.exe": "x"}), Fault.PROGRAM_INSIDE),
    "kem macro.zip": (archive({"So lieu.XLSM": "x"}), Fault.MACROS_INSIDE),
    "chu hoa.xlsx": (archive(OFFICE_PARTS | VBA), Fault.MACROS),
    "kieu.xlsx": (archive(OFFICE_PARTS | {TYPES: MACRO_TYPES}), Fault.MACROS),
    "utf16.xlsx": (
        archive(OFFICE_PARTS | {TYPES: MACRO_TYPES.encode("utf-16")}),
        Fault.MACROS,
    ),
    "ma so.xlsx": (
        archive(OFFICE_PARTS | {TYPES: MACRO_TYPES.replace("macroE", "macro&#x45;")}),
        Fault.MACROS,
    ),
    "excel 4.xlsx": (archive(OFFICE_PARTS | {"xl/macrosheets/s.xml": "x"}), Fault.MACROS),
    "hong.docx": (archive(OFFICE_PARTS | VBA)[:-30], Fault.MACROS),
    "bien the.pdf": (pdf() + archive(OFFICE_PARTS | VBA), Fault.MACROS),
    "libre.ods": (archive({"mimetype": "x", "Basic/Standard/a.xml": "x"}), Fault.MACROS),
    "cu co macro.xls": (compound({"Workbook": BIFF, "_VBA_PROJECT_CUR": None}), Fault.MACROS),
    "cu co macro.doc": (compound({"Macros": None, "WordDocument": b""}), Fault.MACROS),
    "excel 4.xls": (compound({"Workbook": BIFF + SHEET}), Fault.MACROS),
    "khoa.xlsx": (compound({"EncryptedPackage": b"", "EncryptionInfo": b""}), Fault.LOCKED),
    "khoa.doc": (compound({"WordDocument": bytes(11) + b"\1"}), Fault.LOCKED),
    "khoa.xls": (compound({"Workbook": BIFF + struct.pack("<HHI", 0x2F, 4, 0)}), Fault.LOCKED),
    "khoa.zip": (one_part(b"a.pdf", b"xxxx", flags=1), Fault.LOCKED),
    "khoa.7z": (LOCKED_7Z, Fault.LOCKED),
    "khoa.rar": (rar_4(4), Fault.LOCKED),
    "khoa moi.rar": (rar_5(b"\2\1\0"), Fault.LOCKED),
    "khoa.pdf": (pdf(b"/Encrypt 5 0 R"), Fault.LOCKED),
    "khoa giau.pdf": (pdf(b"/#45ncrypt 5 0 R"), Fault.LOCKED),
    "khoa kieu moi.pdf": (pdf_with_stream_table(b"/Encrypt 5 0 R"), Fault.LOCKED),
    "khoa.odt": (
        archive({"mimetype": "x", "META-INF/manifest.xml": "<m:encryption-data/>"}),
        Fault.LOCKED,
    ),
    "bom.xlsx": (archive(OFFICE_PARTS | {"xl/s.xml": bytes(30 * MIB)}), Fault.UNSAFE),
    "khai lon.zip": (one_part(b"a", b"x", size=3 << 30), Fault.UNSAFE),
    "nhieu muc.xlsx": (
        archive(OFFICE_PARTS | {f"xl/{n}": "" for n in range(2_000)}),
        Fault.UNSAFE,
    ),
    "chong len nhau.zip": (one_part(b"a", b"x" * 99, times=3), Fault.UNSAFE),
    "ra ngoai.zip": (archive({"..\\..\\a.txt": "x"}), Fault.UNSAFE),
    "tuyet doi.zip": (archive({"/etc/passwd": "x"}), Fault.UNSAFE),
}


def look(directory: Path, name: str, content: bytes) -> Finding:
    path = directory / "bytes"
    path.write_bytes(content)
    return intake.inspect(path, name)


@pytest.mark.parametrize("name", KEPT)
def test_what_is_odd_but_fine_is_kept_with_its_type(tmp_path: Path, name: str) -> None:
    content, media_type = KEPT[name]
    assert look(tmp_path, name, content) == Finding(media_type)


@pytest.mark.parametrize("name", REFUSED)
def test_what_endangers_the_reader_is_refused_with_its_reason(tmp_path: Path, name: str) -> None:
    content, fault = REFUSED[name]
    assert look(tmp_path, name, content).fault is fault


def test_a_macro_document_is_told_its_plain_form(tmp_path: Path) -> None:
    macros = archive({TYPES: MACRO_TYPES, "xl/workbook.xml": "x"})
    assert look(tmp_path, "so lieu.xlsm", macros).values == {"instead": ".xlsx"}
    inside = look(tmp_path, "a.zip", archive({"x/cai dat.exe": ""}))
    assert inside.values == {"inner": "cai dat.exe"}


SAMPLES = [content for content, _ in (KEPT | REFUSED).values() if 0 < len(content) < 50_000]


@given(
    sample=st.sampled_from(SAMPLES),
    places=st.lists(st.tuples(st.integers(0, 50_000), st.integers(0, 255)), max_size=8),
    length=st.integers(1, 50_000),
)
def test_a_mutant_is_judged_not_choked_on(
    tmp_path_factory: pytest.TempPathFactory,
    sample: bytes,
    places: list[tuple[int, int]],
    length: int,
) -> None:
    content = bytearray(sample[:length])
    for place, value in places:
        content[place % len(content)] = value
    found = look(tmp_path_factory.getbasetemp(), "la.bin", bytes(content))
    assert found.media_type
