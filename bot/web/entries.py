"""What one bubble of the conversation shows, whoever wrote it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.channel import Button, Letter, Span

_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)»”]")
LONG_LABEL = 30  # Choices with longer labels stand below each other, as a list.


@dataclass(frozen=True)
class Piece:
    """A run of text; ``href`` where it is an address that can be followed."""

    text: str
    bold: bool = False
    href: str = ""


@dataclass(frozen=True)
class EntryFile:
    """``size`` in bytes, or None where it isn't known; ``message_id`` where it can be had."""

    name: str
    size: int | None = None
    message_id: int | None = None

    @property
    def kind(self) -> str:
        """The ending of its name, as a mark for the eye: "PDF"."""
        ending = self.name.rpartition(".")[2]
        return ending.upper() if "." in self.name and len(ending) <= 4 else ""


@dataclass(frozen=True)
class Entry:
    """``key`` is ``m<id>`` for a message of ours, ``e<id>`` for what the person did."""

    key: str
    at: datetime
    pieces: tuple[Piece, ...] = ()
    buttons: tuple[Button, ...] = ()
    files: tuple[EntryFile, ...] = ()
    client_id: str = ""

    @property
    def is_own(self) -> bool:
        return self.key.startswith("e")

    @property
    def number(self) -> int:
        return int(self.key[1:])

    @property
    def is_list(self) -> bool:
        return any(len(button.label) > LONG_LABEL for button in self.buttons)


@dataclass(frozen=True, order=True)
class Cursor:
    """How far a reader has come: the newest message and the newest event that were shown."""

    message: int = 0
    event: int = 0

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """From ``12.7``; raises ValueError for anything else."""
        message, event = text.split(".")
        return cls(int(message), int(event))

    def __str__(self) -> str:
        return f"{self.message}.{self.event}"

    def past(self, entry: Entry) -> "Cursor":
        if entry.is_own:
            return Cursor(self.message, max(self.event, entry.number))
        return Cursor(max(self.message, entry.number), self.event)


def of_letter(letter: Letter, at: datetime, file: EntryFile | None = None) -> Entry:
    return Entry(
        key=f"m{letter.message_id}",
        at=at,
        pieces=linked(letter.text),
        buttons=letter.buttons,
        files=(file,) if file else (),
    )


def linked(spans: Sequence[Span]) -> tuple[Piece, ...]:
    """The text with the web addresses in it made followable."""
    pieces: list[Piece] = []
    for span in spans:
        done = 0
        for match in _LINK.finditer(span.text):
            pieces.append(Piece(span.text[done : match.start()], span.bold))
            pieces.append(Piece(match[0], span.bold, href=match[0]))
            done = match.end()
        pieces.append(Piece(span.text[done:], span.bold))
    return tuple(piece for piece in pieces if piece.text)
