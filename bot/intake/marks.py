"""The hidden sheet of our workbooks: whose sheet it is, the keys of its rows, their options."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.intake.spreadsheets import Value
from models.text import fold

SHEET = "cchc"
_ABOUT = ("campaign", "owner", "year", "unit", "catalogue", "form")
_YES = {"x", "v", "✓", "✔"}


class Unfit(Exception):
    """A workbook of ours that cannot be taken: the name of a refusal and its values."""

    def __init__(self, fault: str, **values: object) -> None:
        super().__init__(fault)
        self.fault = fault
        self.values = values


@dataclass(frozen=True)
class Mark:
    about: dict[str, Any]
    sheet: str
    head: int
    columns: list[str]
    keys: dict[str, list[str]]
    answers: set[str]
    bases: dict[str, list[int]]

    def option(self, key: str, value: Value) -> int | None:
        """Which option of the row a value names, from 0; None if none, or if it has none."""
        options = self.keys[key]
        if value.content not in {"text", "bool"} or not options:
            return None
        if key in self.answers:
            if value.content == "bool":
                return 0 if value.text == "1" else 1
            if value.text.strip().casefold() in _YES:
                return 0
        if value.text in options:
            return options.index(value.text)
        folded = [fold(option) for option in options]
        typed = fold(value.text)
        return folded.index(typed) if folded.count(typed) == 1 else None


def read(rows: list[list[str]]) -> Mark:
    """Raises Unfit for one that was changed by hand, or by a program that does not keep text."""
    try:
        head = json.loads(rows[0][1])
        kept = [_padded(row) for row in rows[1:]]
        if rows[0][0] != SHEET or rows[0][2] != digest(head, kept):
            raise Unfit("workbook_altered")
        return Mark(
            about={name: head[name] for name in _ABOUT},
            sheet=head["sheet"],
            head=int(head["head"]),
            columns=[" ".join(title.split()) for title in head["columns"]],
            keys={row[0]: row[3:] for row in kept},
            answers={row[0] for row in kept if row[2] == "answer"},
            bases={row[0]: _base(row[1]) for row in kept if row[1]},
        )
    except (KeyError, ValueError, IndexError, TypeError, AttributeError) as error:
        raise Unfit("workbook_altered") from error


def digest(head: Mapping[str, Any], rows: Sequence[Sequence[str]]) -> str:
    """Shows a hidden sheet that was changed; whose rights count is asked elsewhere."""
    kept = [[" ".join(text.split()) for text in row] for row in rows]
    plain = json.dumps([dict(head), kept], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def _padded(row: list[str]) -> list[str]:
    """Empty cells at the end are not kept by every program."""
    return [*row, *[""] * (3 - len(row))]


def _base(text: str) -> list[int]:
    version, explanation = text.split(",")
    return [int(version), int(explanation)]
