"""A unit's report on its self-assessment, laid out by Decree 30/2020 (domain.md 5, 11).

Number, place and date are left for the records office; until the sheet is sent off every page says
that it is a draft. The table of all lines is an annex on pages across.
"""

from collections.abc import Mapping
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Cm, Pt

from bot.reports import all_words, decree30
from bot.reports.decree30 import CENTRE, heading, lay_out, paragraph, put, row, write
from models.text import clean

AREA_WIDTHS = (Cm(1.5), Cm(6.9), Cm(3.2), Cm(2.5), Cm(2.1))
LINE_WIDTHS = (Cm(1.8), Cm(5.3), Cm(1.6), Cm(5.0), Cm(1.6), Cm(4.9), Cm(4.7))
STRUCTURED = ("areas", "totals", "adjustments", "signatory")  # Not for a sentence as they are.
COLUMNS = ("code", "title", "max", "result", "points", "explanation", "evidence")


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: those of ``models.unit_report.report``, and ``language``."""
    return _Report(values).bytes()


class _Report:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._words = all_words()
        self._document = docx.Document()
        lay_out(self._document)

    def bytes(self) -> bytes:
        self._head()
        self._title()
        self._result()
        self._explanations()
        self._difficulties()
        self._signature()
        self._annex()
        if not self._values["code"]:
            self._mark_as_draft()
        return decree30.saved(self._document, self._text("summary"), clean(self._values["unit"]))

    def _text(self, name: str, **more: Any) -> str:
        plain = {k: v for k, v in self._values.items() if k not in STRUCTURED}
        values = {**plain, **self._values["totals"], **more}
        return self._said(f"report_doc.{name}", **values)

    def _said(self, message: str, **values: Any) -> str:
        return clean(self._words.plain(message, self._values["language"], **values))

    def _head(self) -> None:
        bodies = [name for name in (self._values["above"], self._values["unit"]) if name]
        language = self._values["language"]
        table = decree30.head(self._document, bodies, self._words, language)
        number, date = table.rows[1].cells
        put(number, self._text("number"), size=13)
        put(date, self._text("date"), italic=True, size=13)
        if not self._values["code"]:
            put(number, self._text("draft"), bold=True, size=13)

    def _title(self) -> None:
        decree30.title(self._document, self._text("kind"), self._text("summary"))
        to = write(self._document.add_paragraph(), self._text("to"), size=13)
        to.alignment = CENTRE
        to.paragraph_format.space_before = to.paragraph_format.space_after = Pt(6)

    def _result(self) -> None:
        paragraph(self._document, self._text("basis" if self._values["plan"] else "no_basis"))
        heading(self._document, self._text("result"))
        sent = "result_sent" if self._values["code"] else "result_so_far"
        paragraph(self._document, self._text(sent))
        if self._values["survey_lines"]:
            paragraph(self._document, self._text("survey"))
        for each in self._values["adjustments"]:
            name = "adjustment" if each["points"] is not None else "adjustment_none"
            figures = {"points": each["points"], "cap": each["max_points"]}
            paragraph(self._document, self._said(f"{name}.{each['kind']}", **figures))
        names = ("code", "title", "points", "lines", "files")
        self._document.add_paragraph().paragraph_format.line_spacing = Pt(6)
        table = decree30.table(
            self._document, [self._text(f"area_{name}") for name in names], AREA_WIDTHS
        )
        for area in self._values["areas"]:
            self._totals(table, [area["code"], area["title"]], area["totals"])
        self._totals(table, ["", self._text("total")], self._values["totals"], bold=True)

    def _totals(
        self, table: Any, names: list[str], totals: Mapping[str, Any], *, bold: bool = False
    ) -> None:
        points = self._text("points_of", own=totals["points"], most=totals["max_points"])
        scored = self._text("scored_of", own=totals["scored"], most=totals["lines"])
        cells = [*names, points, scored, str(totals["documents"])]
        row(table, cells, AREA_WIDTHS, bold=bold)

    def _explanations(self) -> None:
        heading(self._document, self._text("explanations"))
        """With the reasons for claiming other points than the rule gives (domain.md 13c 6)."""
        explained = [(line, why) for line in self._lines() if (why := self._reasons(line))]
        if not explained:
            paragraph(self._document, self._text("no_explanations"))
        for line, why in explained:
            about = {"code": line["code"], "title": line["title"]}
            paragraph(self._document, self._text("explained", **about, explanation=" ".join(why)))

    def _difficulties(self) -> None:
        heading(self._document, self._text("difficulties"))
        text = clean(self._values["remark"]) or self._text("no_difficulties")
        for part in text.split("\n"):
            if part.strip():
                paragraph(self._document, part)
        paragraph(self._document, self._text("closing"))

    def _signature(self) -> None:
        language = self._values["language"]
        signs = decree30.signatory(self._values["signatory"], self._words, language)
        head = clean(self._values["head"])
        decree30.close(self._document, self._text("receivers"), signs, head)

    def _annex(self) -> None:
        """Every line with its points and what they rest on, summed up by area; bonus and penalty
        points below the sum."""
        heads = (self._text(name) for name in ("annex", "annex_title", "annex_of"))
        decree30.annex(self._document, *heads, across=True)
        titles = [self._text(f"column_{name}") for name in COLUMNS]
        table = decree30.table(self._document, titles, LINE_WIDTHS)
        for area in self._values["areas"]:
            self._sum(table, area["code"], area["title"], area["totals"], above=True)
            for line in area["rows"]:
                row(table, self._cells(line), LINE_WIDTHS)
        self._sum(table, "", self._text("total"), self._values["totals"])
        for each in self._values["adjustments"]:
            if each["result"] is not None:
                row(table, self._cells(each), LINE_WIDTHS)

    def _sum(
        self,
        table: Any,
        code: str,
        title: str,
        totals: Mapping[str, Any],
        *,
        above: bool = False,
    ) -> None:
        most, own = (self._number(totals[name]) for name in ("max_points", "points"))
        cells = [code, title, most, "", own, "", ""]
        row(table, cells, LINE_WIDTHS, bold=True, above=above)

    def _cells(self, line: Mapping[str, Any]) -> list[str]:
        result = line["result"]
        said = self._text("timed" if line.get("timed") else "not_scored")
        if result is not None:
            said = self._said(result.name, **result.values)
        out = result is not None and line["points"] is None
        points = self._text("not_assessed") if out else self._number(line["points"])
        proof = "\n".join(self._proof(each) for each in line["evidence"])
        most = self._number(line["max_points"])
        why = "\n".join(self._reasons(line))
        return [line["code"], line["title"], most, said, points, why, proof]

    def _reasons(self, line: Mapping[str, Any]) -> list[str]:
        """Why the unit claims other points than the rule gives, if it does; its explanation."""
        found = [line["explanation"]] if line["explanation"] else []
        if line["claim_reason"]:
            figures = {"points": line["points"], "rule_points": line["rule_points"]}
            found.insert(0, self._text("claimed", **figures, reason=line["claim_reason"]))
        return found

    def _proof(self, proof: Mapping[str, Any]) -> str:
        """ "- Số 12/KH-STP, ngày 08/01/2026, Sở Tư pháp; mục II tr.3"; else by its name."""
        dated = self._text("dated", dated_on=proof["dated_on"]) if proof["dated_on"] else ""
        number = self._text("numbered", number=proof["number"]) if proof["number"] else ""
        known = [part for part in (number, dated, proof["issuer"]) if part]
        card = ", ".join(known if proof["number"] else [proof["name"], *known])
        return f"- {card}; {proof['locator']}" if proof["locator"] else f"- {card}"

    def _number(self, value: Any) -> str:
        return "" if value is None else self._text("figure", value=value)

    def _lines(self) -> list[Mapping[str, Any]]:
        """Of all areas, and those beside the total."""
        rows = [line for area in self._values["areas"] for line in area["rows"]]
        return [*rows, *self._values["adjustments"]]

    def _mark_as_draft(self) -> None:
        """In the head of each page: later ones are numbered there, the first is not."""
        first = self._document.sections[0]
        for header in (first.first_page_header, first.header):
            free = header.paragraphs[0]
            mark = header.add_paragraph() if free.runs else free
            write(mark, self._text("draft_of"), size=11, italic=True)
            mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
