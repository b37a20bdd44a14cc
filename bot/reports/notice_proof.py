"""What a unit was told, to whom, when and with what outcome: a document by Decree 30 (N15)."""

from collections.abc import Mapping
from typing import Any

import docx
from docx.shared import Cm

from bot.reports import all_words
from bot.reports.decree30 import (
    LEFT,
    date_of,
    head,
    lay_out,
    paragraph,
    put,
    row,
    saved,
    table,
    title,
)
from bot.words import Words, cut
from models.text import clean

WIDTHS = (Cm(1.2), Cm(6.2), Cm(3.6), Cm(2.6), Cm(2.8))
SAID_SIGNS = 300


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``owner``, ``unit``, ``year``, ``made_at``,
    ``count``, ``entry`` and ``entry_hash`` of the audit log's head, ``digest`` of the rows;
    ``notices``, each with ``person``, ``role``, ``said`` (the message as a part), ``queued_at``,
    ``sent_at``, ``opened_at``, ``acknowledged_at`` and ``state``."""
    words, language = all_words(), values["language"]
    plain = {name: value for name, value in values.items() if name != "notices"}

    def say(name: str, /, **more: Any) -> str:
        return clean(words.plain(f"notice_proof.{name}", language, **plain, **more))

    document = docx.Document()
    lay_out(document)
    cells = head(document, [values["owner"]], words, language).rows[1].cells
    put(cells[1], date_of(values["made_at"], words, language), italic=True, size=13)
    title(document, say("kind"), say("summary"))
    paragraph(document, say("intro" if values["count"] else "nothing"))
    if values["count"]:
        names = ("number", "said", "person", "sent", "outcome")
        rows = table(document, [say(f"column_{name}") for name in names], WIDTHS)
        for number, notice in enumerate(values["notices"], start=1):
            row(rows, [str(number), *_cells(words, language, notice)], WIDTHS)
    paragraph(document, say("meaning"))
    paragraph(document, say("hashes")).alignment = LEFT
    return saved(document, say("summary"), clean(values["owner"]))


def _cells(words: Words, language: str, notice: Mapping[str, Any]) -> list[str]:
    said = notice["said"]
    text = words.plain(said.name, language, **said.values)
    text = cut(text, SAID_SIGNS)
    role = words.plain(notice["role"].name, language) if notice["role"] else ""
    person = f"{notice['person']}\n{role}".strip()
    sent = words.plain("notice_proof.at", language, at=notice["sent_at"] or notice["queued_at"])
    state = words.plain(notice["state"].name, language)
    at = notice["acknowledged_at"] or notice["opened_at"]
    since = "\n" + words.plain("notice_proof.at", language, at=at) if at else ""
    return [text, person, sent, state + since]
