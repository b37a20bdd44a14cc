"""LibreOffice without a screen: what an office on the other side does with the bot's files."""

import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

PROGRAMS = ("soffice", "libreoffice")
XLSX = "Calc MS Excel 2007 XML"
SECONDS = 100
_INDEX = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:{kind} PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "{kind}.dtd">
"""
_NAMESPACES = 'xmlns:library="http://openoffice.org/2000/library"'
_XLINK = 'xmlns:xlink="http://www.w3.org/1999/xlink"'
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic">{code}</script:module>
"""
_FILL = """
Function Named(name As String, value As Variant) As com.sun.star.beans.PropertyValue
  Dim made As New com.sun.star.beans.PropertyValue
  made.Name = name
  made.Value = value
  Named = made
End Function

Sub Fill
  Dim book As Object, sheet As Object
  book = StarDesktop.loadComponentFromURL("{source}", "_blank", 0, Array(Named("Hidden", True)))
  sheet = book.Sheets.getByIndex(0)
{cells}
  book.storeToURL("{target}", Array(Named("FilterName", "{filter}")))
  book.close(True)
End Sub
"""


def program() -> str | None:
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def converted(path: Path, form: str, folder: Path) -> Path:
    """A copy in ``folder`` that LibreOffice saved as ``form``: "pdf", "ods", "xlsx"."""
    _run(folder, "--convert-to", form, "--outdir", str(folder), str(path))
    return folder / f"{path.stem}.{form}"


def filled(path: Path, cells: Mapping[str, str], folder: Path) -> Path:
    """A copy of the workbook in ``folder``, opened by LibreOffice, with these cells of its first
    sheet typed in, and saved as .xlsx. What is typed means there what it means to its user:
    "47" is a number where the cell is not one of text, "=1+1" a formula."""
    target = folder / path.name
    code = _FILL.format(
        source=path.absolute().as_uri(),
        target=target.absolute().as_uri(),
        filter=XLSX,
        cells="\n".join(
            f"  sheet.getCellRangeByName({_literal(at)}).setFormula({_literal(text)})"
            for at, text in cells.items()
        ),
    )
    _run(folder, "--terminate_after_init")  # Making the profile would replace the macro.
    _keep_macro(_profile(folder), code)
    _run(folder, "macro:///Standard.Module1.Fill")
    return target


def _run(folder: Path, *arguments: str) -> None:
    """Each folder has a profile of its own, so that several can run at once."""
    command = [str(program()), f"-env:UserInstallation={_profile(folder).as_uri()}", "--headless"]
    subprocess.run([*command, *arguments], check=True, capture_output=True, timeout=SECONDS)


def _profile(folder: Path) -> Path:
    return folder.absolute() / ".libreoffice"


def _keep_macro(profile: Path, code: str) -> None:
    library = profile / "user" / "basic" / "Standard"
    library.mkdir(parents=True, exist_ok=True)
    (library / "Module1.xba").write_text(_MODULE.format(code=escape(code)))
    (library / "script.xlb").write_text(
        _INDEX.format(kind="library")
        + f'<library:library {_NAMESPACES} library:name="Standard" library:readonly="false" '
        'library:passwordprotected="false"><library:element library:name="Module1"/>'
        "</library:library>"
    )
    (library.parent / "script.xlc").write_text(
        _INDEX.format(kind="libraries") + f"<library:libraries {_NAMESPACES} {_XLINK}>"
        '<library:library library:name="Standard" library:link="false"/></library:libraries>'
    )


def _literal(text: str) -> str:
    """A text of Basic; line breaks are joined in as signs."""
    lines = ('"' + line.replace('"', '""') + '"' for line in text.split("\n"))
    return " & Chr(10) & ".join(lines)
