"""An official letter that urges late units, by Decree 30; number and date are left open (N10)."""

from collections.abc import Iterator, Mapping
from typing import Any

import docx
from docx.shared import Cm, Pt

from bot.reports import all_words
from bot.reports.decree30 import (
    CENTRE,
    close,
    head,
    heading,
    lay_out,
    paragraph,
    put,
    row,
    saved,
    signatory,
    table,
    write,
)
from models.text import clean

WIDTHS = (Cm(1.2), Cm(2.0), Cm(8.6), Cm(4.4))

STRUCTURED = ("units", "signatory")  # Not for a sentence as they are.


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``above`` and ``owner`` (bodies), ``year``,
    ``plan`` (its number), ``plan_dated_on``, ``made_at``, ``signatory`` (words, or a part);
    ``units``, each with ``name``, ``due_at``, ``days`` late, and ``not_scored`` and
    ``not_backed``, lists of code and title."""
    words, language, units = all_words(), values["language"], values["units"]
    plain = {name: value for name, value in values.items() if name not in STRUCTURED}

    def say(name: str, /, **more: Any) -> str:
        return clean(words.plain(f"chase_letter.{name}", language, **plain, **more))

    document = docx.Document()
    lay_out(document)
    bodies = [name for name in (values["above"], values["owner"]) if name]
    left, right = head(document, bodies, words, language).rows[1].cells
    put(left, say("number"), size=13)
    put(left, say("summary"), size=12)
    put(right, say("date"), italic=True, size=13)
    to = document.add_paragraph()
    to.paragraph_format.space_before = to.paragraph_format.space_after = Pt(12)
    names = "; ".join(unit["name"] for unit in units)
    write(to, say("to", names=clean(names)), size=13).alignment = CENTRE
    paragraph(document, say("basis_plan" if values["plan"] else "basis"))
    for unit in units:
        about = {name: unit[name] for name in ("name", "due_at", "days")}
        if len(units) > 1:
            heading(document, clean(unit["name"]))
        rows = list(_owed(unit))
        said = say("unit" if rows else "unit_complete", **about, count=len(rows))
        paragraph(document, said).paragraph_format.space_after = Pt(6)
        if rows:
            titles = [say(f"column_{name}") for name in ("number", "code", "title", "missing")]
            made = table(document, titles, WIDTHS)
            for number, (code, title, missing) in enumerate(rows, start=1):
                row(made, [str(number), code, title, say(missing)], WIDTHS)
    paragraph(document, say("request"))
    paragraph(document, say("closing"))
    document.add_paragraph()
    close(document, say("receivers"), signatory(values["signatory"], words, language))
    return saved(document, say("summary"), clean(values["owner"]))


def _owed(unit: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    for missing in ("not_scored", "not_backed"):
        for code, title in unit[missing]:
            yield code, title, missing
