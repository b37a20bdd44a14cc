"""Who of a campaign was reached as a workbook: person by person, and message by message (N15)."""

from collections.abc import Mapping
from typing import Any

from bot.reports import all_words
from bot.reports.cells import Column, Table, workbook
from bot.words import cut

TITLE_SIGNS = 200


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``; ``people``, each with ``unit``, ``person``,
    ``role``, ``phone``, ``state``, ``since`` and ``last_seen``; ``notices``, each with ``person``,
    ``unit``, ``said`` (the message as a part), ``queued_at``, ``sent_at``, ``opened_at``,
    ``acknowledged_at`` and ``state``."""
    language, words = values["language"], all_words()

    def say(name: str) -> str:
        return words.plain(f"reach_file.{name}", language)

    def text(part: Any) -> str:
        return words.plain(part.name, language, **part.values) if part else ""

    def columns(*widths: tuple[str, int]) -> list[Column]:
        return [Column(say(name), width) for name, width in widths]

    people = [
        [p["unit"], p["person"], text(p["role"]), p["phone"], text(p["state"]), p["since"],
         p["last_seen"]]
        for p in values["people"]
    ]  # fmt: skip
    notices = [
        [n["unit"], n["person"], cut(text(n["said"]), TITLE_SIGNS), n["queued_at"], n["sent_at"],
         n["opened_at"], n["acknowledged_at"], text(n["state"])]
        for n in values["notices"]
    ]  # fmt: skip
    who = (("unit", 34), ("person", 26))
    times = (("queued_at", 18), ("sent_at", 18), ("opened_at", 18), ("acknowledged_at", 18))
    persons = columns(
        *who, ("role", 22), ("phone", 16), ("state", 24), ("since", 18), ("seen", 18)
    )
    messages = columns(*who, ("message", 70), *times, ("state", 24))
    return workbook(
        [Table(say("people"), persons, people), Table(say("notices"), messages, notices)]
    )
