"""The receipt of a sheet that was handed in, as a document laid out by Decree 30/2020 (N18)."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.words import Words
from models.calendar import ZONE
from models.text import clean

CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
AREA_WIDTHS = (Cm(1.2), Cm(8.3), Cm(2.8), Cm(2.1), Cm(1.8))
CLAIM_WIDTHS = (Cm(1.5), Cm(5.2), Cm(2.0), Cm(2.0), Cm(5.5))
FILE_WIDTHS = (Cm(1.2), Cm(8.3), Cm(2.3), Cm(4.4))


TABLES = ("adjustments", "areas", "claims", "files", "late", "left_out")  # Not for a sentence.


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``code``, ``year``, ``unit``, ``owner``,
    ``sent_at``, ``due_at``, ``late``, ``points``, ``max_points``, ``lines``, ``documents``,
    ``digest``, ``proposed_by``, ``approved_by``; ``areas``, each with ``code``, ``title`` and
    totals; ``left_out`` (a message, or None); ``adjustments``, each a message; ``claims``, each
    with ``code``, ``title``, ``rule_points``, ``points`` and ``reason``; ``files``, each with
    ``name``, ``mark`` (of the SHA-256) and ``codes`` of lines."""
    return _Receipt(values).bytes()


class _Receipt:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._words = Words()
        self._document = docx.Document()
        _lay_out(self._document)

    def bytes(self) -> bytes:
        self._head()
        self._title()
        self._facts()
        self._areas()
        self._claims()
        self._files()
        self._close()
        content = io.BytesIO()
        self._document.core_properties.title = self._text("summary")
        self._document.core_properties.author = clean(self._values["owner"])
        self._document.save(content)
        return content.getvalue()

    def _text(self, name: str, **more: Any) -> str:
        plain = {k: v for k, v in self._values.items() if k not in TABLES}
        language = self._values["language"]
        return clean(self._words.plain(f"receipt_doc.{name}", language, **plain, **more))

    def _head(self) -> None:
        """The owner to the left, the state to the right, each with its rule."""
        table = self._document.add_table(rows=2, cols=2)
        left, right = table.rows[0].cells
        _put(left, clean(self._values["owner"]).upper(), bold=True, size=12)
        _rule(left)
        _put(right, self._text("state"), bold=True, size=12)
        _rule(_put(right, self._text("motto"), bold=True, size=13))
        left, right = table.rows[1].cells
        _put(left, self._text("number"), size=13)
        day = self._values["sent_at"].astimezone(ZONE)
        # Days below 10 and the first two months are written with a 0 (Decree 30, annex I).
        month = f"{day.month:02}" if day.month < 3 else str(day.month)
        date = self._text("date", day=f"{day.day:02}", month=month, in_year=day.year)
        _put(right, date, italic=True, size=13)
        for row in table.rows:
            for cell, width in zip(row.cells, (Cm(6.5), Cm(9.7)), strict=True):
                cell.width = width

    def _title(self) -> None:
        title = self._document.add_paragraph()
        title.paragraph_format.space_before = Pt(18)
        _write(title, self._text("kind"), bold=True, size=14).alignment = CENTRE
        summary = _write(self._document.add_paragraph(), self._text("summary"), bold=True, size=14)
        summary.alignment = CENTRE
        _rule(summary)

    def _facts(self) -> None:
        late = "late" if self._values["late"] else "in_time"
        self._paragraph(self._text("sent", when=self._text(f"when_{late}")))
        self._paragraph(self._text("approved"))
        self._paragraph(self._text("totals"))
        left_out = [self._values["left_out"]] if self._values["left_out"] else []
        for part in [*left_out, *self._values["adjustments"]]:
            said = self._words.plain(part.name, self._values["language"], **part.values)
            self._paragraph(clean(said))

    def _areas(self) -> None:
        self._heading(self._text("areas"))
        head = [
            self._text(f"area_{name}") for name in ("code", "title", "points", "lines", "files")
        ]
        table = self._table(head, AREA_WIDTHS)
        for area in self._values["areas"]:
            points = self._text("points_of", own=area["points"], most=area["max_points"])
            counts = [str(area["lines"]), str(area["documents"])]
            _row(table, [area["code"], area["title"], points, *counts], AREA_WIDTHS)

    def _claims(self) -> None:
        """Where the unit claims other points than the rule gives (domain.md 13c 6)."""
        if not self._values["claims"]:
            return
        self._heading(self._text("claims"))
        names = ("code", "title", "rule", "points", "reason")
        table = self._table([self._text(f"claim_{name}") for name in names], CLAIM_WIDTHS)
        for claim in self._values["claims"]:
            figures = [
                self._text("claim_figure", figure=claim[name])
                for name in ("rule_points", "points")
            ]
            _row(table, [claim["code"], claim["title"], *figures, claim["reason"]], CLAIM_WIDTHS)

    def _files(self) -> None:
        self._heading(self._text("files"))
        if not self._values["files"]:
            self._paragraph(self._text("no_files"))
            return
        head = [self._text(f"file_{name}") for name in ("number", "name", "mark", "lines")]
        table = self._table(head, FILE_WIDTHS)
        for number, file in enumerate(self._values["files"], start=1):
            mark = file["mark"] or self._text("a_link")
            cells = [str(number), file["name"], mark, ", ".join(file["codes"])]
            _row(table, cells, FILE_WIDTHS)

    def _close(self) -> None:
        self._paragraph(self._text("verify"))
        self._paragraph(self._text("digest"))

    def _paragraph(self, text: str) -> None:
        paragraph = _write(self._document.add_paragraph(), text, size=13)
        paragraph.alignment = JUSTIFIED
        paragraph.paragraph_format.first_line_indent = Cm(1)
        paragraph.paragraph_format.space_before = Pt(6)

    def _heading(self, text: str) -> None:
        paragraph = _write(self._document.add_paragraph(), text, bold=True, size=13)
        paragraph.paragraph_format.space_before = Pt(12)
        paragraph.paragraph_format.space_after = Pt(6)
        paragraph.paragraph_format.keep_with_next = True

    def _table(self, head: Sequence[str], widths: Sequence[Cm]) -> Table:
        """With a first row that is repeated on every page."""
        table: Table = self._document.add_table(rows=0, cols=len(head))
        table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        table.autofit = False
        row = _row(table, head, widths, bold=True)
        properties = row._tr.get_or_add_trPr()
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        properties.append(repeated)
        return table


