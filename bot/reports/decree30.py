"""What every document laid out by Decree 30/2020 shares (domain.md 11)."""

import io
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.table import WD_ALIGN_VERTICAL, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Mm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph

from bot.words import Words
from models.calendar import local_day
from models.messages import Part
from models.text import clean

CENTRE, JUSTIFIED = WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.JUSTIFY
LEFT, RIGHT = WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.RIGHT
HEAD_RULE, TITLE_RULE = Cm(2), Cm(5.6)  # From both ends: a third to a half of the line is left.
_FIGURES = re.compile(r"[\d.,/]+")


def lay_out(document: Any) -> None:
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


def annex(document: Any, name: str, title: str, about: str, *, across: bool = False) -> None:
    """On pages of its own, numbered by themselves from the second on; A4 ``across`` for wide
    tables. ``about`` says to what it belongs."""
    section = document.add_section(WD_SECTION.NEW_PAGE)
    if across:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    numbers = OxmlElement("w:pgNumType")
    numbers.set(qn("w:start"), "1")
    section._sectPr.insert_element_before(
        numbers, "w:cols", "w:formProt", "w:vAlign", "w:noEndnote", "w:titlePg", "w:textDirection",
        "w:bidi", "w:rtlGutter", "w:docGrid", "w:printerSettings", "w:sectPrChange",
    )  # fmt: skip
    for text, size in ((name, 14), (title, 13)):
        write(document.add_paragraph(), text, bold=True, size=size).alignment = CENTRE
    last = write(document.add_paragraph(), about, italic=True, size=12)
    last.alignment, last.paragraph_format.space_after = CENTRE, Pt(6)


def head(document: Any, body_names: Sequence[str], words: Words, language: str) -> Table:
    """The issuing body to the left, behind those above it; the state to the right; each with its
    rule. The second row is for number and date."""
    table: Table = document.add_table(rows=2, cols=2)
    body, state = table.rows[0].cells
    *above, own = (_in_full(name, words, language) for name in body_names)
    for name in above:
        put(body, name, size=12)
    put(body, own, bold=True, size=12)
    rule(body)
    put(state, words.plain("decree30.state", language), bold=True, size=12)
    rule(put(state, words.plain("decree30.motto", language), bold=True, size=13))
    set_widths(table, (Cm(6.2), Cm(10.0)))
    return table


def _in_full(body_name: str, words: Words, language: str) -> str:
    """Capitals, and a committee's name without the short form that lists have (annex I)."""
    committee = words.plain("decree30.committee", language)
    return re.sub(r"^UBND\b", committee, clean(body_name).upper())


def date_of(at: datetime, words: Words, language: str) -> str:
    """Days below 10 and the first two months are written with a 0 (annex I)."""
    day = local_day(at)
    month = f"{day.month:02}" if day.month < 3 else str(day.month)
    values = {"day": f"{day.day:02}", "month": month, "in_year": day.year}
    return words.plain("decree30.date", language, **values)


def title(document: Any, kind: str, summary: str) -> None:
    """What sort of paper it is, and what about, with its rule."""
    first = document.add_paragraph()
    first.paragraph_format.space_before = Pt(18)
    write(first, kind, bold=True, size=14).alignment = CENTRE
    second = write(document.add_paragraph(), summary, bold=True, size=14)
    second.alignment = CENTRE
    rule(second, indent=TITLE_RULE)


def signatory(of: Part | str, words: Words, language: str) -> str:
    """What ``models.signatories`` says, in words; its lines below each other."""
    return of if isinstance(of, str) else words.plain(of.name, language, **of.values)


def close(document: Any, receivers: str, signatory: str, name: str = "") -> None:
    """To the left who gets it, each on a line below the word for it; to the right who signs, with
    room for the signature and the seal, and the name where it is known."""
    document.paragraphs[-1].paragraph_format.keep_with_next = True
    table = document.add_table(rows=1, cols=2)
    set_widths(table, (Cm(7.2), Cm(9.0)))
    _keep_whole(table.rows[0])
    left, right = table.rows[0].cells
    first, *others = receivers.split("\n")
    put(left, first, bold=True, italic=True, size=12)
    for receiver in others:
        put(left, receiver, size=11)
    for paragraph in left.paragraphs:
        paragraph.alignment = LEFT
    for line in signatory.split("\n"):
        put(right, clean(line).upper(), bold=True, size=13)
    for _ in range(4):
        right.add_paragraph()
    put(right, name, bold=True, size=13)
    for cell in (left, right):
        cell.paragraphs[0].paragraph_format.space_before = Pt(18)


