"""The receipt of a sheet that was handed in, as a document laid out by Decree 30/2020 (N18)."""

from collections.abc import Mapping
from typing import Any

import docx
from docx.shared import Cm

from bot.reports import all_words, decree30
from bot.reports.decree30 import heading, lay_out, paragraph, put, row
from models.text import clean

AREA_WIDTHS = (Cm(1.5), Cm(7.5), Cm(3.2), Cm(2.2), Cm(1.8))
CLAIM_WIDTHS = (Cm(1.5), Cm(5.2), Cm(2.0), Cm(2.0), Cm(5.5))
FILE_WIDTHS = (Cm(1.2), Cm(4.5), Cm(5.6), Cm(2.3), Cm(2.6))


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``code``, ``year``, ``unit``, ``owner``,
    ``sent_at``, ``due_at``, ``late``, ``points``, ``max_points``, ``lines``, ``documents``,
    ``digest``, ``proposed_by``, ``approved_by``; ``areas``, each with ``code``, ``title`` and
    totals; ``left_out`` (a message, or None); ``adjustments``, each a message; ``claims``, each
    with ``code``, ``title``, ``rule_points``, ``points`` and ``reason``; ``files``, each with
    ``name``, ``card`` (number, date, issuer), ``mark`` (of the SHA-256) and ``codes`` of lines;
    ``report``, the signed one, with ``number``, ``on``, ``file`` and ``mark``, or None."""
    return _Receipt(values).bytes()


# Not for a sentence as they are.
STRUCTURED = ("adjustments", "areas", "claims", "files", "late", "left_out", "report")


class _Receipt:
    def __init__(self, values: Mapping[str, Any]) -> None:
        self._values = values
        self._words = all_words()
        self._document = docx.Document()
        lay_out(self._document)

    def bytes(self) -> bytes:
        self._head()
        decree30.title(self._document, self._text("kind"), self._text("summary"))
        self._facts()
        self._areas()
        self._claims()
        self._files()
        self._close()
        return decree30.saved(self._document, self._text("summary"), clean(self._values["owner"]))

    def _text(self, name: str, **more: Any) -> str:
        plain = {k: v for k, v in self._values.items() if k not in STRUCTURED}
        language = self._values["language"]
        return clean(self._words.plain(f"receipt_doc.{name}", language, **plain, **more))

    def _head(self) -> None:
        owner, language = self._values["owner"], self._values["language"]
        table = decree30.head(self._document, [owner], self._words, language)
        left, right = table.rows[1].cells
        put(left, self._text("number"), size=13)
        date = decree30.date_of(self._values["sent_at"], self._words, language)
        put(right, date, italic=True, size=13)

    def _facts(self) -> None:
        late = "late" if self._values["late"] else "in_time"
        paragraph(self._document, self._text("sent", when=self._text(f"when_{late}")))
        if report := self._values.get("report"):
            paragraph(self._document, self._text("with_report", **report))
        else:
            paragraph(self._document, self._text("approved"))
        paragraph(self._document, self._text("totals"))
        left_out = [self._values["left_out"]] if self._values["left_out"] else []
        for part in [*left_out, *self._values["adjustments"]]:
            said = self._words.plain(part.name, self._values["language"], **part.values)
            paragraph(self._document, clean(said))

    def _areas(self) -> None:
        heading(self._document, self._text("areas"))
        head = [
            self._text(f"area_{name}") for name in ("code", "title", "points", "lines", "files")
        ]
        table = decree30.table(self._document, head, AREA_WIDTHS)
        for area in self._values["areas"]:
            points = self._text("points_of", own=area["points"], most=area["max_points"])
            counts = [str(area["lines"]), str(area["documents"])]
            row(table, [area["code"], area["title"], points, *counts], AREA_WIDTHS)

    def _claims(self) -> None:
        """Where the unit claims other points than the rule gives (domain.md 13c 6)."""
        if not self._values["claims"]:
            return
        heading(self._document, self._text("claims"))
        names = ("code", "title", "rule", "points", "reason")
        head = [self._text(f"claim_{name}") for name in names]
        table = decree30.table(self._document, head, CLAIM_WIDTHS)
        for claim in self._values["claims"]:
            figures = [
                self._text("claim_figure", figure=claim[name])
                for name in ("rule_points", "points")
            ]
            row(table, [claim["code"], claim["title"], *figures, claim["reason"]], CLAIM_WIDTHS)

    def _files(self) -> None:
        heading(self._document, self._text("files"))
        if not self._values["files"]:
            paragraph(self._document, self._text("no_files"))
            return
        head = [self._text(f"file_{name}") for name in ("number", "name", "card", "mark", "lines")]
        table = decree30.table(self._document, head, FILE_WIDTHS)
        for number, file in enumerate(self._values["files"], start=1):
            mark = file["mark"] or self._text("a_link")
            cells = [file["name"], file["card"], mark, ", ".join(file["codes"])]
            row(table, [str(number), *cells], FILE_WIDTHS)

    def _close(self) -> None:
        paragraph(self._document, self._text("verify"))
        paragraph(self._document, self._text("digest")).alignment = decree30.LEFT