def _lay_out(document: Any) -> None:
    """A4 upright, the margins and the letter of Decree 30, page numbers above from page 2."""
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(18)
    section.different_first_page_header_footer = True
    number = section.header.paragraphs[0]
    number.alignment = CENTRE
    run = number.add_run()
    run.font.size = Pt(13)
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        part = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            part.set(qn("w:fldCharType"), kind)
        else:
            part.text = text
        run._r.append(part)
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Times New Roman", Pt(13)
    style.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), "Times New Roman")
    style.paragraph_format.space_after = Pt(0)


def _put(cell: _Cell, text: str, **style: Any) -> Paragraph:
    """A centred paragraph in the cell; the first takes the empty one that every cell has."""
    first = cell.paragraphs[0]
    paragraph = first if not first.text and len(cell.paragraphs) == 1 else cell.add_paragraph()
    paragraph.alignment = CENTRE
    return _write(paragraph, text, **style)


def _write(
    paragraph: Paragraph, text: str, *, size: int, bold: bool = False, italic: bool = False
) -> Paragraph:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def _rule(under: Paragraph | _Cell) -> None:
    """A short line in the middle under a heading."""
    if isinstance(under, _Cell):
        paragraph = under.add_paragraph()
    else:
        paragraph = Paragraph(OxmlElement("w:p"), under._parent)
        under._p.addnext(paragraph._p)
    paragraph.alignment = CENTRE
    paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Cm(2)
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def _row(table: Table, texts: Sequence[str], widths: Sequence[Cm], *, bold: bool = False) -> Any:
    row = table.add_row()  # type: ignore[no-untyped-call]
    for cell, text, width in zip(row.cells, texts, widths, strict=True):
        cell.width = width
        _write(cell.paragraphs[0], clean(text), size=12, bold=bold)
    return row
