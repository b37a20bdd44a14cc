"""What comes in by the intake's door: files that are odd but fine, and files that endanger."""

import random
import re
import struct
import zipfile

from bot.intake import Fault
from bot.intake.pictures import MOST_POINTS
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

KEPT: dict[str, tuple[bytes, str]] = {
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
REFUSED: dict[str, tuple[bytes, Fault]] = {
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
    "gui do.xlsx": (archive(OFFICE_PARTS)[:-30], Fault.DAMAGED),
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


def sheet(inside: str, before: str = "") -> bytes:
    """A workbook whose one sheet is written by hand."""
    return archive(OFFICE_PARTS | {"xl/worksheets/sheet1.xml": f"{before}<worksheet>{inside}"})


ENTITIES = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(8))
LAUGHS = f'<!DOCTYPE x [<!ENTITY a0 "ha">{ENTITIES}]>'
ROW = '<row r="{0}"><c r="{1}{0}"><v>1</v></c></row>'
# What would choke a program that read it as a table: kept, for nobody here does.
TRAPS = {
    "mot ty tieng cuoi.xlsx": sheet("<v>&a8;</v>", LAUGHS),
    "tep ngoai.xlsx": sheet("&x;", '<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>'),
    "o xa.xlsx": sheet(ROW.format(1048576, "XFD")),
    "dong xa.xlsx": sheet(ROW.format(999999999999, "A")),
    "gop o.xlsx": sheet('<mergeCell ref="A1:XFD1048576"/>'),
    "kich thuoc lon.xlsx": sheet('<dimension ref="A1:XFD1048576"/>'),
    "de trong.xlsx": sheet("<sheetData/>"),
    "cong thuc.xlsx": sheet('<c><f>HYPERLINK("http://a","b")</f></c>'),
    "lap.xlsx": sheet("<a>" * 100_000),
}
OLD_EXCEL = BIFF + b"".join(struct.pack("<HH", 0x85, 65535) for _ in range(500))


def png(width: int, height: int) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", width, height) + bytes(9)


def jpeg(width: int, height: int) -> bytes:
    table = struct.pack(">HH", 0xFFE0, 2) + struct.pack(">HH", 0xFFC4, 4) + b"ab"
    frame = struct.pack(">HHBHH", 0xFFC0, 17, 8, height, width)
    return b"\xff\xd8" + table + frame + bytes(20)


def tiff(width: int, height: int, order: str = "<") -> bytes:
    tags = struct.pack(order + "HHII", 0x100, 4, 1, width)
    tags += struct.pack(order + "HHII", 0x101, 4, 1, height)
    start = b"II*\0" if order == "<" else b"MM\0*"
    return start + struct.pack(order + "IH", 8, 2) + tags + bytes(4)


def webp(width: int, height: int) -> bytes:
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + sides


def bmp(width: int, height: int) -> bytes:
    return b"BM" + struct.pack("<IIIIii", 99, 0, 54, 40, width, -height) + bytes(28)


def gif(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HH", width, height) + bytes(5)


SIDE = int(MOST_POINTS**0.5)
KEPT |= {name: (content, WORKBOOK) for name, content in TRAPS.items()}
KEPT |= {
    "anh vua.png": (png(SIDE, SIDE), "image/png"),
    "anh vua.jpg": (jpeg(SIDE, SIDE), "image/jpeg"),
    "anh vua.tif": (tiff(SIDE, SIDE), "image/tiff"),
    "anh vua.webp": (webp(SIDE, SIDE - 1), "image/webp"),
    "anh vua.bmp": (bmp(SIDE, SIDE), "image/bmp"),
    "anh vua.gif": (gif(SIDE, SIDE), "image/gif"),
    "BM 01 bieu mau.txt": (b"BM 01: bieu mau bao cao", "text/plain"),
    "cut.png": (png(1, 1)[:18], "image/png"),
    "vong.tif": (tiff(9, 9)[:-4] + struct.pack("<I", 8), "image/tiff"),
    "ngoac.pdf": (pdf(b"(\\" * 20_000), "application/pdf"),
    "ngoac long.pdf": (
        pdf(b"/Title " + b"(" * 9000 + b"/Encrypt" + b")" * 9000),
        "application/pdf",
    ),
    "khong duoi.pdf": (b"%PDF-1.7\n", "application/pdf"),
    "tro xa.pdf": (pdf()[:-30] + b"startxref\n" + b"9" * 4000, "application/pdf"),
    "tro minh.pdf": (b"%PDF-1.4 <<" * 9000 + b"startxref\n0\n", "application/pdf"),
    "toan so khong": (bytes(100_000), OPAQUE),
    "dai.xls": (compound({"Workbook": OLD_EXCEL}), "application/vnd.ms-excel"),
    "hong nang.xls": (compound({"Workbook": BIFF})[:700], OPAQUE),
    "cut.7z": (LOCKED_7Z[:40], "application/x-7z-compressed"),
    "cut.rar": (rar_5(b"\2\1\0")[:12], "application/vnd.rar"),
    "nen.gz": (b"\x1f\x8b\x08\0" + bytes(9), OPAQUE),
    "ten\u202egpj.pdf": (pdf(), "application/pdf"),
    "sat muc.zip": (archive({str(n): "" for n in range(10_000)}), "application/zip"),
    "sat muc.xlsx": (
        archive(OFFICE_PARTS | {f"xl/{n}": "" for n in range(1_998)}),
        WORKBOOK,
    ),
}


def claiming(parts: dict[str, str | bytes], mebibytes: int) -> bytes:
    """An archive whose ``.bin`` parts say that they unpack to this much."""
    raw = bytearray(archive(parts))
    for found in re.finditer(rb"PK\x01\x02.{42}[\w/]+\.bin", raw, re.DOTALL):
        raw[found.start() + 24 : found.start() + 28] = struct.pack("<I", mebibytes * MIB)
    return bytes(raw)


NOISE = random.Random(1).randbytes(MIB // 2)
REFUSED |= {
    f"bom.{kind}": (made(SIDE, SIDE + 2), Fault.PICTURE)
    for kind, made in {"png": png, "jpg": jpeg, "tif": tiff, "webp": webp, "bmp": bmp}.items()
}
REFUSED |= {
    "bom.gif": (gif(65535, 65535), Fault.PICTURE),
    "bom may khac.tif": (tiff(SIDE, SIDE + 2, ">"), Fault.PICTURE),
    "doi ten bom.pdf": (png(1 << 31, 1 << 31), Fault.PICTURE),
    "tong.xlsx": (
        claiming(OFFICE_PARTS | {f"xl/{n}.bin": NOISE for n in range(5)}, 45),
        Fault.UNSAFE,
    ),
    "mot muc.xlsx": (claiming(OFFICE_PARTS | {"xl/0.bin": NOISE}, 51), Fault.UNSAFE),
    "dong khong het.xlsx": (sheet("<row><c/></row>" * 200_000), Fault.UNSAFE),
    "ty le.zip": (archive({"a": bytes(2 * MIB)}), Fault.UNSAFE),
    "qua muc.zip": (archive({str(n): "" for n in range(10_001)}), Fault.UNSAFE),
    "trung ten.xlsx": (archive(OFFICE_PARTS | {"XL/Workbook.xml": "x"}), Fault.UNSAFE),
    "o dia.zip": (archive({"C:\\a.txt": "x"}), Fault.UNSAFE),
    "mang.zip": (archive({"\\\\may\\a.txt": "x"}), Fault.UNSAFE),
    "giua duong.zip": (archive({"a/../../b.txt": "x"}), Fault.UNSAFE),
    "macrosheet hoa.xlsx": (archive(OFFICE_PARTS | {"XL/MacroSheets/s.xml": ""}), Fault.MACROS),
    "macro nhi phan.xlsb": (
        archive({TYPES: "<x/>", "xl/workbook.bin": "", "xl/vbaProject.BIN": ""}),
        Fault.MACROS,
    ),
    "macro.docx": (archive({TYPES: "<x/>", "word/VbaProject.bin": ""}), Fault.MACROS),
    "macro.pptx": (archive({TYPES: "<x/>", "ppt/vbaData.xml": ""}), Fault.MACROS),
    "mau.dotm": (pdf(), Fault.MACROS),
    "khong type.zip": (archive({"a/vbaProject.bin": ""}), Fault.MACROS),
    "kem scr.zip": (archive({"ke hoach.pdf.SCR": ""}), Fault.PROGRAM_INSIDE),
    "tap lenh.zip": (archive({"a.lnk. ": ""}), Fault.PROGRAM_INSIDE),
    "lenh.bat ": (b"del", Fault.PROGRAM),
    "fdp\u202e.exe": (pdf(), Fault.PROGRAM),
    "cai dat.msi": (b"x", Fault.PROGRAM),
    "khoa chuan.zip": (one_part(b"a.pdf", b"xxxx", flags=0x41), Fault.LOCKED),
    "khoa cu.ppt": (compound({"EncryptedSummary": b""}), Fault.LOCKED),
}
