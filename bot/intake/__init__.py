"""What a file is, by its structure, and whether it may be kept as evidence (reliability.md 4).

Programs, documents with macros, locked files and archives that are not what they seem are
refused; everything else is kept as it is, whatever its name says. Nothing is unpacked, no
picture is decoded. These functions read hostile bytes: they run in the kitchen's child process.
"""

from pathlib import Path
from typing import BinaryIO

from bot.intake import archives, compound, pdf, pictures, zips
from bot.intake.finding import OPAQUE, Fault, Finding, Stop

__all__ = ["Fault", "Finding", "inspect"]

HEAD = 4096
# What Windows, Android or a shell would run, by the name alone.
_RISKY = """
    apk app appx bat bash cmd com cpl csh dll exe gadget hta inf ins isp jar jnlp js jse lnk mjs
    msc msh msi msix msp mst paf pif ps1 ps2 psm1 reg scf scr sct sh shb sys vb vbe vbs vbscript
    ws wsc wsf wsh xbap xll
"""
RISKY = frozenset(_RISKY.split())
_MACROS = "docm dotm xlsm xltm xlam pptm potm ppsm ppam sldm"
MACRO_NAMES = frozenset(_MACROS.split())
_MACH_O = {
    b"\xfe\xed\xfa\xce",
    b"\xfe\xed\xfa\xcf",
    b"\xce\xfa\xed\xfe",
    b"\xcf\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",  # Also compiled Java.
}
_SHORTCUT = b"\x4c\x00\x00\x00\x01\x14\x02\x00"


def inspect(path: Path, name: str) -> Finding:
    """Look at the file at ``path``, which its sender called ``name`` (cleaned)."""
    try:
        with path.open("rb") as file:
            return Finding(_media_type(file, name))
    except Stop as stop:
        return Finding(OPAQUE, stop.fault, stop.values)


def extension(name: str) -> str:
    """What a system would go by: dots and spaces at the end do not count."""
    return name.rstrip(". ").rpartition(".")[2].lower() if "." in name else ""


def _media_type(file: BinaryIO, name: str) -> str:
    head = file.read(HEAD)
    if not head:
        raise Stop(Fault.EMPTY)
    if extension(name) in RISKY or _is_program(head):
        raise Stop(Fault.PROGRAM)
    if extension(name) in MACRO_NAMES:
        raise zips.macros(name)
    if found := zips.look(file, name, _is_risky_inside):
        return found
    if head.startswith(compound.MAGIC):
        return compound.look(file)
    if found := archives.look(file, head):
        return found
    if b"%PDF-" in head[:1024]:
        pdf.look(file)
        return "application/pdf"
    return pictures.look(file, head) or _plain_type(head)


def _is_program(head: bytes) -> bool:
    if head[:2] == b"MZ" and b"\0" in head[:64]:
        return True
    if head.startswith((b"\x7fELF", _SHORTCUT, b"dex\n", b"\0asm")) or head[:4] in _MACH_O:
        return True
    text = head.removeprefix(b"\xef\xbb\xbf")
    return text[:2] == b"#!" and text[2:].lstrip(b" \t").startswith((b"/", b"C:", b"env "))


def _is_risky_inside(name: str) -> Fault | None:
    kind = extension(name)
    if kind in RISKY:
        return Fault.PROGRAM_INSIDE
    return Fault.MACROS_INSIDE if kind in MACRO_NAMES else None


def _plain_type(head: bytes) -> str:
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"mif1", b"hevc"}:
        return "image/heic"
    if head.startswith(b"{\\rtf"):
        return "application/rtf"
    return "text/plain" if _is_text(head) else OPAQUE


def _is_text(head: bytes) -> bool:
    if b"\0" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and len(head) == HEAD
    return True
