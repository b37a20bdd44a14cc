"""A rehearsed plan as a workbook: every message, the units that nobody answers for, the days."""

from collections.abc import Mapping
from typing import Any

from bot.reports import all_words
from bot.reports.cells import Column, Table, workbook


def make(values: Mapping[str, Any]) -> bytes:
    """Bytes of the file. ``values``: ``language``, ``year``, ``owner``, ``made_at``; ``people``,
    each a unit, a name and a role; ``waves``, each with ``at`` (UTC), ``step``, ``rung``,
    ``people`` (places in the list of people) and ``nobody`` (names of units); ``warnings``."""
    language, words = values["language"], all_words()

    def say(name: str) -> str:
        return words.plain(f"rehearsal_file.{name}", language)

    def text(part: Any) -> str:
        return words.plain(part.name, language, **part.values)

    def columns(*widths: tuple[str, int]) -> list[Column]:
        return [Column(say(name), width) for name, width in widths]

    waves = values["waves"]
    told = [
        [wave["at"], text(wave["step"]), text(wave["rung"]), unit, person, text(role)]
        for wave in waves
        for unit, person, role in (values["people"][place] for place in wave["people"])
    ]
    untold = [
        [wave["at"], text(wave["step"]), text(wave["rung"]), unit]
        for wave in waves
        for unit in wave["nobody"]
    ]
    when = (("at", 18), ("step", 24), ("rung", 26), ("unit", 26))
    return workbook(
        [
            Table(say("messages"), columns(*when, ("person", 26), ("role", 22)), told),
            Table(say("nobody"), columns(*when), untold),
            Table(say("days"), columns(("warning", 90)), [[text(w)] for w in values["warnings"]]),
        ]
    )