def saved(document: Any, about: str, author: str) -> bytes:
    content = io.BytesIO()
    document.core_properties.title = about
    document.core_properties.author = author
    document.save(content)
    return content.getvalue()


def set_widths(table: Table, widths: Sequence[Cm]) -> None:
    """Word goes by the cells, LibreOffice by the columns."""
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
        for cell in column.cells:
            cell.width = width


def heading(document: Any, text: str) -> None:
    paragraph = write(document.add_paragraph(), text, bold=True, size=13)
    paragraph.paragraph_format.space_before = Pt(12)
    paragraph.paragraph_format.space_after = Pt(6)
    paragraph.paragraph_format.keep_with_next = True


def paragraph(document: Any, text: str) -> Paragraph:
    """Of the body: justified, its first line drawn in."""
    made: Paragraph = write(document.add_paragraph(), text, size=13)
    made.alignment = JUSTIFIED
    made.paragraph_format.first_line_indent = Cm(1)
    made.paragraph_format.space_before = Pt(6)
    return made


def table(document: Any, titles: Sequence[str], widths: Sequence[Cm]) -> Table:
    """With a first row that is repeated on every page."""
    made: Table = document.add_table(rows=0, cols=len(titles))
    made.style, made.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    set_widths(made, widths)
    first = row(made, titles, widths, bold=True)
    for cell in first.cells:
        cell.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        cell.paragraphs[0].alignment = CENTRE
    _set(first, "w:tblHeader")
    return made


def put(cell: _Cell, text: str, **style: Any) -> Paragraph:
    """A centred paragraph in the cell; the first takes the empty one that every cell has."""
    first = cell.paragraphs[0]
    paragraph = first if not first.text and len(cell.paragraphs) == 1 else cell.add_paragraph()
    paragraph.alignment = CENTRE
    return write(paragraph, text, **style)


def write(
    paragraph: Paragraph, text: str, *, size: int, bold: bool = False, italic: bool = False
) -> Paragraph:
    run = paragraph.add_run(text)
    run.bold, run.italic, run.font.size = bold, italic, Pt(size)
    return paragraph


def rule(under: Paragraph | _Cell, indent: Cm = HEAD_RULE) -> None:
    """A short line in the middle under a heading, ``indent`` from both ends."""
    if isinstance(under, _Cell):
        paragraph = under.add_paragraph()
    else:
        paragraph = Paragraph(OxmlElement("w:p"), under._parent)
        under._p.addnext(paragraph._p)
    paragraph.alignment = CENTRE
    form = paragraph.paragraph_format
    form.left_indent = form.right_indent = indent
    form.space_before = Pt(3)  # Else it runs through the marks below the letters.
    borders = OxmlElement("w:pBdr")
    top = OxmlElement("w:top")
    for name, value in (("val", "single"), ("sz", "6"), ("space", "1"), ("color", "000000")):
        top.set(qn(f"w:{name}"), value)
    borders.append(top)
    paragraph._p.get_or_add_pPr().append(borders)


def row(
    table: Table,
    texts: Sequence[str],
    widths: Sequence[Cm],
    *,
    bold: bool = False,
    above: bool = False,
) -> Any:
    """No page begins in the middle of it; figures stand in the middle. ``above``: it heads the
    rows that follow, so it stays on the page of the next."""
    added = table.add_row()  # type: ignore[no-untyped-call]
    _keep_whole(added)
    for cell, text, width in zip(added.cells, texts, widths, strict=True):
        cell.width = width
        written = write(cell.paragraphs[0], clean(text), size=12, bold=bold)
        written.paragraph_format.keep_with_next = above or None
        if _FIGURES.fullmatch(text):
            written.alignment = CENTRE
    return added


def _keep_whole(row: Any) -> None:
    _set(row, "w:cantSplit")


def _set(row: Any, name: str) -> None:
    on = OxmlElement(name)
    on.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(on)
